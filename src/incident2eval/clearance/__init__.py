"""Clearance: what a restart asks for, what of it holds, and what to do about the rest. Pure judgement."""

from incident2eval.clearance._after import plan
from incident2eval.clearance._approvals import missing_signatures
from incident2eval.clearance._ask import Ask, Concern, Demand, Neighbour, Peer, Shown
from incident2eval.clearance._demands import demands
from incident2eval.clearance._look_back import found_clean
from incident2eval.clearance._loosened import loosened, policy_of
from incident2eval.clearance._no_case import is_exempt, spoken
from incident2eval.clearance._override import override_until

__all__ = [
    "Ask",
    "Concern",
    "Demand",
    "Neighbour",
    "Peer",
    "Shown",
    "demands",
    "found_clean",
    "is_exempt",
    "loosened",
    "missing_signatures",
    "override_until",
    "plan",
    "policy_of",
    "spoken",
]
