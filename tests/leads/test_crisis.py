"""Words that may mean a life is in danger."""

import time

import pytest

from leads import crisis

HEARD = """
I am suicidal
SUICIDE
sucide
im suisidal
suicidle thoughts
thinking about suicde
su1cide
s u i c i d e
suuuicide
su\u200bicide
i want to die
i just want to die
I really want to die
i wanna die
i want 2 die
i want to diiiie
I want to be dead
i'd rather be dead
ready to die
wish i was dead
I wish I could just die
i wish i had never been born
wish i didnt have to wake up
i hope i die in my sleep
I don’t want to live anymore
I do not want to live
i dont wanna live
i dont want to be here any more
dont want to be alive
dont want to exist
I don't want to wake up
He doesn't want to live any more
can't do this anymore
I cant go on
I can't keep myself safe
I do not feel safe with myself
I might hurt  myself
thinking of killing my self
kill myself
kil myslef
killing meself
he tried to kill himself
she wants to hurt herself
I want to unalive myself
going to kms
please kill me
self-harm
self harming again
selfharm
I want to end my life
end my own life
taking my own life
my son took his own life last year and I want the same
end it all
I want to end it
I want it all to end
ending things tonight
I just want to disappear
tired of living
done with life
no point in living
there is no reason to go on
no reason to live
nothing left to live for
lost the will to live
life is not worth living
life isnt worth it
everyone is better off without me
they would be better off if i was gone
I think about death all the time
thoughts of dying
I feel like dying
suicidal ideation
I am in crisis
she is in a mental health crisis
i took too many pills
I took all my pills
i have taken a whole bottle of pills
swallowed a bottle of tylenol
overdosed
cut my wrists
this is goodbye
Quiero morir
Me quiero morir
quiero morirme
No quiero vivir
no quiero seguir viviendo
Ya no quiero estar aquí
ya no puedo más
me quiero matar
quitarme la vida
mi hijo quiere quitarse la vida
pienso en la muerte
no tengo ganas de vivir
cansada de vivir
quiero desaparecer
estarían mejor sin mí
suicidio
"""

NOT_HEARD = """
Ana Lima
Dietrich Killian
Will Diedrich
Sue Sidwell
Is there parking? I hurt my knee.
Do you take my insurance
I want to live better
I want to live
I can't wait to live normally again
Please send the last letter to my doctor
My diet matters to me. Can I still come?
I would like to go on Monday
She died last year and I am sad
I want to take my life back
I want my life to be better
Ketamine changed his life
I live 30 kms away
This traffic kills me
Hang on, I have one more question
I cut my hand, can I still have an IV?
I took my pills this morning
Do I take my meds before the visit?
Should I take all my paperwork along?
It took all my strength to fill this in
It took too many calls to reach you
Should I take all my meds before the visit?
I don't want to live in the city
I don't want to be here at 5 pm
My phone is dead, please call in the evening
I work to a deadline
I am dead tired after work
Can I end the visit early?
I want to end my contract
I want to end it early if I feel sick
Was it a success?
Do you belong to a medical society?
What is the right side of the street
¿Qué sucede en la visita?
¿Cuánto cuesta?
No quiero esperar
Ya no puedo ir el lunes
No puedo colgarme del teléfono
Quiero vivir mejor
¿Puedo cortarme el pelo ese día?
Ich habe eine Frage zu der Behandlung
Please say goodbye to paper forms
No point in driving there twice
"""


@pytest.mark.parametrize("text", HEARD.split("\n")[1:-1])
def test_crisis_is_heard(text):
    assert crisis.is_named("Ana", text) is True
    assert crisis.is_named(text) is True
    assert crisis.is_named(f"Hello. {text.upper()}, please call") is True


@pytest.mark.parametrize("text", ["", *NOT_HEARD.split("\n")[1:-1]])
def test_other_words_are_not(text):
    assert crisis.is_named("Dietrich Killian", text) is False


@pytest.mark.parametrize("text", ["want to " * 500, "not " * 1000, "a " * 2000, "i wish i " * 400, "life is " * 500])
def test_no_text_makes_it_slow(text):
    began = time.process_time()

    crisis.is_named(text)

    assert time.process_time() - began < 1
