"""The verdict as the terminal shows it: 80 columns, what matters first."""

import textwrap
from collections.abc import Iterator

from incident2eval.model import CaseOutcome, Outcome, Report
from incident2eval.report.wording import (
    MONITORED,
    QUARANTINED,
    RULINGS,
    approved,
    controls,
    counts_until,
    level,
    meaning,
    one_line,
    weakest_bound,
    worst_first,
)

WIDTH = 80
LONGEST = 400
"""A reason longer than this is cut: the report has all of it."""


def summary(report: Report) -> str:
    """The decision for a person at a terminal: verdict, reasons, one line per case, all in 80 columns."""
    decision = report.decision
    label = RULINGS[decision.decision].label
    parts = (
        [
            f"{label}: {one_line(decision.workflow, WIDTH - len(label) - 2)}",
            *_wrapped(meaning(decision), ""),
        ],
        [line for reason in decision.reasons for line in _wrapped(reason, "- ")],
        [line for case in worst_first(decision) for line in _lines(case)],
        [line for stated in _rests_on(report) for line in _wrapped(stated, "", indent=2)],
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def _rests_on(report: Report) -> Iterator[str]:
    """What the decision rests on and how far it reaches, a line each."""
    if report.monitor:
        yield MONITORED
    if held := controls(report.decision):
        yield f"controls: {held}"
    if shown := weakest_bound(report.decision):
        yield f"trials: {shown}"
    if report.severity is not None:
        until = counts_until(report)
        yield level(report.severity) + (f"; the report counts until {until}" if until else "")
    for approval in report.approvals:
        yield f"approval: {approved(approval)}"
    for override in report.overrides:
        yield f"policy: {override}"
    for note in report.notes:
        yield f"note: {note}"


def _wrapped(text: str, mark: str, *, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        one_line(text, LONGEST),
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * max(indent, len(mark)),
        break_on_hyphens=False,
    )


def _lines(case: CaseOutcome) -> list[str]:
    """A case, who put it aside, and what it would have a person look at although it passed."""
    aside = f"{QUARANTINED.label.lower()}: {case.waived}" if case.waived else ""
    doubts = case.message if case.outcome is Outcome.PASSED else ""
    told = (line for text in (aside, doubts) for line in textwrap.wrap(one_line(text, LONGEST), WIDTH - 2))
    return [_line(case), *(f"  {line}" for line in told)]


def _line(case: CaseOutcome) -> str:
    right = f"{case.trials - case.failed_trials}/{case.trials}" if case.trials else "-"
    start = f"{case.outcome:8}{right:6}"
    return start + one_line(case.id, WIDTH - len(start))
