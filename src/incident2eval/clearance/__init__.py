"""Clearance: what a restart asks for, what of it holds, and what to do about the rest. Pure judgement."""

from incident2eval.clearance._after import plan
from incident2eval.clearance._approvals import missing_signatures
from incident2eval.clearance._ask import Ask, Concern, Demand, Neighbour, Peer, Shown
from incident2eval.clearance._demands import demands
from incident2eval.clearance._look_back import covers, found_clean, look_back_mark, look_back_words
from incident2eval.clearance._loosened import loosened, policy_of
from incident2eval.clearance._no_case import is_exempt, spoken
from incident2eval.clearance._override import override_until
from incident2eval.clearance._report import NO_COMMIT

__all__ = [
    "NO_COMMIT",
    "Ask",
    "Concern",
    "Demand",
    "Neighbour",
    "Peer",
    "Shown",
    "covers",
    "demands",
    "found_clean",
    "is_exempt",
    "look_back_mark",
    "look_back_words",
    "loosened",
    "missing_signatures",
    "override_until",
    "plan",
    "policy_of",
    "spoken",
]
