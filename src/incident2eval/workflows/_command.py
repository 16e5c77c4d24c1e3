"""`command:` a program that is given JSON on standard input and prints its answer, a process an input.

Run in a worker in the place of a workflow, beside nothing of incident2eval: standard library only. Whatever
the program starts is ended with its trial, as what any workflow starts.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from typing import Any

_MAX_BYTES = 50_000_000
_PAUSE = 0.05
"""Seconds between two looks whether the program has ended: what it started may hold its output open."""
_PIECE = 1 << 20


class CommandError(Exception):
    """The program gave no answer."""


def run(given: object) -> Any:
    """Call the program that the worker's arguments name with one input.

    Raises:
        CommandError: It cannot be started, failed, or printed what is no text or too much of it.
    """
    with tempfile.TemporaryFile() as stdin:  # a pipe would fill up where it does not read
        stdin.write(json.dumps(given, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        stdin.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - the settings name what to run, and they are trusted
                sys.argv[1:], stdin=stdin, stdout=subprocess.PIPE, start_new_session=True
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise CommandError(f"cannot start {sys.argv[1]}: {why}") from None
    printed = _printed(process)
    if process.returncode > 0:
        raise CommandError(f"exit code {process.returncode}")
    if process.returncode:
        raise CommandError(f"ended by {_name(-process.returncode)}")
    return answer_in(printed)


def answer_in(data: bytes) -> Any:
    """What a program or a server says: JSON where it is an object, a list or a quoted text, else text.

    A number, `true` or `null` on its own is as likely to be text that only looks like JSON. The end of the
    last line is no part of a text.

    Raises:
        CommandError: It is not UTF-8, or an object has the same key twice.
        ValueError: It holds a number that is too long.
        RecursionError: It is nested too deep.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError("the answer is not UTF-8 text") from None
    if text.lstrip()[:1] in {"{", "[", '"'}:
        with suppress(json.JSONDecodeError):
            return as_json(text)
    return text.rstrip("\r\n")


def as_json(text: str | bytes) -> Any:
    """A text as JSON; raises CommandError where an object says two things under one name."""
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise CommandError("an object of the answer has the same key twice")
    return made


def _printed(process: subprocess.Popen[bytes]) -> bytes:
    """All that it prints until it has ended."""
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe
    pipe = process.stdout.fileno()
    printed = bytearray()
    while True:
        ended = process.poll() is not None  # asked first: whatever it printed can be read now
        if select.select([pipe], [], [], 0 if ended else _PAUSE)[0]:
            piece = os.read(pipe, _PIECE)
            if not piece:
                process.wait()
                return bytes(printed)
            printed += piece
            if len(printed) > _MAX_BYTES:
                _kill(process)
                raise CommandError(f"it printed more than {_MAX_BYTES // 1_000_000} MB")
        elif ended:
            return bytes(printed)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
