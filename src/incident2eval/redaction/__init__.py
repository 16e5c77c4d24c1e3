"""Redaction: names and secrets -> pseudonyms of the same shape."""

from incident2eval.redaction._disguise import Disguise
from incident2eval.redaction._mask import holds_secret, masked, may_hold_secret
from incident2eval.redaction._redactor import Redactor

__all__ = ["Disguise", "Redactor", "holds_secret", "masked", "may_hold_secret"]
