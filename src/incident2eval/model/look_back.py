"""A look-back: what an incident's checks found in past runs, whom it reached, and what was not looked at."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from incident2eval.model.errors import Fault
from incident2eval.model.incident import Moment


class Reviewed(StrEnum):
    """What a person said of a hit."""

    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A person's word on one hit."""

    said: Reviewed
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRecord:
    """A record that showed in a run for somebody whose it is not."""

    owner: str
    """Id of the customer."""
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A past run that a check of the incident finds something in."""

    run: str
    at: datetime | None
    subject: str | None
    """Id of the customer whose run it was."""
    exposed: tuple[str, ...]
    """Ids of the customers whose data showed."""
    check: str
    """The one that speaks of the control, before those that speak of the harm."""
    excerpt: str
    message: str
    step: str | None
    checks: tuple[str, ...]
    """Every check that found something."""
    affected: tuple[str, ...]
    """Ids of the customers who came to harm: those exposed, or else the run's own."""
    records: tuple[ShownRecord, ...] = ()
    """The records of others that the findings quote."""
    version: tuple[tuple[str, str], ...] = ()
    """What the run says of its model, prompt and permissions."""
    review: Review | None = None

    @property
    def counts(self) -> bool:
        """Whether nobody dismissed it."""
        return self.review is None or self.review.said is not Reviewed.DISMISSED

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody says that it is one."""
        return self.review is not None and self.review.said is Reviewed.CONFIRMED

    @property
    def mark(self) -> str:
        """SHA-256 over the run and what was found in it: a person's word holds for just that."""
        at = self.at.isoformat() if self.at else None
        records = [(one.owner, one.id) for one in self.records]
        found = (self.checks, self.step, self.message, self.excerpt, self.exposed, records)
        told = json.dumps([self.run, at, self.subject, *found])
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Why some runs were not judged, by one check or by any."""

    check: str | None
    """None: by any of them."""
    why: str
    runs: int
    first: str | None
    """One of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The runs of one day, UTC."""

    day: date
    runs: int
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The runs that had the same model, prompt and permissions, as they say themselves."""

    said: tuple[tuple[str, str], ...]
    """What it is -> which: `("model", "gpt-4o"), ("permission: search scope", "workspace:W1")`."""
    runs: int
    hits: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that is asked about."""

    start: Moment | None
    """None: since the first run."""
    end: Moment
    because: str
    """Why it begins there."""

    def may_hold(self, at: datetime | None) -> bool:
        """Whether a run may be of that time: one that does not say when it was may."""
        return self.start is None or at is None or not precedes(at, self.start)

    def surely_holds(self, at: datetime) -> bool:
        """Whether a time is in it; a bare date at its end is all of that day."""
        end = self.end if isinstance(self.end, datetime) else self.end + timedelta(days=1)
        begun = self.start is None or not precedes(at, self.start)
        return begun and (precedes(at, end) or at == end)


def precedes(started: datetime | None, at: Moment) -> bool:
    """Whether a run started before a moment, or before a day; one that does not say when did not."""
    if started is None:
        return False
    return started < at if isinstance(at, datetime) else started.date() < at


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A customer who came to harm."""

    ref: str
    runs: int
    """In so many hits that nobody dismissed."""
    records: int = 0
    """So many records of theirs showed in them, each counted once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment that the spread over time is read against: a change, the incident, the stop."""

    at: Moment
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBackReport:
    """What a look-back came to."""

    incident: str
    checked: int
    """Runs that at least one check judged which found anything to look at in any of them."""
    checks: tuple[str, ...]
    hits: tuple[Hit, ...]
    """By time; those without one at the end."""
    doubtful: tuple[Hit, ...]
    """For a person to look at: they count for nothing until somebody confirms them."""
    affected: tuple[Reached, ...]
    days: tuple[Day, ...]
    versions: tuple[Version, ...]
    window: Window
    first: datetime | None
    """When the first judged run was."""
    last: datetime | None
    gap: str | None
    """What of the time asked about no judged run is from, in words."""
    longest_pause: tuple[date, date] | None
    not_judged: tuple[Left, ...]
    unreadable: tuple[Fault, ...]
    own: int
    """Runs that are the incident's own."""
    earlier: int
    """Runs from before the time that was asked for."""
    twice: int
    """Runs that came again, from another file say."""
    unjudged: int
    """Runs that say something, and that no check could judge."""
    is_begun: bool
    """Whether any judged run is known to be from the time asked about."""
    is_complete: bool
    """Whether all that was handed over could be read and judged, and some is of the time asked about."""
    marks: tuple[Mark, ...] = ()
    """What happened meanwhile, by time."""

    @property
    def counted(self) -> tuple[Hit, ...]:
        """The hits that nobody dismissed."""
        return tuple(hit for hit in self.hits if hit.counts)

    @property
    def records(self) -> int:
        """How many records of others showed, each counted once."""
        return len({record for hit in self.counted for record in hit.records})
