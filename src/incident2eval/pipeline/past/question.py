"""What is asked of past runs: small enough to be sent anywhere, the same for whoever judges a part."""

import hashlib
import json
from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from incident2eval.detection.names.roster import without_typos
from incident2eval.lookback import (
    Fate,
    Likeness,
    Part,
    Reach,
    Seen,
    Series,
    Side,
    Watch,
    asked_window,
    decider,
    encoded,
    key_of,
    row_key,
    side_of,
)
from incident2eval.model import BadInput, Fault, Moment, NotJudged, Run
from incident2eval.model.look_back import Window
from incident2eval.pipeline.past.more import more_watches
from incident2eval.pipeline.past.own import OwnRun, own_run
from incident2eval.pipeline.past.pieces import Pieces
from incident2eval.pipeline.past.watch import Judge, runs_in, watches
from incident2eval.rootcause import versions_of
from incident2eval.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which incident's checks are asked, and about which time."""

    root: Path
    incident: str
    since: Moment | timedelta | None
    at: datetime
    """When it is asked, UTC."""
    more: tuple[str, ...] = ()
    """Checks of other locked cases of the workflow, by name."""
    typos: bool = False
    """Whether names with a letter wrong are looked for, which is for review and takes as long as the rest."""
    digest: str = ""
    """Of all that is asked, where it is known: whoever judges a part must find the same."""
    unlike: bytes | None = None
    """Keys of cases of which like ones were decided differently: the runs with such a case are wanted."""


class Asking:
    """A question with all that it takes to ask it."""

    def __init__(self, question: Question) -> None:
        """Read the project.

        Raises:
            BadInput: No such incident, or no locked case whose checks could be asked.
            NotJudged: The facts of a case name somebody, and the key is not at hand.
        """
        self.home = Project.find(question.root)
        self.incident = self.home.incident(question.incident).incident
        locked = tuple(watches(self.home, question.incident))
        if not locked:
            raise BadInput(_no_case(question.incident))
        self.watches: tuple[Watch, ...] = (*locked, *_more(self.home, question, locked))
        self.own: OwnRun = own_run(self.home, question.incident)
        self.window: Window = asked_window(self.incident, question.since, question.at)
        self.only_within = question.since is not None
        self.typos = question.typos
        self.likeness = _likeness(self.home, locked)
        again = (self.likeness.watch,) if self.likeness and question.unlike is not None else self.watches
        self.judge = Judge(self.home, again)
        self.drifts = tuple(one for one in self.watches if one.is_drift)
        self.side: Side = side_of(self.incident, self.window)
        self._unasked = [
            (one, _why_not(one))
            for one in self.watches
            if one.reach is not Reach.ANY_RUN and not (one.is_drift or self._is_of_likeness(one))
        ]

    def part(self, pieces: Pieces) -> Part:
        """Judge the runs of one part; those that a drift has to be asked of with others are kept waiting."""
        part = Part(customers=self.judge.customers)
        series = self.series()
        with self._closely():
            for seen in series.judged(self._noted(self._seen(_read(pieces, part), part), part)):
                part.take(seen, versions_of(seen.run))
        part.waiting += ((seen.name, seen.run) for seen in series.waiting())
        return part

    def unlike(self, pieces: Pieces, keys: Container[int]) -> Part:
        """The runs of one part that decide on cases with these keys; all of it was judged before."""
        customers = self.judge.customers
        part, again = Part(customers=customers), Part(customers=customers)
        deciding = (seen for seen in self._seen(_read(pieces, again), again) if seen.cases)
        for number, seen in enumerate(deciding):
            if found := decider(seen, versions_of(seen.run), number, keys):
                part.deciders.append(replace(found, key=row_key(seen.run)))
        return part

    def together(self, waiting: Iterable[tuple[str, Run]]) -> Part:
        """Judge the runs that all parts kept waiting."""
        part = Part(customers=self.judge.customers)
        series = self.series()
        seen = self._seen(((run, name) for name, run in waiting), part)
        with self._closely():
            for one in (*series.judged(seen), *series.rest()):
                part.take(one, versions_of(one.run))
        return part

    def series(self) -> Series:
        """What judges runs together."""
        return Series(self.drifts, self.judge, self.side)

    def digest(self) -> str:
        """SHA-256 over what is asked: checks, facts, roster, settings, time, and this version of it all."""
        whole = hashlib.sha256(version("incident2eval").encode())
        for one in self.watches:
            facts = {name: one.facts.get(one.check.fact(name)) for name in one.check.parameters}
            said = [one.check.name, one.workflow, one.incident, one.named, facts]
            whole.update(json.dumps(said, sort_keys=True, default=str).encode())
        rest = [
            list(self.judge.customers),
            self.home.settings,
            self.window,
            self.only_within,
            self.typos,
            self.incident.changes,
        ]
        free = sorted(self.likeness.kind.free) if self.likeness else ()
        for value in (*rest, self.own.forms, sorted(self.own.called), free):
            whole.update(repr(value).encode(errors="surrogatepass"))
        return whole.hexdigest()

    def _closely(self) -> AbstractContextManager[None]:
        """How closely names are read."""
        return nullcontext() if self.typos else without_typos()

    def _seen(self, runs: Iterator[tuple[Run, str]], part: Part) -> Iterator[Seen]:
        """The runs that the incident's checks are asked of, judged; the others are counted."""
        for found, name in runs:
            run = replace(found, workflow=None) if found.workflow in self.own.called else found
            if self.own.is_this(run):
                part.pass_over(run, name, Fate.OWN)
            elif self.only_within and not self.window.may_hold(run.started):
                part.pass_over(run, name, Fate.EARLIER)
            elif (seen := self.judge(run, name)) is None:
                part.pass_over(run, name, Fate.OTHER_WORKFLOW, f"of another workflow, {run.workflow!r}")
            else:
                if self._unasked:
                    seen = replace(seen, said=(*seen.said, *self._unasked))
                yield self.likeness.seen(seen) if self.likeness else seen

    def _noted(self, seen: Iterable[Seen], part: Part) -> Iterator[Seen]:
        """The same runs; what they decided is noted."""
        for one in seen:
            if one.cases:
                part.cases.add(key_of(one.run), one.cases)
            yield one

    def _is_of_likeness(self, one: Watch) -> bool:
        return self.likeness is not None and one is self.likeness.watch


def judged(question: Question, pieces: Pieces) -> bytes:
    """Judge one part, in whatever process: the function that every engine calls.

    Args:
        question: What is asked.
        pieces: The part.

    Returns:
        The result, encoded.

    Raises:
        Incident2EvalError: as `Asking` does.
        NotJudged: What is asked is another question by now.
    """
    asking = _asking(question)
    if question.unlike is None:
        return encoded(asking.part(pieces).result())
    return encoded(asking.unlike(pieces, frozenset(array("Q", question.unlike))).result())


@lru_cache(maxsize=1)
def _asking(question: Question) -> Asking:
    asking = Asking(question)
    if question.digest and asking.digest() != question.digest:
        message = f"{question.incident}: roster, cases or settings were changed while past runs were judged"
        raise NotJudged(message, hint="the same command begins anew")
    return asking


def _read(pieces: Pieces, part: Part) -> Iterator[tuple[Run, str]]:
    """Every run with what it is called: its id, else its place."""
    for piece in pieces:
        with suppress(BadInput, OSError):  # whoever reads it says what is wrong
            part.digests.append(piece.digest())
        for number, found in enumerate(runs_in(piece), start=1):
            if isinstance(found, Fault):
                part.faults.append(found)
            else:
                yield found, found.id or f"{piece.name}#{number}"


def _why_not(one: Watch) -> str:
    if one.reach is Reach.THIS_INPUT:
        return "its facts hold for the input of the incident only"
    return "it compares runs with each other, and past runs are judged one by one"


def _likeness(home: Project, locked: Sequence[Watch]) -> Likeness | None:
    """The watch over like cases with the runs that its facts speak of; None where there is none."""
    for one in locked:
        if one.is_of_likeness and one.facts.get("alike"):
            recorded = home.recorded(one.incident)
            inputs = home.case(one.incident).named_inputs
            own = [replace(recorded[name], input=given) for name, given in inputs.items() if name in recorded]
            return Likeness(one, own)
    return None


def _more(home: Project, question: Question, locked: Sequence[Watch]) -> tuple[Watch, ...]:
    known = {one.check.name for one in locked if one.reach is Reach.ANY_RUN}
    return more_watches(home, question.incident, [name for name in question.more if name not in known])


def _no_case(incident: str) -> Fault:
    message = f"{incident} has no locked case whose checks could be asked of past runs"
    hint = f"write its cases first: incident2eval run {incident}"
    return Fault(file="cases/cases.lock", message=message, hint=hint)
