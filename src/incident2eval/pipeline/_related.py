"""Who and what stands around a workflow that went wrong: who switches it off, and what shares with it."""

from collections.abc import Iterator
from dataclasses import dataclass

from incident2eval.model import Settings, WorkflowSettings

_IGNORED = frozenset({"permissions"})
"""A file of permissions often speaks of many workflows; that two read one makes neither go wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another workflow, and what it shares."""

    workflow: str
    shares: tuple[str, ...]
    """Such as `the tool search_notes`."""


def related(settings: Settings, name: str) -> tuple[Related, ...]:
    """The workflows that use a tool, data source, model, prompt or integration of this one, by name.

    Args:
        settings: The project's settings: what they do not say is not known here.
        name: The workflow; where the settings do not know it, nothing is related.
    """
    own = settings.workflows.get(name)
    if own is None:
        return ()
    mine = dict.fromkeys(_uses(own))
    found = (
        Related(workflow=other, shares=tuple(what for what in mine if what in set(_uses(theirs))))
        for other, theirs in sorted(settings.workflows.items())
        if other != name
    )
    return tuple(one for one in found if one.shares)


def switched_off_by(settings: WorkflowSettings | None) -> str:
    """Who can switch a workflow off, and who stands in, as a sentence without its full stop.

    Args:
        settings: None where the settings do not know the workflow.
    """
    if settings is None or not (settings.switch_off_by or settings.owner):
        return "Nobody is named who can switch it off: find out now"
    deputy = f" (deputy: {settings.deputy})" if settings.deputy else ""
    return f"{settings.switch_off_by or settings.owner} can switch it off{deputy}"


def _uses(settings: WorkflowSettings) -> Iterator[str]:
    """What a workflow uses, in words that are the same for every workflow that uses it."""
    for tool in (*(settings.approved_tools or ()), *settings.needs_approval):
        yield f"the tool {tool}"
    for shared in settings.shares:
        yield f"{shared} (shares)"
    for integration in settings.integrations:
        yield f"the integration {integration.name}"
    for kind, value in settings.deployed.items():
        if kind not in _IGNORED:
            for one in value if isinstance(value, (list, tuple)) else [value]:
                yield f"the {kind} {one}"
