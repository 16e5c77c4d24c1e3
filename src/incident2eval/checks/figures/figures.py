"""Figures in a text: amounts, percentages, durations, measures and counts, with their units."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from incident2eval.checks.figures.units import ONES, SCALES, TENS, UNITS, Unit, number_in_words
from incident2eval.detection.dates import days
from incident2eval.detection.text.wording import Span, vocabulary

_ANY_ONE, _ANY_TEN = "|".join(ONES[::-1]), "|".join(TENS)
_IN_WORDS = rf"(?:{_ANY_TEN})(?:[ -](?:{_ANY_ONE}))?|(?:{_ANY_ONE}) hundred|{_ANY_ONE}"
_NUMBER = re.compile(
    rf"\b(?=[efnost])(?P<words>{_IN_WORDS})\b"
    r"|(?<!\d)(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d{1,9})?(?!\d)|\d{1,18}(?:\.\d{1,9})?(?!\d))",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"(?:[£$€¥]|\b(?:GBP|USD|EUR|JPY))[ \u00a0]?\Z")
_SCALE = re.compile(r"(?:[ \u00a0]?(k|mn|bn|m)|[ \u00a0](thousand|million|billion))\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[ \u00a0-]{0,2}(?:(?:working|business|calendar|full|consecutive|further|additional|more)[ -]){0,2}"
    r"(%|per cent\b|[£€$]|[A-Za-z]{1,12}\b)"
)
_LETTERS = re.compile(r"[A-Za-z]{1,12}")
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|some|nearly|almost|over|under|ca?\.|close to|"
    r"(?:more|less|fewer) than|just (?:over|under))|[~\u2248])[ \u00a0]?[£$€¥]?\Z",
    re.IGNORECASE,
)
_REFERENCES = vocabulary(
    "unit units room rooms page pages section sections clause clauses article articles table tables step "
    "steps item items week weeks line lines invoice invoices order orders ticket tickets case cases "
    "number numbers no nos ref refs reference references version versions phase phases lot lots batch "
    "batches part parts level levels tier tiers grade grades question questions option options chapter "
    "chapters appendix schedule schedules flat flats floor floors suite suites building buildings bay "
    "bays revision form policy rule paragraph box"
)
"""Words behind which a number says which one: `section 21`."""
_NAME_BEFORE = re.compile(r"[a-z,;] [A-Z][\w&-]{0,30}\Z")
_MONEY_ENDS = frozenset("£$€¥PpDdRrYy")
_GROUPING = str.maketrans("", "", ",\u00a0\u202f")
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
_PLAIN_NUMBER = re.compile(
    r"([£$€¥]?)(?<![\d.,])(\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,9})?(?!\d)|\d{1,18}(?:\.\d{1,9})?)(?!\d)"
    r"([ ]?(?:k|mn|bn|million|billion|thousand)\b)?(?:[ -]?(%|[A-Za-z]{1,12}\b))?"
)
_AND = re.compile(r"[ \u00a0]?(?:and |, |& )?")


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
    counting = (figure for figure in _sharing_units(text, found) if _counts(text, figure))
    return tuple(replace(figure, about=True) if _is_about(text, figure) else figure for figure in counting)


def _is_about(text: str, figure: Figure) -> bool:
    """Whether the text says that a figure is rounded."""
    start = figure.number[0]
    return bool(_ABOUT.search(text[max(0, start - 24) : start]))


def plain_numbers(text: str) -> Iterator[tuple[float, Unit | None]]:
    """Every different number of a long text with the unit that stands right beside it, whatever it is for."""
    for currency, number, scale, unit in set(_PLAIN_NUMBER.findall(text)):
        value = _value(number) * SCALES.get(scale.strip().casefold(), 1.0)
        yield value, UNITS.get(currency) or UNITS.get(unit.casefold())


def _spans(text: str) -> list[Span]:
    """Where no figures stand: dates and what only looks like a number."""
    found = [match.span() for match in _NOT_FIGURES.finditer(text)]
    return sorted([*found, *((day.start, day.end) for day in days(text))])


def _figure(text: str, match: re.Match[str], unit: Unit | None) -> Figure | None:
    """The number at the match with what stands around it, or None if it is part of something else."""
    start, end = match.span()
    in_words = match["words"] is not None
    if not in_words and _is_glued(text, start, end):
        return None
    currency = _currency(text, start)
    decimals = 0 if in_words else len(match[0].partition(".")[2])
    scale, after = _scaled(text, end, money=currency is not None)
    behind = _UNIT.match(text, after)
    word = behind[1].casefold().replace("per cent", "%") if behind else ""
    own = UNITS.get(currency[0].strip().casefold()) if currency else UNITS.get(word)
    if in_words and (own or unit) is None and not _RANGE.match(text, end):
        return None
    value = number_in_words(match[0]) if in_words else _value(match[0])
    if value is None:
        return None
    return Figure(
        value=value * scale,
        unit=own or unit,
        step=10**-decimals * scale,
        start=start - len(currency[0]) if currency else start,
        end=behind.end() if behind and own and not currency else after,
        number=(start, end),
        bare=behind is None,
    )


def _currency(text: str, start: int) -> re.Match[str] | None:
    """The currency in front of a number."""
    last = text[start - 1 : start]
    if last in {" ", "\u00a0"}:
        last = text[start - 2 : start - 1]
    return _CURRENCY.search(text[max(0, start - 4) : start]) if last in _MONEY_ENDS else None


def _value(digits: str) -> float:
    return float(digits.translate(_GROUPING))


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
        if _RANGE.fullmatch(text, one.end, other.number[0]) and (
            "and" not in text[one.end : other.number[0]] or text[: one.start].rstrip().endswith("between")
        ):
            units[at] = units[at] or units[at + 1]
            if units[at] is not None and units[at].is_money:  # type: ignore[union-attr]
                units[at + 1] = units[at + 1] or units[at]
    for figure, unit in zip(found, units, strict=True):
        yield figure if figure.unit is unit else replace(figure, unit=unit)


def together(text: str, found: Sequence[Figure]) -> Iterator[tuple[Figure, tuple[Figure, ...]]]:
    """Lengths of time said in two units, with their parts: `1 hour 50 minutes`, `2 years and 6 months`."""
    for one, other in pairwise(found):
        if (
            one.unit is not None
            and other.unit is not None
            and one.unit.kind == other.unit.kind
            and one.unit.kind in {"time", "months"}
            and one.unit.size > other.unit.size
            and other.value * other.unit.size < one.unit.size
            and _AND.fullmatch(text, one.end, other.start)
        ):
            ratio = one.unit.size / other.unit.size
            value = one.value * ratio + other.value
            yield replace(other, value=value, start=one.start, number=(one.start, other.end)), (one, other)


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
    return not (_is_named(text, start) or _ADDRESS.match(text, end))


def _is_named(text: str, start: int) -> bool:
    """Whether the number belongs to the word before it: `section 21`, `ISO 9001`, `the Kettle 20`, `#12`."""
    end = start
    while end > start - 2 and text[end - 1 : end] in {" ", "\u00a0"}:
        end -= 1
    dotted = end - 1 if text[end - 1 : end] in {".", ":"} else end
    if _last_letters(text, dotted).casefold() in _REFERENCES or text[dotted - 1 : dotted] in {"#", "["}:
        return True
    if end != start - 1:
        return False
    word = _last_letters(text, end)
    if word.isascii() and word.isupper() and 2 <= len(word) <= 12:
        return True
    return _may_end_name(text, end) and bool(_NAME_BEFORE.search(text[max(0, end - 34) : end]))


def _last_letters(text: str, end: int) -> str:
    """The word of letters right before a place, as far as one of the ordinary length."""
    begin = end
    while begin > max(0, end - 14) and text[begin - 1].isalpha():
        begin -= 1
    return "" if text[begin - 1 : begin].isdigit() or text[begin - 1 : begin] == "_" else text[begin:end]


def _may_end_name(text: str, end: int) -> bool:
    """Whether the word before a place begins with a capital, so that it may be a name."""
    begin = text.rfind(" ", max(0, end - 34), end) + 1
    return "A" <= text[begin : begin + 1] <= "Z"
