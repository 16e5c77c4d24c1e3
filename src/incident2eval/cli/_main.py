"""The entry point: whatever happens, it ends in an exit code and at most a few clear lines."""

import io
import signal
import sys
import threading
from collections.abc import Sequence

import click

from incident2eval.cli._shell import shell


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: What follows the program's name; the process's own arguments when not given.

    Returns:
        0 what was asked holds, 1 it does not, 2 bad usage or bad input, 3 it could not be judged, 130
        interrupted. No exception leaves this function; a fault of ours is code 3, never a pass.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _end_cleanly_when_told_to()
    _write_what_the_terminal_can_show()
    try:
        with shell.make_context("incident2eval", list(given)) as context:
            code: int = shell.invoke(context)
            return code
    except click.exceptions.Exit as end:
        return end.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place where every error ends
        # Imported late: `--help` should not pay for the nouns of the model.
        from incident2eval.cli._failure import report  # noqa: PLC0415

        return report(error, as_json="--json" in given)


def _end_cleanly_when_told_to() -> None:
    """A CI job that is cancelled sends SIGTERM: what was laid out for judging is removed all the same."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def _write_what_the_terminal_can_show() -> None:
    """A terminal that is not UTF-8 gets escapes instead of an encoding error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
