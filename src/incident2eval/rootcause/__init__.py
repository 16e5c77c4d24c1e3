"""Root cause: the step where the failure came in, the control that failed there, and how we know."""

from incident2eval.rootcause._changes import changes_between, changes_since, confirmed, differences, stated
from incident2eval.rootcause._inquiry import Evidence
from incident2eval.rootcause._ranking import root_cause
from incident2eval.rootcause._repair import Judge
from incident2eval.rootcause._rules import every_rule
from incident2eval.rootcause._versions import versions_of

__all__ = [
    "Evidence",
    "Judge",
    "changes_between",
    "changes_since",
    "confirmed",
    "differences",
    "every_rule",
    "root_cause",
    "stated",
    "versions_of",
]
