"""One export request of OTLP, protobuf or JSON: checked, and made the line that a collector writes for it."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from google.protobuf.json_format import (  # type: ignore[import-untyped]
    Error as JsonFormatError,
)
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]
from google.protobuf.unknown_fields import UnknownFieldSet  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from incident2eval.model import JSON

MAX_LINE = 50 * 1024 * 1024
MAX_DEPTH = 100
MAX_VALUES = 1_000_000
"""What the reader of trace files takes as one line; more is refused here, and not when it is too late."""

_IDS = frozenset({"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"})
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+', re.DOTALL)
"""A string of JSON; one that does not end is one too, so that looking for them is done in one go."""


class NoOtlpError(ValueError):
    """The body is no export request; the words say why, to stand behind `the body`."""


class TooMuchError(ValueError):
    """The body is a request that holds more than can be read later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What is sent to one path, and where its records stand in a request."""

    request: type[Any]
    resources: str
    scopes: str
    records: str
    noun: str

    def records_in(self, message: Message) -> Iterator[Message]:
        """The spans or log records of a request."""
        for resource in getattr(message, self.resources):
            for scope in getattr(resource, self.scopes):
                yield from getattr(scope, self.records)


SPANS = Signal(
    request=ExportTraceServiceRequest,
    resources="resource_spans",
    scopes="scope_spans",
    records="spans",
    noun="span",
)
LOGS = Signal(
    request=ExportLogsServiceRequest,
    resources="resource_logs",
    scopes="scope_logs",
    records="log_records",
    noun="log record",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one request holds."""

    line: bytes
    """OTLP/JSON with ids in hex, and a newline; empty where there is nothing to keep."""
    records: int
    """How many spans or log records."""


def decoded(body: bytes, *, signal: Signal, as_json: bool) -> Batch:
    """Decode a request's body.

    Raises:
        NoOtlpError: It is none, or holds records without the ids that they need.
        TooMuchError: It holds more than can be read later.
    """
    message = _from_json(body, signal) if as_json else _from_protobuf(body, signal)
    _examine(message)
    records = 0
    for record in signal.records_in(message):
        records += 1
        _refuse_bad_ids(record, signal)
    if records:
        return Batch(line=_line(message), records=records)
    if message.ListFields():
        raise NoOtlpError(f"holds no {signal.noun}")
    return Batch(line=b"", records=0)


def _from_protobuf(body: bytes, signal: Signal) -> Message:
    try:
        message: Message = signal.request.FromString(body)
    except DecodeError:
        raise NoOtlpError("is no OTLP protobuf") from None
    if body and not message.ListFields():
        raise NoOtlpError(f"is no OTLP protobuf, or holds no {signal.noun}")
    return message


def _from_json(body: bytes, signal: Signal) -> Message:
    value = _parsed(body)
    camel = _camel(signal.resources)
    if not isinstance(value, dict) or (value and value.keys().isdisjoint({camel, signal.resources})):
        raise NoOtlpError(f"is no OTLP: no JSON object with {camel}")
    _convert_ids(value, _to_base64)
    try:
        message: Message = ParseDict(value, signal.request(), ignore_unknown_fields=True)
    except (JsonFormatError, ValueError, TypeError, AttributeError) as error:
        said = " ".join(str(error).split())[:200]
        raise NoOtlpError(f"is no OTLP: {said}") from None
    return message


def _parsed(body: bytes) -> JSON:
    """JSON from strangers; lone surrogates, which are left where a text was cut, become their escapes."""
    _refuse_too_many_values(body)
    try:
        value: JSON = _loaded(body.decode())
        text = json.dumps(value, ensure_ascii=False) if rb"\u" in body else ""
        if _LONE_SURROGATE.search(text):
            value = _loaded(_LONE_SURROGATE.sub(lambda found: rf"\\u{ord(found[0]):04x}", text))
    except UnicodeDecodeError:
        raise NoOtlpError("is not UTF-8 text") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise NoOtlpError(f"is no JSON: {error.msg}, line {error.lineno} column {error.colno}") from None
    except NoOtlpError:
        raise
    except ValueError:
        raise NoOtlpError("holds a number that is too long") from None
    return value


def _loaded(text: str) -> JSON:
    value: JSON = json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_no_constant)
    return value


def _unrepeated(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NoOtlpError("holds a key twice in one object")
    return found


def _no_constant(word: str) -> JSON:
    raise NoOtlpError(f"holds {word}, which is no JSON")


def _examine(message: Message) -> None:
    """Go through all of a message; protobuf reads a field of another kind than it should be as unknown."""
    seen = 0
    waiting = [message]
    while waiting:
        each = waiting.pop()
        numbers = each.DESCRIPTOR.fields_by_number
        if any(unknown.field_number in numbers for unknown in UnknownFieldSet(each)):
            raise NoOtlpError("is no OTLP protobuf of this kind")
        for field, value in each.ListFields():
            if field.message_type is None:
                continue
            inner = [value] if isinstance(value, Message) else value
            seen += len(inner)
            if seen > MAX_VALUES:
                raise _too_many_values()
            waiting.extend(inner)


def _refuse_bad_ids(record: Message, signal: Signal) -> None:
    trace, span = record.trace_id, record.span_id
    sizes = (len(trace), len(span))
    if signal is SPANS and (sizes != (16, 8) or not any(trace) or not any(span)):
        raise NoOtlpError("holds a span without a trace id of 16 bytes and a span id of 8")
    if sizes[0] not in {0, 16} or sizes[1] not in {0, 8}:
        raise NoOtlpError("holds a log record with an id of another length than 16 or 8 bytes")


def _line(message: Message) -> bytes:
    document: JSON = MessageToDict(message, use_integers_for_enums=True)
    _convert_ids(document, _to_hex)
    line = orjson.dumps(document) + b"\n"
    if len(line) > MAX_LINE:
        raise TooMuchError(f"holds more than {MAX_LINE // (1024 * 1024)} MB when written as JSON")
    _refuse_too_many_values(line)
    return line


def _convert_ids(value: JSON, convert: Callable[[str], str]) -> None:
    """JSON made of any protobuf holds bytes in base64; OTLP makes an exception of ids."""
    for holder in _objects(value):
        for key in _IDS & holder.keys():
            if isinstance(found := holder[key], str):
                holder[key] = convert(found)


def _to_base64(found: str) -> str:
    if not _HEX.fullmatch(found):
        raise NoOtlpError("holds an id that is not hex")
    return b64encode(bytes.fromhex(found)).decode()


def _to_hex(found: str) -> str:
    return b64decode(found).hex()


def _objects(value: JSON) -> Iterator[dict[str, JSON]]:
    """Every object in a value, layer by layer, so that no depth overflows anything."""
    layer: list[JSON] = [value]
    for _ in range(MAX_DEPTH + 1):
        inner: list[JSON] = []
        for item in layer:
            if isinstance(item, dict):
                yield item
                inner += item.values()
            elif isinstance(item, list):
                inner += item
        if not inner:
            return
        layer = inner
    if any(isinstance(item, (dict, list)) for item in layer):
        raise _too_deep()


def _refuse_too_many_values(data: bytes) -> None:
    """There is a bracket or a comma before each value."""
    if _commas(data) > MAX_VALUES and _commas(_TEXT.sub(b"", data)) > MAX_VALUES:
        raise _too_many_values()


def _commas(data: bytes) -> int:
    return sum(map(data.count, (b"{", b"[", b",")))


def _too_many_values() -> TooMuchError:
    return TooMuchError(f"holds more than {MAX_VALUES:,} values")


def _too_deep() -> NoOtlpError:
    return NoOtlpError(f"is nested deeper than {MAX_DEPTH} levels")


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
