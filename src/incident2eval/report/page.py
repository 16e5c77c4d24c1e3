"""The report as one HTML page for the workflow's owner: no script, nothing loaded, every text escaped."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from incident2eval.model import CaseOutcome, EvalCase, IncidentNote, Outcome, Report
from incident2eval.report import wording
from incident2eval.report.templating import filled
from incident2eval.report.tree import tree_svg

LONGEST = 4_000
"""A text longer than this is cut on the page; the JSON has all of it."""


class Control(StrEnum):
    """What came of one of the two replays that show that a test can tell wrong from right."""

    HELD = "yes"
    BROKEN = "no"
    BEFORE = "when it was locked"
    """It did not run today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case as the page shows it."""

    case: CaseOutcome
    proof: EvalCase | None
    guards: str
    trials: str
    result: wording.Wording

    @property
    def passed(self) -> bool:
        """Whether the case is right today."""
        return self.case.outcome is Outcome.PASSED

    @property
    def tone(self) -> str:
        """The class of its badge: one in quarantine is neither a pass nor what blocks."""
        if self.passed:
            return "pass"
        aside = self.case.waived or self.case.outcome in {Outcome.ERRORED, Outcome.TIMEOUT}
        return "error" if aside else "blocked"

    @property
    def bound(self) -> str:
        """What the trials bound, in words."""
        return wording.bound(self.case)

    @property
    def red(self) -> Control:
        """What came of it on the incident itself."""
        return _control(self.case.recorded, Outcome.FAILED, proved=bool(self.proof and self.proof.red))

    @property
    def green(self) -> Control:
        """What came of it on the corrected run."""
        return _control(self.case.corrected, Outcome.PASSED, proved=bool(self.proof and self.proof.green))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An incident and the cases that came of it."""

    id: str
    note: IncidentNote | None
    rows: tuple[Row, ...]
    tree: str
    """The run as a picture, as markup; empty where there is none."""


def page(report: Report, digest: str) -> str:
    """The report as one page; its policy forbids scripts and loading, and names the one style sheet.

    Args:
        report: What is told.
        digest: SHA-256 of its JSON.
    """
    return filled(
        "page.html",
        longest=LONGEST,
        cut="cut here, the JSON report has all of it",
        report=report,
        digest=digest,
        decision=report.decision,
        ruling=wording.RULINGS[report.decision.decision],
        sections=tuple(_sections(report)),
    )


def _sections(report: Report) -> Iterator[Section]:
    """The cases by incident, in the order of the incidents; an incident without a case is shown as such."""
    notes = {note.id: note for note in report.incidents}
    proofs = {proof.id: proof for proof in report.proofs}
    rows: dict[str, list[Row]] = {incident: [] for incident in notes}
    for case in wording.worst_first(report.decision):
        rows.setdefault(case.id.partition("::")[0], []).append(_row(case, proofs.get(case.id)))
    for number, (incident, found) in enumerate(rows.items(), start=1):
        note = notes.get(incident)
        yield Section(id=incident, note=note, rows=tuple(found), tree=_tree(note, number))


def _tree(note: IncidentNote | None, number: int) -> str:
    if note is None:
        return ""
    control = note.cause.control.name if note.cause and note.cause.control else ""
    return tree_svg(note.tree, control=control, number=number)


def _row(case: CaseOutcome, proof: EvalCase | None) -> Row:
    return Row(
        case=case,
        proof=proof,
        guards=wording.guards(case, proof),
        trials=wording.trials(case),
        result=wording.OUTCOMES[case.outcome],
    )


def _control(seen: Outcome | None, right: Outcome, *, proved: bool) -> Control:
    if seen is None:
        return Control.BEFORE if proved else Control.BROKEN
    return Control.HELD if seen is right else Control.BROKEN
