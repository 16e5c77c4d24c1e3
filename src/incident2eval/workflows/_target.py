"""What to call: the address of a workflow as the settings give it."""

import re
from dataclasses import dataclass
from pathlib import Path

from incident2eval.model import BadInput, Fault, WorkflowSettings

_PYTHON = re.compile(r"python:[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_LATER = ("command:", "http:", "https:")
_EXAMPLE = 'write it as target = "python:package.module:function"'
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A workflow that can be called."""

    address: str
    """`python:acme.flows:draft_summary`."""
    project: Path
    """The project folder: the working directory, and first on sys.path."""
    python: str | None = None
    """The interpreter, relative to the project folder; None is the one that runs incident2eval."""
    timeout: float = 30.0
    """Seconds for one run."""


def target_for(settings: WorkflowSettings, *, project: Path, name: str | None = None) -> Target:
    """What to call for a workflow, or for a part of it.

    Args:
        settings: The workflow's settings.
        project: The project folder.
        name: One of the settings' `targets`; None is the workflow itself.

    Raises:
        BadInput: there is no such target, its address cannot be called, or its time limit is none.
    """
    field = "target" if name is None else f"targets.{name}"
    address = settings.target if name is None else settings.targets.get(name)
    if address is None:
        known = ", ".join(sorted(settings.targets)) or "none"
        hint = _EXAMPLE if name is None else f"named targets of this workflow: {known}"
        raise _bad(field, "the settings name no such target", hint)
    if address.startswith(_LATER):
        raise _bad(field, f"'{address}' cannot be called: this version calls python: targets only", _EXAMPLE)
    if not _PYTHON.fullmatch(address):
        raise _bad(field, f"'{address}' is not the address of a workflow", _EXAMPLE)
    if not 0 < settings.timeout <= _DAY:
        raise _bad(
            "timeout", f"{settings.timeout:g} is no time limit", "give the seconds for one run, such as 30"
        )
    return Target(address=address, project=project, python=settings.python, timeout=settings.timeout)


def _bad(field: str, message: str, hint: str) -> BadInput:
    return BadInput(Fault(message=message, file="incident2eval.toml", field=field, hint=hint))
