"""The verdict as the terminal shows it: 80 columns, what matters first."""

import textwrap

from incident2eval.model import CaseOutcome, Decision, Outcome
from incident2eval.report.wording import RULINGS, one_line, worst_first

WIDTH = 80
LONGEST = 400
"""A reason longer than this is cut: the report has all of it."""


def summary(decision: Decision) -> str:
    """The decision for a person at a terminal: verdict, reasons, one line per case, all in 80 columns."""
    ruling = RULINGS[decision.decision]
    parts = (
        [
            f"{ruling.label}: {one_line(decision.workflow, WIDTH - len(ruling.label) - 2)}",
            *_wrapped(ruling.meaning, ""),
        ],
        [line for reason in decision.reasons for line in _wrapped(reason, "- ")],
        [line for case in worst_first(decision) for line in _lines(case)],
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def _wrapped(text: str, mark: str) -> list[str]:
    return textwrap.wrap(
        one_line(text, LONGEST),
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_on_hyphens=False,
    )


def _lines(case: CaseOutcome) -> list[str]:
    """A case, and what it would have a person look at although it passed."""
    doubts = case.message if case.outcome is Outcome.PASSED else ""
    return [_line(case), *(f"  {line}" for line in textwrap.wrap(one_line(doubts, LONGEST), WIDTH - 2))]


def _line(case: CaseOutcome) -> str:
    right = f"{case.trials - case.failed_trials}/{case.trials}" if case.trials else "-"
    start = f"{case.outcome:8}{right:6}"
    return start + one_line(case.id, WIDTH - len(start))
