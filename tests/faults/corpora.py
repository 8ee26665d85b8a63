"""Made-up submissions: honest people as oddly as they type, form robots as they write, and strings that break forms.

Each is a dict of form fields. Numbers are 555-01xx, which nobody has.
"""

import random

FIRST = (
    "Ana|Zoë|Renée|Søren|Łukasz|Nguyễn Văn An|李小龍|김민준|Мария|Γιώργος|أحمد|נועה|Jean-Luc|O'Brien|"
    "D’Angelo|J.R.|J. R.|Dr.Smith|Dr. Ana Lima|X|Bo|Ñ|Mary Ann|mary ann|MARY ANN|"
    "Ana  Lima|Ana Ana|St.John O'Neil-Comstock|"
    "Ana (call after 3:30)|"
    "Ana/Ben|Ana & Ben|Ana Lima Jr.|Ana Lima, RN|Mr. & Mrs. Lee|Wolfeschlegelsteinhausenbergerdorff|"
    "Will Power|Rob Banks|Link Hogthrob|Dot Com|Www Ong|Crystal Chandelier|Viktor Casino|Chip Loans|Grace Fairly-Long|"
    '🙂|Ana 🌻|ana.lima|Ana_Lima|Ana2|3rd floor, ask for Ana|Mom|Anonymous|rather not say|Ana <3|Ana "Annie" Lima|'
    "Robert'); DROP TABLE students;--|null|None|undefined|NaN|test|asdf|Test Test|%s|{{name}}|Ana\tLima"
).split("|")
SHAPES = (
    "202-555-{0}", "(202) 555-{0}", "202.555.{0}", "2025550{1}", "+1 202 555 {0}", "1-202-555-{0}", "+12025550{1}",
    "202 555 {0}", "202-555-{0} ext 5", "202-555-{0}x12", "202-555-{0} #9", "202‑555‑{0}", "（202）555−{0}",
    "cell 202-555-{0}", "202-555-{0} (work)", "202-555-{0}, after 5", "call 202 555 {0} please", "001 202 555 {0}",
    "+44 20 7946 0958", "0044 20 7946 0958", "604-555-{0}", "+52 55 1234 5678", "+49 30 901820", "011 44 20 7946 0958",
    "２０２-５５５-{0}", "  202-555-{0}  ", "202-555-{0}.", "tel:202-555-{0}", "202/555/{0}", "202-555-{0} home",
)  # fmt: skip
QUESTIONS = (
    "", "", "", "", "", "Is there parking?", "Can my husband come with me?", "Do you take insurance?",
    "I read your page www.clinic.example. Is it still true?", "My doctor sent me: https://hospital.example/dr-lee",
    "¿Hablan español?", "I take Viagra. Is that a problem?", "Can I pay with a loan?",
    "I work nights. Call late please!!!",
    "I have tried 6 antidepressants. Nothing helps. What does it cost?", "Please do not leave a message",
    "My blood pressure is < 140", "I am scared", "Is it true that ketamine is a party drug??", "call my mom first 🙂",
    "I saw \"free consult\" somewhere, is it free?", "ARE YOU OPEN ON SATURDAY", "I need help. I want to die.",
)  # fmt: skip


def honest(count, seed=1):
    """Return `count` submissions of people, each at its own network; some share a number, as families do."""
    chance, found = random.Random(seed), []
    for number in range(count):
        line = 100 + number % 100
        shape = SHAPES[number % len(SHAPES)] if chance.random() < 0.8 else "202-555-{0}"
        area = 200 + number // 100
        phone = shape.format(f"{line:04}", f"{line:03}").replace("202", f"{area}", 1)
        # Foreign examples are one number each: make them people's own.
        if "7946" in phone:
            phone = phone.replace("0958", f"0{number % 1000:03}")
        if "1234 5678" in phone:
            phone = phone.replace("5678", f"{number % 10000:04}")
        if "901820" in phone:
            phone = phone.replace("901820", f"90{number % 10000:04}")
        found.append(
            {
                "name": f"{FIRST[number % len(FIRST)]}",
                "phone": phone,
                "message": QUESTIONS[chance.randrange(len(QUESTIONS))],
                "voicemail": chance.choice(["", "", "yes", "no"]),
                "best_time": chance.choice(["", "", "morning", "midday", "afternoon"]),
                "address": f"198.{18 + number // 250 % 2}.{number % 250}.{chance.randrange(1, 250)}",
            }
        )
    return found


SPAM_NAMES = (
    "RobertPaisp", "JamesOneds", "Eric", "Mike Nash", "DavidScepe", "Promo", "admin", "Georgebog", "SEO Team",
    "https://bit.example/x1", "www.best-pills.example.com", "Best casino", "Крипто", "Mr. Loan", "LeroyRib",
)  # fmt: skip
SPAM_TEXTS = (
    "Hi, we can put your website on the first page of google. SEO and backlinks from $99: https://seo.example.com",
    '<a href="https://pills.example.com">cialis</a> <a href="https://pills.example.net">viagra</a>',
    "[url=https://casino.example.com]best online casino[/url] [url=https://casino.example.net]slots[/url]",
    "Earn 500 a day with crypto and bitcoin. Limited offer: http://money.example.com",
    "I would like a guest post on your site. We offer backlinks and web traffic.",
    "Казино онлайн, ставки, заработок: http://kazino.example.ru http://kazino2.example.ru",
    "Your domain is about to expire. Pay now: https://renew.example.com and https://renew.example.org",
    "Do you need web design or a mobile app? Lead generation for clinics. unsubscribe here: http://x.example.com",
    "Hey, saw your page. Payday loans without a check: https://loans.example.com",
    "Dear owner, buy followers and replica watches at https://shop.example.com https://shop2.example.com",
)


def robots(count, seed=2):
    """Return `count` submissions as form robots send them: most fill in every field there is."""
    chance, found = random.Random(seed), []
    for number in range(count):
        kind = chance.random()
        typed = {
            "name": chance.choice(SPAM_NAMES),
            "phone": f"{200 + number % 700}-555-{100 + number % 100:04}",
            "message": chance.choice(SPAM_TEXTS),
            "address": f"198.18.{number % 250}.{chance.randrange(1, 250)}",
        }
        if kind < 0.6:  # fills in everything, the bait as well
            typed["leave_empty"] = chance.choice(["https://x.example.com", "RobertPaisp", typed["phone"], "1"])
        elif kind < 0.7:  # the name is the advertisement
            typed |= {"name": "Buy cheap pills at https://pills.example.com", "message": ""}
        elif kind < 0.78:  # one text in every field
            typed |= {"name": "Grow your business now", "message": "Grow your business now"}
        elif kind < 0.86:  # one network sends and sends
            typed |= {"address": "198.19.77.5", "message": ""}
        elif kind < 0.92:  # one number again and again
            typed |= {"phone": "999-555-0100", "name": f"Caller {number}", "message": ""}
        found.append(typed)
    return found


def naughty():
    """Return strings that break forms, databases, logs and pages."""
    found = [
        "", " ", "\t", "\n", "\x00", "a\x00b", "\x07\x1b[31mred", "\r\nX-Header: 1", "a\r\nb", "%00", "%0d%0a",
        "\\", "\\\\",
        "'", '"', "''", "`", "'; DROP TABLE leads_lead;--", "' OR 1=1 --", '" OR ""="', "1/0", "0", "-1",
        "1e309", "NaN",
        "null", "undefined", "true", "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% load x %}",
        "{% debug %}", "%s%n%x",
        "%(name)s", "{0}", "{0.__class__}", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "javascript:alert(1)", "\"><script>alert(1)</script>", "</textarea><script>1</script>", "<!--", "]]>",
        "&amp;", "&#0;",
        "&lt;b&gt;", "＜script＞", "\ud800", "\udfff", "a\ud83d", "\ufeff", "\ufffe", "\uffff", "\u200b",
        "\u200d", "\u202e",
        "\u2066", "a\u0301" * 50, "Z̸̢̨͎͇̀̾a̷l̵g̶o", "👩‍👩‍👧‍👦", "🇺🇸", "🏳️‍🌈", "\U000e0001", "ﷺ", "ß", "ẞ", "İ",
        "ı", "ſ", "ﬁ",
        "١٢٣", "१२३", "Ａｎａ", "𝓐𝓷𝓪", "ａ" * 100, "a" * 100, "a" * 101, "a" * 10_000, "é" * 100, "😀" * 100,
        "😀" * 101,
        "../../etc/passwd", "file:///etc/passwd", "C:\\Windows", "CON", "NUL", "~", "*", "?", "|", ";", "&&",
        "$(id)", "`id`",
        "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\"\n=1", "Ana,Lima", "Ana;Lima", "Ana\tLima",
        "Ana\nLima", "Ana\x0bLima",
        "Ana\u2028Lima", "Ana\u00a0Lima", "Ana\u3000Lima", "\u00a0", "\u3000", "\u2800", "\u115f", "\u3164",
        "·", "…", "—",
        "To: a@b.example\nBcc: c@d.example", "From root", ".", "..", "...", "-", "_",
        "0" * 400, "+" * 50, "(" * 50, ")" * 50,
        "2025550142" * 3, "202-555-0142\x00", "+0", "+1", "+999999999999999", "tel:", "ext", "x", "x12", "#",
        "00", "011", "1",
    ]  # fmt: skip
    return found + [f"{a}{b}" for a in ("Ana ", "202-555-0142 ") for b in found if b]
