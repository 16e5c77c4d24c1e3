"""The shelf of checks: each a plain function `Run -> Findings`."""

from incident2eval.checks import (
    _amounts_over_limit,
    _drifted,
    _error_passed_on,
    _expected_values,
    _foreign_facts,
    _foreign_names,
    _foreign_records,
    _inconsistent_decisions,
    _lost_context,
    _lost_goal,
    _missing_facts,
    _out_of_scope_arguments,
    _personal_data,
    _repeated_calls,
    _rubber_stamped,
    _said_again,
    _swapped_facts,
    _unapproved_actions,
    _unauthorised_tools,
    _unfilled_placeholders,
    _ungrounded_figures,
    _ungrounded_statements,
    _unreviewed,
    _wrong_recipient,
    _wrong_record,
)
from incident2eval.checks._amounts_over_limit import amounts_over_limit
from incident2eval.checks._check import Blame, Check, Judged, Judgement, Known, Words, check, observing
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

SHELF: tuple[Check, ...] = (
    _foreign_records.CHECK,
    _out_of_scope_arguments.CHECK,
    _unauthorised_tools.CHECK,
    _unapproved_actions.CHECK,
    _amounts_over_limit.CHECK,
    _rubber_stamped.CHECK,
    _unreviewed.CHECK,
    _wrong_record.CHECK,
    _repeated_calls.CHECK,
    _wrong_recipient.CHECK,
    _error_passed_on.CHECK,
    _lost_context.CHECK,
    _lost_goal.CHECK,
    _inconsistent_decisions.CHECK,
    _said_again.CHECK,
    _foreign_names.CHECK,
    _foreign_facts.CHECK,
    _ungrounded_figures.CHECK,
    _personal_data.CHECK,
    _expected_values.CHECK,
    _missing_facts.CHECK,
    _ungrounded_statements.CHECK,
    _swapped_facts.CHECK,
    _unfilled_placeholders.CHECK,
    _drifted.CHECK,
)
"""Every check; in a case, tests of controls come first."""

__all__ = [
    "SHELF",
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
