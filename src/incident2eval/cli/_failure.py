"""What went wrong, as faults and an exit code: never a traceback for bad input."""

import os
import traceback
from collections.abc import Sequence

import click

from incident2eval.cli._printing import show_faults, silence, tell
from incident2eval.model import Fault, Incident2EvalError

DEBUG = "INCIDENT2EVAL_DEBUG"
BAD_USAGE = 2
NOT_JUDGED = 3
INTERRUPTED = 130


def report(error: BaseException, *, as_json: bool) -> int:
    """Print an error that ended a command.

    Args:
        error: Whatever was raised.
        as_json: Whether to print one JSON object on stdout instead of lines on stderr.

    Returns:
        The exit code it stands for.
    """
    if isinstance(error, BrokenPipeError):
        silence()  # whoever read us has gone: nothing to say, and nothing was judged
        return NOT_JUDGED
    faults, code = _faults(error)
    try:
        show_faults(faults, as_json=as_json)
        if os.environ.get(DEBUG):
            tell("".join(traceback.format_exception(error)).rstrip())
    except OSError:
        silence()  # stderr may lie on the disk that is full: the exit code still says it
    return code


def _faults(error: BaseException) -> tuple[Sequence[Fault], int]:
    if isinstance(error, Incident2EvalError):
        return error.faults, error.exit_code
    elif isinstance(error, click.ClickException):
        return [_usage(error)], BAD_USAGE
    elif isinstance(error, KeyboardInterrupt | click.Abort):
        return [Fault(message="interrupted")], INTERRUPTED
    elif isinstance(error, OSError):
        file = None if error.filename is None else os.fsdecode(str(error.filename))
        return [Fault(message=error.strerror or str(error), file=file)], NOT_JUDGED
    else:
        message = f"this is a fault of incident2eval, not of your input: {type(error).__name__}: {error}"
        return [Fault(message=message, hint=f"{DEBUG}=1 shows where; please report it")], NOT_JUDGED


def _usage(error: click.ClickException) -> Fault:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"see `{context.command_path} --help`" if context else None
    return Fault(message=" ".join(error.format_message().split()), hint=hint)  # click lists choices on lines
