"""MLflow traces: MLflow 3 (`Trace.to_json`, answers of its server) and 2, lists, rows of `search_traces`."""

import base64
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from incident2eval.formats._clock import moment
from incident2eval.formats._format import Format, Row, Skipped
from incident2eval.formats._shape import decoded, first, items, mapping, rest, text
from incident2eval.formats.spans._conventions import Frame, meaning_of, step_of
from incident2eval.formats.spans._exceptions import raised_in
from incident2eval.formats.spans._literal import literal
from incident2eval.formats.spans._mlflow_attributes import plain
from incident2eval.formats.spans._mlflow_rest import as_exported
from incident2eval.formats.spans._trace import Trace, run_of
from incident2eval.formats.talk._unwrap import unwrapped_input, unwrapped_output
from incident2eval.model import JSON, Run, Step

_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_BASE64 = re.compile(r"[0-9a-zA-Z+/]{11}=|[0-9a-zA-Z+/]{22}==")
"""The 8 bytes of a span's id, or the 16 of a trace's."""

_FAILED = frozenset({"2", "ERROR", "STATUS_CODE_ERROR"})
_ABOUT = ("trace_metadata", "request_metadata")
"""What a trace's head has, and other tools' has not: of MLflow 3, of 2."""

_MAPPED = frozenset(
    {
        *("trace", "info", "trace_info", "data", "spans", "trace_id", "request_id"),
        *("request", "response", "request_preview", "response_preview"),
        *("mlflow.traceInputs", "mlflow.traceOutputs"),
    }
)
"""What is in fields of the run and its steps; previews are the root's input and output, cut off."""

_TRACE_ID = "mlflow.traceRequestId"
_LOOK = 20
"""How many traces of a list, and spans of a trace, are looked at to tell the format."""


class _Told(NamedTuple):
    """What a file tells of a trace; a row of a dataframe is its own head and body."""

    head: dict[str, JSON]
    body: dict[str, JSON]
    spans: list[JSON]

    @property
    def id(self) -> str | None:
        """As its head says, else its first span."""
        noted = _attributes(self.spans[0]).get(_TRACE_ID) if self.spans else None
        return text(first(self.head, "trace_id", "request_id")) or text(plain(noted))

    @property
    def is_trace(self) -> bool:
        """Whether it is one of MLflow's, by its head or by its spans' attributes."""
        named = "trace_id" in self.head or "request_id" in self.head
        return (named and any(key in self.head for key in _ABOUT)) or any(
            key.startswith("mlflow.") for span in self.spans[:_LOOK] for key in _attributes(span)
        )

    def goes_on_in(self, other: "_Told") -> bool:
        """Whether another has more spans of the same trace, as the pieces of a large file of spans have."""
        return self.head.keys() == other.head.keys() == {"spans"} and self.id == other.id


def sniff(value: JSON) -> bool:
    """A trace by its head or by its spans' attributes, or one of several under `traces`."""
    return any(_told(each).is_trace for each in _listed(value)[:_LOOK])


def read(rows: Iterable[Row]) -> Iterator[Run | Skipped]:
    """One run a trace."""
    held: _Told | None = None
    position = 0
    for row in rows:
        for told in map(_told, _listed(row.value)):
            if held and held.goes_on_in(told):
                held.spans.extend(told.spans)
                continue
            if held:
                yield _run(held, position=position)
            position += 1
            held = told if told.is_trace else None
            if held is None:
                yield Skipped(where=row.where, why="is no MLflow trace")
            elif not all(isinstance(span, dict) for span in told.spans):
                yield Skipped(where=row.where, why="holds a span that is no object")
    if held:
        yield _run(held, position=position)


def _listed(value: JSON) -> list[JSON]:
    return items(mapping(value).get("traces")) or [value]


def _told(value: JSON) -> _Told:
    source = mapping(decoded(mapping(value).get("trace"))) or mapping(value)
    head = mapping(first(source, "info", "trace_info")) or source
    body = mapping(decoded(source.get("data"))) or source
    return _Told(head, body, list(map(as_exported, items(_value(body.get("spans"))))))


def _run(told: _Told, *, position: int) -> Run:
    spans = [span for span in told.spans if isinstance(span, dict)]
    return run_of([_step(span, position=at) for at, span in enumerate(spans, 1)], _trace(told, position))


def _value(cell: JSON) -> JSON:
    """An object or a list, also out of the text that stands for it in a cell of a dataframe."""
    return literal(decoded(cell))


def _attributes(span: JSON) -> dict[str, JSON]:
    return mapping(mapping(span).get("attributes"))


def _trace(told: _Told, position: int) -> Trace:
    about = {key: rest(_pairs(told.head.get(key)), _MAPPED) for key in (*_ABOUT, "tags")}
    source = {**about["request_metadata"], **about["trace_metadata"]}
    asked, said = (None, None) if told.spans else _ends(told)
    return Trace(
        id=told.id or str(position),
        workflow=text(about["tags"].get("mlflow.traceName")),
        version=text(source.get("mlflow.source.git.commit")),
        input=asked,
        output=said,
        attributes=rest({**told.head, **about, "assessments": _value(told.head.get("assessments"))}, _MAPPED),
    )


def _ends(told: _Told) -> tuple[JSON, JSON]:
    """What a trace without spans was given and said."""
    asked = first(told.body, "request") or told.head.get("request_preview")
    said = first(told.body, "response") or told.head.get("response_preview")
    return unwrapped_input(plain(asked)), unwrapped_output(plain(said))


def _pairs(cell: JSON) -> dict[str, JSON]:
    """Tags or metadata: an object, or as the REST interface has them a list of keys with values."""
    value = _value(cell)
    pairs = map(mapping, items(value))
    return {key: pair.get("value") for pair in pairs if (key := text(pair.get("key")))} or mapping(value)


def _step(span: dict[str, JSON], *, position: int) -> Step:
    context, status = mapping(span.get("context")), mapping(span.get("status"))
    attributes = {key: plain(value) for key, value in _attributes(span).items() if key != _TRACE_ID}
    why = text(first(span, "status_message") or first(status, "message", "description"))
    failed = (text(first(span, "status_code")) or text(status.get("code"))) in _FAILED
    frame = Frame(
        id=_identity(first(span, "span_id") or context.get("span_id")) or str(position),
        parent=_identity(first(span, "parent_span_id", "parent_id")),
        name=text(span.get("name")) or "",
        started=moment(first(span, "start_time_unix_nano", "start_time")),
        ended=moment(first(span, "end_time_unix_nano", "end_time")),
        failed=failed,
        error=why or raised_in(span.get("events")) if failed else None,
    )
    found = meaning_of(attributes)
    kept = {**attributes, "events": span.get("events"), "links": span.get("links")}
    return step_of(frame, found, kept)


def _identity(value: JSON) -> str | None:
    """An id as hex in lower case, out of the base64 of MLflow 3; none where it is missing or all zeros."""
    found = text(value) or ""
    if _BASE64.fullmatch(found):
        found = base64.b64decode(found).hex()
    found = found.lower() if _HEX.fullmatch(found) else found
    return found if found.removeprefix("0x").strip("0") else None


MLFLOW = Format(
    name="mlflow", title="MLflow traces (3 and 2, JSON or search_traces rows)", sniff=sniff, read=read
)
