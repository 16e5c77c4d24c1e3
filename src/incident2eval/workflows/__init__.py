"""Calling workflows: one file for each way to call one."""

from incident2eval.workflows._answer import observations
from incident2eval.workflows._python import call
from incident2eval.workflows._target import Target, target_for

__all__ = ["Target", "call", "observations", "target_for"]
