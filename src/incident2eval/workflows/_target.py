"""What to call: the address of a workflow as the settings give it."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from incident2eval.model import BadInput, Fault, WorkflowSettings, visible

_PYTHON = re.compile(r"python:[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_COMMAND = "command:"
_SERVER = ("http://", "https://")
_EXAMPLE = (
    'write it as target = "python:package.module:function", "command:./draft --json" '
    'or "http://127.0.0.1:8080/draft"'
)
_DAY = 86_400
_LAST_PORT = 65_535
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A workflow that can be called."""

    address: str
    """`python:acme.flows:draft_summary`, `command:./draft --json` or `http://127.0.0.1:8080/draft`."""
    project: Path
    """The project folder: the working directory, and for python: first on sys.path."""
    python: str | None = None
    """The interpreter of a python: target, relative to the project folder; None: that of incident2eval."""
    timeout: float = 30.0
    """Seconds for one run."""
    receiver: int | None = None
    """Where the server of an http: target sends its spans while it is called; None: nowhere."""

    @property
    def words(self) -> tuple[str, ...]:
        """The command of a command: target, split as a shell would split it; of others nothing."""
        return _words(self.address) if self.address.startswith(_COMMAND) else ()

    @property
    def is_server(self) -> bool:
        """Whether it is called over HTTP."""
        return self.address.startswith(_SERVER)


def target_for(settings: WorkflowSettings, *, project: Path, name: str | None = None) -> Target:
    """What to call for a workflow, or for a part of it.

    Args:
        settings: The workflow's settings.
        project: The project folder.
        name: One of the settings' `targets`; None is the workflow itself.

    Raises:
        BadInput: there is no such target, its address cannot be called, or its time limit or port is none.
    """
    field = "target" if name is None else f"targets.{name}"
    address = settings.target if name is None else settings.targets.get(name)
    if address is None:
        known = ", ".join(sorted(settings.targets)) or "none"
        hint = _EXAMPLE if name is None else f"named targets of this workflow: {known}"
        raise _bad(field, "the settings name no such target", hint)
    if trouble := _trouble(address):
        # What may be a login is not repeated.
        shown = address[:_LONGEST] if trouble.shown else address.partition("://")[0] + "://..."
        raise _bad(field, f"'{visible(' '.join(shown.split()))}' {trouble.why}", trouble.hint)
    if not 0 < settings.timeout <= _DAY:
        raise _bad(
            "timeout", f"{settings.timeout:g} is no time limit", "give the seconds for one run, such as 30"
        )
    if settings.receiver is not None and not 0 < settings.receiver <= _LAST_PORT:
        raise _bad("receiver", f"{settings.receiver} is no port", "give a free one, such as 14318")
    return Target(
        address=address,
        project=project,
        python=settings.python,
        timeout=settings.timeout,
        receiver=settings.receiver,
    )


class _Trouble(NamedTuple):
    """Why an address cannot be called."""

    why: str
    hint: str = _EXAMPLE
    shown: bool = True


def _trouble(address: str) -> _Trouble | None:
    if address.startswith(_COMMAND):
        return _trouble_of_command(address)
    if address.startswith(_SERVER):
        return _trouble_of_server(address)
    return None if _PYTHON.fullmatch(address) else _Trouble("is not the address of a workflow")


def _trouble_of_command(address: str) -> _Trouble | None:
    if not address.isprintable():
        return _Trouble("is no command: it holds a control character", "write it on one line")
    try:
        words = _words(address)
    except ValueError as error:
        return _Trouble(f"is no command: {str(error).lower()}", "quote it as for a shell")
    return None if words and words[0] else _Trouble("names no command")


def _trouble_of_server(address: str) -> _Trouble | None:
    try:
        parts = urlsplit(address)
        has_host, _ = bool(parts.hostname), parts.port
    except ValueError as error:
        return _Trouble(f"is no address: {str(error).lower()}")
    if "@" in parts.netloc:
        return _Trouble("holds a login", "leave it out: settings are no place for one", shown=False)
    if "#" in address:
        return _Trouble("holds a #, and what follows it is never sent", "leave that out")
    if not has_host or not address.isascii() or not address.isprintable() or " " in address:
        return _Trouble("is not the address of a workflow")
    return None


def _words(address: str) -> tuple[str, ...]:
    return tuple(shlex.split(address.removeprefix(_COMMAND)))


def _bad(field: str, message: str, hint: str) -> BadInput:
    return BadInput(Fault(message=message, file="incident2eval.toml", field=field, hint=hint))
