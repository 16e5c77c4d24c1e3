"""Inside the child: a pytest plugin that runs every test once on every set of runs and takes notes."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

import pytest

from incident2eval.checks import Judgement, observing
from incident2eval.model import Customers, Outcome
from incident2eval.proving._given import CaseFacts, Given, Replay
from incident2eval.proving._outcome import LONGEST_MESSAGE, message_of, outcome_of, weighed, worst
from incident2eval.proving._sheet import Sheet

SET = "incident2eval_runs"
"""The parameter of a test that names its set of runs."""

WHOLE = ["setup", "call", "teardown"]
"""The phases of a test that ran: each once."""


@dataclass(slots=True)
class Note:
    """What was seen of one item: a test with its parameters on one set of runs."""

    case: str
    runs: str
    judgements: list[Judgement] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    outcome: Outcome = Outcome.PASSED
    message: str = ""

    @property
    def complete(self) -> bool:
        """Whether it ran to its end; one that passed must have been called."""
        return self.phases == WHOLE or (
            self.outcome is not Outcome.PASSED and self.phases == ["setup", "teardown"]
        )

    def add(self, phase: str, outcome: Outcome, message: str) -> None:
        """Note a phase; the worst one speaks for the test."""
        self.phases.append(phase)
        if worst((self.outcome, outcome)) is not self.outcome:
            self.outcome, self.message = outcome, message


class Recorder:
    """The plugin: gives the tests of a sheet their fixtures and takes down the outcomes."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.notes: dict[str, Note] = {}

    @pytest.fixture
    def given(self, request: pytest.FixtureRequest) -> Given:
        """All that a test is given."""
        sheet = self.sheet.cases[request.path.parent.name]
        return Given.of(sheet, request.node.callspec.params[SET], customers=self.sheet.customers)

    @pytest.fixture
    def case(self, given: Given) -> CaseFacts:
        """The facts of the case."""
        return given.case

    @pytest.fixture
    def customers(self, given: Given) -> Customers:
        """The roster."""
        return given.customers

    @pytest.fixture
    def replay(self, given: Given) -> Replay:
        """The runs to judge."""
        return given.replay

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run every test on every set of its case."""
        sheet = self.sheet.cases[metafunc.definition.path.parent.name]
        metafunc.fixturenames.append(SET)
        metafunc.parametrize(SET, [one.name for one in sheet.sets])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is going to run; what was not made for a set of runs (a TestCase) judges none of them."""
        self.notes = {
            item.nodeid: _note(item)
            for item in session.items
            if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        }
        for item in session.items:
            # Most tests fail here, as they must: tracebacks that nobody reads took a fifth of the time.
            item.repr_failure = lambda excinfo, style=None: str(excinfo.value)  # type: ignore[method-assign]  # noqa: ARG005

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Observe what the checks find while the test runs."""
        with observing() as judgements:
            self.notes[pyfuncitem.nodeid].judgements = judgements
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note each phase, from what was raised rather than from what a report says."""
        report = yield
        if note := self.notes.get(item.nodeid):
            error = call.excinfo.value if call.excinfo else None
            outcome = _outcome(report, error, note.judgements)
            note.add(report.when, outcome, message_of(error, outcome) or str(report.longrepr or ""))
        return report

    def outcomes(self) -> dict[str, object]:
        """All that was noted, JSON-ready: a verdict for each test and set, how much was planned and ran."""
        grouped: dict[tuple[str, str], list[Note]] = {}
        for note in self.notes.values():
            grouped.setdefault((note.case, note.runs), []).append(note)
        return {
            "planned": len(self.notes),
            "ran": sum(note.complete for note in self.notes.values()),
            "verdicts": [_verdict(case, runs, notes) for (case, runs), notes in grouped.items()],
        }


def _note(item: pytest.Function) -> Note:
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    name = "::".join((item.path.parent.name, *classes, item.originalname))
    return Note(case=name, runs=str(item.callspec.params[SET]))


def _outcome(
    report: pytest.TestReport, error: BaseException | None, judgements: Iterable[Judgement]
) -> Outcome:
    if report.skipped or hasattr(report, "wasxfail"):
        return Outcome.SKIPPED
    outcome = outcome_of(error, judgements)
    if (outcome is Outcome.FAILED and report.when != "call") or (
        outcome is Outcome.PASSED and not report.passed
    ):
        return Outcome.ERRORED
    return outcome


def _doubts(judgements: Iterable[Judgement]) -> str:
    """What the checks of a green test would have a person look at."""
    doubtful = dict.fromkeys(str(one) for judgement in judgements for one in judgement.findings.doubtful)
    return f"to look at, not certain: {'; '.join(doubtful)}"[:LONGEST_MESSAGE] if doubtful else ""


def _verdict(case: str, runs: str, notes: list[Note]) -> dict[str, object]:
    """One verdict for a test with all its parameters: the worst one speaks for it."""
    speaker = next(note for note in notes if note.outcome is worst(note.outcome for note in notes))
    judgements = [judgement for note in notes for judgement in note.judgements]
    return {
        "case": case,
        "runs": runs,
        "outcome": speaker.outcome,
        "message": speaker.message or _doubts(judgements),
        "judged": sum(judgement.findings.judged for judgement in judgements),
        "weighed": weighed(judgements),
    }
