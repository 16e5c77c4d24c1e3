"""Redaction: names and secrets -> pseudonyms of the same shape."""

from incident2eval.redaction._disguise import Disguise, needs_key
from incident2eval.redaction._mask import holds_secret, masked
from incident2eval.redaction._redactor import Redactor

__all__ = ["Disguise", "Redactor", "holds_secret", "masked", "needs_key"]
