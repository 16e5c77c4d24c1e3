"""OTLP/HTTP bytes in: what an OpenTelemetry exporter sends, on loopback only, one checked line a request."""

from incident2eval.receiver._receiver import Received, Receiver

__all__ = ["Received", "Receiver"]
