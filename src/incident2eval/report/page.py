"""The report as one HTML page for the workflow's owner: no script, nothing loaded, every text escaped."""

import base64
import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident2eval.model import CaseOutcome, EvalCase, IncidentNote, Outcome, Report
from incident2eval.report import wording

if TYPE_CHECKING:
    import jinja2

LONGEST = 4_000
"""A text longer than this is cut on the page; the JSON has all of it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An incident and the cases that came of it."""

    id: str
    note: IncidentNote | None
    rows: tuple[Row, ...]


def page(report: Report) -> str:
    """The report as one page; its policy forbids scripts and loading, and names the one style sheet."""
    environment = _environment()
    style = environment.get_template("page.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("page.html").render(
        report=report,
        decision=report.decision,
        ruling=wording.RULINGS[report.decision.decision],
        sections=tuple(_sections(report)),
        words=wording,
        style=style,
        style_digest=digest,
    )


@functools.cache
def _environment() -> "jinja2.Environment":
    import jinja2  # noqa: PLC0415 - costs more than all else a gate without a report needs

    return jinja2.Environment(
        loader=jinja2.PackageLoader("incident2eval.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _shown(value: object) -> object:
    """What an expression in a template puts on the page: plain text of a bearable length; markup as it is."""
    if type(value) is not str:
        return value
    text = wording.plain(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... (cut here, the JSON report has all of it)"


def _sections(report: Report) -> Iterator[Section]:
    """The cases by incident, in the order of the incidents; an incident without a case is shown as such."""
    notes = {note.id: note for note in report.incidents}
    proofs = {proof.id: proof for proof in report.proofs}
    rows: dict[str, list[Row]] = {incident: [] for incident in notes}
    for case in wording.worst_first(report.decision):
        rows.setdefault(case.id.partition("::")[0], []).append(_row(case, proofs.get(case.id)))
    for incident, found in rows.items():
        yield Section(id=incident, note=notes.get(incident), rows=tuple(found))


def _row(case: CaseOutcome, proof: EvalCase | None) -> Row:
    return Row(
        case=case,
        proof=proof,
        guards=wording.guards(case, proof),
        trials=wording.trials(case),
        result=wording.OUTCOMES[case.outcome],
    )
