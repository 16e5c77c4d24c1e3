"""Proving: the tests of a case on sets of stored runs, in a child process (runs in, outcomes out)."""

from incident2eval.proving._given import CaseFacts, CaseSheet, Given, Replay
from incident2eval.proving._outcome import idle_checks, outcome_of, weighed
from incident2eval.proving._prove import Judge, prove

__all__ = [
    "CaseFacts",
    "CaseSheet",
    "Given",
    "Judge",
    "Replay",
    "idle_checks",
    "outcome_of",
    "prove",
    "weighed",
]
