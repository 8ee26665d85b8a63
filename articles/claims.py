# ruff: noqa: E501  (a pattern is read whole)
"""What a page about ketamine must not claim: rules over single sentences, each with its reason and source.

Pure functions over text. A rule that blocks keeps a page from being published until a person rewords it or a
clinician lets it stand with a reason; a rule that warns is shown. Sources name SAFETY rules of this project, guidelines
and studies of `references.json` by key.
"""

import re
from dataclasses import dataclass

# A claim that is denied, doubted or quoted as a warning is no claim: one of these words shortly before it.
DENIED = re.compile(
    r"\b(?:not|no|never|nobody|none|neither|nor|without|cannot|can't|won't|don't|doesn't|isn't|aren't|hasn't|haven't|"
    r"didn't|wasn't|unknown|unclear|unproven|whether|if|beware|wary|warns?|warning|myth|false|claims?|claiming|promises?|"
    r"promising|says? it|avoid|question|doubt|rather than|instead of)\b(?:[^.;:!?]{0,60})$",
    re.IGNORECASE,
)
KETAMINE = r"(?:ketamine|infusions?|the (?:treatment|drip|medicine)|this treatment|our treatment|treatments?)"
HEDGED = re.compile(
    r"\b(?:may|might|can|could|some|about|in (?:one|a|the|two|these)? ?stud|studies|trial|out of|percent|%|researchers|"
    r"thought to|think|seems?|often|rats?|mice|mouse|animals?|a few|for a time)\b|\[\d",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rule:
    """One thing a page must not say. `unless` excuses a sentence, `deniable` lets a denial stand before the match."""

    name: str
    pattern: re.Pattern
    message: str  # what to do
    reason: str
    source: str
    blocking: bool = True
    unless: re.Pattern | None = None
    deniable: bool = True

    def find(self, sentence):
        """Return the part of `sentence` that breaks this rule, or ""."""
        if self.unless and self.unless.search(sentence):
            return ""
        for match in self.pattern.finditer(sentence):
            if not (self.deniable and DENIED.search(sentence[: match.start()])):
                return match.group()
        return ""


def _rule(name, pattern, message, reason, source, *, blocking=True, unless="", deniable=True):
    compiled = re.compile(pattern, re.IGNORECASE)
    return Rule(
        name,
        compiled,
        message,
        reason,
        source,
        blocking,
        re.compile(unless, re.IGNORECASE) if unless else None,
        deniable,
    )


RULES = (
    _rule(
        "will-help",
        rf"\b{KETAMINE}\s+(?:will|does|is sure to|is going to|always)\s+(?!not\b|never\b)(?:\w+\s+)?"
        r"(?:help|work|lift|relieve|ease|improve|reduce|end|fix|heal|change|stop|take away)",
        "Say what happened in a study: “may”, “helped about … of 100”.",
        "Nobody can know that it helps this reader.",
        "SAFETY A2, A5; dean2021",
        unless=r"\bwill (?:raise|change) (?:your )?blood",
    ),
    _rule(
        "you-will-feel",
        r"\b(?:you|patients|people|they)(?:'ll| will| can expect to| are going to)\s+(?:soon |finally |quickly )?"
        r"(?:feel (?:better|good|well|happy|like yourself|relief|lighter)|get better|recover|be well|be free|wake up happy|"
        r"enjoy life|get your life back|notice (?:a|an) (?:big|clear)? ?(?:lift|improvement))",
        "Say that some people feel better, how many in a study, and for how long.",
        "A certain benefit is promised.",
        "SAFETY A2; ftc-health-2022",
    ),
    _rule(
        "proven",
        r"\b(?:proven|well[- ]established|undisputed|without (?:a )?doubt|beyond doubt|science[- ]backed|doctors know that)\b",
        "Name the study, how many people took part and what was not found.",
        "The fairest summary rates the evidence as very uncertain.",
        "SAFETY A2; dean2021",
    ),
    _rule(
        "safe",
        rf"\b{KETAMINE} (?:is|are|was|has been shown to be|is considered|has long been|remains) (?:very |quite |entirely |a |an )?"
        r"(?:safe|gentle|harmless|mild|low[- ]risk)|\b(?:safe|gentle|harmless) (?:treatment|therapy|option|medicine|way|"
        r"infusions?|and proven|for everyone|relief)\b|\bsafety (?:is|has been) proven",
        "Say what is done to lower risk, and what the risks are.",
        "It has not been shown to be safe for this use, and long-term risks are not known.",
        "SAFETY A7; fda-compounded-2023",
    ),
    _rule(
        "fewer-side-effects",
        r"\b(?:few(?:er)?|hardly any|almost no|minimal|negligible|only mild|little to no|free of|zero) (?:\w+ )?"
        r"(?:side[- ]effects|risks)|\bside[- ]effects (?:are|is) (?:rare|mild and|always|only)|\bwell[- ]tolerated\b",
        "List the side effects and how often they happened.",
        "There is no fair comparison, and risks get the same care as benefits.",
        "SAFETY A8, F6; crane2023",
    ),
    _rule(
        "fda-approved",
        r"\bfda[- ](?:approved|cleared|authorized|endorsed|backed)\b|\bapproved by the fda\b|\bfda approval of (?:iv )?ketamine",
        "Say that the FDA has not approved IV ketamine for depression.",
        "Its approval is for anesthesia alone.",
        "SAFETY F4, B1; ketamine-label; fda-compounded-2023",
        unless=r"anesthe|esketamine|spravato|nasal|only (?:one|form)|other (?:medicine|drug|treatment)|antidepressants? (?:that|is|are)"
        r"|is there an?|does the fda",
    ),
    _rule(
        "spravato-supports",
        r"\b(?:spravato|esketamine)\b[^.]*\b(?:so|which means|this means|that means|proves|shows that|therefore|just like|"
        r"the same goes for)\b[^.]*\bketamine\b|\bketamine\b[^.]*\b(?:like|as|because)\b[^.]*\b(?:spravato|esketamine)\b[^.]*"
        r"\b(?:approved|works)",
        "Take the comparison out: another drug's approval says nothing about this use.",
        "Esketamine is another product, studied and approved on its own.",
        "SAFETY A14; spravato-label",
    ),
    _rule(
        "better-than",
        r"\b(?:better|safer|gentler|kinder|faster|quicker|stronger|more effective|superior|more powerful|works faster|works better)"
        r"(?: \w+){0,2} (?:than|to) (?:\w+ ){0,2}(?:antidepressants?|pills?|medicines?|medications?|ssris?|tms|talk therapy|therapy|"
        r"other (?:treatments?|options?|medicines?)|traditional|anything|any other|everything|usual care|prozac|zoloft)",
        "Take the comparison out, or name the trial that made it.",
        "No fair comparison with these treatments is in the sources.",
        "SAFETY A8",
    ),
    _rule(
        "works-in-hours",
        r"\b(?:works?|relief|helps?|better|results?|acts?|improve\w*|lifts?)\b[^.]{0,40}\b(?:within|in|after) (?:just |only |a few |mere )?"
        r"(?:an |one |two |\d+ )?(?:hours?|minutes?|a day|one day|one session|a single session|one infusion)\b"
        r"|\b(?:fast|rapid|instant|immediate|quick|same-day)[- ](?:acting )?(?:relief|results|recovery|improvement)\b",
        "Say how many people, compared with what, and that it often fades.",
        "Speed is half the finding; how soon it fades is the other half.",
        "SAFETY A3; newport2015; murrough2013repeat",
        unless=HEDGED.pattern,
    ),
    _rule(
        "lasting",
        r"\b(?:lasting|permanent|long[- ]term|long[- ]lasting|lifelong|sustained|durable) (?:relief|results?|benefits?|remission|"
        r"recovery|effects?|improvement|change|freedom|wellness)\b|\b(?:for good|for ever|forever|once and for all)\b",
        "Say how long it lasted in studies, and that it fades for many.",
        "Among those it helped, half had relapsed within weeks.",
        "SAFETY A2; murrough2013repeat",
        unless=r"\b(?:how|long-term effects|may|unknown|risk|harm|bladder|studies of|need|more (?:research|studies))\b",
    ),
    _rule(
        "success-rate",
        r"\b(?:success rates?|\d+ ?% (?:success|effective|of (?:our )?patients)|works for (?:everyone|most|nearly|almost)|"
        r"always works|never fails|high(?:ly)? effective|extremely effective|remarkably effective|powerful(?:ly)? effective)\b",
        "Give numbers out of 100 with the comparison group and the size of the study.",
        "A rate of its own, with no comparison, claims more than is known.",
        "SAFETY A3, A12, G5",
    ),
    _rule(
        "brain-repair",
        r"\b(?:repair|heal|reset|rewire|reboot|regrow|restore|regenerate|fix|recharge|rejuvenate|retrain)(?:s|es|ing|ed)?\b"
        r"(?:\s+\w+){0,4}\s+(?:brain|neurons?|brain cells?|synapses|neural pathways?|circuits?|connections)",
        "Write “researchers think it may help brain cells form new connections for a time”.",
        "How it works is not settled, and the findings on connections are from animals.",
        "SAFETY A6, A13; zanos2018mp; li2010",
        unless=r"\b(?:rats?|mice|mouse|animals?|researchers think|thought to)\b",
    ),
    _rule(
        "animal-as-human",
        r"\b(?:grows?|growing|creates?|builds?|sprouts?|forms?) (?:new )?(?:brain cells|neurons|synapses|(?:new )?connections)",
        "Say that this was seen in animals, or “researchers think”.",
        "Animal findings are called animal findings.",
        "SAFETY A6; li2010; autry2011",
        unless=r"\b(?:rats?|mice|mouse|animals?|researchers|think|thought|may|idea|not known)\b",
        blocking=False,
    ),
    _rule(
        "simple-cause",
        r"\b(?:chemical|serotonin|brain) imbalance|\bdepression is (?:simply|just|only|caused by)\b|\blow serotonin causes",
        "Take it out: depression has many causes.",
        "Depression is no simple brain chemical problem.",
        "SAFETY A13, C3",
    ),
    _rule(
        "prevents-suicide",
        r"\b(?:prevent|stop|end|eliminate|cure|erase)(?:s|ed|ing)?\b(?:\s+\w+){0,3}\s+(?:suicide|suicidal|thoughts of suicide)"
        r"|\b(?:lower|reduce|cut)(?:s|d|ing)? (?:the |your )?(?:risk|rate|chance)s? of (?:\w+ )?suicide|\bsaves? lives\b|\blife-saving\b",
        "Write “It has not been shown to prevent suicide.”",
        "No study shows that it prevents suicide.",
        "SAFETY C8",
        unless=r"\b(?:988|lifeline|hotline|call|calling|talking|safety plan|seat ?belt)\b",
    ),
    _rule(
        "care-in-crisis",
        r"\b(?:ketamine|infusions?|our clinic|we|book|appointment)\b[^.]*\b(?:crisis|emergency|suicidal|thinking (?:about|of) suicide)\b"
        r"|\b(?:crisis|emergency|suicidal|thinking (?:about|of) suicide|want to die)\b[^.]*\b(?:ketamine can|ketamine may|book|"
        r"schedule|our clinic can|come to us|infusion can|infusions can|call our)",
        "Say “This clinic is not an emergency service” and give 988 and 911.",
        "Ketamine is never offered as the answer to a crisis.",
        "SAFETY C7",
        unless=r"\b(?:988|911|emergency room|not an? (?:emergency|crisis)|lifeline|stud(?:y|ies)|trials?|people|reported|tell us|had thoughts)\b",
        blocking=False,
    ),
    _rule(
        "method",
        r"\b(?:overdos(?:e|ed|ing)|hang(?:ed|ing) (?:him|her|your|them)sel|shot (?:him|her)self|slit(?:ting)?|jump(?:ed|ing)? (?:from|off)|"
        r"swallow(?:ed|ing)? (?:\w+ ){0,4}pills|cut(?:ting)? (?:your|his|her|their) wrists?|carbon monoxide|suicide note)\b",
        "Take the detail out: no methods, places or notes.",
        "Details of a method can lead to imitation.",
        "SAFETY C2; safemsg2019",
        unless=r"\b(?:accidental|naloxone|ketamine overdose|too much ketamine|poison control)\b",
        deniable=False,
    ),
    _rule(
        "drama",
        r"\bepidemic\b|\b(?:dies?|deaths?|suicides?|someone|takes? (?:his|her|their) (?:own )?li\w+)\b[^.]*\bevery \d+ (?:seconds|minutes|hours)\b|\bsilent killer\b|\bskyrocket\w*|\balarming\w*|\btragic\w*|\bravag\w*|"
        r"\bnightmare\b|\bdesperate\w*|\bsuffering in silence\b",
        "Say it plainly, without alarm.",
        "Alarm about depression and suicide harms readers who live with them.",
        "SAFETY C4; safemsg2019",
        deniable=False,
    ),
    _rule(
        "person-first",
        r"\b(?:the|a|an) (?:depressed|suicidal|mentally ill|schizophrenic|bipolar)(?=[.,;:!?]|\s+(?:who|are|is|often|and|need|should)\b|$)"
        r"|\b(?:depressives|schizophrenics|addicts|the mentally ill)\b|\bsuicidal (?:people|patients?|persons?|individuals?)\b",
        "Write “a person with depression”, “a person thinking about suicide”.",
        "A person is more than an illness.",
        "SAFETY C11; safemsg-guide",
        deniable=False,
    ),
    _rule(
        "dose",
        r"\b\d+(?:\.\d+)? ?(?:mg|milligrams?|mcg|micrograms?)\b",
        "Take the dose out, or say that it is the one a study used.",
        "The site gives no dose advice.",
        "SAFETY F10",
        unless=r"\b(?:stud(?:y|ies)|trials?|used in|label|researchers)\b",
        deniable=False,
    ),
    _rule(
        "at-home",
        r"\b(?:at[- ]home|home[- ]based|mail[- ]order|by mail|in your own home|from your couch|take[- ]home|do-it-yourself) "
        r"(?:ketamine|treatments?|infusions?|sessions?|kits?|lozenges?|use)|\bketamine (?:at home|by mail|lozenges|troches|gummies|nasal sprays? at home)\b",
        "Take it out, or carry the FDA's alert on compounded ketamine beside it.",
        "The FDA warns of ketamine taken at home without monitoring.",
        "SAFETY B11, F10; fda-compounded-2023",
        unless=r"\b(?:fda|alert|warn\w*|risk|risky|danger|not monitored|no one|nobody)\b",
    ),
    _rule(
        "stop-medicine",
        r"\b(?:stop|quit|skip|come off|throw away|cut out|get off|taper|replace) (?:taking )?(?:your|their|all|the|other|these)? ?(?:usual |daily |own )?"
        r"(?:medicines?|medications?|antidepressants?|pills|benzodiazepines?|meds|prescriptions?)",
        "Write “Do not stop or change a medicine without asking your doctor.”",
        "Stopping a medicine suddenly can harm.",
        "SAFETY B3, B10",
    ),
    _rule(
        "relative-only",
        r"\b(?:twice|three times|four times|\d+ times|double|doubles|doubled|triple|triples) (?:as |more |the )?(?:likely|effective|"
        r"chance|odds|rate|good|fast|often)|\b\d+ ?(?:%|percent) (?:more|less|higher|lower|fewer|greater|better|faster|reduction|drop|improvement)",
        "Give both groups out of 100.",
        "A figure without its base sounds larger than it is.",
        "SAFETY G5",
    ),
    _rule(
        "most-people",
        r"\b(?:most|nearly all|almost all|almost everyone|the (?:vast )?majority of|nine (?:in|out of) ten|countless|thousands of) "
        r"(?:our )?(?:people|patients|clients|those|adults)?\s*(?:\w+ ){0,3}(?:improve|respond|recover|benefit|feel better|get better|"
        r"find relief|see results|felt better|got better|helped)",
        "Give the number with its source and comparison group.",
        "“Most” is a number without a source.",
        "SAFETY A3, A10",
        unless=r"\[\d|\b(?:did not|do not|no longer|lost|relapsed|faded)\b",
    ),
    _rule(
        "urgency",
        r"\b(?:act now|act fast|today only|limited (?:spots?|time|offer|availability|openings)|spots? (?:left|remaining|available)|"
        r"don't wait|do not wait|hurry|before it(?:'s| is) too late|last chance|while (?:spots|space) lasts?|filling (?:up )?fast|"
        r"why wait|don't delay|offer ends)\b",
        "Take it out: no pressure.",
        "A person in depression is not to be hurried.",
        "SAFETY F7",
        deniable=False,
        unless=r"\b(?:988|911|emergency)\b",
    ),
    _rule(
        "booking-push",
        r"\b(?:book|schedule|reserve|claim|secure|sign up for) (?:your|an?|now|today|yours)\b|\bcall (?:us )?(?:now|today)\b|\bget started today\b|"
        r"\btake the first step\b|\bstart your (?:journey|healing|treatment)\b|\bjoin (?:the )?(?:hundreds|thousands)\b",
        "Say “We will call you” and leave the choice to the reader.",
        "The page informs; it does not sell.",
        "SAFETY F7; DESIGN 2",
        unless=r"\b(?:988|911|your doctor|emergency)\b",
        deniable=False,
    ),
    _rule(
        "discount",
        r"\b(?:discounts?|\d+ ?% off|percent off|coupons?|special (?:price|pricing|rate|offer)|package (?:deals?|pricing)|free (?:consultation|"
        r"consult|session|trial|infusion)|buy (?:one|\d)|gift cards?|refer a friend|membership savings|easy financing|0% financing)\b",
        "Take it out.",
        "No discounts, packages or offers.",
        "SAFETY F7",
    ),
    _rule(
        "affordable",
        r"\b(?:affordable|cheap(?:er|est)?|low[- ]cost|inexpensive|budget[- ]friendly|cost[- ]effective|great value|worth every penny)\b",
        "Give the clinic's dated price list, or say how to ask.",
        "A course costs thousands of dollars; “affordable” is not for us to say.",
        "SAFETY F8",
    ),
    _rule(
        "insurance-promise",
        r"\binsurance (?:will|does|usually|always|often|plans)? ?(?:covers?|pays?)\b|\bcovered by (?:most |your |all )?insurance\b|\bno out[- ]of[- ]pocket\b",
        "Say what insurance often does and does not do, with its source.",
        "Most plans do not pay for IV ketamine for depression.",
        "SAFETY F8",
        unless=r"\b(?:may|some|spravato|esketamine|your plan|parts?|rarely)\b|\[\d",
        blocking=False,
    ),
    _rule(
        "testimonial",
        r"\b(?:our|one|another|a recent|a former|a grateful|happy|satisfied|many of our) (?:patients?|clients?) (?:say|says|said|tell|told|report|"
        r"reports|reported|describes?|wrote|writes|share|shares|felt|feel)\b|[“\"][^”\"]*\b(?:saved my life|gave me my life back|changed my life|"
        r"I (?:finally )?feel (?:like myself|alive|normal))[^”\"]*[”\"]|\b(?:five|5)[- ]stars?\b|★|\brated \d|\breviews? on google",
        "Take it out: no testimonials, ratings or stories.",
        "None was given to us, and a story says nothing about the next person.",
        "SAFETY E1, E3; ftc-endorse-2023; ftc-reviews-2024",
        deniable=False,
        unless=r"\b(?:in (?:a|one|the) (?:study|trial|survey)|researchers)\b|\[\d",
    ),
    _rule(
        "praise",
        r"\b(?:critical option|vital option|game[- ]chang\w+|life[- ]chang\w+|remarkabl[ey]|amazing\w*|incredibl[ey]|astonishing\w*|extraordinar\w+|promising (?:new )?"
        r"(?:hope|cure|answer)|powerful (?:new )?(?:treatment|therapy|tool|medicine)|leading (?:clinic|expert|provider)|best (?:clinic|care|"
        r"treatment|choice|option|doctors?)|premier|renowned|award[- ]winning|top (?:doctors?|clinic)|trusted by|unparalleled|next[- ]generation|"
        r"innovative|advanced (?:therapy|treatment))\b",
        "Say what it is, without praise.",
        "The overall impression is part of the claim.",
        "SAFETY A2, F2",
    ),
    _rule(
        "spa",
        r"\b(?:healing journey|wellness journey|journey to (?:wellness|healing|recovery)|path to healing|transform(?:s|ing|ative)? your|unlock\w*|"
        r"reclaim your|rediscover|new lease on life|inner peace|bliss\w*|sacred|ceremony|spa[- ]like|detox\w*|holistic|mind[- ]body|rebirth)\b",
        "Use plain words for what happens.",
        "A medical visit is not sold as an experience.",
        "SAFETY F7; DESIGN 2",
        deniable=False,
        blocking=False,
    ),
    _rule(
        "not-risky",
        r"\b(?:natural (?:treatment|remedy|therapy|medicine|relief)|painless|non[- ]?addictive|cannot become addicted|not habit[- ]forming|"
        r"no (?:known )?(?:risks?|downsides?|danger)|nothing to (?:lose|fear|worry about)|risks? (?:is|are) (?:tiny|minimal|negligible))\b",
        "Name the risk and what is done about it.",
        "Ketamine can be misused and has real risks.",
        "SAFETY A7, B5",
        deniable=False,
        unless=r"\b(?:not painless|is not)\b",
    ),
    _rule(
        "many-conditions",
        r"(?:\b(?:anxiety|ptsd|ocd|bipolar|chronic pain|migraines?|fibromyalgia|addiction|alcohol use|eating disorders?|adhd|autism|insomnia|"
        r"postpartum|depression|crps|lyme)\b[^.]*){4}",
        "Name one condition and its evidence. Take the list out.",
        "A list of conditions reads as an offer to treat them.",
        "SAFETY F5",
        unless=r"\b(?:not approved|has not|have not|rule out|also look like|screen|history of|tell us|ask about|if you have)\b",
    ),
    _rule(
        "diagnosis",
        r"\byou (?:probably |clearly |likely |almost certainly )?(?:have|suffer from|are suffering from) (?:[\w-]+ ){0,2}"
        r"(?:depression|trd|ptsd|bipolar|a disorder)\b(?![^.]*\b(?:and|when|ask|talk|should))",
        "Leave the diagnosis to a clinician: “A clinician can tell you”.",
        "A page cannot diagnose its reader.",
        "SAFETY C9",
        unless=r"\b(?:if|when|whether|may|might)\b",
    ),
    _rule(
        "last-resort",
        r"\b(?:last (?:resort|hope|chance|option)|only (?:hope|option left|way out|answer)|run(?:ning)? out of (?:options|choices)|nothing else (?:works|worked|helps)|"
        r"tried everything|when all else fails|end of the (?:line|road))\b",
        "Name the other choices: medicines, talk therapy, TMS, ECT, esketamine.",
        "There are other treatments; hopelessness is not to be fed.",
        "SAFETY A2; EVIDENCE 1; fava2018",
    ),
    _rule(
        "cheer",
        r"\w!(?:\s|$)",
        "End the sentence with a full stop.",
        "No cheer, no fear.",
        "SAFETY G6; DESIGN 2",
        blocking=False,
        deniable=False,
    ),
    _rule(
        "link-words",
        r"\b(?:click here|tap here|learn more|read more|find out more)\b",
        "Let the link say where it goes.",
        "Screen readers list links without their sentence.",
        "DESIGN 2; WCAG 2.4.4",
        blocking=False,
        deniable=False,
        unless=r"\b(?:read more about|learn more about|find out more about)\b",
    ),
    _rule(
        "british",
        r"\b(?:an?aesthe\w+|colours?|behaviours?|programmes?|centres?|tumours?|haem\w+|oestrogen|paediatric\w*|signalling|counselling|whilst|"
        r"licence|judgement|favour\w*|labour|fibre|hospitalis\w+|recognis\w+|realis\w+|organis\w+)\b",
        "Use the American spelling.",
        "One spelling throughout.",
        "SAFETY G8",
        blocking=False,
        deniable=False,
        unless=r"\ban?esthe",
    ),
    _rule(
        "stigma",
        r"\b(?:commit(?:s|ted|ting)? suicide|crazy|insane|psycho|lunatic|junkies?|drug abusers?|clean (?:and sober|from drugs)|weak[- ]willed|"
        r"snap out of|just (?:cheer up|think positive)|attention[- ]seeking|cry for help|(?:suffers?|suffering) from (?:mental illness|depression))\b",
        "Use plain, person-first words.",
        "Judging words keep people from asking for help.",
        "SAFETY C1, C11; safemsg-guide",
        deniable=False,
    ),
    _rule(
        "experience-needed",
        r"\b(?:the (?:deeper|stronger|more intense)|stronger (?:trip|experience|dissociation))[^.]*\b(?:better|more (?:benefit|healing|relief))\b|"
        r"\byou (?:need|must have|have) to (?:trip|dissociate|let go)\b|\bpsychedelic (?:journey|experience|trip)\b",
        "Say that a strong experience is not needed.",
        "The link is weak and was found afterwards.",
        "EVIDENCE 2; luckenbaugh2014; williams2018",
    ),
    _rule(
        "alone-after",
        r"\b(?:drive (?:yourself )?home|go (?:straight )?back to work|return to work the same day|drive (?:the same|later that) day)\b",
        "Write “No driving for 24 hours; someone takes you home.”",
        "No driving or risky tasks for 24 hours after ketamine.",
        "SAFETY B9; ketamine-label",
        unless=r"\b(?:someone|who will|a friend|another person|take you|next day|after 24|until)\b",
    ),
)


def find(sentence):
    """Return [(rule, the words that break it)] for one sentence."""
    return [(rule, words) for rule in RULES if (words := rule.find(sentence))]
