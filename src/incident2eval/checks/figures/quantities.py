"""Figures and dates as quantities to compare, however they are spelt: sixty days, 60-day, two months."""

import re
from dataclasses import dataclass

from incident2eval.checks.figures.figures import Figure, figures
from incident2eval.checks.figures.units import UNITS
from incident2eval.detection.dates import Day, days

_DAY = UNITS["day"].size
_SPELT = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), by)
    for words, by in (
        (r"half a year|half[- ]year", "6 months"),
        (r"(?:a|one) year and a half|one and a half years", "18 months"),
        (r"half an hour", "30 minutes"),
        (r"(?:a|one) decade", "10 years"),
        (r"a (?:couple|pair) of", "2"),
        (r"a dozen", "12"),
        (
            (
                r"(?:one|a single|(?<=within )a|(?<=in )a|(?<=for )a|(?<=up to )a|(?<=least )a|(?<=full )a) "
                r"(?=(?:day|week|month|year|hour|fortnight)s?\b)"
            ),
            "1 ",
        ),
        (r"zero(?= (?:pounds|dollars|euros|gbp|usd|eur)\b)", "0"),
        (r"nil(?= plus\b)", "£0"),
    )
)
_MAY_BE_SPELT = re.compile(
    r"half|decade|couple|pair|dozen|zero|nil|\b(?:an?|one|single) (?:day|week|month|year|hour|fortnight)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_SHOUTED = re.compile(r"\b[A-Z]{2,}\b")
_MONTH_IN_CAPITALS = re.compile(
    r"\b(?:JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?|OCT(?:OBER)?"
    r"|NOV(?:EMBER)?|DEC(?:EMBER)?)\b"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much, in the base of its kind: seconds, pounds, percent; a date where `day` is set."""

    kind: str
    value: float
    day: Day | None = None

    def same(self, other: "Quantity") -> bool:
        """Whether two quantities are the same; a month is as long as any month."""
        if self.day is not None or other.day is not None:
            return (
                self.day is not None
                and other.day is not None
                and (self.day.is_said_by(other.day) or other.day.is_said_by(self.day))
            )
        if self.kind == other.kind:
            return abs(self.value - other.value) <= 1e-9 * max(1.0, abs(self.value))
        if {self.kind, other.kind} != {"time", "months"}:
            return False
        length, months = (self, other) if self.kind == "time" else (other, self)
        return 28 * _DAY <= length.value / (months.value or 1) <= 31 * _DAY

    @property
    def is_like(self) -> str:
        """What it measures: quantities of different measures never stand for each other."""
        return "date" if self.day else "time" if self.kind == "months" else self.kind

    @property
    def is_no_money(self) -> bool:
        """Whether it is an amount of money of nothing."""
        return self.value == 0 and UNITS.get(self.kind) is not None and UNITS[self.kind].is_money


@dataclass(frozen=True, slots=True)
class Counted:
    """A text, its quantities, and what is left of it without them."""

    quantities: tuple[Quantity, ...]
    words: tuple[str, ...]
    """Each of them as it stands there."""
    rest: str


def spelt_out(text: str) -> str:
    """The text with lengths in words as figures (`half a year` as `6 months`), and not shouted."""
    if text.isupper():
        text = _MONTH_IN_CAPITALS.sub(lambda month: month[0].title(), text)
        text = _SHOUTED.sub(lambda word: word[0].lower(), text)
    if _MAY_BE_SPELT.search(text):
        for pattern, by in _SPELT:
            text = pattern.sub(by, text)
    return text


def counted(text: str) -> Counted:
    """The quantities of a text, and the text with a gap where each stood."""
    plain = spelt_out(text)
    dates = days(plain) if _DIGIT.search(plain) else ()
    found: list[Figure | Day] = sorted((*figures(plain), *dates), key=lambda one: one.start)
    pieces, at = [], 0
    for one in found:
        pieces.append(plain[at : one.start])
        at = max(at, one.end)
    pieces.append(plain[at:])
    words = tuple(plain[one.start : one.end].strip(" -.,") for one in found)
    return Counted(tuple(map(_quantity, found)), words, " ".join(pieces))


def _quantity(one: Figure | Day) -> Quantity:
    if isinstance(one, Day):
        return Quantity("date", 0.0, one)
    if one.unit is None:
        return Quantity("count", one.value)
    return Quantity(one.unit.kind, one.value * one.unit.size)
