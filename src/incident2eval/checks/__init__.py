"""The shelf of checks: each a plain function `Run -> Findings`."""

from incident2eval.checks import (
    _foreign_names,
    _foreign_records,
    _out_of_scope_arguments,
    _unapproved_actions,
    _unauthorised_tools,
    _ungrounded_figures,
)
from incident2eval.checks._check import Blame, Check, Judged, Judgement, Known, Words, check, observing
from incident2eval.checks._foreign_names import foreign_names
from incident2eval.checks._foreign_records import foreign_records
from incident2eval.checks._out_of_scope_arguments import out_of_scope_arguments
from incident2eval.checks._unapproved_actions import unapproved_actions
from incident2eval.checks._unauthorised_tools import unauthorised_tools
from incident2eval.checks._ungrounded_figures import ungrounded_figures
from incident2eval.checks._vacuity import require_as_much
from incident2eval.checks.acts.approvals import approves

SHELF: tuple[Check, ...] = (
    _foreign_records.CHECK,
    _out_of_scope_arguments.CHECK,
    _unauthorised_tools.CHECK,
    _unapproved_actions.CHECK,
    _foreign_names.CHECK,
    _ungrounded_figures.CHECK,
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
    "approves",
    "check",
    "foreign_names",
    "foreign_records",
    "observing",
    "out_of_scope_arguments",
    "require_as_much",
    "unapproved_actions",
    "unauthorised_tools",
    "ungrounded_figures",
]
