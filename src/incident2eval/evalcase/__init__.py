"""Eval case: from an incident to tests that are red on it and green on how it should have been."""

from incident2eval.evalcase._proofread import proofread
from incident2eval.evalcase._repair import repair
from incident2eval.evalcase._search import (
    Candidate,
    Dropped,
    Search,
    false_alarms,
    judge,
    search,
    strength,
    suspicions,
)
from incident2eval.evalcase._write import file_name, test_name, write_tests

__all__ = [
    "Candidate",
    "Dropped",
    "Search",
    "false_alarms",
    "file_name",
    "judge",
    "proofread",
    "repair",
    "search",
    "strength",
    "suspicions",
    "test_name",
    "write_tests",
]
