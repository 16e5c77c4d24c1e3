"""The shelf of checks: each a plain function `Run -> Findings`."""

from incident2eval.checks import _foreign_records
from incident2eval.checks._check import Check, Judgement, Known, Words, check, observing
from incident2eval.checks._foreign_records import foreign_records
from incident2eval.checks._vacuity import require_as_much

SHELF: tuple[Check, ...] = (_foreign_records.CHECK,)
"""Every check; in a case, tests of controls come first."""

__all__ = ["SHELF", "Check", "Judgement", "Known", "Words", "check", "foreign_records", "observing", "require_as_much"]
