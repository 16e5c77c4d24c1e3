"""JSON that the tool wrote itself, read strictly: a key that stands there twice, or NaN, is a fault."""

import json
from collections.abc import Sequence

from incident2eval.model import JSON, BadInput, Fault


def read_object(raw: bytes, *, file: str, line: int | None = None) -> dict[str, JSON]:
    """The object that a JSON text says.

    Args:
        raw: The text, UTF-8.
        file: What a message calls it.
        line: Its line in the file, where the text is one line of it.

    Raises:
        BadInput: It is not JSON or no object, too deep, holds a key twice, or NaN.
    """
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        message, at = f"is not JSON: {error.msg}", error.lineno
    except UnicodeDecodeError:
        message, at = "is not UTF-8 text", 1
    except RecursionError:
        message, at = "is nested too deep", 1
    except ValueError as error:
        message, at = f"is not JSON that can be trusted: {error}", 1
    else:
        if isinstance(value, dict):
            return value
        message, at = "is not a JSON object", 1
    raise BadInput(Fault(file=file, line=line or at, message=message))


def canonical(value: JSON) -> bytes:
    """The value as bytes that are the same wherever it is written: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def pretty(value: JSON) -> bytes:
    """The value as people and diffs read it: sorted keys, one item a line, a newline at the end."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def _once(pairs: Sequence[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return found


def _no_constant(name: str) -> JSON:
    raise ValueError(f"{name} is no number")
