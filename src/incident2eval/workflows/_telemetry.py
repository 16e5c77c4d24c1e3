"""OpenTelemetry in a trial: what the workflow traces hangs on the span of the call, and is sent in time.

Run by the worker, by its path, and only where the workflow has imported OpenTelemetry.
"""

from __future__ import annotations

import sys
import threading
from importlib import import_module

_FLUSH_SECONDS = 5.0
"""An exporter that reaches nobody holds up an answer no longer than this."""
_PROVIDERS = (
    ("opentelemetry._logs", "get_logger_provider"),
    ("opentelemetry.trace", "get_tracer_provider"),
)


def attach(parent: str) -> None:
    """Make a remote span, written as a header `traceparent`, the parent of what is traced from now on."""
    context = import_module("opentelemetry.context")
    propagation = import_module("opentelemetry.trace.propagation.tracecontext")
    propagator = propagation.TraceContextTextMapPropagator()
    context.attach(propagator.extract({"traceparent": parent}, context=context.Context()))


def flush() -> None:
    """Have the providers that the workflow has set send what they hold."""
    flushing = threading.Thread(target=_flush, daemon=True)
    flushing.start()
    flushing.join(_FLUSH_SECONDS)


def _flush() -> None:
    for module, getter in _PROVIDERS:
        if module in sys.modules:
            provider = getattr(sys.modules[module], getter)()
            if hasattr(provider, "force_flush"):
                provider.force_flush()
