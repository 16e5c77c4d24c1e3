"""What became of the runs of one part of an archive, in columns: a million of them need little memory."""

from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from incident2eval.lookback._hits import Said, doubt_of, hit_of
from incident2eval.lookback._likeness import CaseColumns, Decider, Noted
from incident2eval.lookback._watch import Seen
from incident2eval.model import Customers, Fault, Run
from incident2eval.model.look_back import Hit

if TYPE_CHECKING:
    from msgspec.msgpack import Decoder, Encoder

_MOST_REASONS = 1000
"""So many reasons are told apart: a hostile archive has a new one for every run."""

_MOST_VERSIONS = 1000
_MOST_DOUBTS = 10_000

UNDATED = -(2**63)
"""Stands in the column of times for a run that does not say when it was."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fate(StrEnum):
    """Whether a run was asked about."""

    ASKED = "asked"
    OWN = "own"
    EARLIER = "earlier"
    OTHER_WORKFLOW = "other_workflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a run; thousands of them share one."""

    fate: Fate
    judged: tuple[str, ...] = ()
    """The checks that judged it."""
    looked: tuple[str, ...] = ()
    """Those of them that found anything to look at in it."""
    left: tuple[tuple[str | None, str], ...] = ()
    """Check, or None for all of them, and why it did not judge it."""
    is_silent: bool = False
    """Whether it is a run that says nothing itself, so that nobody could judge it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One row a run, in the order in which they were read."""

    keys: bytes
    """64 bits that tell it from other runs, by `row_key`; 0 for a run without an id."""
    times: bytes
    """Its start in microseconds since 1970, or `UNDATED`."""
    outcomes: bytes
    """Position of its outcome, 32 bits."""
    versions: bytes
    """Position of its version, 32 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """All that is kept of a part."""

    columns: Columns
    outcomes: tuple[Outcome, ...]
    first: tuple[str, ...]
    """For each outcome the name of the first run with it."""
    versions: tuple[Said, ...]
    hits: tuple[tuple[int, Hit], ...]
    """Each with the key of its run."""
    doubtful: tuple[tuple[int, Hit], ...]
    faults: tuple[Fault, ...]
    waiting: tuple[tuple[str, Run], ...] = ()
    """Runs that have to be judged together with some of other parts, with what they are called."""
    digests: tuple[str, ...] = ()
    """SHA-256 over each thing that was read."""
    cases: CaseColumns = field(default_factory=CaseColumns)
    """What the runs decided that has to be compared with like cases."""
    deciders: tuple[Decider, ...] = ()
    """The runs that were wanted because a like case was decided differently."""
    compared: tuple[tuple[int, Hit], ...] = ()
    """What comparing adds to runs that are counted in other parts."""
    alike: tuple[tuple[str, int], ...] = ()
    """For a check over like cases, how many cases have a like one."""

    @property
    def runs(self) -> int:
        """How many runs there were."""
        return len(self.columns.keys) // 8


@dataclass(slots=True, kw_only=True)
class Part:
    """Takes the runs of a part one by one."""

    customers: Customers
    faults: list[Fault] = field(default_factory=list)
    waiting: list[tuple[str, Run]] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    cases: Noted = field(default_factory=Noted)
    deciders: list[Decider] = field(default_factory=list)
    compared: list[Hit] = field(default_factory=list)
    alike: list[tuple[str, int]] = field(default_factory=list)
    _keys: "array[int]" = field(default_factory=lambda: array("Q"))
    _times: "array[int]" = field(default_factory=lambda: array("q"))
    _outcomes: "array[int]" = field(default_factory=lambda: array("I"))
    _versions: "array[int]" = field(default_factory=lambda: array("I"))
    _known_outcomes: dict[Outcome, int] = field(default_factory=dict)
    _known_versions: dict[Said, int] = field(default_factory=dict)
    _first: list[str] = field(default_factory=list)
    _reasons: set[tuple[str | None, str]] = field(default_factory=set)
    _compared_keys: list[int] = field(default_factory=list)
    _hits: list[tuple[int, Hit]] = field(default_factory=list)
    _doubtful: list[tuple[int, Hit]] = field(default_factory=list)

    def take(self, seen: Seen, said: Said) -> None:
        """Count a run that was asked about, and keep what was found in it.

        Args:
            seen: The run, judged.
            said: Its version, as it says itself.
        """
        judged, looked, left = [], [], []
        for one, verdict in seen.said:
            name = one.check.name
            if isinstance(verdict, str):
                left.append(self._reason(name, verdict))
                continue
            judged.append(name)
            if verdict.judged or verdict:
                looked.append(name)
        run = seen.run
        # A line of another schema says nothing that is understood, not even which run it was.
        is_silent = not run.steps and run.is_empty and bool(run.id or run.started)
        said = self._told_apart(said)
        self._add(
            seen.run,
            seen.name,
            Outcome(
                fate=Fate.ASKED,
                judged=tuple(dict.fromkeys(judged)),
                looked=tuple(dict.fromkeys(looked)),
                left=tuple(left),
                is_silent=is_silent,
            ),
            said,
        )
        if hit := hit_of(seen, self.customers, said):
            self._hits.append((self._keys[-1], hit))
        elif len(self._doubtful) < _MOST_DOUBTS and (doubt := doubt_of(seen, self.customers, said)):
            self._doubtful.append((self._keys[-1], doubt))

    def compare(self, seen: Seen, said: Said) -> None:
        """Keep what comparing a run with others found, which is counted in another part."""
        if hit := hit_of(seen, self.customers, said):
            self.compared.append(hit)
            self._compared_keys.append(row_key(seen.run) if seen.key is None else seen.key)

    def pass_over(self, run: Run, name: str, fate: Fate, why: str | None = None) -> None:
        """Count a run that is not asked about."""
        left = (self._reason(None, why),) if why else ()
        self._add(run, name, Outcome(fate=fate, left=left), ())

    def result(self) -> PartResult:
        """All of it."""
        return PartResult(
            columns=Columns(
                keys=self._keys.tobytes(),
                times=self._times.tobytes(),
                outcomes=self._outcomes.tobytes(),
                versions=self._versions.tobytes(),
            ),
            outcomes=tuple(self._known_outcomes),
            first=tuple(self._first),
            versions=tuple(self._known_versions),
            hits=tuple(self._hits),
            doubtful=tuple(self._doubtful),
            faults=tuple(self.faults),
            waiting=tuple(self.waiting),
            digests=tuple(self.digests),
            cases=self.cases.columns(),
            deciders=tuple(self.deciders),
            compared=tuple(zip(self._compared_keys, self.compared, strict=True)),
            alike=tuple(self.alike),
        )

    def _add(self, run: Run, name: str, outcome: Outcome, said: Said) -> None:
        self._keys.append(row_key(run))
        self._times.append(_microseconds(run.started))
        position = self._known_outcomes.setdefault(outcome, len(self._known_outcomes))
        if position == len(self._first):
            self._first.append(name)
        self._outcomes.append(position)
        self._versions.append(self._known_versions.setdefault(said, len(self._known_versions)))

    def _told_apart(self, said: Said) -> Said:
        """A version, or that there are too many."""
        is_new = said not in self._known_versions
        return (
            (("version", "yet others"),) if is_new and len(self._known_versions) >= _MOST_VERSIONS else said
        )

    def _reason(self, check: str | None, why: str) -> tuple[str | None, str]:
        """A reason, or that there are too many."""
        if (check, why) not in self._reasons and len(self._reasons) >= _MOST_REASONS:
            return None, "for yet other reasons"
        self._reasons.add((check, why))
        return check, why


def key_of(run: Run) -> int:
    """What a run is known by, its id and time, whichever process asks; 0 where it has no id."""
    return _digest(run, b"")


def row_key(run: Run) -> int:
    """What tells a run from others, whichever process asks; 0 where it has no id.

    An id may have been given twice, at one time or at none: what went in and came out tells such runs apart.
    """
    return _digest(run, _content(run)) if run.id else 0


def _digest(run: Run, more: bytes) -> int:
    if not run.id:
        return 0
    said = repr((run.id, _microseconds(run.started))).encode(errors="surrogatepass")
    return int.from_bytes(blake2b(said + more, digest_size=8).digest(), "big") or 1


def _content(run: Run) -> bytes:
    """What went in and came out, the same in whatever order its keys were written."""
    try:
        return _sorted_encoder().encode((run.input, run.output))
    except (ValueError, OverflowError, RecursionError, TypeError):  # what JSON cannot say
        return repr((run.input, run.output)).encode(errors="surrogatepass")


def _microseconds(at: datetime | None) -> int:
    return UNDATED if at is None else (at - _EPOCH) // timedelta(microseconds=1)


def encoded(result: PartResult) -> bytes:
    """A part's result as bytes, to be kept or sent; what of a file's name is no UTF-8 is spelt out."""
    import msgspec  # noqa: PLC0415 - only where parts are kept or sent

    try:
        return _encoder().encode(result)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(result, builtin_types=(bytes, datetime))
        return _encoder().encode(_spelt(plain))


def _spelt(value: object) -> object:
    """The value, where every text in it can be written as UTF-8."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _spelt(one) for key, one in value.items()}
    return list(map(_spelt, value)) if isinstance(value, list | tuple) else value


def decoded(data: bytes) -> PartResult:
    """The result that bytes hold.

    Raises:
        ValueError: They hold none.
    """
    return _decoder().decode(data)


@cache
def _encoder() -> "Encoder":
    import msgspec  # noqa: PLC0415 - only where parts are kept or sent

    return msgspec.msgpack.Encoder()


@cache
def _sorted_encoder() -> "Encoder":
    import msgspec  # noqa: PLC0415 - only where past runs are judged

    return msgspec.msgpack.Encoder(order="sorted")


@cache
def _decoder() -> "Decoder[PartResult]":
    import msgspec  # noqa: PLC0415 - only where parts are kept or sent

    return msgspec.msgpack.Decoder(PartResult)
