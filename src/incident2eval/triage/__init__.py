"""Triage: what kind of incident it is, how bad by what it did to the business, what to do, and who."""

from incident2eval.triage._escalations import MARKERS, escalations
from incident2eval.triage._involved import Function, Involved, involved
from incident2eval.triage._level import AUTHORITY, level
from incident2eval.triage._principles import PRINCIPLES, Principle, principles
from incident2eval.triage._severity import LARGE_SCALE
from incident2eval.triage._surfaces import SURFACES, SurfaceDefaults
from incident2eval.triage._tasks import tasks
from incident2eval.triage._triage import Triage, triage
from incident2eval.triage._types import PRECEDENCE

__all__ = [
    "AUTHORITY",
    "LARGE_SCALE",
    "MARKERS",
    "PRECEDENCE",
    "PRINCIPLES",
    "SURFACES",
    "Function",
    "Involved",
    "Principle",
    "SurfaceDefaults",
    "Triage",
    "escalations",
    "involved",
    "level",
    "principles",
    "tasks",
    "triage",
]
