"""Calling workflows: one file for each way to call one."""

from incident2eval.workflows._answer import observations
from incident2eval.workflows._hook import HookResult, run_hook
from incident2eval.workflows._python import call
from incident2eval.workflows._target import Target, target_for

__all__ = ["HookResult", "Target", "call", "observations", "run_hook", "target_for"]
