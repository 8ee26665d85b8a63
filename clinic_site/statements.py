"""
The shared texts every page may carry, as they stand until the clinic words its own.

Source: the project's safety rules for wording, B1 (off-label), B3 (not a substitute), B4 (results vary) and B5
(risk line). They are kept here as well as in the database so that a page can be shown while no database answers.
"""

DEFAULTS = {
    "off_label": (
        "The FDA has approved IV ketamine for use as an anesthetic. It has not approved it for depression, PTSD or "
        'any other mental health problem. Using it for depression is called "off-label" use. The law lets doctors '
        "do this. But the FDA has not checked how well it works, or how safe it is, for that use."
    ),
    "not_substitute": (
        "This page is general information for adults. It is not medical advice and does not replace care from your "
        "own doctor or therapist. Do not start or stop any medicine because of what you read here. Talk with someone "
        "who knows your health history."
    ),
    "results_vary": (
        "Ketamine does not help everyone. When it helps, the effect often fades. A few people feel worse."
    ),
    "risk_line": (
        "Ketamine can raise blood pressure, slow breathing, cause confusing or frightening feelings, and be misused. "
        "Long-term risks are not fully known."
    ),
    "form": (
        "We use your number only to call you, and we never sell it. On the phone we say only a first name and a "
        "number until you tell us we have reached the right person."
    ),
    "crisis_script": (
        "1. Stay on the line. Speak slowly. Say your first name and that you are glad they told you.\n"
        "2. Ask plainly: Are you thinking about suicide? Are you in danger right now? Where are you?\n"
        "3. In danger now: ask them to call 911, or call 911 yourself with the address they give. Stay on the line.\n"
        "4. Not in danger this minute: offer to connect them with 988 while you are both on the line.\n"
        "5. Do not promise secrecy, do not argue, do not give medical advice.\n"
        "6. Tell the clinician on duty at once, then write down what was done and when."
    ),
}
