"""The pytest plugin: `pytest cases` judges today's workflow by its past incidents.

pytest imports this file in every run of the environment it is installed in. So it imports nothing that pytest
has not imported before, until a test of a case is at hand.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import contextlib
import inspect
import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from incident2eval.checks import Judgement
    from incident2eval.model import Customers, Incident2EvalError
    from incident2eval.pipeline.replay import Bench
    from incident2eval.proving import CaseFacts, Given, Replay

FIXTURES = ("replay", "case", "customers")
TRIAL = "incident2eval_trial"

TODAY, RECORDED, CORRECTED = "today", "recorded", "corrected"
HEADERS = {
    TODAY: "judging today's workflow",
    RECORDED: "judging the recorded evidence: every test must be red",
    CORRECTED: "judging the corrected runs: every test must be green",
}

BENCH = pytest.StashKey["Bench"]()
GIVEN = pytest.StashKey["Given"]()
SHARED = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switches of `pytest cases`."""
    group = parser.getgroup("incident2eval", "tests made of incidents")
    group.addoption(
        "--recorded", action="store_true", help="judge the recorded evidence: every test must be red"
    )
    group.addoption(
        "--corrected", action="store_true", help="judge the corrected runs: every test must be green"
    )
    group.addoption(
        "--trials", type=int, default=1, metavar="N", help="judge N runs of today's workflow (default: 1)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and refuse switches that contradict each other."""
    config.addinivalue_line("markers", "incident(id): the incident that the test was written for")
    if config.getoption("recorded") and config.getoption("corrected"):
        raise pytest.UsageError("--recorded and --corrected ask for opposite things: give one of them")
    if config.getoption("trials") < 1:
        raise pytest.UsageError("--trials takes a number of 1 or more")
    if config.getoption("trials") > 1 and _mode(config) == TODAY:
        config.pluginmanager.register(_Trials())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the runs that the workers shared."""
    if (shared := config.stash.get(SHARED, None)) is not None:
        import shutil

        shutil.rmtree(shared, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker of pytest-xdist where this session, and no other, shares its runs."""
    import tempfile

    folder = Path(tempfile.gettempdir(), f"incident2eval-{os.urandom(16).hex()}")
    node.workerinput["incident2eval_shared"] = str(node.config.stash.setdefault(SHARED, folder))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Name what is judged."""
    mode = _mode(config)
    if mode == TODAY and not _aims_at_cases(config):
        return None
    trials = config.getoption("trials")
    return f"incident2eval: {HEADERS[mode]}" + (f", {trials} trials" if mode == TODAY and trials > 1 else "")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """On the recorded evidence, say what a green line means there."""
    passed = len(terminalreporter.getreports("passed"))
    if _mode(config) == RECORDED and passed:
        terminalreporter.write_line(
            f"incident2eval: {passed} tests fail on the recorded incident, as they must; here that is a pass"
        )


class _Trials:
    """Several trials of today's workflow; with one there is nothing to ask ten thousand tests about."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run every test of a case once for each trial."""
        if _case_folder(metafunc.definition.path):
            numbers = range(1, metafunc.config.getoption("trials") + 1)
            metafunc.fixturenames.append(TRIAL)
            metafunc.parametrize(TRIAL, numbers, ids=[f"trial {number}" for number in numbers])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Lay out what a test of a case is given; a workflow that fails is an error here, not a red test."""
    if not isinstance(item, pytest.Function) or not set(FIXTURES) & set(item.fixturenames):
        return
    if folder := _case_folder(item.path):
        from incident2eval.model import Incident2EvalError

        try:
            item.stash[GIVEN] = _bench(item.config).given(folder, _runs(item))
        except Incident2EvalError as error:
            _stop(_in_words(error))


@pytest.fixture
def case(request: pytest.FixtureRequest) -> CaseFacts:
    """The facts of case.yaml: `case["approved_tools"]`, `case.id`, `case.input`, `case.customer_id`."""
    return _given(request).case


@pytest.fixture
def customers(request: pytest.FixtureRequest) -> Customers:
    """The roster of customers from the project's settings."""
    return _given(request).customers


@pytest.fixture
def replay(request: pytest.FixtureRequest) -> Replay:
    """The runs to judge: `replay()` is that of the first input; then `replay.all()`, `replay.trials()`."""
    return _given(request).replay


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Judge the body of a test of a case by the mode: on the recorded evidence, red is what it must be."""
    given = pyfuncitem.stash.get(GIVEN, None)
    if given is None:
        return (yield)
    # A fixture of the project's own called `case` or `customers` does not stand in for the case's.
    pyfuncitem.funcargs.update(
        {name: getattr(given, name) for name in FIXTURES if name in pyfuncitem.funcargs}
    )
    return (yield from _judge(pyfuncitem, given))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show control characters in what a workflow printed instead of sending them to the terminal."""
    report = yield
    if GIVEN in item.stash:
        from incident2eval.model import visible

        report.sections = [(title, visible(text)) for title, text in report.sections]
    return report


def _judge(item: pytest.Function, given: Given) -> Generator[None, object, object]:
    from incident2eval.checks import observing
    from incident2eval.model import Incident2EvalError, Outcome, visible
    from incident2eval.proving import outcome_of

    recorded = _mode(item.config) == RECORDED
    with observing() as judgements:
        try:
            result = yield
        except Incident2EvalError as error:
            _stop(_in_words(error))
        except Exception as error:
            if recorded and outcome_of(error, judgements) is Outcome.FAILED:
                return True
            error.args = tuple(visible(arg) if isinstance(arg, str) else arg for arg in error.args)
            raise
    if recorded:
        _stop(
            f"blind: green on the recorded run of {given.case.id}, so it cannot see that failure again\n"
            f"Mend it until it is red, or write it again: incident2eval eval-case {given.case.id}"
        )
    if given.replay.current.live and (idle := _idle(item, given, judgements)):
        _stop(f"vacuous: {idle}")
    return result


def _idle(item: pytest.Function, given: Given, judgements: list[Judgement]) -> str | None:
    """Why a green test proves nothing, if so: what a check found none of is there on the corrected run."""
    from incident2eval.checks import observing
    from incident2eval.proving import idle_checks, weighed

    now = weighed(judgements)
    if all(now.values()):
        return None
    arguments = item.funcargs | {"replay": given.replay.on(CORRECTED)}
    with observing() as then, contextlib.suppress(Exception):
        item.obj(**{name: arguments[name] for name in inspect.signature(item.obj).parameters})
    return idle_checks(now, weighed(then))


def _mode(config: pytest.Config) -> str:
    return next((mode for mode in (RECORDED, CORRECTED) if config.getoption(mode)), TODAY)


def _runs(item: pytest.Function) -> str:
    """The name of the set of runs that this item judges."""
    mode = _mode(item.config)
    if mode != TODAY:
        return mode
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return f"live-{parameters.get(TRIAL, 1)}"


def _bench(config: pytest.Config) -> Bench:
    if BENCH not in config.stash:
        from incident2eval.pipeline.replay import Bench

        shared = getattr(config, "workerinput", {}).get("incident2eval_shared")
        trials = config.getoption("trials") if _mode(config) == TODAY else 0
        config.stash[BENCH] = Bench(trials=trials, shared=Path(shared) if shared else None)
    return config.stash[BENCH]


def _given(request: pytest.FixtureRequest) -> Given:
    given: Given | None = request.node.stash.get(GIVEN, None)
    if given is None:
        _stop(
            f"{request.fixturename} is for tests of a case: move this one to cases/<ID>/, to its case.yaml\n"
            "(incident2eval eval-case <ID> writes both)"
        )
    return given


def _case_folder(path: Path) -> Path | None:
    """The case that a test file belongs to."""
    folder = path.parent
    return folder if folder.parent.name == "cases" and (folder / "case.yaml").is_file() else None


def _aims_at_cases(config: pytest.Config) -> bool:
    """Whether this session was asked for tests of cases, as far as its arguments tell."""
    for argument in config.args:
        path = Path(config.invocation_params.dir, argument.partition("::")[0])
        for folder in (path / "cases", path, *path.parents):
            if folder.name == "cases" and next(folder.glob("*/case.yaml"), None):
                return True
    return False


def _in_words(error: Incident2EvalError) -> str:
    from incident2eval.model import CannotJudge, visible

    text = f"vacuous: {error}" if isinstance(error, CannotJudge) else str(error)
    return visible(f"{text}\n{error.hint}" if error.hint else text)


def _stop(message: str) -> NoReturn:
    raise pytest.fail.Exception(message, pytrace=False) from None
