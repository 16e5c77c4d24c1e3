"""Root cause: the step where the failure came in, the control that failed there, and how we know."""

from incident2eval.rootcause._ranking import root_cause

__all__ = ["root_cause"]
