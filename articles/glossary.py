"""Hard words explained where a page first uses them. Pure functions over text."""

import re

from django.utils.text import slugify


class Glossary:
    """The terms of one page, each found once: [{term, forms, meaning}]."""

    def __init__(self, rows):
        self.rows, self._by_form, self.used = list(rows), {}, []
        for row in self.rows:
            for form in [row["term"], *row.get("forms", ())]:
                if form := " ".join(form.split()):
                    self._by_form.setdefault(form.lower(), (form, row))
        longest_first = sorted(self._by_form, key=len, reverse=True)
        forms = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])", re.IGNORECASE) if forms else None

    def find(self, text):
        """Yield (start, end, row) of each term that `text` is the first to use."""
        for match in self._pattern.finditer(text) if self._pattern else ():
            form, row = self._by_form[" ".join(match.group().lower().split())]
            # Capitals make another word of some: TRD, but not "trd"; ACT, but not "act".
            if row not in self.used and (not form.isupper() or match.group().isupper()):
                self.used.append(row)
                yield match.start(), match.end(), row


def word_id(row):
    return f"word-{slugify(row['term']) or 'x'}"
