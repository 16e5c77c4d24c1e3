"""Secrets in what an engineer reads: masked but for their ends, so that it is known which one to change."""

import re
from collections.abc import Mapping

from incident2eval.detection.spots import secrets
from incident2eval.model import JSON

_SHOWN = 2
"""Characters of a secret that are shown at either end; of one shorter than eight none is."""
_MAY_HOLD = re.compile(
    r"pass|pwd|secret|key|token|bearer|basic|pin\b|://|A[KS]IA|gh[pousr]_|github_pat|glpat|npm_|sk-|k_live|k_test|pypi-|SG\."
    r"|xox|AIza|ya29|hf_|dop_v1|whsec|shpat|hooks\.slack|eyJ",
    re.IGNORECASE,
)
"""What every secret that is recognised has about it: a text without any of these is not looked at closer."""


def may_hold_secret(text: str) -> bool:
    """Whether a text has anything about it that secrets have; a quick look that never misses one."""
    return bool(_MAY_HOLD.search(text))


def holds_secret(text: str) -> bool:
    """Whether a secret stands in a text."""
    return may_hold_secret(text) and bool(secrets(text))


def masked(value: JSON) -> JSON:
    """A value with stars in place of every secret in it, but for its ends."""
    if isinstance(value, str):
        return _masked(value) if _MAY_HOLD.search(value) else value
    if isinstance(value, Mapping):
        return {key: _of_key(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(inner) for inner in value]
    return value


def _of_key(key: str, value: JSON) -> JSON:
    """A value whose key may be what tells that it is a secret."""
    if not isinstance(value, str) or not _MAY_HOLD.search(key):
        return masked(value)
    before = f"{key}: "
    return _masked(before + value).removeprefix(before)


def _masked(text: str) -> str:
    for start, end in sorted(secrets(text), reverse=True):
        shown = _SHOWN if end - start >= 8 else 0
        text = text[: start + shown] + "*" * (end - start - 2 * shown) + text[end - shown :]
    return text
