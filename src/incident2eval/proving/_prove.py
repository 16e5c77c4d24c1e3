"""Prove cases: every test once on every set of runs, in one isolated child; its exit code is not believed."""

import contextlib
import json
import os
import secrets
import signal
import site
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any, Self

import incident2eval
from incident2eval.model import Customers, Outcome, Verdict
from incident2eval.proving import _child
from incident2eval.proving._given import CORRECTED, CaseSheet
from incident2eval.proving._outcome import idle_checks
from incident2eval.proving._sheet import Sheet, dump_sheet

INI = """\
[pytest]
markers = incident(id): the incident that the test was written for
empty_parameter_set_mark = fail_at_collect
xfail_strict = true
filterwarnings =
    error::pytest.PytestWarning
    error::SyntaxWarning
"""
"""Makes errors of what lets a test pass unjudged: empty parameters, asserts on tuples, returned values."""

KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""All that the child sees of the caller's environment."""


class Judge:
    """A child that stands ready: what it needs is imported while there is nothing to judge yet.

    Until it is told what to judge it knows of no file, no run and no folder, so code of others may run
    meanwhile. It judges once.
    """

    def __init__(self) -> None:
        packages = Path(incident2eval.__file__).parents[1]
        sites = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
        self._child = subprocess.Popen(  # noqa: S603 - our own file, in our own interpreter
            [sys.executable, "-I", "-S", "-B", _child.__file__, packages, *sites],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=os.sep,
            env=_environment(),
            start_new_session=True,
        )
        self._has_ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._end()

    def prove(
        self,
        sheets: Mapping[str, CaseSheet],
        *,
        customers: Customers,
        timeout: float,
        meanwhile: Callable[[], None] | None = None,
    ) -> tuple[Verdict, ...]:
        """Run every test of every case once on every set of runs of that case; see the function `prove`.

        Args:
            sheets: As for `prove`.
            customers: As for `prove`.
            timeout: As for `prove`.
            meanwhile: What the caller has to do that nobody who waits would notice.
        """
        if self._has_ended:
            raise ValueError("a child judges once")
        with tempfile.TemporaryDirectory(prefix="incident2eval-") as name:
            folder = Path(name)
            for incident, one in sheets.items():
                _lay_out(folder / "cases" / _plain(incident), one.tests)
            (folder / _child.INI).write_text(INI, encoding="utf-8")
            nonce = secrets.token_hex(16)
            sheet = dump_sheet(Sheet(cases=sheets, customers=customers))
            hung = Timer(timeout, self._kill)
            hung.start()
            try:
                self._hand_over(b"\0".join((nonce.encode(), os.fsencode(folder), sheet)))
                if meanwhile:
                    meanwhile()
                self._child.wait()
            finally:
                hung.cancel()
                self._end()
            told = _read(folder / _child.OUTCOMES, nonce)
        return tuple(_verdicts(sheets, told))

    def _hand_over(self, told: bytes) -> None:
        assert self._child.stdin is not None  # noqa: S101 - it was started with a pipe
        with contextlib.suppress(BrokenPipeError), self._child.stdin as stdin:
            stdin.write(told)

    def _end(self) -> None:
        """Kill the child and all it started; once, for later its number may be that of others."""
        if self._has_ended:
            return
        self._has_ended = True
        self._kill()
        with contextlib.suppress(BrokenPipeError), self._child:
            pass

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)


def prove(sheets: Mapping[str, CaseSheet], *, customers: Customers, timeout: float) -> tuple[Verdict, ...]:
    """Run every test of every case once on every set of runs of that case.

    Args:
        sheets: Incident id -> case, test files and sets of runs.
        customers: The roster.
        timeout: Seconds for all of it; after that the child and all it started are killed.

    Returns:
        One verdict for each test and set. A test that did not run has none; when the child did not come to
        its proper end there are none at all.
    """
    with Judge() as judge:
        return judge.prove(sheets, customers=customers, timeout=timeout)


def _lay_out(folder: Path, tests: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, source in tests.items():
        (folder / _plain(name)).write_bytes(source)


def _plain(name: str) -> str:
    if name in {"", ".."} or Path(name).name != name:
        raise ValueError(f"{name!r} is not the plain name of a file or folder")
    return name


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def _read(path: Path, nonce: str) -> list[dict[str, Any]]:
    """What the child told, if it came to its end and ran all that it had planned."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    whole = told.get("end") == nonce and told["planned"] == told["ran"]
    return list(told["verdicts"]) if whole else []


def _verdicts(sheets: Mapping[str, CaseSheet], told: list[dict[str, Any]]) -> Iterator[Verdict]:
    """The verdicts as told, but green is vacuous where a check judged nothing that it could have."""
    corrected = {row["case"]: row["weighed"] for row in told if row["runs"] == CORRECTED}
    for row in told:
        verdict = Verdict(
            case=row["case"],
            runs=row["runs"],
            outcome=Outcome(row["outcome"]),
            message=row["message"],
            judged=row["judged"],
        )
        runs = sheets[verdict.case.split("::")[0]].runs(verdict.runs)
        idle = idle_checks(row["weighed"], corrected.get(verdict.case, {}))
        if idle and verdict.outcome is Outcome.PASSED and (runs.live or runs.name.startswith("variant")):
            verdict = replace(verdict, outcome=Outcome.VACUOUS, message=idle)
        yield verdict
