"""The incident's own run, as it may stand among past runs: it is no hit, and what it shows is known."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from incident2eval.model import Incident2EvalError, Run, is_empty
from incident2eval.pipeline._dossier import read_traces
from incident2eval.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRun:
    """The run that went wrong."""

    forms: tuple[Run, ...]
    """As it was recorded, with the input that the case replays, and as its trace tells it."""
    called: frozenset[str]
    """What its trace calls the workflow, where the settings know nothing of that name."""

    def is_this(self, run: Run) -> bool:
        """Whether a past run is this one: an id alone may have been given twice."""
        return any(_is_same(run, form) for form in self.forms)


def own_run(home: Project, incident: str) -> OwnRun:
    """The run that an incident is about.

    Exporters name a service or a project as the workflow. Without the evidence nobody knows.

    Args:
        home: Whose incident.
        incident: Its id; it has a case.

    Raises:
        BadInput: The case, or what it recorded, cannot be read.
        NotJudged: It was written with a key that is not at hand.
    """
    case, recorded = home.case(incident), home.recorded(incident)
    run = recorded.get(case.faulty) or next(iter(recorded.values()))
    traced = tuple(one for one in _traced(home, incident) if one.id == run.id)
    called = frozenset(one.workflow for one in traced if one.workflow)
    return OwnRun(
        forms=(run, replace(run, input=case.named_inputs.get(case.faulty)), *traced),
        called=called - set(home.settings.workflows),
    )


def _traced(home: Project, incident: str) -> Iterator[Run]:
    try:
        readings, _ = read_traces(home.evidence(incident))
    except Incident2EvalError:
        return
    for reading in readings.values():
        yield from reading.runs


def _is_same(run: Run, own: Run) -> bool:
    at_once = run.started is not None and run.started == own.started
    if run.id and run.id == own.id:
        return at_once or (run.input, run.output) == (own.input, own.output)
    # Many runs begin at one moment, and with the same or with nothing to go by.
    is_told_by_input = not run.id and not is_empty(run.input)
    return at_once and run.input == own.input and (is_told_by_input or run.output == own.output)
