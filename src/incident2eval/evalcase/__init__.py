"""Eval case: from an incident to tests that are red on it and green on how it should have been."""

from incident2eval.evalcase._draft import ways_on, write_draft
from incident2eval.evalcase._proofread import checks_in, proofread
from incident2eval.evalcase._repair import repair
from incident2eval.evalcase._retell import as_live, retell
from incident2eval.evalcase._search import (
    Candidate,
    Dropped,
    Search,
    again,
    false_alarms,
    judge,
    search,
    suspicions,
    telling,
)
from incident2eval.evalcase._unseen import unseen
from incident2eval.evalcase._write import file_name, test_name, write_tests

__all__ = [
    "Candidate",
    "Dropped",
    "Search",
    "again",
    "as_live",
    "checks_in",
    "false_alarms",
    "file_name",
    "judge",
    "proofread",
    "repair",
    "retell",
    "search",
    "suspicions",
    "telling",
    "test_name",
    "unseen",
    "ways_on",
    "write_draft",
    "write_tests",
]
