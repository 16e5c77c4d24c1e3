"""Figures in a text: amounts, percentages, durations, measures and counts, with their units."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from incident2eval.checks.figures.dates import days
from incident2eval.checks.figures.units import ONES, SCALES, TENS, UNITS, Unit, number_in_words
from incident2eval.checks.text.wording import Span

_ANY_ONE, _ANY_TEN = "|".join(ONES[::-1]), "|".join(TENS)
_IN_WORDS = rf"(?:{_ANY_TEN})(?:[ -](?:{_ANY_ONE}))?|(?:{_ANY_ONE}) hundred|{_ANY_ONE}"
_NUMBER = re.compile(
    rf"\b(?P<words>{_IN_WORDS})\b"
    r"|(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d{1,9})?(?!\d)|\d{1,18}(?:\.\d{1,9})?(?!\d))",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"(?:[£$€¥]|\b(?:GBP|USD|EUR|JPY))[ \u00a0]?\Z")
_SCALE = re.compile(r"(?:[ \u00a0]?(k|mn|bn|m)|[ \u00a0](thousand|million|billion))\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[ \u00a0-]{0,2}(?:(?:working|business|calendar|full|consecutive)[ -])?"
    r"(%|per cent\b|[£€$]|[A-Za-z]{1,12}\b)"
)
_LETTERS = re.compile(r"[A-Za-z]{1,12}")
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|some|nearly|almost|over|under|ca?\.|close to|"
    r"(?:more|less|fewer) than|just (?:over|under))|[~\u2248])[ \u00a0]?[£$€¥]?\Z",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:\b(?:units?|rooms?|pages?|sections?|clauses?|articles?|tables?|steps?|items?|weeks?|lines?|"
    r"invoices?|orders?|tickets?|cases?|numbers?|nos?|refs?|references?|versions?|phases?|lots?|batch|batches|"
    r"parts?|levels?|tiers?|grades?|questions?|options?|chapters?|appendix|schedules?|flats?|floors?|suites?|"
    r"buildings?|bays?|revision|form|policy|rule|paragraph|box)|#|\[)[.:]?[ \u00a0]{0,2}\Z",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:\b[A-Z]{2,12}|[a-z,;] [A-Z][\w&-]{0,30})[ \u00a0]\Z")
_ADDRESS = re.compile(
    r"[a-z]?,? (?:[A-Z][\w'\u2019-]{1,30} ){1,4}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Yard|Square|Close|Drive|Way)\b"
)
_NOT_FIGURES = re.compile(
    r"https?://\S{1,2000}|\b[\w.+-]{1,64}@[\w.-]{1,255}|\b\d{1,2}:\d\d(?::\d\d)?\b"
    r"|\b(?:24 hours a day|7 days a week|24/7)\b"
    r"|^[ \t]{0,12}(?:[-*] )?\(?\d{1,3}[.)](?=\s)"
    r"|(?<![\d,.£$€])\+?\d{2,5}(?:[ -]\d{2,5}){2,5}(?![\d%]|[,.]\d)",
    re.MULTILINE,
)
"""Addresses on the web, times of day, set phrases, list numbers, telephone and registration numbers."""
_RANGE = re.compile(r"[ \u00a0]?(?:-|\u2013|\u2014|to|or|and)[ \u00a0]?[£$€]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its unit, as it stands in a text."""

    value: float
    unit: Unit | None
    step: float
    """What its last digit stands for: 1 in `685`, 0.01 in `£4.95`, 1,000 in `£179k`."""
    start: int
    end: int
    number: Span
    """Where the number stands, without currency and unit."""
    about: bool = False
    """Whether the text says that it is rounded."""
    bare: bool = False
    """Whether no word follows that says what it counts."""

    @property
    def tolerance(self) -> float:
        """How far from it a number may be that it rounds."""
        if not self.about or self.step != 1 or not self.value.is_integer():
            return self.step / 2
        zeros = len(str(int(self.value))) - len(str(int(self.value)).rstrip("0"))
        return max(0.5, min(0.5 * 10.0**zeros, abs(self.value) * 0.05))


def figures(text: str, *, unit: Unit | None = None) -> tuple[Figure, ...]:
    """The figures of a text, in order.

    Numbers that only tell things apart are none: ids, versions, list numbers, times of day, years, house and
    telephone numbers, `section 21`. A single digit and a number in words are figures only with a unit.

    Args:
        text: The text.
        unit: The unit of numbers that stand without one, where something else says it (the key of a value).
    """
    masked = _spans(text)
    found: list[Figure] = []
    at = 0
    for match in _NUMBER.finditer(text):
        while at < len(masked) and masked[at][1] <= match.start():
            at += 1
        if at < len(masked) and masked[at][0] < match.end():
            continue
        if figure := _figure(text, match, unit):
            found.append(figure)
    return tuple(figure for figure in _sharing_units(text, found) if _counts(text, figure))


def _spans(text: str) -> list[Span]:
    """Where no figures stand: dates and what only looks like a number."""
    found = [match.span() for match in _NOT_FIGURES.finditer(text)]
    return sorted([*found, *((day.start, day.end) for day in days(text))])


def _figure(text: str, match: re.Match[str], unit: Unit | None) -> Figure | None:
    """The number at the match with what stands around it, or None if it is part of something else."""
    start, end = match.span()
    if not match["words"] and _is_glued(text, start, end):
        return None
    value = number_in_words(match[0]) if match["words"] else _value(match[0])
    if value is None:
        return None
    currency = _CURRENCY.search(text[max(0, start - 4) : start])
    decimals = len(match[0].partition(".")[2]) if match["digits"] else 0
    scale, after = _scaled(text, end, money=currency is not None)
    behind = _UNIT.match(text, after)
    word = behind[1].casefold().replace("per cent", "%") if behind else ""
    own = UNITS.get(currency[0].strip().casefold()) if currency else UNITS.get(word)
    return Figure(
        value=value * scale,
        unit=own or unit,
        step=10**-decimals * scale,
        start=start - len(currency[0]) if currency else start,
        end=behind.end() if behind and own and not currency else after,
        number=(start, end),
        about=bool(_ABOUT.search(text[max(0, start - 24) : start])),
        bare=behind is None,
    )


def _value(digits: str) -> float:
    return float(digits.replace(",", "").replace("\u00a0", "").replace("\u202f", ""))


def _scaled(text: str, end: int, *, money: bool) -> tuple[float, int]:
    """What multiplies the number (`k`, `million`), and where that ends; `m` is a million of money only."""
    match = _SCALE.match(text, end)
    if match is None or (match[0].strip().casefold() == "m" and not money):
        return 1.0, end
    return SCALES[match[0].strip().casefold()], match.end()


def _is_glued(text: str, start: int, end: int) -> bool:
    """Whether it is part of a code, a version, a fraction or an ordinal: `T-88213`, `2.1.3`, `K2`, `3rd`."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isalnum() or (before[-1:] in {"_", "/", "#", ".", ":", ","} and before[:-1].isalnum()):
        return True
    if before[-1:] in {"-", "\u2010"} and before[:-1].isalpha():
        return True
    if behind[:1] in {".", "/", ":", ","} and behind[1:].isdigit():
        return True
    return behind[:1].isalpha() and not _known_suffix(text, end)


def _known_suffix(text: str, end: int) -> bool:
    """Whether the letters right behind a number are a unit or a scale: `30d` is not, `5kg` and `179k` are."""
    letters = _LETTERS.match(text, end)
    return letters is not None and (letters[0].casefold() in UNITS or letters[0].casefold() in SCALES)


def _sharing_units(text: str, found: Sequence[Figure]) -> Iterator[Figure]:
    """The figures with the units that a range gives to both its ends: `5 to 7 days`, `£10-20`."""
    units = [figure.unit for figure in found]
    for at in range(len(found) - 1):
        one, other = found[at], found[at + 1]
        if _RANGE.fullmatch(text, one.end, other.number[0]):
            units[at] = units[at] or units[at + 1]
            if units[at] is not None and units[at].is_money:  # type: ignore[union-attr]
                units[at + 1] = units[at + 1] or units[at]
    for figure, unit in zip(found, units, strict=True):
        yield figure if figure.unit is unit else replace(figure, unit=unit)


def _counts(text: str, figure: Figure) -> bool:
    """Whether it says how much, rather than which."""
    start, end = figure.number
    digits = text[start:end]
    if figure.unit is not None:
        return figure.value != 1 or digits[0].isdigit()
    if not digits[0].isdigit() or (len(digits) == 1 and figure.step == 1):
        return False
    is_year = len(digits) == 4 and digits[:2] in {"19", "20"}
    if digits.isdigit() and (len(digits) > 6 or digits[0] == "0" or is_year):
        return False
    ahead = text[max(0, start - 40) : start]
    return not (_REFERENCE.search(ahead) or _NAMED.search(ahead) or _ADDRESS.match(text, end))
