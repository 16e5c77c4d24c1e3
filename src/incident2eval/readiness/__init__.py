"""Readiness: whether a workflow has a plan before anything happens, and where no case stands guard."""

from incident2eval.readiness._coverage import Coverage, Guard, coverage
from incident2eval.readiness._decisions import DecisionPoint, Signer, decisions, restart_signers
from incident2eval.readiness._people import is_person, stated
from incident2eval.readiness._plan import (
    PLAN,
    SYSTEM,
    VENDOR,
    Missing,
    organisation,
    plan,
    review_due,
    signers,
)
from incident2eval.readiness._policy import DEFINITION, MARKERS, MATRIX, POLICY_FILE, Standard
from incident2eval.readiness._reportable import how_soon, reportable

__all__ = [
    "DEFINITION",
    "MARKERS",
    "MATRIX",
    "PLAN",
    "POLICY_FILE",
    "SYSTEM",
    "VENDOR",
    "Coverage",
    "DecisionPoint",
    "Guard",
    "Missing",
    "Signer",
    "Standard",
    "coverage",
    "decisions",
    "how_soon",
    "is_person",
    "organisation",
    "plan",
    "reportable",
    "restart_signers",
    "review_due",
    "signers",
    "stated",
]
