"""Secrets in what an engineer reads: masked but for their ends, so that it is known which one to change."""

from collections.abc import Mapping

from incident2eval.detection.signs import may_hold_secret
from incident2eval.detection.spots import secrets
from incident2eval.model import JSON

_SHOWN = 2
"""Characters of a secret that are shown at either end; of one shorter than eight none is."""


def holds_secret(text: str) -> bool:
    """Whether a secret stands in a text."""
    return may_hold_secret(text) and bool(secrets(text))


def masked(value: JSON) -> JSON:
    """A value with stars in place of every secret in it, but for its ends."""
    if isinstance(value, str):
        return _masked(value) if may_hold_secret(value) else value
    if isinstance(value, Mapping):
        return {key: _of_key(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(inner) for inner in value]
    return value


def _of_key(key: str, value: JSON) -> JSON:
    """A value whose key may be what tells that it is a secret."""
    if not isinstance(value, str) or not may_hold_secret(key):
        return masked(value)
    before = f"{key}: "
    return _masked(before + value).removeprefix(before)


def _masked(text: str) -> str:
    for start, end in sorted(secrets(text), reverse=True):
        shown = _SHOWN if end - start >= 8 else 0
        text = text[: start + shown] + "*" * (end - start - 2 * shown) + text[end - shown :]
    return text
