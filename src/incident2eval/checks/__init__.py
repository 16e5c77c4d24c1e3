"""The shelf of checks: each a plain function `Run -> Findings`.

A check is imported when it is first asked for: a test needs one or two of them, and all of them together are
slow to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from incident2eval.checks._check import Blame, Check, Judged, Judgement, Known, Words, check, observing

if TYPE_CHECKING:
    from incident2eval.checks._amounts_over_limit import amounts_over_limit
    from incident2eval.checks._drifted import drifted
    from incident2eval.checks._error_passed_on import error_passed_on
    from incident2eval.checks._expected_values import expected_values
    from incident2eval.checks._foreign_facts import foreign_facts
    from incident2eval.checks._foreign_names import foreign_names
    from incident2eval.checks._foreign_records import foreign_records
    from incident2eval.checks._inconsistent_decisions import inconsistent_decisions
    from incident2eval.checks._lost_context import lost_context
    from incident2eval.checks._lost_goal import lost_goal
    from incident2eval.checks._missing_facts import missing_facts
    from incident2eval.checks._out_of_scope_arguments import out_of_scope_arguments
    from incident2eval.checks._personal_data import personal_data
    from incident2eval.checks._repeated_calls import repeated_calls
    from incident2eval.checks._rubber_stamped import rubber_stamped
    from incident2eval.checks._said_again import said_again
    from incident2eval.checks._shelf import SHELF, TYPE_OF_CHECK
    from incident2eval.checks._swapped_facts import swapped_facts
    from incident2eval.checks._unapproved_actions import unapproved_actions
    from incident2eval.checks._unauthorised_tools import unauthorised_tools
    from incident2eval.checks._unfilled_placeholders import unfilled_placeholders
    from incident2eval.checks._ungrounded_figures import ungrounded_figures
    from incident2eval.checks._ungrounded_statements import ungrounded_statements
    from incident2eval.checks._unreviewed import unreviewed
    from incident2eval.checks._vacuity import require_as_much
    from incident2eval.checks._wrong_recipient import wrong_recipient
    from incident2eval.checks._wrong_record import wrong_record
    from incident2eval.checks.acts.approvals import approves, is_review, refuses, reviewer_of
    from incident2eval.checks.acts.reviews import careless_reviews

NAMES = (
    "foreign_records",
    "out_of_scope_arguments",
    "unauthorised_tools",
    "unapproved_actions",
    "amounts_over_limit",
    "rubber_stamped",
    "unreviewed",
    "wrong_record",
    "repeated_calls",
    "wrong_recipient",
    "error_passed_on",
    "lost_context",
    "lost_goal",
    "inconsistent_decisions",
    "said_again",
    "foreign_names",
    "foreign_facts",
    "ungrounded_figures",
    "personal_data",
    "expected_values",
    "missing_facts",
    "ungrounded_statements",
    "swapped_facts",
    "unfilled_placeholders",
    "drifted",
)
"""Every check; in a case, tests of controls come first."""

_ELSEWHERE = {
    "SHELF": "_shelf",
    "TYPE_OF_CHECK": "_shelf",
    "approves": "acts.approvals",
    "careless_reviews": "acts.reviews",
    "is_review": "acts.approvals",
    "refuses": "acts.approvals",
    "require_as_much": "_vacuity",
    "reviewer_of": "acts.approvals",
}
"""What is not in a file of its own name."""

__all__ = [
    "NAMES",
    "SHELF",
    "TYPE_OF_CHECK",
    "Blame",
    "Check",
    "Judged",
    "Judgement",
    "Known",
    "Words",
    "amounts_over_limit",
    "approves",
    "careless_reviews",
    "check",
    "drifted",
    "error_passed_on",
    "expected_values",
    "foreign_facts",
    "foreign_names",
    "foreign_records",
    "inconsistent_decisions",
    "is_review",
    "lost_context",
    "lost_goal",
    "missing_facts",
    "observing",
    "out_of_scope_arguments",
    "personal_data",
    "refuses",
    "repeated_calls",
    "require_as_much",
    "reviewer_of",
    "rubber_stamped",
    "said_again",
    "swapped_facts",
    "unapproved_actions",
    "unauthorised_tools",
    "unfilled_placeholders",
    "ungrounded_figures",
    "ungrounded_statements",
    "unreviewed",
    "wrong_recipient",
    "wrong_record",
]


def __getattr__(name: str) -> object:
    if name not in _ELSEWHERE and name not in NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, f'_{name}')}"), name)
    globals()[name] = found
    return found
