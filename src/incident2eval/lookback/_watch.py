"""What is asked of past runs, and what was said of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from incident2eval.checks import Check
from incident2eval.checks.items.cases import Case
from incident2eval.model import JSON, Findings, IncidentType, Run


class Reach(StrEnum):
    """Of which runs the facts of a case's check hold."""

    ANY_RUN = "any run"
    SERIES = "several runs together"
    THIS_INPUT = "the input of the incident only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A check of a locked case, with its facts."""

    incident: str
    workflow: str
    check: Check
    facts: Mapping[str, JSON]
    named: tuple[str, ...]

    @property
    def reach(self) -> Reach:
        """Of which runs its facts hold."""
        if any(self.facts.get(self.check.fact(name)) for name in self.check.this_input):
            return Reach.THIS_INPUT
        return Reach.SERIES if self.check.all_runs else Reach.ANY_RUN

    @property
    def is_drift(self) -> bool:
        """Whether it is over a series as such, so that all runs of a drifted one are hits."""
        return self.reach is Reach.SERIES and self.check.type is IncidentType.WORKFLOW_DRIFT

    @property
    def is_of_likeness(self) -> bool:
        """Whether it is about like cases: what its facts say of the incident's is asked of others again."""
        return self.check.all_runs and self.check.type is IncidentType.BIASED_OR_INCONSISTENT_DECISION


Verdict = Findings | str
"""What a check found in a run, or why it could not judge it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A past run as the watches saw it."""

    run: Run
    """With its subject and the owners of its records."""
    name: str
    """What it is called: its id, else its place."""
    said: tuple[tuple[Watch, Verdict], ...]
    """By watch; those over several runs are not among them, until a series was judged."""
    key: int | None = None
    """What told it from other runs, where it is no longer whole."""
    cases: tuple[Case, ...] = ()
    """What it decided that has to be compared with like cases."""
