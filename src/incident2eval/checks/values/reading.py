"""Values read from running text and from single cells."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from incident2eval.checks.figures.dates import Day, days
from incident2eval.checks.figures.units import (
    ONES,
    SCALES,
    TENS,
    UNITS,
    Unit,
    number_in_words,
    tells_apart,
    unit_of_key,
)
from incident2eval.checks.text.wording import Span, vocabulary
from incident2eval.checks.values.notation import plainly
from incident2eval.checks.values.value import Amount, Clock, Code, Date, Flag, Told, Value, Word
from incident2eval.checks.values.words import stems
from incident2eval.model import JSON

_MOST = 20_000
"""No honest output holds more figures; what stands behind them is not read."""
_LONGEST = 60
"""A longer text is no single value."""

_ANY_ONE, _ANY_TEN = "|".join(ONES[::-1]), "|".join(TENS)
_BELOW_HUNDRED = rf"(?:(?:{_ANY_TEN})(?:[ -](?:{'|'.join(ONES[8::-1])}))?|{_ANY_ONE})"
_NUMBER = re.compile(
    rf"\b(?P<words>(?:(?:a|{_BELOW_HUNDRED}) hundred(?: and)?(?: {_BELOW_HUNDRED})?|{_BELOW_HUNDRED}|zero|a dozen))\b"
    r"|\b(?P<one>an?)(?= (?:second|minute|hour|day|week|fortnight|month|quarter|year)\b)"
    r"|(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3}){1,5}(?:\.\d{1,9})?(?!\d)|\d{1,18}(?:\.\d{1,9})?(?!\d))",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"(?:[\u00a3$\u20ac\u00a5]|\b(?:GBP|USD|EUR|JPY))[ \u00a0]{0,2}\Z", re.IGNORECASE)
_SIGN = re.compile(r"(?:\A|[\s(|:=])[-\u2212](?:[\u00a3$\u20ac\u00a5]|GBP|USD|EUR|JPY)?[ \u00a0]?\Z")
_SCALE = re.compile(r"[ \u00a0]?(k|mn|bn|m|thousand|million|billion)\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[ \u00a0-]{0,2}(?:(?:working|business|calendar|full|consecutive)[ -])?(%|per cent\b|[\u00a3\u20ac$]|[A-Za-z]{1,12}\b)"
)
_LENGTH = re.compile(
    r" (?!(?:and|or|of|in|per|to|for|at|on|by|until|within|from|each|every|an?|the|this|last|next|same|more) )[a-z]{3,12}"
    r" (seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b"
)
"""A length of time with a word in between: `three free days`."""
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|some|nearly|almost|over|under|ca\.?|circa|close to|"
    r"(?:more|less|fewer) than|just (?:over|under))|[~\u2248])[ \u00a0]?[\u00a3$\u20ac\u00a5]?\Z",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:\b(?:section|clause|article|table|step|invoice|order|ticket|case|nos?|numbers?|refs?|reference|version|"
    r"phase|chapter|appendix|schedule|form|rule|paragraph|box|page|figure|note|ISO|tel|phone)|#)[.:]?[ \u00a0]{0,2}\Z",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^[ \t]{0,12}(?:[-*>] )?\(?\d{1,3}[.)](?=\s)", re.MULTILINE)
_NO_FIGURES = re.compile(r"https?://\S{1,2000}|\b[\w.+-]{1,64}@[\w.-]{1,255}|\+\d{2}[\d -]{6,18}\d")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_OTHER_DAYS = re.compile(
    rf"(?<![\w.-])(?:(?P<d>\d{{1,2}})[.](?P<m>\d{{1,2}})[.](?P<y>\d{{4}}|\d\d)|(?P<d2>\d{{1,2}})/(?P<m2>\d{{1,2}})/(?P<y2>\d\d)"
    rf"|(?P<y3>\d{{4}})/(?P<m3>\d{{1,2}})/(?P<d3>\d{{1,2}})"
    rf"|(?P<d4>\d{{1,2}})[- ](?P<m4>{'|'.join(_MONTHS)})[a-z]{{0,6}}[-, ]{{1,2}}['\u2019]?(?P<y4>\d{{4}}|\d\d))(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/\d{2,4}(?![\d/])")
_CLOCK = re.compile(
    r"(?<![\d:.,/-])(?:(?P<h>[01]?\d|2[0-4])[:h](?P<m>[0-5]\d)(?::[0-5]\d(?:\.\d{1,9})?)?(?:[ \u00a0]?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?P<h2>1[0-2]|0?[1-9])(?:\.(?P<m2>[0-5]\d))?[ \u00a0]?(?P<half2>[ap])\.?m\b\.?"
    r"|(?P<word>\b(?:noon|midday|midnight)\b))(?![\d:])",
    re.IGNORECASE,
)
_INSTANT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_YES = vocabulary("yes y true on \u2713 \u2714 \u2611 \u2705 ja oui")
_NO = vocabulary("no n false off \u2717 \u2718 \u274c \u2610 nein non")
_DRESS = " \t\r\n*_`\"'\u201c\u201d\u2018\u2019"
_ALNUM = re.compile(r"[\W_]+")
_ASIDE = vocabulary("per each a month monthly year yearly annum day week plus excl incl vat net gross pa pm pcm only")
"""Words that may stand beside the one figure that a cell is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value where a text says it."""

    value: Told
    start: int
    end: int
    sure: bool = True
    """Whether it says how much or when for certain, rather than which."""


def values_in(text: str, *, unit: Unit | None = None) -> list[Found]:
    """The amounts, dates and times that a text says, in order.

    Args:
        text: The text in English notation (`notation.plainly`).
        unit: The unit of amounts that stand without one, where something else says it.
    """
    found = [*_days(text), *_clocks(text)]
    hidden = sorted(
        [(one.start, one.end) for one in found]
        + [match.span() for form in (_LISTED, _NO_FIGURES) for match in form.finditer(text)]
    )
    amounts = islice(_amounts(text, hidden, unit), _MOST)
    return sorted([*found, *amounts], key=lambda one: one.start)


def _amounts(text: str, hidden: Sequence[Span], unit: Unit | None) -> Iterator[Found]:
    at = 0
    for match in _NUMBER.finditer(text):
        while at < len(hidden) and hidden[at][1] <= match.start():
            at += 1
        if at < len(hidden) and hidden[at][0] < match.end():
            continue
        if match["digits"] and _is_glued(text, *match.span()):
            continue
        if found := _amount(text, match, unit):
            yield found


def _amount(text: str, match: re.Match[str], unit: Unit | None) -> Found | None:
    start, end = match.span()
    number = _number(match)
    if number is None:
        return None
    ahead = text[max(0, start - 24) : start]
    currency = _CURRENCY.search(ahead[-6:])
    scale = _SCALE.match(text, end)
    if scale and scale[1].casefold() == "m" and not currency:
        scale = None
    times = SCALES[scale[1].casefold()] if scale else 1.0
    after = scale.end() if scale else end
    behind = _UNIT.match(text, after)
    word = behind[1].casefold().replace("per cent", "%") if behind else ""
    if word not in UNITS and not currency and (length := _LENGTH.match(text, after)):
        behind, word = length, length[1]
    own = UNITS.get(currency[0].strip().casefold()) if currency else UNITS.get(word)
    decimals = len(match[0].partition(".")[2]) if match["digits"] else 0
    step = 10**-decimals * times
    loose = scale is not None or bool(_ABOUT.search(ahead))
    negative = bool(_SIGN.search(ahead))
    amount = Amount(
        number=-number * times if negative else number * times,
        unit=own or unit,
        slack=_slack(number * times, step, loose=loose),
    )
    return Found(
        value=amount,
        start=start - len(currency[0]) if currency else start,
        end=behind.end() if behind and own and not currency else after,
        sure=_is_sure(match, own or unit, ahead),
    )


def _number(match: re.Match[str]) -> float | None:
    if match["one"]:
        return 1.0
    if match["digits"]:
        return float(_SEPARATORS.sub("", match["digits"]))
    words = match["words"].casefold()
    if words in {"zero", "a dozen"}:
        return 0.0 if words == "zero" else 12.0
    return number_in_words(words.replace(" and", "").removeprefix("a "))


_SEPARATORS = re.compile(r"[,\u00a0\u202f]")


def _slack(number: float, step: float, *, loose: bool) -> float:
    """How far off a number may be: half of what the last digit stands for, or the last that is no zero."""
    if loose and number:
        while step < abs(number) and (number / (10 * step)).is_integer():
            step *= 10
    return step / 2


def _is_glued(text: str, start: int, end: int) -> bool:
    """Whether digits are part of a code, a version, an ordinal or a fraction: `T-88213`, `2.1.3`, `3rd`."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isalpha() and before[-1:] not in "\u00a3\u20ac\u00a5":
        return not _CURRENCY.search(text[max(0, start - 4) : start])
    if before[-1:] in {"_", "/", "#", ".", ",", "\\"} and before[:-1].isalnum():
        return True
    if before[-1:] in {"-", "\u2010"} and before[:-1].isalpha():
        return True
    if behind[:1] in {".", "/", ":", ",", "_"} and behind[1:].isdigit():
        return True
    if not behind[:1].isalpha():
        return False
    letters = _LETTERS.match(text, end)
    return letters is None or not (letters[0].casefold() in UNITS or letters[0].casefold() in SCALES)


_LETTERS = re.compile(r"[A-Za-z]{1,12}(?![\w])")


def _is_sure(match: re.Match[str], unit: Unit | None, ahead: str) -> bool:
    if unit is not None:
        return True
    digits = match["digits"] or ""
    is_year = len(digits) == 4 and digits[:2] in {"19", "20"}
    return len(digits) > 1 and len(digits) <= 12 and digits[0] != "0" and not is_year and not _REFERENCE.search(ahead)


def _days(text: str) -> Iterator[Found]:
    taken = [Found(value=Date(day=day), start=day.start, end=day.end) for day in days(text)]
    month_first = any(int(match[2]) > 12 >= int(match[1]) for match in _SLASHED.finditer(text))
    for one in taken:
        yield _turned(one) if month_first and _SLASHED.match(text, one.start) else one
        if not month_first and _SLASHED.match(text, one.start):
            yield _turned(one, sure=False)
    starts = {one.start for one in taken}
    for match in _OTHER_DAYS.finditer(text):
        if match.start() not in starts and (day := _day(match)):
            yield Found(value=Date(day=day), start=match.start(), end=match.end())


def _turned(one: Found, *, sure: bool = True) -> Found:
    """The same date with day and month the other way round, where there is one."""
    day = one.value.day if isinstance(one.value, Date) else None
    if day is None or day.day is None or day.day > 12:
        return one
    turned = Day(year=day.year, month=day.day, day=day.month, start=day.start, end=day.end)
    return Found(value=Date(day=turned), start=one.start, end=one.end, sure=sure)


def _day(match: re.Match[str]) -> Day | None:
    said = {key: value for key, value in match.groupdict().items() if value}
    year, month, day = (next(value for key, value in said.items() if key[0] == part) for part in "ymd")
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].casefold()) + 1
    if not (1 <= number <= 12 and 1 <= int(day) <= 31):
        return None
    full = int(year) if len(year) == 4 else 2000 + int(year)
    return Day(year=full, month=number, day=int(day), start=match.start(), end=match.end())


def _clocks(text: str) -> Iterator[Found]:
    for match in _INSTANT.finditer(text):
        start, end = match.span("clock")
        hours, minutes = match["clock"].split(":")
        yield Found(value=Clock(minutes=int(hours) * 60 + int(minutes)), start=start, end=end)
    for match in _CLOCK.finditer(text):
        yield Found(value=Clock(minutes=_minutes(match)), start=match.start(), end=match.end())


def _minutes(match: re.Match[str]) -> int:
    if match["word"]:
        return 0 if match["word"].casefold() == "midnight" else 720
    half = (match["half"] or match["half2"] or "").casefold()
    hours = int(match["h"] or match["h2"])
    hours = hours % 12 + (12 if half == "p" else 0) if half and hours <= 12 else hours % 24
    return hours * 60 + int(match["m"] or match["m2"] or 0)


def cell_value(cell: JSON, key: Iterable[str] = (), *, decimal_comma: bool = False) -> Value | None:
    """The value that a cell is; None for text of several words, for nothing, lists and objects.

    Args:
        cell: The cell, as JSON has it or as a table shows it.
        key: The words of its key: they may give a unit, or say that a number only tells apart.
        decimal_comma: Whether the text that it stands in writes decimals with a comma.
    """
    words = tuple(key)
    if isinstance(cell, bool):
        return Flag(yes=cell)
    if isinstance(cell, (int, float)):
        return _plain_number(cell, words)
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return None
    text = cell.strip(_DRESS).rstrip(".")
    if not text:
        return None
    if text.casefold() in _YES | _NO:
        return Flag(yes=text.casefold() in _YES)
    return _whole(plainly(text, decimal_comma=decimal_comma), words) or _single(text)


def _plain_number(number: float, words: tuple[str, ...]) -> Value | None:
    if tells_apart(words):
        return Code(text=str(number))
    try:
        value = float(number)
    except OverflowError:
        return Code(text=str(number))
    decimals = len(repr(number).partition(".")[2]) if isinstance(number, float) and not value.is_integer() else 0
    return Amount(number=value, unit=unit_of_key(words), slack=0.5 * 10.0**-decimals)


def _whole(text: str, words: tuple[str, ...]) -> Value | None:
    """The date, time or amount that a text is as a whole."""
    if instant := _INSTANT.fullmatch(text):
        day = days(instant["day"])
        return Date(day=day[0]) if day else None
    found = [one for one in values_in(text, unit=unit_of_key(words)) if one.sure or one.start == 0]
    if not found:
        return None
    one = found[0]
    rest = [*text[: one.start].split(), *text[one.end :].split()]
    if len(found) > 1 and not all(other.start == one.start for other in found):
        return None
    if any(word.strip("()~+-\u2212.,/").casefold() not in {"", *_ASIDE, "about", "ca", "approx"} for word in rest):
        return None
    if isinstance(one.value, Amount):
        if tells_apart(words) and one.value.unit is None:
            return None
        if text.startswith("(") and text.endswith(")"):
            return Amount(number=-abs(one.value.number), unit=one.value.unit, slack=one.value.slack)
    return one.value


def _single(text: str) -> Value | None:
    """The id or the word that a text without blanks is."""
    if any(char.isspace() for char in text):
        return None
    if any(char.isdigit() for char in text):
        return Code(text=bare(text))
    found = stems(text)
    return Word(stems=found) if found else None


def bare(text: JSON) -> str:
    """An id without case and without what stands between its letters and digits."""
    return _ALNUM.sub("", str(text)).casefold()
