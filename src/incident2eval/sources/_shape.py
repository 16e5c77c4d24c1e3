"""Looking into an answer that may be anything: what is not of the shape asked for is empty."""

import json
from typing import cast

from incident2eval.model import JSON


def mapping(value: JSON) -> dict[str, JSON]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: JSON) -> list[JSON]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: JSON) -> str | None:
    """The text, None where it is none, empty, or no UTF-8 could write it."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.encode(errors="ignore").decode() == value else None


def written(value: JSON) -> bytes:
    """The value as a JSON document."""
    return json.dumps(value).encode()


def parsed(data: bytes) -> JSON:
    """What a JSON document holds; raises ValueError where it is none."""
    try:
        return cast("JSON", json.loads(data))
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
