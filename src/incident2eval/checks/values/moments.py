"""Dates and times of day in a text, in the spellings that people use."""

import re
from collections.abc import Iterator

from incident2eval.checks.values.value import Clock, Date, Found
from incident2eval.detection.dates import Day, days

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_OTHER_DAYS = re.compile(
    r"(?<![\w.-])(?:(?P<d>\d{1,2})[.](?P<m>\d{1,2})[.](?P<y>\d{4}|\d\d)"
    r"|(?P<d2>\d{1,2})/(?P<m2>\d{1,2})/(?P<y2>\d\d)"
    r"|(?P<y3>\d{4})/(?P<m3>\d{1,2})/(?P<d3>\d{1,2})"
    rf"|(?P<d4>\d{{1,2}})[- ](?P<m4>{'|'.join(_MONTHS)})[a-z]{{0,6}}[-, ]{{1,2}}['\u2019]?"
    r"(?P<y4>\d{4}|\d\d))"
    r"(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
"""Spellings beside those that `figures.dates` reads."""
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/\d{2,4}(?![\d/])")
_CLOCK = re.compile(
    r"(?<![\d:.,/-])(?:(?P<h>[01]?\d|2[0-4])[:h](?P<m>[0-5]\d)(?::[0-5]\d(?:\.\d{1,9})?)?"
    r"(?:[ \u00a0]?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?P<h2>1[0-2]|0?[1-9])(?:\.(?P<m2>[0-5]\d))?[ \u00a0]?(?P<half2>[ap])\.?m\b\.?"
    r"|(?P<word>\b(?:noon|midday|midnight)\b))(?![\d:])",
    re.IGNORECASE,
)
INSTANT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
)
"""A date and a time of day as machines write them."""


def moments(text: str) -> Iterator[Found]:
    """The dates and the times of day that a text says.

    Where nothing tells which of day and month comes first, a date with slashes is read both ways, one of them
    unsure.
    """
    yield from _dates(text)
    yield from _clocks(text)


def _dates(text: str) -> Iterator[Found]:
    taken = [
        Found(value=Date(day=day), start=day.start, end=day.end - text.endswith(".", day.start, day.end))
        for day in days(text)
    ]
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
    for match in INSTANT.finditer(text):
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
