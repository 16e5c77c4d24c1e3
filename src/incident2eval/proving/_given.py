"""What the tests of a case are given: its facts, the roster, and the runs to judge."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from incident2eval.checks import require_as_much
from incident2eval.model import (
    JSON,
    BadInput,
    CaseFile,
    Customers,
    Fault,
    Incident2EvalError,
    Run,
    RunSet,
    Subject,
)

RECORDED, CORRECTED = "recorded", "corrected"
"""The two sets of runs that prove a case; they are always among its sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSheet:
    """A case, its test files, and the sets of runs that its tests are judged on."""

    case: CaseFile
    tests: Mapping[str, bytes] = field(default_factory=dict)
    """File name -> content."""
    sets: tuple[RunSet, ...] = ()
    """One named `recorded` and one named `corrected` are among them: the rules on silence need both."""

    def runs(self, name: str) -> RunSet:
        """The set of that name.

        Raises:
            LookupError: if there is none.
        """
        for one in self.sets:
            if one.name == name:
                return one
        raise LookupError(f"{self.case.incident} has no runs called {name}")


@dataclass(frozen=True, slots=True, repr=False)
class CaseFacts:
    """The fixture `case`: the facts of case.yaml by name, the rest as attributes."""

    file: CaseFile

    def __repr__(self) -> str:
        return f"<case {self.id}>"

    def __getitem__(self, fact: str) -> JSON:
        if fact not in self.file.facts:
            raise self._missing(f"facts.{fact}")
        return self.file.facts[fact]

    @property
    def id(self) -> str:
        """Id of the incident."""
        return self.file.incident

    @property
    def input(self) -> Mapping[str, JSON]:
        """What the workflow is called with; of several inputs the first."""
        return next(iter(self.file.named_inputs.values()))

    @property
    def customer_id(self) -> str:
        """Id of the customer whose run it was.

        Raises:
            BadInput: if case.yaml does not say.
        """
        if self.file.customer_id is None:
            raise self._missing("customer_id")
        return self.file.customer_id

    def _missing(self, name: str) -> BadInput:
        return BadInput(
            Fault(
                file=f"cases/{self.id}/case.yaml",
                field=name,
                message="the test asks for this and it is not there",
                hint=f"add it, or write the case again: incident2eval eval-case {self.id}",
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Replay:
    """The fixture `replay`: hands a test the runs that it judges."""

    sheet: CaseSheet
    current: RunSet
    """The set of runs that is judged now."""
    unanswered: Mapping[str, Incident2EvalError] = field(default_factory=dict)
    """Trials of today's workflow that gave no runs, and why."""

    def __repr__(self) -> str:
        return f"<{self.current.name} runs of {self.sheet.case.incident}>"

    def __call__(self, name: str | None = None) -> Run:
        """The run of the first input, or of the input called `name`.

        Raises:
            BadInput: if there is no run of that name.
            CannotJudge: if a run of today's workflow says less than the evidence did.
        """
        name = next(iter(self.current.runs)) if name is None else name
        if name not in self.current.runs:
            known = ", ".join(self.current.runs)
            raise BadInput(
                Fault(
                    message=f"there is no {self.current.name} run called {name!r}", hint=f"there is {known}"
                )
            )
        return self._hand_out(self.current, name)

    def all(self) -> tuple[Run, ...]:
        """Every run of this trial, in the order of the inputs; raises CannotJudge as a call does."""
        return self._hand_out_all(self.current)

    def trials(self) -> tuple[tuple[Run, ...], ...]:
        """The runs of every trial of today's workflow; stored evidence is one trial.

        Raises:
            NotJudged: if the workflow gave no answer in one of them.
            CannotJudge: as a call does.
        """
        if not self.current.live:
            return (self.all(),)
        for reason in self.unanswered.values():
            raise reason
        return tuple(self._hand_out_all(trial) for trial in self.sheet.sets if trial.live)

    def on(self, name: str) -> "Replay":
        """The same on another set of runs."""
        return replace(self, current=self.sheet.runs(name))

    def _hand_out_all(self, runs: RunSet) -> tuple[Run, ...]:
        return tuple(self._hand_out(runs, name) for name in runs.runs)

    def _hand_out(self, runs: RunSet, name: str) -> Run:
        run = runs.runs[name]
        if not runs.live:
            return self._with_subject(run, run.subject)
        # All of the trial: a run that did nothing leaves nothing behind for the next one to show.
        for each in runs.runs:
            require_as_much(
                runs.runs[each],
                recorded=self._beside(RECORDED, each),
                corrected=self._beside(CORRECTED, each),
                observes=self.sheet.case.observes,
            )
        return self._with_subject(run, None)

    def _with_subject(self, run: Run, otherwise: Subject | None) -> Run:
        """Whose run it is comes from the case, never from what the workflow says of itself."""
        owner = self.sheet.case.customer_id
        return replace(run, subject=otherwise if owner is None else Subject(customer_id=owner))

    def _beside(self, proof: str, name: str) -> tuple[Run, ...]:
        """The runs of the evidence that stand next to an input: its own, else (in a series) all of them."""
        runs = self.sheet.runs(proof).runs
        return (runs[name],) if name in runs else tuple(runs.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The three fixtures of one test on one set of runs."""

    case: CaseFacts
    customers: Customers
    replay: Replay

    @classmethod
    def of(
        cls,
        sheet: CaseSheet,
        runs: str,
        *,
        customers: Customers,
        unanswered: Mapping[str, Incident2EvalError] | None = None,
    ) -> "Given":
        """What a test of that case is given to judge the set of runs called `runs`."""
        return cls(
            case=CaseFacts(sheet.case),
            customers=customers,
            replay=Replay(sheet=sheet, current=sheet.runs(runs), unanswered=unanswered or {}),
        )
