"""What `check` and `runbook` hold against each other: settings, rules, and the cases that stand guard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from incident2eval import duties
from incident2eval.model import EvalCase, Incident2EvalError, IncidentType, Rule, StepKind
from incident2eval.pipeline._word import now
from incident2eval.pipeline.gating.grounds import grounds_of
from incident2eval.pipeline.gating.locked import read_locked
from incident2eval.readiness import (
    POLICY_FILE,
    Coverage,
    Guard,
    Missing,
    coverage,
    organisation,
    plan,
    signers,
)
from incident2eval.store import Project, shipped_rules

_CALLS = frozenset({StepKind.TOOL, StepKind.RETRIEVAL, StepKind.OUTPUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """What every workflow of a project hangs on."""

    rules: tuple[Rule, ...]
    """Every duty that counts: those that ship, and the project's own."""
    missing: tuple[Missing, ...]


def firm(home: Project, today: date) -> Firm:
    """The rules that count, and what the firm as a whole lacks: signers, scope, a published policy.

    Args:
        home: The project.
        today: The day in UTC.
    """
    rules = duties.rules(shipped_rules(), home.settings.obligations)
    missing = (
        *_published(home),
        *signers(home.settings.approvers, home.settings.policy),
        *organisation(home.settings.organisation, rules),
        *(Missing(field="obligations", why=line) for line in duties.stale(rules, today)),
    )
    return Firm(rules=rules, missing=missing)


def lacks(home: Project, name: str, today: date) -> tuple[Missing, ...]:
    """What one workflow's settings lack; today is the day in UTC."""
    settings = home.settings
    return plan(settings.workflows[name], approvers=settings.approvers, policy=settings.policy, today=today)


def guarded(home: Project, names: Sequence[str]) -> tuple[Coverage, ...]:
    """Which cases stand guard in the workflows of those names."""
    workflows = {name: home.workflow(name) for name in names}
    return coverage(workflows, [guard for name in names for guard in _guards(home, name)])


def things(number: int) -> str:
    """So many things, as the beginning of `... missing`."""
    return "nothing is" if not number else "1 thing is" if number == 1 else f"{number} things are"


def _published(home: Project) -> Iterator[Missing]:
    """Whether the definition of an incident and the severity matrix are there for everybody to read (R7)."""
    if not (home.root / POLICY_FILE).is_file():
        why = f"{POLICY_FILE} is not there: what counts as an incident, and how bad it is (init writes one)"
        yield Missing(field=POLICY_FILE, why=why)


def _guards(home: Project, workflow: str) -> Iterator[Guard]:
    """The cases whose proof holds; one that cannot be read, or was changed, stands no guard."""
    try:
        locked = read_locked(home, workflow, grounds_of(home, workflow, None, now()).waivers)
    except Incident2EvalError:
        return
    for case in locked.cases:
        if case.red and case.green and case.incident in locked.sound:
            yield _guard(home, case)


def _guard(home: Project, case: EvalCase) -> Guard:
    return Guard(
        id=case.id,
        workflow=case.workflow,
        check=case.check,
        types=_types(home, case.incident),
        calls=_calls(home, case.incident),
    )


def _types(home: Project, incident: str) -> tuple[IncidentType, ...]:
    try:
        return home.incident(incident).incident.type
    except Incident2EvalError:
        return ()


def _calls(home: Project, incident: str) -> frozenset[str]:
    """Names of what the recorded runs of an incident called."""
    try:
        runs = home.recorded(incident).values()
    except Incident2EvalError:
        return frozenset()
    return frozenset(step.name for run in runs for step in run.steps if step.kind in _CALLS and step.name)
