"""The shelf of checks: each a plain function `Run -> Findings`."""

from incident2eval.checks import _foreign_records
from incident2eval.checks._check import Check, Known, Words, check, observing
from incident2eval.checks._foreign_records import foreign_records

SHELF: tuple[Check, ...] = (_foreign_records.CHECK,)
"""Every check; in a case, tests of controls come first."""

__all__ = ["SHELF", "Check", "Known", "Words", "check", "foreign_records", "observing"]
