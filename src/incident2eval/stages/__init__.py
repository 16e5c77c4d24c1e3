"""Stages: how far an incident has come, what keeps it there, and what is due next from whom."""

from incident2eval.stages._blockers import blockers, stage
from incident2eval.stages._doubts import doubts
from incident2eval.stages._due import Due, next_due
from incident2eval.stages._minimum import minimum
from incident2eval.stages._order import out_of_order
from incident2eval.stages._times import Dwell, times

__all__ = ["Due", "Dwell", "blockers", "doubts", "minimum", "next_due", "out_of_order", "stage", "times"]
