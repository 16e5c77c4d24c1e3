"""Calling workflows: one file for each way to call one."""

from incident2eval.workflows._answer import observations
from incident2eval.workflows._call import call, call_all
from incident2eval.workflows._hook import HookResult, run_hook
from incident2eval.workflows._target import Target, target_for

__all__ = ["HookResult", "Target", "call", "call_all", "observations", "run_hook", "target_for"]
