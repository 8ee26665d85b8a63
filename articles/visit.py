"""The timeline of a visit: steps with minutes, and bars that show how the time is spent. No ORM."""

import re
from dataclasses import dataclass

PLAIN_MINUTES = re.compile(r"\d{1,4}")
# A range: the longer time is what a person must plan for.
RANGE = re.compile(r"(\d{1,4})\s*(?:-|–|to)\s*(\d{1,4})")
TOLD_NOT_TO_DRIVE = re.compile(r"\b24 hours\b", re.IGNORECASE)
# The drawing's width in its own units.
WIDTH = 1000
GAP = 6


@dataclass(frozen=True)
class Step:
    part: str
    minutes: str
    text: str
    # The bar of this step among those of the whole visit, in thousandths; None where there is none to draw.
    start: int | None = None
    width: int | None = None

    @property
    def minutes_words(self):
        """Return the minutes as a reader says them: "40 minutes", "1 minute", "40 to 60 minutes"; else as typed."""
        typed = " ".join(self.minutes.split())
        if PLAIN_MINUTES.fullmatch(typed):
            return f"{int(typed)} minute{'' if int(typed) == 1 else 's'}"
        if match := RANGE.fullmatch(typed):
            return f"{match.group(1)} to {match.group(2)} minutes"
        return f"{typed} minutes" if re.search(r"\d$", typed) else typed


@dataclass(frozen=True)
class Visit:
    steps: tuple = ()
    total: int = 0  # minutes, the longer of a range

    def __bool__(self):
        return bool(self.steps)

    @property
    def says_not_to_drive(self):
        return any(TOLD_NOT_TO_DRIVE.search(f"{step.part} {step.minutes} {step.text}") for step in self.steps)

    @property
    def total_words(self):
        """Return how long all steps with minutes take together, or "" where no bars are drawn."""
        if not any(step.width for step in self.steps):
            return ""
        hours, minutes = divmod(self.total, 60)
        parts = [f"{hours} hour{'' if hours == 1 else 's'}"] if hours else []
        parts += [f"{minutes} minute{'' if minutes == 1 else 's'}"] if minutes else []
        return " ".join(parts)

    @property
    def is_about(self):
        """Tell whether some step's time is a range or in words, so that the whole is no more than a guide."""
        return any(not PLAIN_MINUTES.fullmatch(step.minutes.strip()) for step in self.steps if step.minutes.strip())


def read(rows):
    """Return the visit that rows of {part, minutes, text} tell of."""
    lengths = [_minutes(row.get("minutes", "")) for row in rows]
    if sum(length > 0 for length in lengths) < 2:
        # One time alone cannot be drawn beside others.
        lengths = [0] * len(rows)
    total = sum(lengths)
    steps, start = [], 0
    for row, length in zip(rows, lengths, strict=True):
        width = max(round(length / total * WIDTH) - GAP, GAP) if length else None
        at = round(start / total * WIDTH) if length else None
        steps.append(Step(row.get("part", ""), row.get("minutes", ""), row.get("text", ""), at, width))
        start += length
    return Visit(tuple(steps), total)


def _minutes(typed):
    typed = typed.strip()
    if PLAIN_MINUTES.fullmatch(typed):
        return int(typed)
    match = RANGE.fullmatch(typed)
    return int(match.group(2)) if match else 0
