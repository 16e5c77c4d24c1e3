"""incident2eval: turn an AI incident into regression tests, and hold the restart until they pass."""

TYPE_CHECKING = False
"""As in `typing`, which is not imported here: importing this package does nothing."""

if TYPE_CHECKING:
    from incident2eval._guard import UnknownWorkflow, WorkflowPaused, guard
else:

    def __getattr__(name: str) -> object:
        if name in {"UnknownWorkflow", "WorkflowPaused", "guard"}:
            from importlib import import_module  # noqa: PLC0415 - only a workflow that asks pays for it

            return getattr(import_module("incident2eval._guard"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["UnknownWorkflow", "WorkflowPaused", "__version__", "guard"]

__version__ = "0.1.0"
