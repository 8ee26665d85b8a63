"""What people type as their phone number, and what we make of it."""

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from leads import phones
from leads.phones import Number

OURS = "+12025550142"


@pytest.mark.parametrize(
    "typed",
    [
        "2025550142",
        "202-555-0142",
        "202.555.0142",
        "202 555 0142",
        "202/555/0142",
        "202,555,0142",
        "(202) 555-0142",
        "(202)555-0142",
        "[202] 555 0142",
        "2 0 2 5 5 5 0 1 4 2",
        "  202-555-0142\r\n",
        "12025550142",
        "1-202-555-0142",
        "1 (202) 555-0142",
        "1.202.555.0142",
        "+12025550142",
        "+1 202 555 0142",
        "+1 (202) 555-0142",
        "+ 1 202 555 0142",
        "++1 202 555 0142",
        "(+1) 202 555 0142",
        "+2025550142",  # a plus, but no country
        "001 202 555 0142",
        "011 1 202 555 0142",
        "tel:+1-202-555-0142",
        "TEL: 202-555-0142",
        "Phone: (202) 555-0142",
        # Pasted: en dash, em dash, minus, no-break hyphen, fullwidth hyphen, middle dot.
        "202–555–0142",
        "202—555—0142",
        "202−555−0142",
        "202‑555‑0142",
        "202\uff0d555\uff0d0142",
        "202·555·0142",
        # No-break, thin, ideographic spaces; a tab; a line break; a control character.
        "202\u00a0555\u00a00142",
        "202\u2009555\u30000142",
        "202\t555\n0142",
        "202\x07555\x1b0142",
        # Marks nobody sees: direction, zero width, soft hyphen, byte order.
        "\u202a+1 202-555-0142\u202c",
        "\u200e(202) 555-0142\u200f",
        "\u2066202\u200b555\u00ad0142\ufeff\u2069",
        # Digits of other scripts.
        "２０２－５５５－０１４２",
        "＋１　２０２　５５５　０１４２",
        "٢٠٢-٥٥٥-٠١٤٢",
        "۲۰۲۵۵۵۰۱۴۲",
        "२०२ ५५५ ०१४२",
        "𝟚𝟘𝟚𝟝𝟝𝟝𝟘𝟙𝟜𝟚",
        "2️⃣0️⃣2️⃣5️⃣5️⃣5️⃣0️⃣1️⃣4️⃣2️⃣",
        # Letters typed for the digits they look like.
        "2O2-555-O142",
        "2o2 555 ol42",
        "I-202-555-0142",
        # Words beside it.
        "my number is 202-555-0142",
        "202-555-0142 (cell)",
        "202-555-0142 home",
        "1-202-555-0142 work",
        "📞 202-555-0142 🙂",
        "тел. 202-555-0142",
        "202-555-0142 after 5",
        "202-555-0142 after 5:30 pm",
        "202-555-0142 room 12345",
        "202-555-0142 ext",
    ],
)
def test_one_number_typed_in_many_ways(typed):
    assert phones.read(typed) == Number(raw=typed.strip(), e164=OURS)


@pytest.mark.parametrize(
    ("typed", "extension"),
    [
        ("202-555-0142 ext 5", "5"),
        ("202-555-0142 ext. 5", "5"),
        ("202-555-0142 Ext: 5", "5"),
        ("202-555-0142ext5", "5"),
        ("202-555-0142, ext. 5", "5"),
        ("202-555-0142 (ext 5)", "5"),
        ("202-555-0142 x12", "12"),
        ("202-555-0142x12", "12"),
        ("202-555-0142 X 12", "12"),
        ("202-555-0142 (x12)", "12"),
        ("202-555-0142 extension 12", "12"),
        ("202-555-0142 extension number 12", "12"),
        ("202-555-0142 extn 12", "12"),
        ("202-555-0142 ext #12", "12"),
        ("202-555-0142 #5", "5"),
        ("202-555-0142#5#", "5"),
        ("202-555-0142,5", "5"),
        ("202-555-0142;ext=5", "5"),
        ("tel:+1-202-555-0142;ext=5", "5"),
        ("(202) 555-0142 ext 007", "007"),
        ("202-555-0142 press 2", "2"),
        ("202-555-0142 ext ٥", "5"),
        ("202-555-0142 ext 123456789", "123456789"),
    ],
)
def test_extensions(typed, extension):
    assert phones.read(typed) == Number(typed, OURS, extension)


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("1-800-FLOWERS", "+18003569377"),
        ("+1-800-flowers", "+18003569377"),
        ("call 1-800-FLOWERS", "+18003569377"),
        ("800-GO-FEDEX", "+18004633339"),
        ("(800) CALL NOW", "+18002255669"),
    ],
)
def test_numbers_spelled_in_letters(typed, e164):
    assert phones.read(typed) == Number(typed, e164)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+44 20 7946 0018", Number("", "+442079460018", "", ("foreign",))),
        ("+44 (0)20 7946 0018", Number("", "+442079460018", "", ("foreign",))),
        ("0044 20 7946 0018", Number("", "+442079460018", "", ("foreign",))),
        ("0044 (0)20 7946 0018", Number("", "+442079460018", "", ("foreign",))),
        ("011 44 20 7946 0018", Number("", "+442079460018", "", ("foreign",))),
        ("+44 20 7946 0018 ext 12", Number("", "+442079460018", "12", ("foreign",))),
        ("+44 20 7946 0018 (work)", Number("", "+442079460018", "", ("foreign",))),
        ("+33 1 99 00 01 42", Number("", "+33199000142", "", ("foreign",))),
        # Italy keeps the zero; one country code belongs to no country.
        ("+39 06 698 12345", Number("", "+390669812345", "", ("foreign",))),
        ("+800 1234 5678", Number("", "+80012345678", "", ("foreign",))),
        # Country code 1, outside the United States and inside.
        ("+1 876 555 0142", Number("", "+18765550142", "", ("foreign",))),
        ("416-555-0142", Number("", "+14165550142", "", ("foreign",))),
        ("787-555-0142", Number("", "+17875550142", "", ())),
        ("671-555-0142", Number("", "+16715550142", "", ())),
        # Possible, but not known to be in use: kept and flagged, never refused.
        ("211-555-0142", Number("", "+12115550142", "", ("unlikely",))),
        ("202-055-0142", Number("", "+12020550142", "", ("unlikely",))),
        ("+1 999 555 0142", Number("", "+19995550142", "", ("unlikely",))),
        ("+44 99 7946 0018", Number("", "+449979460018", "", ("foreign", "unlikely"))),
        # An older way to dial, and countries that share our code: metadata does not know the number, its digits tell.
        ("+52 1 55 1234 5678", Number("", "+5215512345678", "", ("foreign", "unlikely"))),
        ("+1 242 555 0142", Number("", "+12425550142", "", ("foreign", "unlikely"))),
        ("+290 1234", Number("", "+2901234", "", ("foreign", "unlikely"))),
    ],
)
def test_flags(typed, number):
    found = phones.read(typed)

    assert found == Number(typed, number.e164, number.extension, number.flags)


def test_the_number_of_every_example_is_accepted():
    for last in range(100, 200):
        assert phones.read(f"202-555-0{last}").e164 == f"+12025550{last}"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", phones.Empty),
        ("   \t\r\n", phones.Empty),
        ("\u00a0\u3000", phones.Empty),
        ("\u200e\u202a\ufeff", phones.Empty),
        ("\x00", phones.Empty),
        ("\ud800", phones.Empty),
        ("call me", phones.NotANumber),
        ("call me at 5", phones.NotANumber),
        ("none", phones.NotANumber),
        ("FLOWERS", phones.NotANumber),
        ("1-800-FLOWER", phones.NotANumber),
        ("1-800-FLOWERSHOP", phones.NotANumber),
        ("two oh two", phones.NotANumber),
        ("2 call me now", phones.NotANumber),  # ten digits on a keypad
        ("---", phones.NotANumber),
        ("+", phones.NotANumber),
        ("x5", phones.NotANumber),
        ("ext 5", phones.NotANumber),
        ("🙂", phones.NotANumber),
        ("ana@example.com", phones.NotANumber),
        ("5", phones.TooShort),
        ("0", phones.TooShort),
        ("911", phones.TooShort),
        ("555-0142", phones.TooShort),
        ("cell 555-0142", phones.TooShort),
        ("555-0142 ext 5", phones.TooShort),
        ("202-555-014", phones.TooShort),
        ("1 202 555 014", phones.TooShort),
        ("+1 202 555 014", phones.TooShort),
        ("+1", phones.TooShort),
        ("+44 20 7946", phones.ForeignTooShort),
        ("022-555-0142", phones.ImpossibleAreaCode),
        ("102-555-0142", phones.ImpossibleAreaCode),
        ("1-022-555-0142", phones.ImpossibleAreaCode),
        ("+1 122 555 0142", phones.ImpossibleAreaCode),
        ("0202 555 0142", phones.ImpossibleAreaCode),
        ("000-000-0000", phones.ImpossibleAreaCode),
        ("011-555-0142", phones.ImpossibleAreaCode),
        ("202-555-0142 7", phones.TooLong),
        ("202-555-01422", phones.TooLong),
        ("+1 202 555 0142 7", phones.TooLong),
        ("1 202 555 0142 55", phones.TooLong),
        ("+44 20 7946 0018 0018", phones.TooLong),
        ("+1234567890123456", phones.TooLong),
        ("+49 12345678901234", phones.TooLong),
        ("+49 1234567890123456", phones.TooLong),
        ("+999 1234567890123456", phones.UnknownCountry),
        ("+44 12345678901234567890", phones.TooLong),
        ("9" * 16, phones.TooLong),
        ("+999 202 555 0142", phones.UnknownCountry),
        ("+0 202 555 0142", phones.UnknownCountry),
        ("202-555-0142 or 202-555-0143", phones.TwoNumbers),
        ("202-555-0142, 202-555-0143", phones.TwoNumbers),
        ("202-555-0142/202-555-0143", phones.TwoNumbers),
        ("202-555-0142\n202-555-0143", phones.TwoNumbers),
        ("2025550142 2025550143", phones.TwoNumbers),
        ("+12025550142 +12025550143", phones.TwoNumbers),
        ("+12025550142+12025550143", phones.TwoNumbers),
        ("202-555-0142 or 0143", phones.TwoNumbers),
        ("202-555-0142 and 555-0143", phones.TwoNumbers),
        ("202-555-0142, 555-0143", phones.TwoNumbers),
        ("202-555-0142, 5550143", phones.TwoNumbers),
        ("202-555-0142 home 555-0143", phones.TwoNumbers),
        ("+442079460018 +442079460019", phones.TwoNumbers),
        ("202-555-0142 x5 or 202-555-0143 x6", phones.TwoNumbers),
        ("cell 202-555-0142 home 202-555-0143", phones.TwoNumbers),
        ("+44 20 7946 0018 or +44 20 7946 0019", phones.TwoNumbers),
        ("555-0142 or 555-0143", phones.TwoNumbers),
    ],
)
def test_what_cannot_be_called_is_refused(typed, error):
    with pytest.raises(phones.PhoneError) as refused:
        phones.read(typed)

    assert type(refused.value) is error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (phones.Empty, "Enter your phone number"),
        (phones.TooShort, "Enter all 10 digits of your phone number, like 202-555-0142"),
        (
            phones.TooLong,
            "Check your phone number. It has more digits than a phone number can have",
        ),
        (
            phones.ImpossibleAreaCode,
            "Check the first three digits. No US area code starts with 0 or 1. "
            "Outside the US, start with + and your country code",
        ),
        (phones.NotANumber, "Enter your phone number in digits, like 202-555-0142"),
        (phones.TwoNumbers, "Enter one phone number only, the one you would like us to call"),
        (
            phones.UnknownCountry,
            "Check the digits after the +. No country has that code. US numbers start with +1",
        ),
    ],
)
def test_messages_say_what_to_do(error, message):
    assert str(error()) == message
    assert issubclass(error, phones.PhoneError)
    assert issubclass(error, ValueError)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("9" * 5000, phones.TooLong),
        ("٢" * 5000, phones.TooLong),
        ("call me " * 1000, phones.NotANumber),
        ("🙂" * 5000, phones.NotANumber),
        ("\ufdfa" * 100, phones.NotANumber),  # each stands for eighteen letters
        ("⑽" * 100, phones.NotANumber),
        ("2025550142" + "\u200b" * 5000, phones.NotANumber),
        ("1" + "," * 99, phones.TooShort),
        ("+" * 100, phones.NotANumber),
    ],
)
def test_long_texts_are_refused_at_once(typed, error):
    with pytest.raises(error):
        phones.read(typed)


def test_space_around_a_number_does_not_make_it_long():
    assert phones.read(" " * 5000 + "202-555-0142" + " " * 5000) == Number("202-555-0142", OURS)


def test_raw_is_what_was_typed_but_for_what_a_database_refuses():
    assert phones.read(" (202)\u00a0555–0142 (cell)\n").raw == "(202)\u00a0555–0142 (cell)"
    assert phones.read("202-\x00555-\ud8000142").raw == "202-555-0142"


# --- Showing


@pytest.mark.parametrize(
    ("e164", "national", "masked", "speakable"),
    [
        ("+12025550142", "(202) 555-0142", "(202) ···-0142", "202-555-0142"),
        ("+12115550142", "(211) 555-0142", "(211) ···-0142", "211-555-0142"),
        ("+18765550142", "(876) 555-0142", "(876) ···-0142", "876-555-0142"),
        ("+442079460018", "+44 20 7946 0018", "number ending 0018", "+44 20 7946 0018"),
        ("+33199000142", "+33 1 99 00 01 42", "number ending 0142", "+33 1 99 00 01 42"),
        ("", "", "", ""),  # forgotten
    ],
)
def test_showing(e164, national, masked, speakable):
    assert phones.national(e164) == national
    assert phones.masked(e164) == masked
    assert phones.speakable(e164) == speakable


def test_tel():
    assert phones.tel(OURS) == "tel:+12025550142"
    assert phones.tel(OURS, "5") == "tel:+12025550142;ext=5"
    assert phones.tel("+442079460018", "007") == "tel:+442079460018;ext=007"


# --- Anything at all

quick = settings(max_examples=250, deadline=None, database=None)
# Text of the kind people type here, and text of any kind.
phone_like = st.text("0123456789+-.()/,;#xX ext or OIl\u00a0\u200e２٢", max_size=40)
pieces = st.lists(
    st.sampled_from(
        ["202", "555", "0142", "1", "+", "+44", "00", "011", "-", " ", "(", ")", "ext", "x", "or"]
        + ["/", ",", ";ext=", "#", "FLOWERS", "home", "５", "\u202a", "🙂", "\x00", "20 7946 0018"]
    ),
    max_size=12,
).map("".join)


@quick
@given(st.text() | phone_like | pieces)
@example("\ud800")
@example("+" + "0" * 40)
def test_any_text_gives_a_number_or_a_message(typed):
    try:
        found = phones.read(typed)
    except phones.PhoneError:
        return

    assert re.fullmatch(r"\+[1-9][0-9]{4,14}", found.e164)
    assert re.fullmatch(r"[0-9]{0,9}", found.extension)
    assert set(found.flags) <= {"foreign", "unlikely"}
    assert found.raw in typed.replace("\x00", "")
    assert len(found.raw) <= phones.LONGEST
    for show in (phones.national, phones.masked, phones.speakable, phones.tel):
        assert found.e164[-4:] in re.sub(r"[^0-9+]", "", show(found.e164))


@quick
@given(
    st.from_regex(r"[2-9][0-9]{9}", fullmatch=True),
    st.lists(st.sampled_from(["", "-", ".", " ", "\u00a0", "–", "\u200b"]), min_size=9, max_size=9),
    st.sampled_from(["", "1", "+1 ", "1-", "tel:", "001 "]),
)
def test_ten_digits_are_never_refused_or_changed(digits, marks, before):
    typed = before + digits[0] + "".join(map("".join, zip(marks, digits[1:], strict=True)))

    assert phones.read(typed).e164 == f"+1{digits}"


@quick
@given(st.from_regex(r"\+[1-9][0-9]{4,14}", fullmatch=True) | st.text(max_size=20))
def test_showing_never_fails(e164):
    for show in (phones.national, phones.masked, phones.speakable, phones.tel):
        assert isinstance(show(e164), str)


@quick
@given(phone_like | pieces)
def test_a_number_read_once_reads_the_same_again(typed):
    try:
        found = phones.read(typed)
    except phones.PhoneError:
        return
    # Of zeros where no number has them, some are taken for a trunk prefix each time.
    assume("unlikely" not in found.flags or found.e164.startswith("+1"))

    again = phones.read(phones.tel(found.e164, found.extension))

    assert (again.e164, again.extension, again.flags) == (found.e164, found.extension, found.flags)
