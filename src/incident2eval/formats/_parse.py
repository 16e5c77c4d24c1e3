"""JSON from strangers: documents and lines, with caps on size, depth and number of values."""

import json
import re
from collections.abc import Iterator

from incident2eval.formats._format import Row, Skipped
from incident2eval.model import JSON, BadInput, Fault

MAX_DOCUMENT = 50 * 1024 * 1024
"""The largest single document, or line, that is read; a file of lines may be larger."""

MAX_STRICT = 8 * 1024 * 1024
"""Up to here a document is parsed strictly, repeated keys refused; larger ones, and lines, fast."""

MAX_DEPTH = 100
MAX_VALUES = 1_000_000
"""Values in a strictly parsed document."""

MAX_CONTAINERS = 3_000_000
"""Lists and objects in a larger document, counted before it is parsed."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parsed(data: bytes, *, strict: bool = True, depth: int = MAX_DEPTH) -> JSON:
    """One JSON value; lone surrogates, which no UTF-8 file can hold, come back as their escapes.

    Args:
        data: UTF-8 bytes of one value.
        strict: Refuse repeated keys; without it the last one counts, as everywhere.
        depth: How many lists and objects may stand inside each other.

    Raises:
        ValueError: with one clear sentence; a json.JSONDecodeError where line and column are known.
    """
    if strict:
        return _strictly(data, depth=depth)
    if data.count(b"{") + data.count(b"[") > MAX_CONTAINERS:
        raise ValueError(f"holds more than {MAX_CONTAINERS:,} lists and objects")
    import orjson  # noqa: PLC0415 - only where a file is read

    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        if len(data) > MAX_STRICT:
            raise
        # the strict reader says why more clearly, and takes the lone surrogates that real exporters write
        return _strictly(data, depth=depth)
    measure(value, depth=depth)
    return value


def _strictly(data: bytes, *, depth: int) -> JSON:
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_unrepeated, parse_constant=_no_constant, parse_float=_finite
        )
    except RecursionError:
        raise ValueError(f"is nested deeper than {depth} levels") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text (byte {error.start})") from None
    measure(value, depth=depth, values=MAX_VALUES)
    return _escaped(value) if _SURROGATE.search(data) else value


def rows_of(data: bytes, *, name: str) -> tuple[list[Row], list[Skipped]]:
    """The JSON values of a file, whichever way it holds them: a document, a list, or one value a line.

    Args:
        data: UTF-8 bytes, not blank.
        name: How the user knows the file, for messages.

    Returns:
        The values, and the lines that are no JSON.

    Raises:
        BadInput: when it is neither a document nor lines of JSON.
    """
    if _starts_as_lines(data):
        return _lines(data)
    try:
        document = _document(data)
    except ValueError as error:
        rows, skipped = _lines(data)
        # a torn first line does not make a log unreadable; a torn document is not a log
        if len(rows) > max(1, len(skipped)):
            return rows, skipped
        raise BadInput(_not_json(error, name=name)) from None
    if isinstance(document, list):
        return [Row(where=f"item {at}", value=item) for at, item in enumerate(document, 1)], []
    return [Row(where="document", value=document)], []


def _document(data: bytes) -> JSON:
    if len(data) > MAX_DOCUMENT:
        raise ValueError(f"is one document of more than {MAX_DOCUMENT // (1024 * 1024)} MB")
    return parsed(data, strict=len(data) <= MAX_STRICT)


def _starts_as_lines(data: bytes) -> bool:
    head, _, rest = data.lstrip().partition(b"\n")
    if not rest.strip() or len(head) > MAX_DOCUMENT:
        return False
    try:
        return isinstance(parsed(head, strict=False), (dict, list))
    except ValueError:
        return False


def _lines(data: bytes) -> tuple[list[Row], list[Skipped]]:
    rows: list[Row] = []
    skipped: list[Skipped] = []
    for number, line in _numbered(data):
        where = f"line {number}"
        try:
            rows.append(Row(where=where, value=_line(line)))
        except ValueError as error:
            skipped.append(Skipped(where=where, why=_reason(error)))
    return rows, skipped


def _line(line: bytes) -> JSON:
    if len(line) > MAX_DOCUMENT:
        raise ValueError(f"is longer than {MAX_DOCUMENT // (1024 * 1024)} MB")
    value = parsed(line, strict=False)
    if not isinstance(value, (dict, list)):
        raise ValueError("is no JSON object")  # noqa: TRY004 - one error for all that is wrong with a line
    return value


def _numbered(data: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if stripped := line.strip():
            yield number, stripped


def _unrepeated(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"holds the key {twice[:60]!r} twice in one object")
    return result


def _no_constant(word: str) -> JSON:
    raise ValueError(f"holds {word}, which is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise ValueError(f"holds the number {digits[:20]}, which is too large")
    return number


def measure(value: JSON, *, depth: int, values: int | None = None) -> None:
    """Raise ValueError where a value is too deep or holds too much; layer by layer, so it cannot overflow."""
    layer: list[JSON] = [value]
    seen = 1
    for _ in range(depth):
        layer = [
            inner
            for item in layer
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        seen += len(layer)
        if values is not None and seen > values:
            raise ValueError(f"holds more than {values:,} values")
        if not layer:
            return
    if any(isinstance(item, (dict, list)) for item in layer):
        raise ValueError(f"is nested deeper than {depth} levels")


def _escaped(value: JSON) -> JSON:
    if isinstance(value, str):
        return _escaped_text(value)
    if isinstance(value, dict):
        return {_escaped_text(key): _escaped(inner) for key, inner in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else value


def _escaped_text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {error.msg}, column {error.colno}"
    return str(error) if str(error).startswith(("is ", "holds ")) else "holds a number that is too long"


def _not_json(error: ValueError, *, name: str) -> Fault:
    line = error.lineno if isinstance(error, json.JSONDecodeError) else None
    hint = "hand over JSON or JSON lines; gzip is fine" if line else "split it, or export it as JSON lines"
    return Fault(message=_reason(error), file=name, line=line, hint=hint)
