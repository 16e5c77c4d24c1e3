"""The page of an evidence pack: for somebody who is no engineer, and opens it from a folder."""

from dataclasses import dataclass
from datetime import datetime

from incident2eval.report.templating import filled

LONGEST = 20_000
"""A text longer than this is cut on the page: nobody reads it here."""

_ORDERS = {
    "insurer": "impact done times what workflow timeline evidence kinds",
    "regulator": "what times workflow impact done timeline evidence kinds",
    "client": "what exposed times impact done files evidence",
}
"""What comes first is what that reader asks first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, as the timeline shows it."""

    at: str
    what: str
    by: str
    source: str
    """Where it is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One sealed file of evidence."""

    given: str
    """Its name in the pack; where it is not there, what became of it."""
    kind: str
    bytes: int
    sha256: str
    sealed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is not in the pack, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One of the eight kinds of evidence: where it is, or why it is not there."""

    kind: str
    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One record of the client's that the run read."""

    record: str
    by: str
    """The step that read it, and when."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """What of the client's was exposed, and where it went."""

    summary: str
    read: tuple[Reading, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    """Where the run spoke of the client, and the words."""
    went: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackPage:
    """Everything that the page says, in words that its reader may see."""

    incident: str
    audience: str
    """`regulator`, `insurer` or `client`."""
    title: str
    what_happened: str
    made: datetime
    by: str
    tool: str
    digest: str
    """The newest of the chain over the sealed files."""
    times: tuple[tuple[str, str], ...]
    impact: tuple[tuple[str, str], ...]
    done: tuple[str, ...]
    workflow: tuple[tuple[str, str], ...] = ()
    timeline: tuple[Event, ...] = ()
    evidence: tuple[Exhibit, ...] = ()
    kinds: tuple[Stand, ...] = ()
    left_out: tuple[Gap, ...] = ()
    exposed: Exposed | None = None
    """For a client."""
    files: tuple[tuple[str, str], ...] = ()
    """The files beside the page, and what they are."""

    @property
    def order(self) -> tuple[str, ...]:
        """The page's parts in the order in which this reader asks for them."""
        return tuple(_ORDERS[self.audience].split())


def pack_page(pack: PackPage) -> str:
    """The page; its policy forbids scripts and loading, and names the one style sheet."""
    return filled("pack.html.j2", longest=LONGEST, cut="cut here", pack=pack)
