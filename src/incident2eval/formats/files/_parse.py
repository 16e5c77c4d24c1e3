"""One JSON value from strangers, with caps on size, depth and number of values."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from functools import cache, partial

from incident2eval.model import JSON

MAX_DOCUMENT = 50 * 1024 * 1024
"""The largest single value that is read: a line, an item of a list, a span, a document of another kind."""

MAX_DEPTH = 100
MAX_VALUES = 1_000_000


class TooMuchError(ValueError):
    """A value that is larger than any that is read."""


_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+', re.DOTALL)
"""A text of JSON, also one that does not end: what follows it is looked at once and not from every quote."""


def parsed(data: bytes, *, depth: int = MAX_DEPTH) -> JSON:
    """One JSON value; lone surrogates, which no UTF-8 file can hold, come back as their escapes.

    Repeated keys, NaN, infinite numbers, and what is too deep or too much are refused.

    Args:
        data: UTF-8 bytes of one value.
        depth: How many lists and objects may stand inside each other.

    Raises:
        ValueError: with one clear sentence; a json.JSONDecodeError where line and column are known.
    """
    if len(data) > MAX_DOCUMENT:
        raise TooMuchError(f"is longer than {MAX_DOCUMENT // (1024 * 1024)} MB")
    if _is_too_much(data) and _is_too_much(_TEXT.sub(b"", data)):
        raise TooMuchError(f"holds more than {MAX_VALUES:,} values")
    try:
        return at_once(data, depth=depth)
    except ValueError:
        # this one says why more clearly, and takes the lone surrogates that real exporters write
        return _slowly(data, depth=depth)


def at_once(data: bytes, *, depth: int = MAX_DEPTH) -> JSON:
    """As `parsed`, without lone surrogates, and with an error that says little."""
    value = _strict()(data)
    measure(value, depth=depth, finite=True)
    return value


@cache
def _strict() -> Callable[[bytes], JSON]:
    import jiter  # noqa: PLC0415 - only where a file is read

    return partial(jiter.from_json, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys")


def _is_too_much(data: bytes) -> bool:
    """Whether there may be more values than are read: there is a bracket or a comma before each."""
    return len(data) > MAX_VALUES and sum(map(data.count, (b"{", b"[", b","))) > MAX_VALUES


def reason(error: ValueError) -> str:
    """Why a value could not be parsed, to stand behind `line 3`."""
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {error.msg}, column {error.colno}"
    return str(error) if str(error).startswith(("is ", "holds ")) else "holds a number that is too long"


def measure(value: JSON, *, depth: int, finite: bool = False) -> None:
    """Raise ValueError where a value is nested too deep, or where it should be finite and is not."""
    layer: list[JSON] = [value]
    for _ in range(depth + 1):  # layer by layer, so it cannot overflow
        kinds = set(map(type, layer))
        if finite and float in kinds and (math.inf in layer or -math.inf in layer):
            raise ValueError("holds a number that is too large")
        if dict not in kinds and list not in kinds:
            return
        inner: list[JSON] = []
        for item in layer:
            if type(item) is dict:
                inner += item.values()
            elif type(item) is list:
                inner += item
        layer = inner
    raise ValueError(f"is nested deeper than {depth} levels")


def _slowly(data: bytes, *, depth: int) -> JSON:
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_unrepeated, parse_constant=_no_constant, parse_float=_finite
        )
    except RecursionError:
        raise ValueError(f"is nested deeper than {depth} levels") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text (byte {error.start})") from None
    measure(value, depth=depth)
    return _escaped(value) if _SURROGATE.search(data) else value


def _unrepeated(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    result = dict(pairs)
    if len(result) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"holds the key {twice[:60]!r} twice in one object")
    return result


def _no_constant(word: str) -> JSON:
    raise ValueError(f"holds {word}, which is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"holds the number {digits[:20]}, which is too large")
    return number


def _escaped(value: JSON) -> JSON:
    if isinstance(value, str):
        return _escaped_text(value)
    if isinstance(value, dict):
        return _unrepeated([(_escaped_text(key), _escaped(inner)) for key, inner in value.items()])
    return [_escaped(item) for item in value] if isinstance(value, list) else value


def _escaped_text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
