"""Where no case stands guard: workflows by forms of failure, and integrations that no case ever called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from incident2eval.checks import SHELF, TYPE_OF_CHECK
from incident2eval.model import IncidentType, Integration, WorkflowSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A locked case whose proof holds: red on the incident, green once corrected, files untouched since."""

    id: str
    """`<ID>::<test name>`."""
    workflow: str
    check: str
    types: tuple[IncidentType, ...] = ()
    """Of its incident; they count where the check itself speaks for no type."""
    calls: frozenset[str] = frozenset()
    """What the recorded run called: names of its tools, lookups and outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which cases stand guard in one workflow."""

    workflow: str
    types: Mapping[IncidentType, tuple[str, ...]]
    """Every form of failure -> ids of the cases that guard it; empty where none does."""
    checks: Mapping[str, tuple[str, ...]]
    """The same for every check of the shelf."""
    integrations: Mapping[str, tuple[str, ...]]
    """Every integration of the settings -> ids of the cases whose recorded run called it (R18)."""

    @property
    def open_types(self) -> tuple[IncidentType, ...]:
        """Forms of failure that no case guards."""
        return tuple(kind for kind, cases in self.types.items() if not cases)

    @property
    def open_checks(self) -> tuple[str, ...]:
        """Checks that no case uses."""
        return tuple(check for check, cases in self.checks.items() if not cases)

    @property
    def open_integrations(self) -> tuple[str, ...]:
        """Integrations without a case: nobody has mapped how they fail."""
        return tuple(name for name, cases in self.integrations.items() if not cases)


def coverage(workflows: Mapping[str, WorkflowSettings], guards: Sequence[Guard]) -> tuple[Coverage, ...]:
    """Hold every workflow of the settings against the cases that stand guard.

    A form of failure is guarded where at least one case stands for it; that is no measure of how well.

    Args:
        workflows: Name -> settings.
        guards: Every case that counts; those of other workflows are left aside.
    """
    return tuple(
        _coverage(name, settings.integrations, [one for one in guards if one.workflow == name])
        for name, settings in workflows.items()
    )


def _coverage(workflow: str, integrations: Iterable[Integration], guards: Sequence[Guard]) -> Coverage:
    return Coverage(
        workflow=workflow,
        types={kind: _ids(one for one in guards if kind in _types(one)) for kind in IncidentType},
        checks={check.name: _ids(one for one in guards if one.check == check.name) for check in SHELF},
        integrations={
            each.name: _ids(one for one in guards if one.calls & _tools(each)) for each in integrations
        },
    )


def _types(guard: Guard) -> tuple[IncidentType, ...]:
    own = TYPE_OF_CHECK.get(guard.check)
    return (own,) if own else guard.types


def _tools(integration: Integration) -> frozenset[str]:
    """What a run calls it by: the tools that the settings name, else its own name."""
    return frozenset(integration.tools or (integration.name,))


def _ids(guards: Iterable[Guard]) -> tuple[str, ...]:
    return tuple(guard.id for guard in guards)
