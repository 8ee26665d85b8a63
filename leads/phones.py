"""What people type as their phone number, read into one that can be called.

Whatever could be a phone number is accepted: what metadata doubts is flagged, because
metadata is sometimes behind and a refused patient is lost. Only what cannot be called
is refused, with a message that says what to do next.
"""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

# Longer than any number with a note beside it.
LONGEST = 100
# No number in the world has more digits (E.164).
MOST_DIGITS = 15
# Share country code 1 and are the United States.
US_REGIONS = {"US", "PR", "VI", "GU", "AS", "MP"}
KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")

EXTENSION = re.compile(
    r"""
    ^(?P<number>.*\d\D*?)[\s,;(\[]*
    (?: (?P<word>extension|extn|ext|xtn|option|press|dial) | (?P<sign>;ext=|[x\#,;~]) )
    [\s.:=\#]*(?:number|no\.?)?\s*
    (?P<digits>\d{1,9})[\s.)\]\#]*(?:please|thanks|thank\s+you)?[\s.!]*$
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Ten digits written as Americans write them, perhaps with a 1 before them.
US_NUMBER = re.compile(r"(?<!\d)(?:1[\s.-]*)?\(?\d{3}\)?[\s./-]*\d{3}[\s./-]*\d{4}(?!\d)")
BETWEEN_NUMBERS = re.compile(r"\b(?:or|and|also)\b|[/,;&|]", re.IGNORECASE)


class PhoneError(ValueError):
    """Not a number we could call. The message tells the person what to do next."""

    message = "Enter your phone number in digits, like 202-555-0142"

    def __init__(self):
        super().__init__(self.message)


class Empty(PhoneError):
    message = "Enter your phone number"


class TooShort(PhoneError):
    message = "Enter all 10 digits of your phone number, like 202-555-0142"


class ForeignTooShort(TooShort):
    message = "Check your phone number. Some digits are missing after the country code"


class TooLong(PhoneError):
    message = "Check your phone number. It has more digits than a phone number can have"


class ImpossibleAreaCode(PhoneError):
    message = (
        "Check the first three digits. No US area code starts with 0 or 1. "
        "Outside the US, start with + and your country code"
    )


class UnknownCountry(PhoneError):
    message = "Check the digits after the +. No country has that code. US numbers start with +1"


class TwoNumbers(PhoneError):
    message = "Enter one phone number only, the one you would like us to call"


class NotANumber(PhoneError):
    """Words, or something else that holds no phone number."""


@dataclass(frozen=True)
class Number:
    """A phone number as typed (`raw`) and as it is called. Flags: "foreign" is outside the
    US, "unlikely" has a possible length but is not known to be in use."""

    raw: str
    e164: str
    extension: str = ""
    flags: tuple[str, ...] = ()


def read(typed):
    """The phone number in what a person typed; PhoneError when there is none to call."""
    raw = _storable(typed)
    # One character may stand for a dozen, so the plain text has the same limit.
    if len(raw) > LONGEST or len(text := _plain(raw)) > LONGEST:
        raise TooLong if sum(map(str.isdigit, raw)) > MOST_DIGITS else NotANumber
    if not text:
        raise Empty
    text, extension = _split_extension(text)
    if _holds_two_numbers(text):
        raise TwoNumbers
    e164, flags = _read_foreign(text) or _read_american(text)
    return Number(raw, e164, extension, flags)


# --- Reading


def _storable(typed):
    """What was typed, trimmed, without the two things a database cannot hold."""
    return re.sub(r"[\x00\ud800-\udfff]", "", typed).strip()


def _plain(text):
    """The text in plain digits, hyphens and spaces, without invisible marks."""
    plain = []
    for character in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(character)
        digit = unicodedata.digit(character, None)
        if digit is not None:
            plain.append(str(digit))
        elif category == "Pd" or character == "\N{MINUS SIGN}":
            plain.append("-")
        elif category in {"Zs", "Zl", "Zp", "Cc"}:
            plain.append(" ")
        elif category not in {"Cf", "Mn", "Me"}:  # direction marks, zero-width and combining ones
            plain.append(character)
    return " ".join("".join(plain).split())


def _split_extension(text):
    """The text without its extension, and the extension."""
    found = EXTENSION.match(text)
    if not found:
        return text, ""
    # Commas and the like also stand between the parts of a number, and an "x" in some words.
    if found["sign"] and (len(_digits(found["number"])) < 10 or len(found["digits"]) > 6):
        return text, ""
    return found["number"], found["digits"]


def _holds_two_numbers(text):
    """Whether a second number, or the end of one, follows the first."""
    for pieces in (re.split(r"(?=\+)", text), BETWEEN_NUMBERS.split(text)):
        if sum(len(_digits(piece)) >= 7 for piece in pieces) > 1:
            return True
    first = US_NUMBER.search(text)
    rest = text[first.end() :] if first else ""
    return len(_digits(rest)) >= (4 if BETWEEN_NUMBERS.search(rest) else 7)


def _read_foreign(text):
    """E.164 and flags of a number that names its country, None for any other."""
    digits = _digits(text)
    has_plus = bool(re.match(r"[^\d+]*\+", text))
    if not has_plus:
        # 00 and 011 are what people dial before a country code, here and elsewhere.
        dialled = re.match(r"(?:00|011)([1-9]\d*)", digits)
        if not dialled or len(digits) < 12:
            return None
        digits = dialled[1]
    if digits.startswith("1") or (has_plus and not digits):
        return None if has_plus else _american(digits[1:])
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException as error:
        reasons = {error.INVALID_COUNTRY_CODE: UnknownCountry, error.TOO_LONG: TooLong}
        raise reasons.get(error.error_type, ForeignTooShort) from None
    if not phonenumbers.is_valid_number(number) and len(digits) == 10:
        # "+2025550142": a US number with a plus but no 1.
        american = phonenumbers.PhoneNumber(1, int(digits))
        if phonenumbers.is_valid_number(american):
            return None
    return _foreign(number)


def _foreign(number):
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    possible = phonenumbers.ValidationResult
    # One digit more than metadata knows of is often an older way to dial, such as +52 1 in Mexico.
    if len(e164) - 1 > MOST_DIGITS:
        raise TooLong
    if phonenumbers.is_possible_number_with_reason(number) in (possible.TOO_SHORT, possible.IS_POSSIBLE_LOCAL_ONLY):
        raise ForeignTooShort
    return e164, _flags(number)


def _read_american(text):
    """E.164 and flags of a number that names no country or country 1."""
    digits = _digits(text)
    if any(map(str.isalpha, text)):
        digits = _digits_among_letters(text)
    if not digits:
        raise NotANumber
    # With 10 digits a 1 that stands apart is the country's, and a digit is missing at the end.
    names_country = re.match(r"[^\d+]*(?:\+|1[\s.(-])", text)
    if digits.startswith("1") and (len(digits) == 11 or names_country):
        digits = digits[1:]
    return _american(digits)


def _american(digits):
    if len(digits) < 10:
        raise TooShort
    if digits[0] in "01" and len(digits) < 12:
        raise ImpossibleAreaCode
    if len(digits) > 10:
        raise TooLong
    return f"+1{digits}", _flags(phonenumbers.PhoneNumber(1, int(digits)))


def _digits_among_letters(text):
    """The digits of a number with words beside it ("home") or in it ("1-800-FLOWERS")."""
    words = re.findall(r"[^\W\d_]+", text)
    digits = _digits(text)
    if len(digits.removeprefix("1")) == 10:
        return digits
    if set("".join(words)) <= set("OoIl"):
        # The letter typed for the digit it looks like.
        return _digits(text.translate(str.maketrans("OoIl", "0011")))
    if whole := US_NUMBER.search(text):
        return _digits(whole[0])
    spelled = _digits(re.sub(r"^\D+", "", text).upper().translate(KEYPAD)).removeprefix("1")
    if len(spelled) == 10 and re.match(r"\D*(?:1\D?)?\D?\d{3}", text):
        return spelled
    if len(digits) < 7:
        raise NotANumber
    return digits


def _digits(text):
    return re.sub(r"[^0-9]", "", text)


def _flags(number):
    known = phonenumbers.is_valid_number(number)
    region = phonenumbers.region_code_for_number(number) or _region_of_area_code(number)
    foreign = number.country_code != 1 if region is None else region not in US_REGIONS
    return (*(["foreign"] if foreign else []), *([] if known else ["unlikely"]))


def _region_of_area_code(number):
    """Return the country that has an area code of country 1 to itself, None when that is the US or unclear."""
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1] if number.country_code == 1 else ():
        digits = phonenumbers.PhoneMetadata.metadata_for_region(region).leading_digits
        if digits and re.match(digits, str(number.national_number)):
            return region
    return None


# --- Showing


def national(e164):
    """A number as people write it: "(202) 555-0142", others "+44 20 7946 0018"."""
    if parts := _american_parts(e164):
        return "({}) {}-{}".format(*parts)
    return _international(e164)


def masked(e164):
    """Enough of a number to know one's own: "(202) ···-0142", others "number ending 0018"."""
    if parts := _american_parts(e164):
        return f"({parts[0]}) ···-{parts[2]}"
    return f"number ending {e164[-4:]}" if e164 else ""


def speakable(e164):
    """A number in groups that are easy to read out: "202-555-0142", others "+44 20 7946 0018"."""
    if parts := _american_parts(e164):
        return "-".join(parts)
    return _international(e164)


def tel(e164, extension=""):
    """The address that dials a number: "tel:+12025550142;ext=5"."""
    return f"tel:{e164};ext={extension}" if extension else f"tel:{e164}"


def _american_parts(e164):
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", e164)
    return found.groups() if found else None


def _international(e164):
    # A forgotten request keeps its row without its number, so there may be nothing to show.
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
