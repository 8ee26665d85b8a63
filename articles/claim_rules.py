# ruff: noqa: E501  (a pattern is read whole)
"""What no sentence may claim: what each rule finds, what to do about it, why, and where that is written.

Sources name the project's safety rules (SAFETY), its evidence file (EVIDENCE), its design (DESIGN), and guidelines and
studies of `references.json` by key. Each rule is made of several patterns, matched against a sentence in its `plain`
form: straight quotes and hyphens, no short forms ("will not" for "won't").
"""

import re

from .claim_sentences import Rule

# What a claim is made about.
DRUG = r"(?:ketamine|infusions?|drips?|sessions?|treatments?|therapy|the (?:medicine|drug)|our (?:medicine|clinic|team|care))"
IT = rf"(?:{DRUG}|it|this|they|we)"
# What it is said to do away with.
ILL = (
    r"(?:depressions?|depressive|symptoms?|sadness|darkness|despair|suffering|misery|hopelessness|anxiety|ptsd|low moods?|"
    r"mental illness|the blues|emotional pain|trauma|heavy feelings?|suicidal|suicide|wish to die|urge to die)"
)
OTHER = (
    r"(?:antidepressants?|pills?|tablets|medicines?|medications?|meds|drugs|ssris?|tms|ect|electroconvulsive|shock therapy|talk therapy|"
    r"psychotherapy|counseling|therapy|other (?:\w+ )?(?:treatments?|options?|medicines?|medications?|drugs)|(?:every|any|all) other|traditional|"
    r"conventional|standard|anything|everything|usual care|prozac|zoloft|lexapro|celexa|paxil|effexor|cymbalta|wellbutrin|electroshock|lithium|what you)"
)
MEDICINE = r"(?:medicines?|medications?|antidepressants?|pills|tablets|benzodiazepines?|meds|prescriptions?|ssris?|lithium|prozac|zoloft|lexapro|celexa|paxil|effexor|cymbalta|wellbutrin|abilify|xanax)"
PEOPLE = r"(?:people|patients|clients|those|adults|men|women|users|families)"
WELL = (
    r"(?:feel(?:s|ing)? (?:\w+ )?(?:better|good|great|well|happy|happier|hopeful|relief|lighter|like (?:yourself|themselves|a new|new))|"
    r"felt (?:\w+ )?(?:better|relief)|get(?:s|ting)? (?:much )?better|got (?:much )?better|recover(?:s|ed|y)?|improv(?:e|es|ed|ement)|"
    r"respond(?:s|ed)?|benefit(?:s|ed)?|be (?:well|free|cured)|heal(?:s|ed)?|find relief|found relief|see results|success)"
)
SOON = (
    r"(?:(?:with)?in (?:just |only |about |a few |mere )?(?:an |one |two |\d+ )?(?:hours?|minutes?|a day|one day|days)|overnight|(?:that |the )?same[- ]day|"
    r"right away|straight away|immediately|instantly|at once|by (?:the (?:weekend|evening|next morning)|tomorrow|tonight)|in no time|"
    r"before you leave|the moment|after (?:just |only )?(?:one|a single|your first|the first) (?:visit|session|infusion|treatment|drip)|in one (?:visit|session|day)|"
    r"in (?:a|one) single (?:visit|session))"
)
# A sentence that denies, doubts, asks, counts or warns somewhere.
HONEST = (
    r"\b(?:not|no|never|nobody|none|nothing|neither|nor|cannot|without|may|might|can|could|some|many|often|if|whether|unless|until|ask|asks|unknown|unclear|"
    r"stud(?:y|ies|ied)|trials?|research\w*|report\w*|review\w*|evidence|mixed|thought|placebo|midazolam|comparison|compared|risks?|side effects?|worse|wors\w+|fad(?:es?|ed|ing)|out of|about|only|"
    r"label|alert|warn\w*|wary|skeptical|false|wrong|claims?|hope that|less|small(?:er)?|chance|harm\w*|what|how|which|why|when|after|before|instead)\b|\[\d|\d|\?"
)
# A finding of a study, told as one.
STUDIED = (
    r"\[\d|\b(?:stud(?:y|ies)|trials?|researchers|compared (?:with|to)|placebo|midazolam|review of|reviewers|survey)\b"
)
HEDGED = (
    r"\b(?:may|might|for some|some (?:people|patients)|about|stud(?:y|ies)|trials?|out of|percent|%|researchers|thought to|seems?|often|"
    r"rats?|mice|mouse|animals?|a few people|for a time|not everyone|many)\b|\[\d"
)
IN_ANIMALS = (
    r"\b(?:rats?|mice|mouse|animals?|researchers|scientists think|think|thought to|thought|may|idea|not known|theory)\b"
)
DANGER = r"\b(?:988|911|lifeline|hotline|emergency room|in danger)\b"
ASK_DOCTOR = r"\b(?:your (?:own )?doctor|your prescriber|unless|talk with|without (?:asking|talking)|before you)\b"


def _rule(name, patterns, message, reason, source, *, blocking=True, unless="", deniable=True):
    return Rule(
        name,
        re.compile("|".join(patterns), re.IGNORECASE),
        message,
        reason,
        source,
        blocking,
        re.compile(unless, re.IGNORECASE) if unless else None,
        deniable,
    )


RULES = (
    # --- Promises of benefit
    _rule(
        "will-help",
        (
            rf"\b{DRUG}\s+(?:will|does|is sure to|is going to|is certain to|always|really|truly)\s+(?!not\b|never\b)(?:\w+\s+)?(?:help|work|lift|relieve|ease|"
            r"improve|reduce|end|fix|heal|change|stop|take away)",
            r"\bit (?:will|really does|always does) (?:work|help you|lift|heal)\b|\b(?:that|which) (?:really|actually|finally) (?:works|helps)\b",
            r"\bfinally,? (?:something|a (?:treatment|medicine|therapy)|relief|an answer)\b|\bthe answer (?:you|to (?:your|depression))",
            rf"\b(?:{DRUG}|it) works\b[.!]?$|: (?:ketamine|it) works\b",
        ),
        "Say what happened in a study: “may”, “helped about … of 100”.",
        "Nobody can know that it helps this reader.",
        "SAFETY A2, A5; dean2021",
        unless=r"\bwill (?:raise|change) (?:your )?blood|\bhow (?:well )?(?:it|ketamine) works\b",
    ),
    _rule(
        "you-will-feel",
        (
            rf"\b(?:you|patients|people|they|everyone)(?: will| can expect to| are going to| are sure to)\s+(?:soon |finally |quickly |all )?(?:{WELL}|"
            r"wake up happy|enjoy life|smile|get your life back|be back to|love life|leave (?:happy|with hope|feeling)|notice (?:a|an) (?:big|clear)? ?(?:lift|improvement))",
            r"\bback to (?:your|their|his|her) old sel(?:f|ves)\b|\b(?:like|into|as) a (?:whole )?(?:new|different) person\b|\bfeel(?:ing)? (?:alive|human|whole|normal) again\b",
            r"\b(?:your|a) (?:new|happier|better|brighter) (?:life|you|self|future|tomorrow)\b|\ba happier you\b|\bget (?:your|their) li(?:fe|ves) back\b",
            r"\bfeel the difference\b|\bready to feel (?:better|good|well|alive)\b|\bsee (?:their|your) depression lift\b",
            r"\b(?:start|begin|back to|keep) (?:living|enjoying|loving) (?:life|again|your)\b|\bliv(?:e|ing) (?:fully )?again\b|\bsay (?:hello|goodbye|good-bye) to\b|\bbelieve in (?:life|yourself)\b|\b(?:truly|really) makes a difference\b|\bresults you can feel\b",
            r"\b(?:take|get|win|give (?:you|people|them)|bring) (?:back )?(?:control of )?(?:your|their|his|her|my) (?:\w+ )?(?:life|lives|spark|smile|joy|self|family|old life|world|energy|wife|husband)(?: back)?\b|\b(?:his|her|their|my|a) (?:wife|husband|mother|father|son|daughter|life|smile|marriage) back\b|\bbrighten\w*\b|\blight at the end\b|\bcome alive\b|\bcolors? (?:back|return)|\bsmile again\b",
            r"\b(?:turn|switch|bring)s? the lights? (?:back )?on\b|\byou deserve (?:to|relief|a|better|happiness)\b|\bexpect to (?:wake|feel|be|leave|smile)\b|\b(?:leaves?|left|walks? (?:out|away)) (?:\w+ )?(?:smiling|happy|changed|lighter|hopeful)\b|\byour (?:happiness|joy|smile|mood)\b[^.]*\b(?:will|back|return\w*)\b|\b(?:their|the) spark\b",
        ),
        "Say that some people feel better, how many in a study, and for how long.",
        "A certain benefit is promised.",
        "SAFETY A2; ftc-health-2022",
        unless=r"\bwill (?:\w+ )?(?:recover|improve) from (?:the )?(?:drip|anesthe)",
    ),
    _rule(
        "promise",
        (
            r"\b(?:we|i) (?:can )?(?:promise|assure|are (?:certain|sure|confident)|know)\b[^.]{0,25}\b(?:you|it will|results?|relief|ketamine|this will|treatment|infusions?)\b(?! (?:a )?call)",
            r"\byou have our word\b|\brest assured\b|\bcan(?:not|'t| not) (?:possibly )?(?:fail|go wrong|lose)\b|\b(?:never|does not|will not) (?:fails?|disappoint\w*|let you down)\b|\bwithout fail\b|"
            r"\bresults? you can (?:count|rely) on\b|\byou can (?:count|rely) on (?:it|ketamine|results|this)\b|\bsure (?:thing|way|fire)\b|\bfoolproof\b",
        ),
        "Take the promise out: nobody can say beforehand whom it helps.",
        "A promise of benefit needs proof that does not exist.",
        "SAFETY A2; ftc-health-2022",
        unless=r"\bwe know (?:little|that not)|\bcall you|\bpromise (?:to call|you a call)|" + STUDIED,
    ),
    _rule(
        "works-for-all",
        (
            r"\b(?:works?|helps?|is right|is good|succeeds?) (?:for |with )?(?:everyone|everybody|anyone|anybody|all (?:of )?(?:our )?(?:patients|people)|(?:nearly|almost) (?:everyone|everybody|all)|every patient|most\b|whoever)",
            rf"\b(?:everyone|everybody|anyone|every one of our patients|(?:nearly|almost|practically|virtually) (?:everyone|everybody)|all (?:of )?our patients|every (?:one of our )?patients?|each patient|no one)\b[^.]{{0,30}}\b(?:{WELL}|leaves? (?:happy|well|with)|walks? (?:out|away) (?:happy|feeling))",
            r"\balways (?:works|helps)\b",
        ),
        "Say for how many out of 100, compared with what; and that it does not help everyone.",
        "It does not help everyone, and nobody knows beforehand whom it helps.",
        "SAFETY B4; dean2021",
        unless=r"\b(?:did|does|do) not\b[^.]{0,20}\b(?:everyone|everybody|all|most)\b|\bno one (?:knows|can)\b|"
        + STUDIED,
    ),
    _rule(
        "wipes-out",
        (
            rf"\b(?:wip(?:es?|ed|ing) (?:out|away)|eras(?:es?|ed|ing)|banish\w*|eliminat\w+|eradicat\w+|obliterat\w+|vanquish\w*|crush(?:es|ed)?|gets? rid of|getting rid of|clear(?:s|ed|ing)? (?:away|up)|puts? (?:an )?ends? to|"
            rf"(?:leav|put)(?:es?|s|ing)? (?=\w+ behind)|ends?|ended|revers\w+|undo(?:es|ing)?|free(?:s|d)? (?:you|them|people) (?:from|of)|tak(?:es?|ing) away|dissolv\w+|melt(?:s|ed|ing)? (?:away )?|"
            rf"destroy(?:s|ed)?|kick(?:s|ed)?|defeat\w*|conquer\w*|overcom(?:es?|ing)|beat(?:s|ing)?|lift(?:s|ed) (?:the )?(?:fog|veil|cloud)s? of)\b(?: \w+){{0,4}}? {ILL}\b",
            r"\b(?:depression|sadness|symptoms|despair|darkness|hopelessness|low mood)\b(?: \w+){0,4}? (?:gone|vanish(?:es|ed)?|disappear(?:s|ed)?|melt(?:s|ed)? away|go(?:es)? away|evaporates?|a thing of the past|behind you)\b",
            r"\b(?:depression|it|they) (?:will )?(?:not|never) (?:come|comes|return|returns)(?: back)?\b|\byears of sadness\b",
            r"\b(?:depression|it) (?:does not|will not|doesn\'t) stand a chance\b|\b(?:tackl|attack|fight|treat)(?:s|es|ing)? (?:\w+ )?depression at (?:its|the) (?:root|source|core)\b|\broot cause\b|\bfreedom from (?:\w+ )?depression\b|\bfree of depression\b",
            r"\b(?:we|ketamine|infusions?|it) (?:will )?(?:fix|heal|cure|crush|beat|end|stop|break|silence|shatter|lift)(?:e?s)? (?:the |your |away )?(?:\w+ ){0,2}?(?:depression|anxiety|ptsd|ocd|sadness|blues|pain|cycle|darkness|grip)\b|\b(?:depression|sadness|darkness|symptoms)\b (?:\w+ )?(?:melts?|fades? away|dissolves?|crumbles?|is history|loses its grip|releases?)\b|\bbeat the blues\b",
            r"\b(?:depression|sadness) (?:has|have|had|will)? ?(?:finally )?(?:met|meets?) (?:its|their) match\b|\bno match for\b|\bsay (?:farewell|goodbye|good-bye|so long) to\b|\bbid (?:farewell|goodbye)\b|\bleave (?:\w+ )?(?:depression|sadness|pills) behind\b",
        ),
        "Say how many people had fewer symptoms, compared with what, and for how long.",
        "It is no cure: for many people nothing changes, and for many others it fades.",
        "SAFETY A2, A9; murrough2013repeat",
        unless=STUDIED + r"|\bto end (?:the|your) (?:visit|drip)|\b(?:safety plan|988)\b" + r"|" + r"\bhas not gone\b",
    ),
    _rule(
        "proven",
        (
            r"\b(?:proven|well[- ]established|undisputed|without (?:a |any )?(?:doubt|question)|beyond (?:doubt|question)|science[- ]backed|evidence[- ]based miracle|doctors know that)\b",
            r"\b(?:research(?:ers)?|science|scientists|studies|trials|evidence|data|doctors|experts) (?:has |have |now )?(?:clearly )?(?:confirm(?:s|ed)?|prove[sd]?|agree|leaves? no doubt|guarantee)\b",
            r"\b(?:the )?(?:evidence|science|data) (?:is|are) (?:\w+ )?(?:clear|strong|overwhelming|solid|settled|compelling|in)\b",
            r"\b(?:no|little) doubt (?:that|about)\b",
            r"\b(?:it is|is) a (?:proven |known )?fact\b|\b(?:countless|numerous|many|dozens of|hundreds of) (?:stud(?:y|ies)|trials) (?:\w+ )?(?:confirm|show|prove|back|agree)\w*\b",
            r"\b(?:stud(?:y|ies)|science|research|evidence|trials|results) (?:leaves?|removes?|speaks? for)\b|\bspeaks? for (?:itself|themselves)\b|\b(?:scientifically|medically|clinically) (?:validated|backed|supported|tested|verified|established)\b",
        ),
        "Name the study, how many people took part and what was not found.",
        "The fairest summary rates the evidence as very uncertain.",
        "SAFETY A2; dean2021",
        unless=r"\bexperts agree that (?:more|nobody)|\bagree(?:d)? to\b",
    ),
    _rule(
        "works-in-hours",
        (
            rf"\b(?:works?|relief|helps?|better|results?|acts?|improve\w*|lifts?|mood|difference|kicks? in|bounces?|bounced|eases?|recover\w*|changes?|gone|vanish\w*)\b[^.]{{0,40}}\b{SOON}\b",
            rf"\b{SOON}\b[^.]{{0,30}}\b(?:relief|better|mood|recover\w*|happ\w+)\b",
            r"\b(?:fast|rapid|instant|immediate|quick|same-day|speedy)(?:ly)?[- ](?:acting )?(?:relief|results|recovery|improvement|fix)\b|\bworks? (?:fast|quickly|rapidly)\b",
            r"\b(?:one|a single|just one) (?:visit|session|infusion|drip) (?:is (?:all|enough)|can (?:change|turn)|changes|will change)\b",
            r"\b(?:ketamine|it|infusions?|relief) (?:takes?|needs?) (?:only |just )?(?:\w+ )?(?:minutes|hours)\b|\b(?:faster|quicker|sooner) than you think\b|\bin (?:record time|an afternoon|a matter of)\b|\b(?:in|within) (?:just |only )?(?:days|a week), not (?:weeks|months)",
        ),
        "Say how many people, compared with what, and that it often fades.",
        "Speed is half the finding; how soon it fades is the other half.",
        "SAFETY A3; newport2015; murrough2013repeat",
        unless=HEDGED
        + "|"
        + DANGER
        + r"|\b(?:bank|call you|side effects?|feel sick|wears? off|fad(?:es?|ed|ing)|relaps\w+)\b",
    ),
    _rule(
        "lasting",
        (
            r"\b(?:lasting|permanent|long[- ]term|long[- ]lasting|lifelong|sustained|durable|enduring|lifetime) (?:\w+ )?(?:relief|results?|benefits?|remission|recovery|effects?|improvement|change|freedom|wellness|happiness)\b",
            r"\b(?:for good|for ever|forever|once and for all|here to stay|for the rest of your life)\b|\blifetime of\b",
            r"\b(?:it|effects?|benefits?|relief|improvements?|results?) (?:will )?(?:lasts?|stays?|holds?|endures?|remains?)(?: \w+)? (?:for )?(?:(?:many |several )?(?:years|months)|with you|a lifetime|always)\b",
            r"\b(?:benefits?|relief|effects?|results?|improvements?) (?:that )?(?:never|does not|do not|will not) (?:wear|fade|end|stop|leave)\b|\b(?:relief|results?|benefits?|recovery|improvement|change|happiness) that lasts?\b",
            r"\b(?:effects?|relief|results?|change|benefits?|improvement)s? (?:is|are) (?:permanent|lasting|forever|for life|long-lasting)\b|\bnever (?:\w+ )?(?:depressed|sad) again\b|\bstay well\b",
        ),
        "Say how long it lasted in studies, and that it fades for many.",
        "Among those it helped, half had relapsed within weeks.",
        "SAFETY A2; murrough2013repeat",
        unless=STUDIED + r"|\b(?:how|long-term effects|may|unknown|risks?|harms?|bladder|need|more research)\b",
    ),
    _rule(
        "success-rate",
        (
            r"\b(?:success rates?|\d+ ?(?:%|percent) (?:success|effective|of (?:our )?(?:patients|people))|never fails|high(?:ly)? effective|extremely effective|remarkably effective|very effective|powerful(?:ly)? effective|so effective)\b",
            rf"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten) (?:out of|in|of every) (?:\d+|two|three|four|five|six|ten|a hundred) (?:\w+ ){{0,3}}?(?:{WELL}|would|are (?:well|cured)|walk)",
            rf"\b(?:half|(?:two|three) (?:thirds|quarters)|(?:a|one) (?:third|quarter)) of (?:our |all )?{PEOPLE} (?:\w+ )?{WELL}",
            r"\b(?:improvement|response|remission|recovery) rates? (?:\w+ )?(?:above|over|of more than|of|exceed\w*|reach\w*) |\b(?:six|seven|eight|nine|\d+) of (?:ten|\d+) (?:patients|people|clients)\b|\bsymptom[- ]free\b",
        ),
        "Give numbers out of 100 with the comparison group and the size of the study.",
        "A rate of its own, with no comparison, claims more than is known.",
        "SAFETY A3, A12, G5",
        unless=STUDIED + r"|\b(?:comparison group|ECT|did not|antidepressant helps)\b",
    ),
    _rule(
        "most-people",
        (
            rf"\b(?:most|nearly all|almost all|almost everyone|(?:the )?(?:vast |great )?majority of|countless|thousands of|hundreds of|many of) (?:our )?{PEOPLE}?\s*(?:\w+ ){{0,5}}?(?:{WELL}|helped|see (?:their|results)|lives?)\b",
            r"\bchang(?:es|ed|ing) (?:\w+ ){0,3}lives\b|\bwe have (?:helped|healed|treated) (?:hundreds|thousands|countless)\b",
            rf"\bmost of (?:those|the {PEOPLE}|our|them|everyone) (?:\w+ ){{0,4}}?(?:{WELL}|are (?:well|better|free|symptom))",
        ),
        "Give the number with its source and comparison group.",
        "“Most” is a number without a source.",
        "SAFETY A3, A10",
        unless=r"\[\d|\b(?:did not|do not|no longer|lost|relapsed|faded|lasted less|talk therapy|other treatments|most people try)\b",
    ),
    _rule(
        "relative-only",
        (
            r"\b(?:twice|three times|four times|five times|ten times|\d+ times|double|doubles|doubled|triple|triples) (?:as |more |the |your )?(?:likely|effective|chances?|odds|rate|good|fast|often|well)\b",
            r"\b\d+ ?(?:%|percent) (?:more|less|higher|lower|fewer|greater|better|faster|reduction|drop|improvement|decrease)\b",
            r"\b(?:cuts?|halves|slashes|reduces?|drops?|lowers?) (?:\w+ ){0,2}?(?:symptoms?|depression|scores?)(?: scores?)? (?:in|by) (?:half|more|\d+|two|three)\b|\bhalves (?:\w+ )?(?:symptoms|depression)\b",
        ),
        "Give both groups out of 100.",
        "A figure without its base sounds larger than it is.",
        "SAFETY G5",
        unless=r"\bmeans?\b",
    ),
    _rule(
        "unhedged-benefit",
        (
            r"\b(?:ketamine|infusions?|drips?|(?:this|our|the|a|an) (?:\w+ )?(?:treatment|medicine|therapy|approach|care|drug|method|program|clinic|team|protocol))\b[^.]*\b(?:heal(?!th)\w*|relief|reliev\w*|results|freedom|hope|wonders|restor\w*|sooth\w*|transform\w*|remission|symptom[- ]free|recover\w*|thriv\w*|happi\w*|joy\w*|smil\w*|peace|bright\w*|confidence|difference|tackl\w*|root|improv\w*|effective\w*|benefits?|helps?|helped|better|works?|solv\w*|answers?|solution|fights?|lifts?|eases?)\b",
            r"\b(?:hope|relief|freedom|recovery|healing|happiness|joy|peace of mind)\b[^.]*\b(?:ketamine|infusions?|drips?|our (?:clinic|team|care|treatment))\b",
            r"\byour depression\b[^.]*\b(?:lift|lifts|chance|gone|leave|leaves|behind|beaten|melt)\b",
        ),
        "Write “may”, “for some people”, “in a study”; name the source and the comparison group.",
        "A benefit told without a hedge or a source is a promise.",
        "SAFETY A3, A5",
        blocking=False,
        unless=HONEST + r"|\bhelps? (?:you |people |us )?(?:to|with|find)\b|\b(?:nurse|doctor|desk|call)\b",
    ),
    # --- Safety
    _rule(
        "safe",
        (
            rf"\b(?:{DRUG}|it) (?:is|are|was|has been shown to be|is considered|has long been|has always been|remains|is known to be) (?:very |quite |entirely |perfectly |completely |extremely |totally |really |so |a |an )*(?:safe|gentle|harmless|mild|low[- ]risk|benign)\b",
            r"\b(?:safe|gentle|harmless) (?:treatment|therapy|option|medicine|way|infusions?|and (?:proven|gentle|effective)|for everyone|relief|drug)\b|\bsafety (?:is|has been) proven|\bused safely\b|\bsafely used\b|\bsafe (?:in|for) (?:everyone|trained hands)\b",
            r"\b(?:excellent|perfect|spotless|proven|outstanding|long|good|strong|great) safety (?:record|profile)\b|\bsafety record\b|\b(?:one of the )?safest\b|\bas (?:safe|gentle|harmless|easy) as\b",
            r"\bso (?:mild|gentle|safe) (?:that|we|even|it)\b|\b(?:rel(?:y|ied|ies) on|trust(?:ed|s)?|confident in) (?:\w+ )?(?:ketamine\'s |its )?safety\b|\bketamine\'s (?:\w+ )?safety\b|\b(?:kind|gentle|easy) (?:on|to) (?:the|your) body\b",
        ),
        "Say what is done to lower risk, and what the risks are.",
        "It has not been shown to be safe for this use, and long-term risks are not known.",
        "SAFETY A7; fda-compounded-2023",
        unless=r"\b(?:storage|safe place|safest (?:place|way home)|as safe as (?:we|possible))\b",
    ),
    _rule(
        "fewer-side-effects",
        (
            r"\b(?:few(?:er)?|hardly any|almost no|virtually no|practically no|minimal|negligible|only mild|little to no|free of|zero|less) (?:\w+ )?(?:side[- ]effects|risks?)\b",
            r"\bside[- ]effects (?:are|is) (?:rare|mild|few|minor|uncommon|nothing|always|only|short|small|temporary)\b|\bwell[- ]tolerated\b|\bonly (?:a )?(?:few|handful|small number) (?:of )?(?:people|patients)?[^.]{0,25}side[- ]effects\b",
            r"\bside[- ]effects (?:go away|pass|vanish|end|stop|disappear|fade|are gone) (?:as soon|when the|at once|right|in no)\b|\blow[- ]risk\b",
        ),
        "List the side effects and how often they happened.",
        "There is no fair comparison, and risks get the same care as benefits.",
        "SAFETY A8, F6; crane2023",
        unless=r"\[\d",
    ),
    _rule(
        "not-risky",
        (
            r"\bnatural,? (?:\w+ )?(?:treatment|remedy|therapy|medicine|relief|substance|way)\b|\borganic\b|\bpainless\b|\bnothing to (?:lose|fear|worry about|be afraid of)\b|\bno need to (?:worry|fear)\b",
            r"\b(?:non[- ]?addictive|cannot (?:become|get) (?:addicted|hooked)|(?:will )?not (?:get|become) (?:hooked|addicted|dependent)|not habit[- ]forming|(?:addiction|dependence|dependency|misuse) is (?:not|never) (?:a|an|something)|no (?:risk|danger|chance) of (?:addiction|dependence|harm))\b",
            r"\b(?:no (?:known |real |serious )?(?:risks?|downsides?|danger)|risks? (?:is|are) (?:\w+ )?(?:small|tiny|low|minor|few|minimal|negligible|rare|manageable|under control))\b",
            r"\b(?:the )?worst (?:that|thing that) can happen\b|\bnothing (?:more|worse) than\b|\bzero (?:chance|risk|danger)\b|\bnot experience (?:the |any )?side[- ]effects\b|\bfree (?:of|from) side[- ]effects\b",
            r"\b(?:nothing|little) (?:that )?(?:can|could|will) (?:go wrong|hurt you)\b|\bno (?:downtime|hangover|worries|drawbacks|surprises|catch|recovery time|long-term effects)\b|\ball[- ]natural\b|\b(?:never|not) (?:crave|cravings?)\b|\bcompletely (?:natural|clean)\b|\bsafe(?:ly)? (?:used|given) (?:for|to) (?:decades|years|millions|children)",
            r"\b(?:practically|virtually|nearly|almost) everyone (?:tolerates|handles)\b|\bcannot (?:overdo|take too much|hurt|harm)\b|\b(?:without|with no) (?:trouble|problems?|worry|fuss|complications?)\b|\bwell studied\b[^.]*\bsafe|\bsafe\b[^.]*\bwell studied\b",
        ),
        "Name the risk and what is done about it.",
        "Ketamine can be misused and has real risks.",
        "SAFETY A7, B5",
        deniable=False,
        unless=r"\b(?:not painless|no one|nobody|not known|how|so that|to be sure|is not)\b(?! a (?:concern|problem|worry|risk))|\[\d|\?$|\bdoes not mean\b"
        + r"|"
        + r"\bcall\b",
    ),
    _rule(
        "better-than",
        (
            rf"\b(?:better|safer|gentler|kinder|faster|quicker|stronger|cleaner|more (?:effective|powerful|reliable|advanced)|less (?:risky|harmful|harsh|invasive)|superior)(?: \w+){{0,2}} (?:than|to) (?:\w+ ){{0,3}}?{OTHER}\b",
            rf"\b(?:outperform\w*|outshin\w*|surpass\w*|beats?|tops|trumps?|outclass\w*|leaves? behind) (?:\w+ ){{0,2}}?{OTHER}\b",
            rf"\bunlike (?:\w+ )?{OTHER}\b[^.]*\b(?:ketamine|infusions?|works|has no|fast)\b|\b(?:succeeds?|works|helps) (?:where|when) (?:\w+ )?{OTHER} (?:fail|do not|cannot)|\bdoes what (?:\w+ )?{OTHER} (?:cannot|do not)|\bwhat {OTHER} (?:cannot|could not|never)\b",
            r"\b(?:second to none|unmatched|unrivall?ed|unbeatable|in a class of its own|no other treatment)\b",
            rf"\bcompared (?:with|to) (?:\w+ )?{OTHER}[^.]*\b(?:kinder|gentler|safer|easier|better|faster|stronger|superior|wins?)\b|\b(?:fewer|less) (?:dangers?|harms?|problems?|drawbacks?) than\b|\bwhy (?:take|suffer|settle|put up|stay|live)\b[^.]*\b(?:pill|drip|infusion|ketamine|medicine|depression|when)\b",
            rf"\b(?:\w+er|more \w+|less \w+) (?:\w+ )?than (?:\w+ ){{0,2}}?{OTHER}\b|\b(?:pills|antidepressants|other treatments) (?:take|need) (?:weeks|months)\b|\bno (?:pill|antidepressant|medicine) (?:can|comes|does|works)\b",
            rf"\b(?:better|safer|gentler|kinder|smarter|superior) (?:\w+ )?than \w+|\b(?:smarter|wiser|better|safer|superior|obvious) (?:choice|option|way|alternative)\b|\bforget (?:about )?(?:\w+ )?{OTHER}\b|\bno (?:clinic|one|other)\b[^.]*\bbetter (?:results|care|outcomes)\b|\bkinder to\b",
        ),
        "Take the comparison out, or name the trial that made it.",
        "No fair comparison with these treatments is in the sources.",
        "SAFETY A8",
        unless=STUDIED,
    ),
    # --- Approval
    _rule(
        "fda-approved",
        (
            r"\bfda[- ](?:approved|cleared|authorized|endorsed|backed|certified|registered|sanctioned|listed)\b|\bapproved by the fda\b|\bfda[- ](?:approval|clearance|authorization)\b[^.]{0,30}\b(?:ketamine|infusions?|treatment)\b",
            r"\b(?:fda|government|federal|regulators?)\b[^.]{0,25}\b(?:approv\w+|clear(?:ed|s)|green[- ]?light|signed off|sign(?:s)? off|bless\w*|endors\w+|authori[sz]\w+|recogni[sz]\w+|back(?:s|ed)|said yes|gave (?:the|its))\b[^.]{0,40}\b(?:ketamine|infusions?|treatment|therapy|depression|it)\b",
            r"\b(?:ketamine|infusions?|treatment|therapy|drip|it)\b[^.]{0,15}\b(?:is|are|has|have|with|got|received|carries|holds)\b[^.]{0,12}\b(?:fda|federal|government)[- ](?:approv\w+|clear\w+|authori\w+|endors\w+|back\w+)",
            r"\bfederal(?:ly)?[- ](?:approved|cleared|endorsed|backed)\b|\bfda\b[^.]{0,40}\b(?:approv\w+|recogni\w+|endors\w+|support\w*|stands behind)\b[^.]*\b(?:ketamine|infusions?|our|mood|depression treatment)\b|\b(?:ketamine|infusions?|our treatment)\b[^.]{0,40}\b(?:fda|federal)\b[^.]{0,20}\b(?:approval|clearance|endorsement|blessing|seal)\b",
            r"\bfda[- ]\w+(?:ed|ized) (?:therapy|treatment|medicine|care|clinic|ketamine|infusions?|protocol)\b|\bgovernment\b[^.]*\b(?:clear|approv|endors|back)\w*\b[^.]*\b(?:ketamine|infusions?)\b|\bketamine\b\W{1,3}(?:\w+, )?approved\b",
            r"\b(?:endorsed|backed|recommended|trusted|recognized|blessed|supported) by (?:the )?(?:fda|government|regulators|nih|cdc)\b|\b(?:regulators|the fda|government) (?:trusts?|loves?|recommends?|prefers?)\b",
        ),
        "Say that the FDA has not approved IV ketamine for depression.",
        "Its approval is for anesthesia alone.",
        "SAFETY F4, B1; ketamine-label; fda-compounded-2023",
        unless=r"anesthe|surgery|esketamine|spravato|nasal|only (?:one|form)|other (?:medicine|drug|treatment)|antidepressants? (?:that|is|are)|is there an?|does the fda|off-label|\b(?:not|never) (?:yet |been )*(?:approv|clear|authori|endors|backed)|\bit for [^.]*\[\d"
        + r"|"
        + r"\b(?:has|have|had) (?:approved|cleared) no\b|\bno (?:form|product)\b|\bnothing\b|\bdo(?:es)? not\b|\bpost|\bapplication\b"
        + r"|"
        + r"\bis not fda\b|\bapproved for [^.?]*\? no\b",
    ),
    _rule(
        "spravato-supports",
        (
            r"\b(?:spravato|esketamine|(?:the )?nasal spray)\b[^.]*\b(?:so (?:is|you|we|can|does|ketamine|infusions?|the)|which means|this means|that means|proves|shows that|therefore|just like|the same goes for|you can trust|too\b|as well\b|likewise|by extension)[^.]*(?:ketamine|infusions?|drip|it\b|too|well)",
            r"\b(?:ketamine|infusions?|drip)\b[^.]*\b(?:like|as|because|since)\b[^.]*\b(?:spravato|esketamine|nasal spray)\b[^.]*\b(?:approved|works)",
            r"\b(?:ketamine|infusions?) and (?:spravato|esketamine)\b[^.]*\bthe same\b|\b(?:spravato|esketamine) and (?:iv )?(?:ketamine|infusions?)\b[^.]*\b(?:the )?same\b|\bsame (?:drug|medicine|thing) as (?:spravato|esketamine|the (?:approved|nasal))",
        ),
        "Take the comparison out: another drug's approval says nothing about this use.",
        "Esketamine is another product, studied and approved on its own.",
        "SAFETY A14; spravato-label",
        unless=r"\b(?:are not the same|is not the same|different (?:product|drug|medicine)|does not (?:mean|say|apply)|says nothing)\b",
    ),
    # --- How it works
    _rule(
        "brain-repair",
        (
            r"\b(?:repair|heal|reset|rewir|re-wir|reboot|regrow|restor|regenerat|fix|recharg|rejuvenat|retrain|rebuild|rebuilt|renew|revers|refresh|remodel|mend|jump-?start|kick-?start|reprogram|re-?set)(?:e?s|es|ing|e?d|med|ming|ting)?e?\b(?:\s+\w+){0,4}?\s+(?:brains?|neurons?|brain cells?|nerve cells?|nerves|synapses|neural pathways?|pathways|circuits?|circuitry|connections|wiring|minds?|nervous system|damage(?: of depression)?)\b",
            r"\b(?:switch(?:es)?|turn(?:s)?|flip(?:s)?)(?: \w+){0,3} (?:brain|mind|mood)(?: \w+)? (?:back )?on\b|\b(?:factory )?reset for (?:your|the) (?:brain|mind)\b|\bre-?wir(?:es|ing|e)\b|\breset button\b",
            r"\b(?:repair|fix|mend|heal|restor|rebuild)(?:e?s|ing)? (?:\w+ ){0,8}?(?:in|of|to) (?:the|your) (?:brain|mind)\b|\b(?:overactive|tired|broken|depressed|hurting|stuck) brain\b|\brestor(?:es?|ing) (?:\w+ )?(?:balance|harmony)\b|\bbalanc(?:es?|ing) (?:\w+ )?(?:brain|chemistry|chemicals)\b",
            r"\b(?:patch|wak|wake|bring|knit|stitch|tun)(?:e?s|ing)? (?:\w+ ){0,5}?(?:brain|wiring|mind|neurons?|nerve cells)\b[^.]*",
            r"\b(?:rewir|reset|reboot|reprogram)(?:e?s|ing|e?d)? (?:how|the way|your|you)\b|\bfactory reset\b|\bgrows? back\b[^.]*|\bfrom your brain\b",
        ),
        "Write “researchers think it may help brain cells form new connections for a time”.",
        "How it works is not settled, and the findings on connections are from animals.",
        "SAFETY A6, A13; zanos2018mp; li2010",
        unless=IN_ANIMALS + r"|\bpassword\b",
    ),
    _rule(
        "animal-as-human",
        (
            r"\b(?:grows?|growing|creates?|builds?|sprouts?|forms?|strengthens?) (?:new |stronger |more )?(?:brain cells|nerve cells|neurons|synapses|(?:new )?connections|pathways)\b",
            r"\bnew (?:\w+ )?(?:pathways|connections|brain cells|nerve cells|synapses)\b[^.]*\b(?:will|form|grow|sprout|appear)\b",
        ),
        "Say that this was seen in animals, or “researchers think”.",
        "Animal findings are called animal findings.",
        "SAFETY A6; li2010; autry2011",
        unless=IN_ANIMALS,
        blocking=False,
    ),
    _rule(
        "simple-cause",
        (
            r"\b(?:chemical|serotonin|brain|dopamine|glutamate) (?:imbalance|deficiency|shortage)\b|\bdepression is (?:simply|just|only|nothing but|merely|caused by|due to|all about)\b|\b(?:low|too little|lack of|not enough|short (?:on|of)) (?:on )?(?:serotonin|glutamate|dopamine)\b",
            r"\bdepression (?:comes|stems|results|arises) (?:simply |only )?from (?:a |an |too |low )?\w+",
            r"\b(?:is|are) (?:what|the reason) (?:makes?|you are|people are|you feel)\b[^.]*\b(?:sad|depressed)\b|\bmakes? you (?:sad|depressed)\b",
            r"\b(?:serotonin|dopamine|glutamate) (?:\w+ )?(?:is|are|levels? (?:is|are)) (?:too |very )?low\b",
        ),
        "Take it out: depression has many causes.",
        "Depression is no simple brain chemical problem.",
        "SAFETY A13, C3",
        unless=r"\bmany (?:things|causes)\b|\bseveral\b",
    ),
    # --- Suicide and crisis
    _rule(
        "prevents-suicide",
        (
            r"\b(?:prevent|stop|end|eliminat|cur|eras|silenc|halt|avert|wip(?:es?|ed) (?:out|away))(?:e?s|e?d|p?ing|e)?\b(?:\s+\w+){0,3}?\s+(?:suicides?|suicidal|thoughts of suicide)\b",
            r"\b(?:lower|reduce|cut|slash)(?:s|d|ing|es)? (?:the |your )?(?:risk|rate|chance)s? of (?:\w+ )?suicide|\bsav(?:es?|ed|ing) (?:your |many |countless |my |her |his )?li(?:ves|fe)\b|\blife-saving\b",
            r"\b(?:tak|eras|lift|remov)(?:es?|s|ing|ed) (?:away )?(?:the|your|any) (?:wish|urge|desire|will) to die\b|\b(?:keep|stop|sav|protect)(?:e?s|p?ing|e)? (?:people|you|patients|them|anyone) from (?:killing|suicide|taking|dying|ending)",
            r"\b(?:suicidal thoughts|thoughts of suicide|the wish to die)\b (?:will )?(?:vanish|disappear|go away|are gone|stop|end|melt|fade away)",
            r"\b(?:difference )?between life and death\b|\bwould (?:still )?be alive\b|\bmight have been saved\b",
        ),
        "Write “It has not been shown to prevent suicide.”",
        "No study shows that it prevents suicide.",
        "SAFETY C8",
        unless=DANGER + r"|\b(?:calling|talking|safety plan|seat ?belt|lithium|training|barriers?)\b|\[\d",
    ),
    _rule(
        "crisis-offer",
        (
            r"\b(?:in (?:a )?crisis|in an emergency|suicidal|thinking (?:about|of) (?:suicide|ending)|want(?:s|ing)? to die|end(?:ing)? it all|kill(?:ing)? (?:yourself|themselves)|at (?:your|the) darkest)\b[^.]{0,60}\b(?:ketamine (?:can|may|could|will|is)|infusions?|same-day|appointments?|come (?:in|to us|see us)|our clinic can|book|schedule|we can (?:help|treat)|we treat)\b",
            r"\b(?:we treat|we see|ketamine is|infusions? (?:are|is)|critical|vital|option|answer|hope)\b[^.]{0,40}\b(?:in (?:a )?crisis|in an emergency|who are suicidal|thinking (?:about|of) suicide)\b",
            r"\bketamine can help\b[^.]*\b(?:suicid\w*|crisis)\b",
            r"\b(?:cannot go on|can not go on|give up on life|at rock bottom|end your life)\b[^.]*\b(?:we|infusion|ketamine|call us|clinic)\b|\b(?:from|on|at) the (?:edge|brink)\b",
            r"\bat the end of (?:your|their) rope\b|\b(?:see no|no) way out\b[^.]*\b(?:we|clinic|ketamine|infusion)\b|\bthink(?:ing)? of suicide\b[^.]*\b(?:our help|with us|our clinic)\b",
        ),
        "Say “This clinic is not an emergency service” and give 988 and 911.",
        "Ketamine is never offered as the answer to a crisis.",
        "SAFETY C7",
        unless=DANGER + r"|\b(?:not an? (?:emergency|crisis)|stud(?:y|ies)|trials?)\b|\[\d",
    ),
    _rule(
        "care-in-crisis",
        (
            r"\b(?:ketamine|infusions?|our clinic|book|appointment)\b[^.]*\b(?:crisis|emergency|suicidal|thinking (?:about|of) suicide)\b",
            r"\b(?:crisis|suicidal|thinking (?:about|of) suicide|want to die)\b[^.]*\b(?:ketamine|book|schedule|our clinic|come to us|infusions?|call our)\b",
        ),
        "Say “This clinic is not an emergency service” and give 988 and 911.",
        "Ketamine beside a crisis reads as an offer.",
        "SAFETY C7",
        unless=DANGER
        + r"|\b(?:not an? (?:emergency|crisis)|stud(?:y|ies)|trials?|people|reported|tell us|had thoughts|has not|have not|rooms?)\b|\[\d"
        + r"|"
        + r"\bshould not\b",
        blocking=False,
    ),
    _rule(
        "method",
        (
            r"\b(?:overdos(?:e|ed|ing) (?:on|of|with)|overdosed|hang(?:ed|ing)? (?:him|her|your|them)sel\w*|hung (?:him|her|them)sel\w*|shot (?:him|her|them)sel\w*|slit(?:ting)? (?:his|her|their|your)|jump(?:ed|ing)? (?:from|off|in front)|drown(?:ed|ing)? (?:him|her|them)sel\w*|carbon monoxide|suicide note|noose|razor blade)\b",
            r"\b(?:swallow(?:ed|ing)?|took|taking|take) (?:\w+ ){0,4}?(?:bottles? (?:\w+ ){0,4}?(?:pills|tablets)|(?:too many|all (?:his|her|their)|a handful of) (?:\w+ )?(?:pills|tablets))\b|\bcut(?:ting)? (?:your|his|her|their) wrists?\b|\bkilled (?:him|her|them)sel\w+ (?:by|with|in)\b",
            r"\b(?:took|ended) (?:his|her|their) (?:own )?li(?:fe|ves) (?:with|by|in|at|from)\b",
        ),
        "Take the detail out: no methods, places or notes.",
        "Details of a method can lead to imitation.",
        "SAFETY C2; safemsg2019",
        unless=r"\b(?:accidental|naloxone|ketamine overdose|too much ketamine|poison control|by accident|child)\b",
        deniable=False,
    ),
    _rule(
        "only-way-out",
        (
            r"\bsuicide (?:is|was|seems|becomes|as) (?:\w+ )?(?:the|a|an|her|his) (?:\w+ )?(?:way out|answer|solution|escape|option|choice|relief)\b|\b(?:no wonder|only natural|understandable|who could blame|makes sense)\b[^.]*\b(?:suicid\w*|own li(?:fe|ves)|kill|want to die)",
            r"\bsuicide (?:is|was) (?:always |simply |only )?(?:caused by|due to|because of|the result of)\b|\b(?:drove|driven|pushed) (?:\w+ )?to suicide\b|\bat peace now\b|\b(?:better|no longer) (?:place|in pain)\b[^.]*\bsuicid",
            r"\bsuicide (?:brings?|gives?|offers?|ends?|means) (?:\w+ )?(?:peace|relief|rest|comfort|the pain|freedom)\b",
            r"\bsuicide (?:is|was|seemed|felt like) (?:\w+ ){0,3}(?:escape|way out|exit|answer)\b",
        ),
        "Take it out: thoughts of suicide can pass, and help works for many people.",
        "Suicide is never shown as a way out, a normal answer or the work of one cause.",
        "SAFETY C3; safemsg2019",
    ),
    _rule(
        "drama",
        (
            r"\bepidemic\b|\b(?:dies?|deaths?|suicides?|someone|takes? (?:his|her|their) (?:own )?li\w+)\b[^.]*\bevery (?:\d+ |few |other )?(?:seconds|minutes|hours|minute|second)\b|\bsilent killer\b|\bskyrocket\w*|\balarming\w*|\btragic\w*|\bravag\w*|\bnightmare\b|\bdesperate\w*|\bsuffering in silence\b|\bplague\b|\bstaggering\b|\bshocking\w*",
            r"\bsuicide is (?:\w+ )?(?:contagious|spreading|everywhere|on the rise|rising|soaring)\b|\bdepression (?:\w+ )?(?:kills|destroys?|ruins?|wrecks?|robs)\b|\b(?:los(?:e|ing)|destroy(?:s|ing)?) everything\b|\b(?:living|living a) hell\b|\bend up (?:alone|dead|losing)\b",
            r"\b(?:suicide|depression)(?: \w+)? (?:rates?|numbers?|deaths)? ?(?:is|are|keeps?) (?:\w+ )?(?:explod\w*|soar\w*|surg\w*|climb\w*|rising|out of control)\b|\bruin(?:s|ed|ing)? (?:your|their|his|her|everything)",
            r"\b(?:waves?|tide|flood|surge|rash|spate) of (?:\w+ )?(?:suicides?|deaths|depression)\b",
            r"\bterrif\w+\b|\bhorrif\w+\b|\bwill attempt suicide\b|\bdeadly\b|\bgrim\b",
        ),
        "Say it plainly, without alarm.",
        "Alarm about depression and suicide harms readers who live with them.",
        "SAFETY C4; safemsg2019",
        deniable=False,
    ),
    _rule(
        "stigma",
        (
            r"\b(?:commit(?:s|ted|ting)? suicide|crazy|insane|psycho|lunatic|junkies?|drug abusers?|clean (?:and sober|from drugs)|weak[- ]willed|snap out of|(?:just |should )(?:cheer up|think positive)|attention[- ]seeking|cry for help|(?:suffers?|suffering) from (?:mental illness|depression))\b",
            r"\b(?:depressed people|people (?:with depression|who are depressed)) are (?:\w+ )?(?:selfish|lazy|weak|dangerous|to blame|negative)\b|\bnormal people\b|\bmental patients?\b|\bmadness\b|\bpull (?:yourself|themselves) together\b",
            r"\bfail(?:ed|s|ing)? (?:to|in) (?:kill|end|take|taking|killing|ending) (?:him|her|them|your|his|their)\w*\b",
            r"\bcr(?:y|ies) for attention\b|\bweakness of\b|\b(?:lazy|selfish|coward\w*)\b",
        ),
        "Use plain, person-first words.",
        "Judging words keep people from asking for help.",
        "SAFETY C1, C11; safemsg-guide",
        deniable=False,
    ),
    _rule(
        "person-first",
        (
            r"\b(?:the|a|an) (?:depressed|suicidal|mentally ill|schizophrenic|bipolar|depressive|addict|alcoholic|ocd)(?=[.,;:!?]|\s+(?:who|are|is|often|and|need|should|will|has|can|must|may)\b|$)",
            r"\b(?:depressives|schizophrenics?|addicts|alcoholics|manic depressives|the mentally ill)\b(?! (?:disorder|anonymous))|\b(?:suicidal|depressed|schizophrenic|bipolar|borderline) (?:people|patients?|persons?|individuals?|men|women|teens?)\b",
            r"\b(?:a|an|the) (?:depressive|schizophrenic|manic|bulimic|anorexic|psychotic)\b(?! (?:episodes?|symptoms?|disorders?|illness|phase|state|drugs?))",
        ),
        "Write “a person with depression”, “a person thinking about suicide”.",
        "A person is more than an illness.",
        "SAFETY C11; safemsg-guide",
        deniable=False,
    ),
    # --- Medicine
    _rule(
        "dose",
        (
            r"\b\d+(?:\.\d+)? ?(?:mg|milligrams?|mcg|micrograms?|ml)\b|\b(?:half a|one|two) milligrams?\b|\bunder (?:your|the) tongue (?:\w+ )?(?:once|twice|daily|a day|a week)\b",
            r"\b(?:half|quarter|third)(?: of)? an? (?:tablet|lozenge|troche|pill)\b|\bunder (?:your|the) tongue\b",
        ),
        "Take the dose out, or say that it is the one a study used.",
        "The site gives no dose advice.",
        "SAFETY F10",
        unless=r"\b(?:stud(?:y|ies)|trials?|used in|label|research(?:ers)?)\b",
        deniable=False,
    ),
    _rule(
        "at-home",
        (
            r"\b(?:at[- ]home|home[- ]based|mail[- ]order|by mail|in your own home|from your couch|take[- ]home|do-it-yourself) (?:ketamine|treatments?|infusions?|sessions?|kits?|lozenges?|use)|\bketamine (?:at home|by mail|lozenges|troches|gummies|nasal sprays? at home)\b",
            r"\b(?:ship|mail|send|deliver|post)(?:s|ed|ing)? (?:\w+ ){0,4}?(?:ketamine|tablets|lozenges|troches|medicine|kits?)\b(?:[^.]{0,20}\b(?:you|your|home|door)\b)?|\b(?:comfort|privacy) of (?:your )?(?:own )?home\b|\bon your (?:own )?(?:sofa|couch|bed)\b|\btreat yourself (?:at|from|in)\b",
            r"\b(?:infusions?|ketamine|drips?|treatment) (?:at|in your|to your) (?:own )?(?:home|house|door\w*|bedroom)\b|\bmobile (?:team|clinic|nurse|infusion)\b|\bin-home\b|\bwe come to you\b",
            r"\b(?:lozenges|troches|ketamine|kits?) (?:\w+ ){0,2}?(?:overnight|delivered|shipped|mailed|to (?:your|all))\b",
            r"\b(?:order|buy|get) (?:your |our )?(?:ketamine|kit|lozenges) (?:\w+ )?online\b|\btake it at home\b",
        ),
        "Take it out, or carry the FDA's alert on compounded ketamine beside it.",
        "The FDA warns of ketamine taken at home without monitoring.",
        "SAFETY B11, F10; fda-compounded-2023",
        unless=r"\b(?:fda|alert|warn\w*|risk|risky|danger\w*|not monitored|no one|nobody|list of)\b",
    ),
    _rule(
        "stop-medicine",
        (
            rf"\b(?:stop|quit|skip|come off|throw (?:away|out)|toss|ditch|dump|flush|cut out|get off|go off|taper|replace|drop|forget|leave behind|lower|raise|double|cut|change) (?:off )?(?:taking )?(?:your|their|all|the|other|these|any)?(?: \w+)? ?(?:dose of )?{MEDICINE}\b",
            rf"\bwean (?:\w+ )?off\b|\b(?:never|not|no longer) (?:\w+ )?need (?:\w+ ){{0,3}}?(?:{MEDICINE}|therapist|therapy)\b|\b(?:lower|raise|double|cut|change|increase|reduce) (?:your|the) dose\b",
            rf"\b(?:toss|bin|skip|drop|dump) (?:out )?(?:\w+ ){{0,4}}?{MEDICINE}\b",
            rf"\b(?:farewell|goodbye|good-bye) to (?:your )?{MEDICINE}\b",
        ),
        "Write “Do not stop or change a medicine without asking your doctor.”",
        "Stopping a medicine suddenly can harm.",
        "SAFETY B3, B10",
        unless=ASK_DOCTOR + r"|\bwe (?:stop|lower|do not)\b",
    ),
    _rule(
        "alone-after",
        (
            r"\b(?:drive (?:yourself )?home|(?:go|head)s? (?:straight |right )?back to (?:work|the office|your desk)|return to work (?:the same|that|right)|drive (?:the same|later that) day|drive (?:as soon as|when(?:ever)?|once) you feel|fine to drive|safe to drive|(?:go|get|travel|walk) home (?:alone|by yourself|on your own))\b",
            r"\b(?:get|be|getting) behind the wheel\b|\bback (?:at|to) (?:your desk|work|the office) (?:by|the same|that|after|in)\b|\bno need (?:for|to bring) (?:a |an )?(?:driver|ride|escort)\b",
            r"\bdrive (?:once|after (?:an hour|resting|your visit|the visit|a short rest))\b",
            r"\bdrive (?:\w+ )?(?:later )?(?:that|the same) (?:day|evening|afternoon)\b|\bgo ahead and drive\b",
        ),
        "Write “No driving for 24 hours; someone takes you home.”",
        "No driving or risky tasks for 24 hours after ketamine.",
        "SAFETY B9; ketamine-label",
        unless=r"\b(?:someone|who will|who can|a friend|another person|take you|next day|after 24|24 hours|has to drive you)\b",
    ),
    _rule(
        "diagnosis",
        (
            r"\byou (?:probably |clearly |likely |almost certainly |surely )?(?:have|suffer from|are suffering from) (?:[\w-]+ ){0,2}(?:depression|trd|ptsd|bipolar|a disorder)\b(?! (?:and|when|ask|talk|or)\b)(?![^.]*\b(?:talk|should|ask)\b)",
            r"\byou need (?:ketamine|an infusion|infusions|treatment)\b|\byou are (?:a|an|the) (?:perfect|ideal|good|great|right) (?:candidate|fit)\b|\bketamine is (?:right|perfect|made) for you\b",
            r"\byou are (?:clearly |probably |obviously )?(?:depressed|suicidal|bipolar|traumatized)\b|\byou need our\b",
            r"\byour (?:symptoms|answers|score|feelings) (?:show|mean|prove|tell us|say|confirm)\b|\bthis means (?:that )?you (?:have|are)\b",
        ),
        "Leave the diagnosis to a clinician: “A clinician can tell you”.",
        "A page cannot diagnose its reader or say that it needs ketamine.",
        "SAFETY C9",
        unless=r"\b(?:if you have|when you have|whether|may|might|cannot tell)\b",
    ),
    _rule(
        "many-conditions",
        (
            r"(?:\b(?:anxiety|ptsd|ocd|bipolar|chronic pain|migraines?|fibromyalgia|addiction|alcohol use|eating disorders?|adhd|autism|insomnia|postpartum|depression|crps|lyme)\b[^.]*){4}|\b(?:for|treats?|with|helps?) (?:\w+ )?(?:\b(?:anxiety|ptsd|ocd|bipolar disorder|chronic pain|pain|migraines?|addiction|adhd|insomnia|depression)\b(?:, | and |, and | or |, or )?){3}",
            r"\b(?:we (?:also )?(?:treat|help with)|ketamine (?:also )?(?:treats|helps with)|works for)\b[^.]*(?:\b(?:anxiety|ptsd|ocd|bipolar|pain|migraines?|fibromyalgia|addiction|adhd|insomnia)\b[^.]*){2}",
        ),
        "Name one condition and its evidence. Take the list out.",
        "A list of conditions reads as an offer to treat them.",
        "SAFETY F5",
        unless=r"\b(?:not approved|has not|have not|rule out|also look like|screen|history of|tell us|ask about|if you have)\b",
    ),
    _rule(
        "experience-needed",
        (
            r"\b(?:the (?:deeper|stronger|more intense|higher))[^.]*\b(?:better|more (?:benefit|healing|relief))\b|\byou (?:need|must have|have) to (?:trip|dissociate|let go)\b|\bpsychedelic (?:journey|experience|trip)\b",
            r"\b(?:trip|journey|experience|visions?|high) (?:itself |alone )?(?:is|are) (?:\w+ )?(?:what|the part that|where)\b[^.]*\bheal\w*|\bego death\b|\bmystical\b",
            r"\bthe (?:deeper|further|stronger|more) you (?:go|travel|let go|dissociate)\b",
        ),
        "Say that a strong experience is not needed.",
        "The link is weak and was found afterwards.",
        "EVIDENCE 2; luckenbaugh2014; williams2018",
    ),
    _rule(
        "last-resort",
        (
            r"\b(?:last (?:resort|hope|chance|option)|only (?:hope|option left|answer|thing that (?:works|helps))|run(?:ning)? out of (?:options|choices)|nothing else (?:works|worked|helps)|tried everything|when all else fails|end of the (?:line|road))\b",
        ),
        "Name the other choices: medicines, talk therapy, TMS, ECT, esketamine.",
        "There are other treatments; hopelessness is not to be fed.",
        "SAFETY A2; EVIDENCE 1; fava2018",
    ),
    # --- Selling
    _rule(
        "urgency",
        (
            r"\b(?:act now|act fast|today only|limited (?:spots?|time|offer|availability|openings|places|spaces)|do not (?:wait|delay|miss|put it off|hesitate)|hurry|before it is too late|last chance|while (?:spots|space|you (?:still )?can|places)|why wait|what are you waiting|offer ends|time is running out|not a moment to lose|never been a better time)\b",
            r"\b(?:only|just) (?:a few |\w+ )?(?:spots?|places?|slots?|openings?|spaces?|appointments?|chairs?|seats?) (?:left|remain\w*|available|open|in)\b|\b(?:spots?|places?|slots?|openings?|spaces?|appointments?) (?:left|remaining|are (?:\w+ )?(?:going|filling|limited|running|disappearing|scarce)|going|filling)\b|\bfilling (?:up )?fast\b",
            r"\b(?:every|each|another) (?:day|week|hour) (?:you|that you|spent|of) (?:wait\w*|delay\w*|suffer\w*|lost)\b|\bwait (?:another|one more) (?:day|minute)\b",
            r"\b(?:do not|never) let (?:another|one more|this)\b|\bslip (?:by|away)\b|\bact (?:quickly|soon|today|promptly)\b|\b(?:openings|places|spots|chairs|appointments) are (?:scarce|limited|few)\b|\boffer (?:is )?(?:valid|good|ends|expires)\b|\bvalid (?:until|through)\b",
            r"\bsign up (?:before|by|today)\b|\b(?:nearly|almost) (?:gone|full|sold out)\b|\bselling (?:out|fast)\b|\bthis (?:week|month) only\b|\bdo not (?:let|lose) (?:another|any more)\b",
            r"\b(?:spots?|places|slots?|openings|appointments|chairs) go (?:fast|quickly)\b|\b(?:could|may|might|will) be too late\b|\bends? (?:tonight|soon|today|tomorrow|this week)\b",
        ),
        "Take it out: no pressure.",
        "A person in depression is not to be hurried.",
        "SAFETY F7",
        deniable=False,
        unless=r"\b(?:988|911|emergency|no need to hurry|not have to hurry)\b",
    ),
    _rule(
        "booking-push",
        (
            r"(?:^|[?.!:,;] )(?:book|schedule|reserve|claim|secure|grab|sign up|request) (?:\w+ ){0,3}?(?:now|today|online|visit|chair|seat|spot|place|slot|appointment|infusion|session|consultation|first)\b(?! (?:with your|ride))",
            r"\b(?:book|schedule|reserve|claim|secure|sign up for) (?:your|an?|now|today|yours) (?:\w+ )?(?:chair|seat|spot|place|slot|appointment|infusion|session|consultation|visit|today|now)\b|\bcall (?:us )?(?:now|today)\b|\bget started (?:today|now)\b",
            r"\btake the first step\b|\bstart your (?:journey|healing|treatment|recovery)\b|\bjoin (?:the )?(?:hundreds|thousands|many)\b|\b(?:starts|begins) (?:here|today|now)\b|\bready to (?:start|begin|change|take|heal)\b[^.]*\?",
            r"(?:^|[?.!:] )(?:click|tap|come in|come and|text|dial) (?:\w+ ){0,3}?(?:claim|spot|see why|today|now|start)\b",
        ),
        "Say “We will call you” and leave the choice to the reader.",
        "The page informs; it does not sell.",
        "SAFETY F7; DESIGN 2",
        unless=r"\b(?:988|911|your doctor|your own doctor|emergency|ride|you can (?:book|change)|by phone)\b",
        deniable=False,
    ),
    _rule(
        "discount",
        (
            r"\b(?:discount(?:s|ed)?|\d+ ?(?:%|percent) off|percent off|half (?:off|price)|coupons?|vouchers?|promo(?:tion|tional|s)?|special (?:price|prices|pricing|rate|rates|offer|offers|deal)|(?:summer|winter|spring|fall|holiday|new year|introductory|this month's|our) specials?|package (?:deals?|pricing)|packages|bundles?|best deals?|great deals?|free (?:consultation|consult|session|trial|infusion|visit|assessment|screening)|gift cards?|refer a friend|membership savings|easy financing|0% financing)\b",
            r"\bbuy (?:one|two|three|four|five|\d)\b|\b(?:get|and) (?:one|the \w+|a \w+) (?:\w+ )?free\b|\bsave (?:up to )?(?:\$|money|big|more|\d)|\bpay (?:\w+ ){0,4}?up front\b[^.]*\bsave|\bsave\b[^.]*\bup front\b",
            r"\b(?:loyalty|rewards?|referral) (?:program|card|points|bonus)\b|\bpay less\b|\bfor (?:only|just) \$|\bprice (?:drop|cut|match)\b|\bbring a friend and\b",
            r"\b(?:holiday|weekend|black friday|spring|summer|birthday) (?:deal|offer|sale|savings)\b|\bfor the price of (?:one|two|three|\d)\b|\b(?:deal|sale|bargain)\b[^.]*\b(?:infusions?|drips?|visits?|sessions?)\b|\b(?:and|to) save\b\W*$|\bsave before\b",
            r"\bpay for (?:one|two|three|four|five|\d+),? (?:and )?get\b|\blowest prices?\b|\b(?:prices?|rates?) (?:ever )?(?:end|go up|rise)\b",
        ),
        "Take it out.",
        "No discounts, packages or offers.",
        "SAFETY F7",
    ),
    _rule(
        "affordable",
        (
            r"\b(?:affordable|affordably|cheap(?:er|est)?|low[- ]cost|inexpensive|budget[- ]friendly|cost[- ]effective|great value|good value|worth every (?:penny|cent|dollar)|pays? for (?:itself|themselves)|(?:fits?|suits?) (?:every|any|your) (?:budget|pocket|wallet)|within everyone's reach|priced right|reasonably priced)\b",
            r"\bcosts? (?:far |much |a lot )?less than\b|\bfor less than (?:a|the) (?:price|cost)\b|\beasy on (?:the|your) (?:wallet|budget)\b",
        ),
        "Give the clinic's dated price list, or say how to ask.",
        "A course costs thousands of dollars; “affordable” is not for us to say.",
        "SAFETY F8",
    ),
    _rule(
        "insurance-promise",
        (
            r"\b(?:insurance|insurers?|your plan|medicare|medicaid) (?:\w+ )?(?:covers?|pays?|picks? up|foots?|takes care)\b|\bcovered by (?:most |your |all |many )?insur\w+\b|\bno out[- ]of[- ]pocket\b|\bfully covered\b|\bcosts? you nothing\b",
            r"\b(?:most|all|many) (?:insurers|plans|insurance companies) (?:\w+ )?(?:pay|cover)\b",
            r"\b(?:health )?(?:plans?|insurers?|insurance)\b[^.]*\b(?:in full|fully|100 percent)\b",
        ),
        "Say what insurance often does and does not do, with its source.",
        "Most plans do not pay for IV ketamine for depression.",
        "SAFETY F8",
        unless=r"\b(?:may|some|spravato|esketamine|parts?|rarely)\b|\[\d",
        blocking=False,
    ),
    _rule(
        "testimonial",
        (
            r"\b(?:our|one|another|a recent|a former|a grateful|happy|satisfied|many of our|real) (?:patients?|clients?)\b (?:\w+ )?(?:say|says|said|tell|told|report|reports|reported|describes?|wrote|writes|share|shares|felt|feel|love|recommend|call)\b",
            r"[“\"][^”\"]*\b(?:saved my life|gave me (?:back )?my|changed my life|I (?:finally )?(?:feel|felt|am) (?:like myself|alive|normal|happy|free|a new)|my (?:life|depression|marriage|family)|best (?:decision|thing)|I (?:can|could) (?:finally|smile|live))[^”\"]*[”\"]",
            r"[”\"],? (?:says?|said|writes?|wrote|shares?|recalls?|told us)\b|[”\"] (?:-|—)? ?(?:a |an |our |one )?(?:happy|grateful|satisfied|former|real)? ?(?:patient|client|customer)\b",
            r"\b(?:five|5)[- ]stars?\b|★|\b(?:star|patient|google) ratings?\b|\brated \d|\breviews? on (?:google|yelp)|\b(?:read|see|watch|hear|view) (?:\w+ )?(?:what (?:our |other )?(?:patients|clients|people)|our (?:\w+ )?(?:reviews|testimonials|stories)|(?:patient )?(?:testimonials|reviews))\b|\btestimonials\b",
            r"\bask (?:any|one) of our (?:patients|clients)\b|\b(?:would )?recommend us\b|\buntil (?:he|she|they|I) (?:met|found|came to|tried|discovered) (?:us|our|ketamine)\b|\b(?:woman|man|patient|mother|father|veteran|teacher|client) (?:who )?(?:came|comes) to us\b",
            r"[“\"][^”\"?]*\b(?:I|my|me)\b[^”\"?]*[”\"]|(?-i:\b(?!January|March|May\b|Room|Suite)[A-Z][a-z]+), (?:aged? )?\d{2},|\b(?:google|yelp|facebook|online) (?:score|rating|reviews?)\b|\b(?:patients|people|clients) (?:love|adore|trust|choose|praise|rave about) (?:us|our|this|it)\b|\b(?:calls?|called) it the best\b",
            r"\b(?-i:(?!The |Your |Our |It |We |You |They |Some |Many |Most |Nobody |Doctors |Researchers |Staff )[A-Z][a-z]+) (?:told us|tells us|says (?:she|he)|swears|cried|calls it|credits)\b|\bmost (?:loved|liked|reviewed|recommended)\b|\b(?:five|5)[- ]star\b",
            r"\b(?:rave|raves|raving|gush\w*) about\b|\b(?:two|three|one|a few|\d) (?:infusions?|visits?|sessions?|drips?) later,? (?:she|he|they)\b|\b(?:he|she) had (?:tried everything|not (?:smiled|left|worked))\b",
        ),
        "Take it out: no testimonials, ratings or stories.",
        "None was given to us, and a story says nothing about the next person.",
        "SAFETY E1, E3; ftc-endorse-2023; ftc-reviews-2024",
        unless=r"\b(?:in (?:a|one|the) (?:study|trial|survey)|researchers)\b|\[\d"
        + r"|"
        + r"\b(?:you (?:can|could|may|might) say|ask|asks|tell us|tell (?:your|the)|such as|question \d|item)\b",
    ),
    _rule(
        "praise",
        (
            r"\b(?:critical option|vital option|game[- ]chang\w+|life[- ]chang\w+|remarkabl[ey]|amazing\w*|incredibl[ey]|astonishing\w*|extraordinar\w+|astounding|phenomenal|fantastic|wonderful|marvel\w*|miracle|promising (?:new )?(?:hope|cure|answer)|powerful (?:new )?(?:treatment|therapy|tool|medicine)|unparalleled|next[- ]generation|innovative|advanced (?:therapy|treatment|care|medicine)|exciting|gold standard|holy grail|superior care)\b",
            r"\b(?:leading|finest|foremost|premier|renowned|acclaimed|award[- ]winning|world[- ]famous|top[- ](?:quality|notch|rated|tier)|first[- ]class|five[- ]star|pioneer\w*|trailblaz\w*)\b(?! (?:edge|cause))",
            r"\bbest (?:clinic|care|treatment|choice|option|doctors?|team|hope|chance|in|available|ketamine)\b|\btop (?:doctors?|clinic|specialists?)\b|\btrusted by\b|\b(?:care|treatment|team|clinic|doctors?|name) you can trust\b|\bmost (?:experienced|trusted|advanced|exciting|important|effective|powerful|successful|respected)\b|\b(?:nobody|no one) (?:does|offers|cares)\b[^.]*\b(?:better|more)\b|\b(?:biggest|greatest) (?:\w+ )?(?:advance|discovery|step|hope|leap)\b|\bnumber one\b|#1\b",
            r"\b(?:the|our|very|among the) (?:very )?best\b(?! (?:estimate|guess|definition|dose|source|summary|answer|studied|way|thing to|time|place|evidence|known|you can|answer|next|not))|\bat its finest\b|\b(?:has|have|gets?|with) better (?:results|outcomes)\b|\bexperts? (?:\w+ )?(?:recommend|love|prefer|choose|praise)\w*\b",
            r"\bnothing short of\b|\bmost (?:loved|beloved|admired|popular)\b|\b(?:spectacular|stunning|superb|brilliant|magical|unbelievable|dramatic(?:ally)?|impressive)\b|\b(?:trusted|powerful|effective), (?:and )?(?:trusted|powerful|effective|proven|modern)\b",
        ),
        "Say what it is, without praise.",
        "The overall impression is part of the claim.",
        "SAFETY A2, F2",
        unless=r"\bmost (?:important|effective) (?:thing|question|for)\b",
    ),
    _rule(
        "spa",
        (
            r"\b(?:healing journey|wellness journey|journey (?:to|of|toward|into)|path to (?:healing|wellness|peace)|transform(?:s|ing|ative)? your|unlock\w*|reclaim your|rediscover\w*|self-discovery|embark\w*|new lease on life|inner (?:peace|child|self)|bliss\w*|sacred|ceremony|spa[- ]like|detox\w*|holistic|mind[- ]body|rebirth|reborn|open(?:s)? the door to|step into|serenity|soul\w*|awaken\w*)\b",
        ),
        "Use plain words for what happens.",
        "A medical visit is not sold as an experience.",
        "SAFETY F7; DESIGN 2",
        deniable=False,
        blocking=False,
    ),
    # --- Manner
    _rule(
        "cheer",
        (r"\w!(?:\s|$|[\"”])",),
        "End the sentence with a full stop.",
        "No cheer, no fear.",
        "SAFETY G6; DESIGN 2",
        blocking=False,
        deniable=False,
    ),
    _rule(
        "link-words",
        (r"\b(?:click here|tap here|learn more|read more|find out more)\b",),
        "Let the link say where it goes.",
        "Screen readers list links without their sentence.",
        "DESIGN 2; WCAG 2.4.4",
        blocking=False,
        deniable=False,
        unless=r"\b(?:read more about|learn more about|find out more about)\b",
    ),
    _rule(
        "british",
        (
            r"\b(?:an?aesthe\w+|colours?|behaviours?|programmes?|centres?|tumours?|haem\w+|oestrogen|paediatric\w*|signalling|counselling|whilst|licence|judgement|favour\w*|labour|fibre|hospitalis\w+|recognis\w+|realis(?!t)\w+|organis(?!m)\w+)\b",
        ),
        "Use the American spelling.",
        "One spelling throughout.",
        "SAFETY G8",
        blocking=False,
        deniable=False,
        unless=r"\ban?esthe",
    ),
)
