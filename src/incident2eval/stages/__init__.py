"""Stages: how far an incident has come, what keeps it there, and what is due next from whom."""

from incident2eval.stages._blockers import blockers, stage
from incident2eval.stages._doubts import doubts, hits_since_triage
from incident2eval.stages._due import Due, next_due
from incident2eval.stages._minimum import minimum
from incident2eval.stages._order import MENDING, mends, open_before, out_of_order
from incident2eval.stages._times import Dwell, times

__all__ = [
    "MENDING",
    "Due",
    "Dwell",
    "blockers",
    "doubts",
    "hits_since_triage",
    "mends",
    "minimum",
    "next_due",
    "open_before",
    "out_of_order",
    "stage",
    "times",
]
