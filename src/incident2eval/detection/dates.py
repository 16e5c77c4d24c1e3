"""Dates in a text, as far as they are said: a month of a year, a day of a month, or all three."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = (
    r"(?P<name>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?<![\w-])(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?(?=T\d|[^\w-]|\Z)",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_NAME}(?:,? (?P<year>\d{{4}})\b)?",
        rf"\b{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d,.:]\d)\b(?:,? (?P<year>\d{{4}})\b)?",
        rf"\b{_NAME} (?P<year>\d{{4}})\b",
        r"\b(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})\b",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date as it stands in a text; the year or the day may be left out."""

    year: int | None
    month: int
    day: int | None
    start: int
    end: int

    @property
    def complete(self) -> date | None:
        """The calendar day, where the text says all of it."""
        try:
            return date(self.year, self.month, self.day) if self.year and self.day else None
        except ValueError:
            return None

    def is_said_by(self, other: "Day | date") -> bool:
        """Whether another date says everything that this one says."""
        return (
            self.month == other.month
            and self.day in {None, other.day}
            and (self.year is None or other.year is None or self.year == other.year)
        )


@lru_cache(maxsize=4)
def days(text: str) -> tuple[Day, ...]:
    """The dates in a text, in order."""
    reached, found = 0, []
    for day in sorted(_all(text), key=lambda day: (day.start, -day.end)):
        if day.start >= reached:
            found.append(day)
            reached = day.end
    return tuple(found)


def _all(text: str) -> Iterator[Day]:
    for form in _FORMS:
        for match in form.finditer(text):
            said = match.groupdict()
            name = said.get("name")
            month = _MONTHS.index(name[:3].casefold()) + 1 if name else int(said["month"])
            day, year = (int(said[part]) if said.get(part) else None for part in ("day", "year"))
            if 1 <= month <= 12 and (day is None or 1 <= day <= 31):
                yield Day(year=year, month=month, day=day, start=match.start(), end=match.end())
