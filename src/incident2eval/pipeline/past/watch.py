"""What locked cases watch for: their checks and facts, asked of past runs as these are read."""

import re
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader
from typing import cast

from incident2eval import formats
from incident2eval.checks import SHELF
from incident2eval.lookback import Reach, Seen, Verdict, Watch
from incident2eval.model import (
    BadInput,
    CannotJudge,
    Customers,
    Fault,
    Observation,
    Run,
    WorkflowSettings,
)
from incident2eval.pipeline._redacting import disguise, roster_of
from incident2eval.pipeline.past.archive import attribute
from incident2eval.pipeline.past.pieces import Piece
from incident2eval.store import Project

WHOSE = "nobody says whose run it is"

_BETWEEN_WORDS = re.compile(r"[-_\s]+")


def watches(home: Project, incident: str | None = None) -> Iterator[Watch]:
    """The checks of the locked cases, in the order of the lock.

    Args:
        home: Whose cases.
        incident: Of this one only; of all where it is None.
    """
    shelf = {check.name: check for check in SHELF}
    lock = home.lock()
    for name in dict.fromkeys(row.incident for row in lock.cases if incident in {None, row.incident}):
        case = home.case(name)
        for check in dict.fromkeys(row.check for row in lock.cases if row.incident == name):
            if check in shelf:
                yield Watch(
                    incident=name,
                    workflow=case.workflow,
                    check=shelf[check],
                    facts=case.facts,
                    named=case.named,
                )


def runs_in(piece: Piece) -> Iterator[Run | Fault]:
    """Every run of a piece as soon as it is read, and what could not be read, with where.

    Args:
        piece: Of any size; only what is read at the moment is held.
    """
    try:
        with piece.opened() as stream:
            if piece.is_cut and not cast("BufferedReader", stream).peek(1):
                return  # no line begins there
            for part in formats.parts(stream, name=piece.name, format=piece.format, groups=piece.groups):
                if part.partial:
                    message = "only tells more of runs in other files, which past runs are not joined with"
                    yield Fault(file=part.name, message=message)
                for found in part.found:
                    if not isinstance(found, Run):
                        yield Fault(file=_place(part.name, found.where), message=found.why)
                    elif not part.partial:
                        yield found
    except BadInput as error:
        yield from error.faults
    except OSError as error:
        yield Fault(file=piece.name, message=f"could not be read on: {error.strerror or error}")
    except OverflowError:
        yield Fault(
            file=piece.name, message="could not be read on: a time in it is before year 1 or after 9999"
        )


def _place(file: str, where: str) -> str:
    return where if where.startswith(file) else f"{file}: {where}"


class Judge:
    """Asks every watch that is about a run's workflow, each run for its own customer.

    Watches whose facts hold for another reach than any run are not asked of it.
    """

    def __init__(self, home: Project, asked: Sequence[Watch]) -> None:
        self._home = home
        self._asked = tuple(asked)
        self._customers: Customers = roster_of(home)
        self._settings = home.settings.workflows
        self._disguises: dict[tuple[str, tuple[str, ...]], Callable[[Run], Run]] = {}

    @property
    def customers(self) -> Customers:
        """The roster as cases are judged with it."""
        return self._customers

    def __call__(self, run: Run, name: str) -> Seen | None:
        """The run as the watches see it; None where none of them is about its workflow.

        Args:
            run: As it was read.
            name: What it is called.

        Raises:
            NotJudged: The facts name somebody, and the key is not at hand.
        """
        mine = [one for one in self._asked if self._is_about(one, run.workflow)]
        if not mine:
            return None
        owned = attribute(run, self._home, self._settings.get(mine[0].workflow, WorkflowSettings()))
        asked = [one for one in mine if one.reach is Reach.ANY_RUN]
        return Seen(run=owned, name=name, said=tuple((one, self._verdict(one, owned)) for one in asked))

    def together(self, one: Watch, runs: Sequence[Run]) -> Verdict:
        """What a watch over several runs says of these."""
        return self._said(one, tuple(self._in_its_words(one, run) for run in runs), customer_id=None)

    def _is_about(self, one: Watch, workflow: str | None) -> bool:
        """Whether that is the watch's workflow, or may be; one of the settings is called exactly so."""
        if workflow in self._settings:
            return workflow == one.workflow
        called = _bare(workflow or "")
        return not called or called == _bare(one.workflow)

    def _verdict(self, one: Watch, run: Run) -> Verdict:
        if "customer" in one.check.parameters and not run.customer_id:
            return WHOSE
        if Observation.STEPS in one.check.needs and not run.steps:
            return "the run does not report its steps"
        return self._said(one, self._in_its_words(one, run), customer_id=run.customer_id)

    def _in_its_words(self, one: Watch, run: Run) -> Run:
        known = (one.incident, one.named)
        if known not in self._disguises:
            self._disguises[known] = disguise(self._home, one.named, incident=one.incident)
        return self._disguises[known](run)

    def _said(self, one: Watch, run: Run | tuple[Run, ...], *, customer_id: str | None) -> Verdict:
        try:
            return one.check(run, facts=one.facts, customer_id=customer_id, customers=self._customers)
        except CannotJudge as error:
            return str(error)


def _bare(workflow: str) -> str:
    """A workflow's name as exporters agree on it: without case, hyphens, underscores and blanks."""
    return _BETWEEN_WORDS.sub("", workflow).casefold()
