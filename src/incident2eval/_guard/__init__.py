"""The guard: what a workflow asks before it runs. Standard library only."""

from incident2eval._guard._guard import StateUnreadable, UnknownWorkflow, WorkflowPaused, guard

__all__ = ["StateUnreadable", "UnknownWorkflow", "WorkflowPaused", "guard"]
