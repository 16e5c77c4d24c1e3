"""What a check is: a plain function `Run -> Findings`, and what the search for cases may ask of it."""

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import ParamSpec

from incident2eval.detection.names.roster import names_of
from incident2eval.model import (
    JSON,
    CannotJudge,
    Category,
    Customers,
    Findings,
    Incident,
    IncidentType,
    Observation,
    Origin,
    RootCause,
    Run,
    WorkflowSettings,
    flat_text,
)

P = ParamSpec("P")

Judged = Run | tuple[Run, ...]
"""What a check judges: one run, or all runs of a trial together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of an incident when the checks propose."""

    incident: Incident
    recorded: Run
    workflow: WorkflowSettings = field(default_factory=WorkflowSettings)
    customers: Customers = field(default_factory=Customers)
    corrected: Run | None = None
    origin: Origin | None = None
    """Where the corrected run comes from; a repaired one is of our making: no witness of what is right."""
    good: tuple[Run, ...] = ()
    customer_id: str | None = None
    """Whose run it was, as the settings, the incident or the roster say; None where nobody says."""
    cause: RootCause | None = None
    """The root cause; None while the checks are asked what they see, before anybody knows it."""
    all_recorded: tuple[Run, ...] = ()
    """Every recorded run, in order, where the incident is one of several runs; `recorded` is among them."""
    all_corrected: tuple[Run, ...] = ()
    """The corrected runs that stand beside them."""
    before: tuple[Run, ...] = ()
    """Archived runs of the workflow from before the earliest change that the incident names."""
    since: tuple[Run, ...] = ()
    """Archived runs from after it."""

    @property
    def recorded_runs(self) -> tuple[Run, ...]:
        """Every recorded run: several only where the incident is one of several."""
        return self.all_recorded or (self.recorded,)

    @property
    def corrected_runs(self) -> tuple[Run, ...]:
        """Every corrected run, none where there is none."""
        return self.all_corrected or ((self.corrected,) if self.corrected else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How the generated test of a check reads."""

    test: str
    """Name of the test function, without `test_`."""
    found: str
    """The variable that holds the findings."""
    message: str
    """What the assertion says before it lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """What a finding on a step says about the control that failed there."""

    rule: str
    """The rule in words, as the root cause names it."""
    category: Category
    control: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check on the shelf."""

    judge: Callable[..., Findings]
    """`judge(run, **facts)`; `customer` is the id of the run's own customer, `customers` the roster.

    A check of several runs is `judge(runs, **facts)`.
    """
    propose: Callable[[Known], Mapping[str, JSON] | None]
    """The facts the check would need to judge runs of this workflow, or None: nothing to propose."""
    variants: Callable[[Known], Iterable[Judged]]
    """The recorded failure with another face; each must be red."""
    words: Words
    control: bool
    """Whether it tests the control that should have held; else the harm that followed."""
    needs: frozenset[Observation] = frozenset({Observation.OUTPUT})
    """What a target must report for the check to judge it."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Parameter -> name of the fact in case.yaml, where the two differ."""
    this_input: frozenset[str] = frozenset()
    """Facts that hold for this input only; all others hold for any run of the workflow."""
    type: IncidentType | None = None
    """The type of incident that a finding speaks of for certain."""
    blames: Blame | None = None
    """What a finding on a step says of the control that failed."""
    all_runs: bool = False
    """Whether it judges all runs of a trial together: `replay.all()` instead of `replay()`."""

    @property
    def name(self) -> str:
        """The check's name, as in `incident2eval.checks`."""
        return self.judge.__name__

    @property
    def parameters(self) -> tuple[str, ...]:
        """The judge's keyword parameters, in order."""
        return _parameters(self.judge)

    def fact(self, parameter: str) -> str:
        """The name in case.yaml of the fact that a parameter takes."""
        return self.facts.get(parameter, parameter)

    def of(self, run: Run, runs: tuple[Run, ...]) -> Judged:
        """What the check judges of a run and all the runs beside it."""
        return runs if self.all_runs else run

    def __call__(
        self, run: Judged, *, facts: Mapping[str, JSON], customer_id: str | None, customers: Customers
    ) -> Findings:
        """Judge a run (or all runs of a trial) with facts as case.yaml holds them.

        Raises:
            CannotJudge: as the judge does.
        """
        given = {"customer": customer_id, "customers": customers}
        return self.judge(
            run, **{name: given.get(name, facts.get(self.fact(name))) for name in self.parameters}
        )


@functools.lru_cache(maxsize=100)
def _parameters(judge: Callable[..., Findings]) -> tuple[str, ...]:
    """A judge's parameters behind the first: looked up once, as past runs are judged by the million."""
    return tuple(inspect.signature(judge).parameters)[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One call of a judge, as `observing` notes it."""

    check: str
    findings: Findings
    absence: bool = False
    """Whether the check is about what must not happen: then it may pass having found nothing to judge."""


_OBSERVED: ContextVar[list[Judgement] | None] = ContextVar("judgements", default=None)

_REFUSAL = re.compile(
    r"^\W*(?:(?:i(?:['\u2019]m| am) (?:very |so )?sorry|sorry|apologies|unfortunately)\b[^.!?]{0,40})?"
    r"(?:i (?:can(?:no|['\u2019])?t|am (?:unable|not able)|won['\u2019]t|must decline|do not feel able)"
    r"|i['\u2019]m (?:unable|not able)|we (?:can(?:no|['\u2019])?t|are unable)|as an ai\b"
    r"|(?:this|your) request (?:cannot|can['\u2019]t|was (?:refused|declined|blocked)))",
    re.IGNORECASE,
)


_OF_AN_ERROR = frozenset({"error", "errors", "code", "status", "detail", "details", "message", "type"})
"""Keys of an object that tells of an error, as programs return it in place of an answer."""


def is_refusal(run: Run) -> bool:
    """Whether the run's output is a short refusal or an error object rather than an answer."""
    if isinstance(run.output, Mapping) and run.output and set(run.output) <= _OF_AN_ERROR:
        return not {"error", "errors"}.isdisjoint(run.output)
    text = flat_text(run.output).strip()
    return len(text) < 400 and bool(_REFUSAL.match(text))


def check(*, absence: bool) -> Callable[[Callable[P, Findings]], Callable[P, Findings]]:
    """Make a judge of a plain function: what says nothing is not judged, and `observing` sees the findings.

    Args:
        absence: Whether the check is about something that must not happen (a record, a name, a call). Such a
            check needs one step or a non-empty output; any other needs a non-empty output, and a refusal
            counts as nothing judged (contract section 6).

    Raises:
        CannotJudge: from the wrapped judge, when the run lacks what the check needs.
    """

    def wrap(judge: Callable[P, Findings]) -> Callable[P, Findings]:
        @functools.wraps(judge)
        def judged(*args: P.args, **kwargs: P.kwargs) -> Findings:
            runs = _runs(args[0], judge.__name__)
            if all(run.is_empty and not (absence and run.steps) for run in runs):
                raise CannotJudge("the run's output is empty, so there is nothing to judge")
            findings = _nameless(judge(*args, **kwargs), kwargs.get("customers"))
            if not absence and not findings and all(map(is_refusal, runs)):
                findings = replace(findings, judged=0)
            if (observed := _OBSERVED.get()) is not None:
                observed.append(Judgement(check=judge.__name__, findings=findings, absence=absence))
            return findings

        judged.absence = absence  # type: ignore[attr-defined]
        return judged

    return wrap


def _nameless(findings: Findings, customers: object) -> Findings:
    """The findings; of a roster that holds nobody's name in clear they quote ids only."""
    if not isinstance(customers, Customers) or not customers.is_hashed:
        return findings
    names = names_of(customers)
    found, doubtful = (
        tuple(
            replace(one, message=names.hidden(one.message), excerpt=names.hidden(one.excerpt)) for one in some
        )
        for some in (findings.found, findings.doubtful)
    )
    return replace(findings, found=found, doubtful=doubtful)


def _runs(judged: object, name: str) -> tuple[Run, ...]:
    """One run or several as several; a test that hands over anything else is broken."""
    runs = judged if isinstance(judged, tuple) else (judged,)
    for run in runs:
        if not isinstance(run, Run):
            raise TypeError(f"{name} judges runs, got {type(run).__name__}")
    return runs


@contextmanager
def observing() -> Iterator[list[Judgement]]:
    """Note every judgement made inside the block: what a test saw, whatever it then asserted."""
    noted: list[Judgement] = []
    token = _OBSERVED.set(noted)
    try:
        yield noted
    finally:
        _OBSERVED.reset(token)
