"""The policy by severity: who signs a restart, and on what evidence (R137; requirements section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from incident2eval.model.incident import Severity


class LookBack(StrEnum):
    """What a restart asks of the look-back over past runs."""

    OPTIONAL = "optional"
    DONE = "done"
    CLEAN = "clean"
    """Done, and every hit was put right."""
    EVERYWHERE = "everywhere"
    """Clean, in every related workflow too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature that a restart needs."""

    role: str
    people: int = 1
    unless_no: tuple[str, ...] = ()
    """Fields of `questions`: it is needed unless all of them are answered with no."""
    if_yes: tuple[str, ...] = ()
    """Fields of `questions`: it is needed too where one of them is answered with yes."""
    when: str = ""
    """The same in words; empty: always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPolicy:
    """What one level of severity asks for."""

    trials: int
    """Trials of every case."""
    signatures: tuple[Signature, ...]
    people: int
    """So many different people sign, whatever their roles."""
    report_hours: int
    """How old the pass report may be, in hours."""
    signed: bool
    """Whether the report counts only with a signature, and only of a commit."""
    runners: int
    """On so many different machines the same must have passed."""
    look_back: LookBack
    monitor_days: int
    """So long the cases run daily after the restart."""


_INFORMATION = ("exposed_information", "obligation_possible")

LEVELS: Mapping[Severity, LevelPolicy] = {
    Severity.LOW: LevelPolicy(
        trials=1,
        signatures=(Signature(role="workflow_owner"),),
        people=1,
        report_hours=7 * 24,
        signed=False,
        runners=1,
        look_back=LookBack.OPTIONAL,
        monitor_days=0,
    ),
    Severity.MATERIAL_CAUGHT: LevelPolicy(
        trials=5,
        signatures=(Signature(role="workflow_owner"), Signature(role="functional_leader")),
        people=2,
        report_hours=24,
        signed=True,
        runners=1,
        look_back=LookBack.DONE,
        monitor_days=14,
    ),
    Severity.IMPACT: LevelPolicy(
        trials=5,
        signatures=(
            Signature(role="executive_sponsor"),
            Signature(
                role="legal", unless_no=_INFORMATION, when="if information got out or a duty is possible"
            ),
            Signature(
                role="security",
                if_yes=("exposed_information", "took_action"),
                when="if information got out or the AI acted",
            ),
        ),
        people=2,
        report_hours=24,
        signed=True,
        runners=1,
        look_back=LookBack.CLEAN,
        monitor_days=30,
    ),
    Severity.SEVERE: LevelPolicy(
        trials=10,
        signatures=(Signature(role="executive", people=2), Signature(role="legal", when="advises")),
        people=2,
        report_hours=4,
        signed=True,
        runners=2,
        look_back=LookBack.EVERYWHERE,
        monitor_days=60,
    ),
}
"""The shipped policy. The roles are the sources'; people, hours, days and trials are our choice."""

OVERRIDE_HOURS = 72
"""The longest that an emergency override may last."""
