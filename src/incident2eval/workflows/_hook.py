"""Running what the settings name for a pause or a restart: a command of the team's own, without a shell."""

import os
import shlex
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

TIMEOUT = 60.0
"""Seconds that such a command may take: our choice; whoever stops something waits for it."""

_SHOWN = 4_000
"""Bytes of what it printed that are kept: its end, where the trouble stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookResult:
    """What became of the command."""

    trouble: str | None
    """Why it did not do what it should, in words; None where it ended with exit code 0."""
    printed: str
    """The last that it printed, on stdout and stderr; hostile like any text of another program."""


def run_hook(command: str, *, project: Path, timeout: float = TIMEOUT) -> HookResult:
    """Run a command of the settings, split as a shell would split it, and wait for it to end.

    It gets the caller's environment without the key of the pseudonyms, the project folder as its working
    directory, and nothing to read. Whatever it leaves running in the background is left running; where it
    takes too long it is ended with everything that stayed in its session.

    Args:
        command: `./ops/pause.sh --now`; nothing of an incident is ever added to it.
        project: The project folder.
        timeout: Seconds.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        return HookResult(trouble=f"it cannot be split into words: {error}", printed="")
    if not words:
        return HookResult(trouble="it is empty", printed="")
    environment = {name: value for name, value in os.environ.items() if name != "INCIDENT2EVAL_KEY"}
    # A file, not a pipe: what it leaves in the background may hold a pipe open for ever.
    with TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - a command of the trusted settings
                words,
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            return HookResult(trouble=f"it cannot be started: {why}", printed="")
        trouble = _ended(process, timeout)
        output.seek(max(0, output.seek(0, os.SEEK_END) - _SHOWN))
        return HookResult(trouble=trouble, printed=output.read().decode("utf-8", "backslashreplace"))


def _ended(process: subprocess.Popen[bytes], timeout: float) -> str | None:
    """Wait for its end; why it is not a good one, in words."""
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        _kill(process)
        return f"it was ended after {timeout:g} seconds"
    except BaseException:
        _kill(process)
        raise
    if code == 0:
        return None
    return f"it ended with exit code {code}" if code > 0 else f"it was ended by signal {-code}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
