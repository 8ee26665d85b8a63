"""Words that may mean a life is in danger. Too many alarms are better than one too few: a sign only brings help nearer,
it never holds a request back. Plain text in, yes or no out.
"""

import re
import unicodedata

# Each line is one sign, a regular expression over what `_plain` makes of a text: small letters, single spaces, no
# accents, no apostrophes, no punctuation. Words in capitals stand for the parts below. English first, with the slips
# of people who type in a hurry, then the basics of Spanish.
PARTS = {
    "SELF": r"(?:m[iey] ?s(?:elf|elfe|elve|lef|efl|ef)|mself|(?:him|her|your|them|our) ?sel(?:f|ves))",
    "WANT": r"(?:wan(?:t|ts|ted|ting|na|a)?|wnat|wish\w*|hop(?:e|ed|ing)|gonna|going|ready|plan\w*|tr(?:y|ied|ying)"
    r"|rather|like)",
    "NOT": r"(?:dont|do not|doesnt|does not|didnt|no longer|not|cant|cannot|can not)",
    "ONLY": r"(?: (?:just|really|so|badly|be|all|simply|not|only|now)){0,2}",
    "MORE": r"(?:any ?more?|no ?more|on this (?:earth|planet))",
    "WHOSE": r"(?:my|his|her|their|your)(?: own)?",
    "MANY": r"(?:all|every|too many|a lot|a bunch|a handful|(?:a|the) (?:whole )?bottle)",
    "PILLS": r"(?:pills?|meds?|tablets?|medicines?|medications?|drugs|capsules|tylenol|xanax|benzos?|them)",
    "CARE": r"(?:really |even )?(?:(?:want|wish|need|care) (?:to |too |2 )?|wanna |wana )",
    "TO": r"(?:to|too|2|ta)",
}
LINES = r"""
s[uo][ieay]{1,2}[cs]{1,2}i?d[aeiloy]\w*
s[uo][cs]i[dc][aeiloy]\w*
ideations?
(?:kil+|kil+ed|kil+ing|unalive|unaliving|off|offing|end|ending) SELF
(?:harm|harming|harmed|hurt|hurting|cut|cutting|burn|burning|stab|starve|starving) SELF(?! (?:out|short|off|shaving))
(?:hang|hanging|shoot|shooting|drown|drowning|poison|poisoning) SELF
unaliv\w+
(?:WANT|will|ill) (?:TO )?kms
(?:please|just|someone|somebody) kill me
self ?(?:harm|injur|mutilat)\w*
(?:end|ends|ending|ended|take|taking|took) WHOSE life(?! (?:back|up|in|into|to|less|more|seriously))
(?:end|ending) (?:it|things|everything) (?:all|now|for good|tonight|today)
WANT (?:TO )?(?:just )?end (?:it|everything|things)(?! (?:early|earlier|before|if|when|on|at|there|here))
WANT(?: TO)?ONLY (?:die|dead|dying)(?! (?:line|end|hard|tired))
WANT (?:i )?(?:was|were|am|could be|would be|could|would|will) (?:just )?(?:dead|die|gone)
WANT i (?:dont|do not|wouldnt|would not|didnt|never|wont) (?:have to )?(?:wake up|exist)
WANT i (?:was|were|had) never (?:been )?born
(?:hope|pray) i die
WANT TO (?:just )?(?:disappear|cease to exist|stop existing|sleep for ?ever|(?:not|never) wake up)
WANT (?:it all|everything|my life|life) TO (?:end|stop|be over)
NOT CARE(?:live(?! (?:in|at|near|with|far|by|on|there|here)))
NOT CARE(?:be alive|exist|wake up)
NOT CARE(?:be here|be around|go on|keep going) MORE
(?:cant|cannot|can not) (?:go on|keep going|live (?:like this|any ?more)|(?:do|take) (?:this|it|life) any ?more)
(?:cant|cannot|can not) keep (?:my|him|her) ?self safe
(?:dont|do not|not|never) (?:feel )?safe (?:with |from )?(?:myself|alone|at home|right now)
(?:tired|sick) of (?:living|life|being alive|existing)
(?:done|finished) with (?:life|living|this life)
(?:giv\w+|gave) up on (?:my )?(?:life|living)
hate (?:living|being alive)
(?:no|any) (?:point|reason|sense|use) (?:(?:in|of|to|for) )?(?:me to )?(?:live|living|life|going on|go on|being alive)
(?:no|lost (?:the|my|all)) will to live
nothing (?:left )?to live for
(?:life|lifes|living) (?:\w+ ){0,2}(?:not|isnt|aint) worth
(?:life|lifes) isnt worth
not worth living
(?:better|best) (?:off )?(?:dead|without me|if i (?:was|were|am) (?:not here|gone|dead)|if i wasnt here)
(?:think\w*|thoughts?|dream\w*|feel\w*|talk\w*) (?:(?:about|of|like) )?(?:dying|death|being dead|killing)
(?:think\w*|thoughts?) (?:about|of) ending (?:it|my)
in (?:a )?(?:\w+ ){0,2}crisis
(?:took|taken|WANT (?:TO )?take|swallow\w*) MANY (?:\w+ ){0,3}PILLS
overdos\w*
(?:i|to|and) od(?:ed|d)? on
(?:slit|slitting|cut|cutting) (?:my|her|his) (?:wrists?|veins)
gun (?:to|in|at) (?:my|his|her) (?:head|mouth)
jump(?:ing)? (?:off|from|in front of) (?:a|the) (?:bridge|building|roof|train|cliff|balcony)
goodbye (?:note|letter)
this is (?:my )?(?:last )?goodbye

(?:quier[oe]|quisiera|dese[oa]|prefier[oe]|ganas de|voy a|va a) (?:morir(?:me|se)?|estar muert[oa])
me (?:quiero|quisiera|voy a|gustaria) (?:morir|matar)
(?:matar|suicidar|ahorcar)(?:me|se)
ojala (?:me )?(?:muera|muriera|estuviera muert[oa]|no despert\w+)
(?:quitar(?:me|se)|me (?:quito|quite)|se quito) la vida
(?:acabar|terminar) con (?:mi|su) vida
(?:quiero|voy a) (?:acabar|terminar) con todo
no quier[oe] (?:vivir|seguir viviendo|seguir con vida|existir|despertar|estar viv[oa])
ya no quier[oe] (?:vivir|seguir|existir|estar aqui)
no (?:puedo|aguanto) mas
no vale la pena (?:vivir|seguir)
(?:sin|no tengo|perdi las) ganas de vivir
no tengo (?:razon(?:es)?|motivos?|nada) (?:para|por) (?:que )?vivir
cansad[oa] de (?:vivir|la vida)
(?:quiero|voy a|ganas de|pens\w+ en) (?:hacerme dano|lastimarme|cortarme|desaparecer)
autolesion\w*
(?:pens\w+|pienso) en (?:la muerte|morir\w*|matar\w*)
sobredosis
mejor (?:sin mi|muert[oa])
cortarme las venas
"""


def _signs():
    lines = "|".join(filter(None, LINES.splitlines()))
    return re.compile(rf"\b(?:{re.sub('|'.join(PARTS), lambda found: PARTS[found[0]], lines)})\b")


SIGNS = _signs()
# Digits and marks that stand for a letter within a word: "su1cide", "k!ll".
LOOKS_LIKE = str.maketrans("013!@$", "oieias")


def is_named(*texts):
    """Tell whether any of these texts speaks of suicide, of self-harm or of not wanting to live."""
    return any(SIGNS.search(_plain(text)) for text in texts)


def _plain(text):
    """Return the text as small letters and digits with single spaces: no accents, apostrophes or invisible marks."""
    text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Mn"))
    text = re.sub(r"['’‘`´]", "", text)
    text = re.sub(r"(?<=[a-z])[013!@$](?=[a-z])", lambda found: found[0].translate(LOOKS_LIKE), text)
    text = " ".join(re.sub(r"[\W_]+", " ", text).split())
    # "s u i c i d e", and "diiiie".
    text = re.sub(r"\b(?:[a-z] ){3,}[a-z]\b", lambda found: found[0].replace(" ", ""), text)
    return re.sub(r"([a-z])\1{2,}", r"\1", text)
