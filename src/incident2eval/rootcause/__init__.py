"""Root cause: the step where the failure came in, the control that failed there, and how we know."""

from incident2eval.rootcause._ranking import Evidence, root_cause
from incident2eval.rootcause._repair import Judge

__all__ = ["Evidence", "Judge", "root_cause"]
