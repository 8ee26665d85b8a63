"""The checks a text must pass before readers see it: pure functions over text.

No database, no request, no clock. Each check returns a list of findings, empty when all is well. A clean list does
not prove that a page is fair: a person must still read it.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

PHRASES_FILE = Path(__file__).parent / "starter" / "forbidden_phrases.txt"

# The clinic's safety and wording rules that a script can test, by the names used in findings.
RULES = {
    "A1": "No forbidden phrase.",
    "A10": "Every number that describes evidence has its source.",
    "B1": "The off-label statement stands in every article.",
    "B3": "The not-a-substitute statement stands in every article.",
    "B4": "The results-vary statement stands wherever benefit is described.",
    "B5": "The risk line stands in every article that is not mainly about risk.",
    "B8": "Marks in the text and the list of sources agree.",
    "C1": "Plain words about suicide.",
    "C5": "Help stands before any text about suicide.",
    "G1": "Grade 8 or lower.",
    "G2": "16 words a sentence or fewer, none over 30.",
}
HIGHEST_GRADE = 8
LONGEST_AVERAGE = 16
LONGEST_SENTENCE = 30


@dataclass(frozen=True)
class Finding:
    rule: str
    message: str  # what to do
    excerpt: str = ""
    blocking: bool = True
    where: str = ""  # the field, or the heading the place stands under
    reason: str = ""
    source: str = ""
    words: str = field(default="", compare=False)  # the very words that break the rule, where it is about words

    @property
    def digest(self):
        """Return what a clinician's leave is kept under: with other words in the text it is another finding."""
        return hashlib.sha256(f"{self.rule}\n{' '.join(self.excerpt.split())}".encode()).hexdigest()


@dataclass(frozen=True)
class Grade:
    flesch_kincaid: float
    automated_readability: float
    words: int
    sentences: int
    average_sentence: float
    longest: int
    hardest: tuple[str, ...]  # up to five, hardest first


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item or table cell; `row` is (table, row) for cells, else None."""

    tag: str
    text: str
    row: tuple[int, int] | None = None


# --- From HTML to text ---

BOX = re.compile(r"\[[a-z][^\[\]]*\]")
CITATION = re.compile(r"\[(\d{1,3})\]")


class _BlockReader(HTMLParser):
    BLOCK_TAGS = {"p", "li", "ul", "ol", "blockquote", "td", "th", "h1", "h2", "h3", "h4", "div", "figcaption"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.open_tags = []
        self.pieces = []
        self.table = self.row = 0
        self.in_table = False

    def handle_starttag(self, tag, attrs):
        if tag == "br":
            self.pieces.append(" ")
        if tag == "table":
            self.flush()
            self.table, self.row, self.in_table = self.table + 1, 0, True
        elif tag == "tr":
            self.row += 1
        elif tag in self.BLOCK_TAGS:
            self.flush()
            self.open_tags.append(tag)

    def handle_endtag(self, tag):
        if tag == "table":
            self.flush()
            self.in_table = False
        elif tag in self.BLOCK_TAGS:
            self.flush()
            if tag in self.open_tags:
                while self.open_tags.pop() != tag:
                    pass

    def handle_data(self, data):
        self.pieces.append(data)

    def close(self):
        super().close()
        self.flush()

    def flush(self):
        text = " ".join("".join(self.pieces).split())
        self.pieces = []
        if text:
            # Editors wrap the text of items and cells in paragraphs; it is still an item or a cell.
            holders = [tag for tag in self.open_tags if tag in {"li", "td", "th"}]
            tag = (holders or self.open_tags or ["p"])[-1]
            self.found.append(Block(tag, text, (self.table, self.row) if self.in_table else None))


def blocks(html):
    """Return the blocks of text in `html`, in reading order."""
    reader = _BlockReader()
    reader.feed(html)
    reader.close()
    return reader.found


def plain_text(html):
    """Return what a reader sees of `html`, one line for each paragraph, heading, list item or cell."""
    return "\n".join(block.text for block in blocks(html))


def reading_text(body):
    """Return the part of `body` that a reading grade is worked out from: whole sentences in paragraphs and lists.

    Headings, tables, fragments in lists, citation marks and shared boxes are left out. Most of them are short and
    would flatter the result.
    """
    lines = []
    for block in blocks(body):
        text = CITATION.sub("", block.text)
        text = re.sub(r"\s+([.,;:?!])", r"\1", " ".join(text.split()))
        is_fragment = block.tag == "li" and not re.search(r"[.?!]\W*$", text)
        if block.tag in {"p", "li", "blockquote"} and block.row is None and not is_fragment and not BOX.fullmatch(text):
            lines.append(text)
    return "\n".join(lines)


ABBREVIATION = re.compile(r"\b(?:Dr|Drs|Mr|Mrs|Ms|vs|e\.g|i\.e|U\.S|No)\.", re.IGNORECASE)
# A sentence runs to its mark, closing quotes and brackets, and any citation right behind them.
SENTENCE = re.compile(r"\S.*?(?:[.!?]+[\"'”’)]*(?:\s*\[\d{1,3}\])*(?=\s|$)|$)")
HIDDEN_STOP = "\u2024"


def sentences(text):
    """Return the sentences of `text`. The end of a line ends a sentence too."""
    found = []
    for line in text.splitlines():
        line = ABBREVIATION.sub(lambda match: match.group().replace(".", HIDDEN_STOP), line)
        found += [sentence.group().replace(HIDDEN_STOP, ".").strip() for sentence in SENTENCE.finditer(line)]
    return [sentence for sentence in found if sentence]


# --- Claims: forbidden phrases ---

# These deny the claim, so they are taken out before matching. Reword rather than add to this list.
ALLOWED = (
    "not a cure",
    "no cure",
    "does not cure",
    "cannot cure",
    "cannot guarantee",
    "no guarantee",
    "not guaranteed",
    "no treatment is risk-free",
    "not risk-free",
    "not a last resort",
    "not a miracle",
    "breakthrough therapy designation",
    "has not been shown to be safe and effective",
    "has not found ketamine safe and effective",
)
# One character for one, so that a place in the folded text is the same place in the original.
ALIKE = str.maketrans("‘’“”‐‑‒–—−-", "''\"\"" + " " * 7)
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


@cache
def forbidden_phrases():
    """Return the phrases no text may hold, as the file lists them."""
    return tuple(line.strip() for line in PHRASES_FILE.read_text(encoding="utf-8").splitlines() if line.strip())


@cache
def _whole_words(phrases):
    """Return a pattern for any of `phrases` as whole words, longest first so that one place gives one finding."""
    folded = sorted((phrase.translate(ALIKE).split() for phrase in phrases), key=lambda words: -len(" ".join(words)))
    choices = "|".join(r"\s+".join(map(re.escape, words)) for words in folded if words)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE) if choices else re.compile(r"(?!)")


def forbidden(text, phrases=None):
    """Return a finding for each forbidden phrase in `text`, whatever its case, hyphens or quotes."""
    text = INVISIBLE.sub("", text)
    folded = text.translate(ALIKE)
    folded = _whole_words(ALLOWED).sub(lambda match: "\0" * len(match.group()), folded)
    pattern = _whole_words(tuple(forbidden_phrases() if phrases is None else phrases))
    found = []
    for match in pattern.finditer(folded):
        words = text[match.start() : match.end()]
        found.append(Finding("A1", f"Take out or reword “{words}”.", _around(text, match), words=words))
    return found


def _around(text, match, width=40):
    start, end = max(0, match.start() - width), match.end() + width
    return " ".join(text[start:end].split())


# --- Reading grade ---

WORD = re.compile(r"[^\W_]+(?:[-‑'’*.,/][^\W_]+)*")
VOWELS = re.compile(r"[aeiouy]+")
SILENT_END = re.compile(r"(?:[^aeiouylrt]|[aeiouy][lrt])e$|[^aeiouytd]ed$|(?:[^aeiouyscxzgh]|th)es$")
TWO_VOWELS = re.compile(r"(?<![tscg])i[ao](?!u)|iu|ien|[aeiouy]ing|[^gq]u[ai][^nl]|eo(?!p)|[dm]iet")


def syllables(word):
    """Estimate how many syllables `word` has, as it is said aloud.

    A rule of thumb of our own: groups of vowels, less silent endings (-e, -ed, -es), plus pairs said apart (tr-i-al).
    Capitals such as FDA count one for each letter, figures one for each digit.
    """
    return sum(_syllables_of_part(part) for part in re.split(r"[-‑/]", word) if part)


def _syllables_of_part(part):
    letters = re.sub(r"[^A-Za-z]", "", part)
    digits = len(re.findall(r"\d", part))
    if not letters:
        return max(1, digits)
    if letters.isupper() and len(letters) > 1:
        return len(letters) + digits
    letters = letters.lower()
    count = len(VOWELS.findall(letters)) + len(TWO_VOWELS.findall(letters))
    if SILENT_END.search(letters):
        count -= 1
    return max(1, count) + digits


def _flesch_kincaid(words, sentence_count, syllable_count):
    return 0.39 * words / sentence_count + 11.8 * syllable_count / words - 15.59


def reading_grade(text):
    """Return how hard `text` is to read: Flesch-Kincaid, and the automated readability index as a second opinion.

    For an article, pass `reading_text(body)`.
    """
    measured = []  # (sentence, words, syllables, characters)
    for sentence in sentences(text):
        words = WORD.findall(sentence)
        if words:
            letters = sum(len(re.sub(r"[^\w]", "", word)) for word in words)
            measured.append((sentence, len(words), sum(map(syllables, words)), letters))
    if not measured:
        return Grade(0.0, 0.0, 0, 0, 0.0, 0, ())
    count = len(measured)
    words = sum(row[1] for row in measured)
    letters = sum(row[3] for row in measured)
    hardest = sorted(measured, key=lambda row: -_flesch_kincaid(row[1], 1, row[2]))[:5]
    return Grade(
        flesch_kincaid=round(_flesch_kincaid(words, count, sum(row[2] for row in measured)), 1),
        automated_readability=round(4.71 * letters / words + 0.5 * words / count - 21.43, 1),
        words=words,
        sentences=count,
        average_sentence=round(words / count, 1),
        longest=max(row[1] for row in measured),
        hardest=tuple(row[0] for row in hardest),
    )


def too_hard(body):
    """Return what makes `body` harder to read than we allow."""
    text = reading_text(body)
    grade = reading_grade(text)
    found = []
    if grade.flesch_kincaid > HIGHEST_GRADE:
        message = f"Use shorter words and sentences: grade {grade.flesch_kincaid}, at most {HIGHEST_GRADE}."
        found.append(Finding("G1", message, grade.hardest[0]))
    if grade.average_sentence > LONGEST_AVERAGE:
        message = f"Shorten sentences: {grade.average_sentence} words on average, at most {LONGEST_AVERAGE}."
        found.append(Finding("G2", message, grade.hardest[0]))
    for sentence in sentences(text):
        length = len(WORD.findall(sentence))
        if length > LONGEST_SENTENCE:
            found.append(Finding("G2", f"Split this sentence of {length} words.", sentence))
    return found


# --- Numbers and their sources ---

MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
# Numbers that are no evidence, with the reason.
NOT_EVIDENCE = (
    (r"\b(?:911|988|838255)\b|\bpress \d\b", "help lines"),
    (r"\(?\b\d{3}\)?[-‑ .]\d{3}[-‑ .]\d{4}\b|\b\d{3}[-‑]\d{4}\b", "phone numbers"),
    (rf"\b{MONTH} \d{{1,2}}\b(?:, \d{{4}})?|\b\d{{1,2}} {MONTH}\b(?: \d{{4}})?", "dates"),
    (r"\b(?:19|20)\d\d\b(?!\s+(?:people|patients|adults|veterans|men|women|infusions))", "years"),
    (r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm)\b", "times of day"),
    (r"\b24 hours\b", "a time point or the rule about driving; a finding has a number of its own"),
    (r"\bunder 18\b|\b(?:under|over|age|aged) \d{1,2}(?=\s*(?:[.,;:)?!]|$|years?\b))", "ages"),
    (r"\b\d{1,2} (?:or|and) (?:older|over|younger|under)\b", "ages"),
    (r"\b[A-Za-z]+[-‑]?\d+\w*", "names with a figure in them, such as PHQ-9"),
    (r"\bKARMA-Dep 2\b|\bWCAG \d\.\d\b", "names with a figure behind them"),
    (r"\b(?:step|item|question|figure|table|phase|level) \d{1,2}\b", "places in a list"),
    (r"^\(?\d{1,2}[.)](?:\s|$)", "the number of a list item"),
    (r"\b\d+ days after we close\b", "how long this site keeps a request"),
)
COUNT_WORD = r"(?:one|two|three|four|five|six|seven|eight|nine|ten)"
SHARE = re.compile(
    rf"\bhalf\b(?! an hour)|\b{COUNT_WORD}[- ](?:thirds?|quarters?|fifths?)\b|\ba (?:third|quarter|fifth|tenth)\b"
    rf"|\b{COUNT_WORD} (?:in|out of|of every) (?:{COUNT_WORD}|\d+)\b",
    re.IGNORECASE,
)


def uncited_numbers(body):
    """Return a finding for each sentence or table row of `body` with a number of evidence and no source.

    The mark stands in the sentence or right behind it, in the row, or in the heading row of the table. Digits block;
    shares in words ("half of them") are a warning, since the words have other uses.
    """
    found = []
    for text, marks in units(body):
        numbers = evidence_numbers(text)
        if not marks and (numbers or SHARE.search(text)):
            found.append(Finding("A10", "Add the source of this number, as [1].", text, blocking=bool(numbers)))
    return found


def evidence_numbers(text):
    """Return the numbers in `text` that need a source, as they are written but without commas."""
    rest = CITATION.sub(" ", text)
    for pattern, _reason in NOT_EVIDENCE:
        rest = re.sub(pattern, " ", rest, flags=re.IGNORECASE)
    return [number.replace(",", "") for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", rest)]


def units(body):
    """Return the sentences and the table rows of `body`, each with the numbers of the sources it cites.

    A mark in the heading row of a table counts for each of its rows.
    """
    found, rows = [], {}
    for block in blocks(body):
        if block.row is None:
            found += [(sentence, _marks(sentence)) for sentence in sentences(block.text)]
        else:
            rows.setdefault(block.row, []).append(block)
    of_table = {}
    for (table, _), cells in rows.items():
        text = " | ".join(cell.text for cell in cells)
        if all(cell.tag == "th" for cell in cells):
            of_table.setdefault(table, set()).update(_marks(text))
        found.append((text, _marks(text) | of_table.get(table, set())))
    return found


def _marks(text):
    return {int(number) for number in CITATION.findall(text)}


def citation_marks(body):
    """Return the numbers of the marks in `body`, in reading order, repeats included."""
    return [int(number) for number in CITATION.findall(plain_text(body))]


def marks_without_rows(body, numbers):
    """Return a finding for each mark in `body` that none of the source `numbers` answers."""
    missing = sorted(set(citation_marks(body)) - set(numbers))
    message = "Add source {} to the list, or take out its mark."
    return [Finding("B8", message.format(number), f"[{number}]") for number in missing]


def rows_never_cited(body, numbers):
    """Return a finding for each of the source `numbers` that `body` never cites."""
    unused = sorted(set(numbers) - set(citation_marks(body)))
    return [
        Finding("B8", f"Cite source {number} in the text, or take it off the list.", f"[{number}]", blocking=False)
        for number in unused
    ]


# --- Statements that must stand in the text ---

STATEMENT = re.compile(r"\[statement (\w+)\]")
CRISIS_BOX = "[crisis box]"
ABOUT_SUICIDE = re.compile(
    r"\bsuicid\w*|\bself[- ]harm\w*|\bbetter off dead\b|\b(?:hurt|kill|harm)(?:ing)? (?:your|him|her|them)sel\w+"
    r"|\b(?:end|take|ending|taking) (?:your|his|her|their) (?:own )?li(?:fe|ves)\b",
    re.IGNORECASE,
)


def missing_statements(body, treatment, *, mainly_risk=False, about_suicide=False, is_article=True):
    """Return a finding for each shared box that must stand in `body`, alone in its paragraph, and does not.

    A fixed page (`is_article=False`) needs them only when it speaks of ketamine as treatment.
    """
    paragraphs = [block.text for block in blocks(body) if block.tag == "p"]
    placed = {match.group(1) for match in map(STATEMENT.fullmatch, paragraphs) if match}
    needed = []
    if is_article or treatment:
        needed += [("B1", "off_label"), ("B3", "not_substitute")]
        if not mainly_risk:
            needed.append(("B5", "risk_line"))
    if treatment:
        needed.append(("B4", "results_vary"))
    found = [
        Finding(rule, f"Add a paragraph that holds only [statement {key}]. {RULES[rule]}")
        for rule, key in needed
        if key not in placed
    ]
    if about_suicide and (not paragraphs or blocks(body)[0].text != CRISIS_BOX):
        found.append(Finding("C5", "Begin with a paragraph that holds only [crisis box]."))
    return found + help_too_late(body)


def help_too_late(body):
    """Return a finding when `body` speaks of suicide before the crisis box."""
    for block in blocks(body):
        if block.tag == "p" and block.text == CRISIS_BOX:
            return []
        if ABOUT_SUICIDE.search(block.text):
            return [Finding("C5", "Put a paragraph that holds only [crisis box] before this passage.", block.text)]
    return []


# --- Words about suicide ---

JUDGING = r"(?:commit(?:s|ted|ting)?|complet(?:e|es|ed|ing)|(?:un)?success(?:ful|fully|es)?|fail(?:s|ed|ing|ure)?)"
SUICIDE_WORDING = re.compile(
    rf"\b{JUDGING}\s+(?:\w+\s+){{0,2}}?suicides?\b"
    rf"|\bsuicides?(?:\s+attempts?)?\s+(?:\w+\s+){{0,2}}?(?:was\s+|were\s+|is\s+|has\s+|had\s+)?{JUDGING}\b"
    rf"|\b{JUDGING}\s+attempts?\b",
    re.IGNORECASE,
)


def suicide_wording(text):
    """Return a finding for each place where `text` judges a suicide or an attempt."""
    return [
        Finding("C1", "Write “died by suicide”, “suicide attempt” or “thoughts of suicide”.", _around(text, match))
        for match in SUICIDE_WORDING.finditer(" ".join(text.translate(ALIKE).split()))
    ]
