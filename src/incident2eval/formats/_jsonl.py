"""Plain JSON logs without a standard: steps, chat messages or whole runs, a line each, by the usual keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from incident2eval.formats._clock import after, moment
from incident2eval.formats._format import Format, Row, Skipped
from incident2eval.formats._kinds import kind_of
from incident2eval.formats._messages import Message, message
from incident2eval.formats._records import records_of
from incident2eval.formats._shape import decoded, first, items, mapping, rest, text
from incident2eval.formats._trace import Trace, run_of
from incident2eval.formats._unwrap import unwrapped_input, unwrapped_output
from incident2eval.formats._words import words
from incident2eval.model import JSON, Run, Status, Step, StepKind

_RUN = ("run_id", "trace_id", "conversation_id", "session_id", "session", "thread_id", "request_id")
_STEP = ("step_id", "span_id", "event_id", "message_id", "id")
_PARENT = ("parent_id", "parent_step_id", "parent_span_id", "parent")
_START = ("started", "started_at", "start_time", "ts", "timestamp", "time", "created_at")
_END = ("ended", "ended_at", "end_time")
_TOOK = ("duration_ms", "latency_ms")
_KIND = ("kind", "step_type", "type")
_NAME = ("name", "step", "tool", "tool_name")
_GIVEN = ("input", "inputs", "args", "arguments")
_BACK = ("output", "outputs", "result")
_ROLE = ("role", "speaker", "author", "from")
_SAID = ("content", "text", "message", "value")
_RECORDS = ("records", "documents")
_ASKED, _ANSWERED = (*_GIVEN, "prompt", "question"), (*_BACK, "answer", "completion")
_WHOLE = ("run", "trace", "workflow", "session", "job", "request")
_EDGES = ("start", "started", "begin", "end", "ended", "finish", "finished", "complete", "completed")
_MEANS = {"assistant": StepKind.MODEL, "user": StepKind.INPUT, "tool": StepKind.TOOL}


@dataclass(slots=True)
class _Log:
    """What the lines of one run said so far."""

    id: str
    steps: list[Step] = field(default_factory=list)
    said: dict[str, JSON] = field(default_factory=dict)
    """What the lines about the run as a whole say."""
    talk: list[Message] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    """When the run began and ended, where lines say so."""


def sniff(value: JSON) -> bool:
    """A line that says something of a run, a step of it, a message, or a whole run."""
    source = mapping(value)
    return _is_edge(source) or _is_step(source) or _said(source) is not None or _is_whole(source)


def read(rows: Sequence[Row]) -> Iterator[Run | Skipped]:
    """One run an id; lines without an id are one run, lines that are whole runs one each."""
    logs: dict[str, _Log] = {}
    for position, row in enumerate(rows, 1):
        source = mapping(row.value)
        key = text(first(source, *_RUN)) or ""
        if not sniff(source):
            yield Skipped(where=row.where, why="is no step, message or run by any key that is known")
        elif _is_whole(source) and not (_is_edge(source) or _is_step(source)):
            yield _whole(source, position=position)
        else:
            _note(source, logs.setdefault(key, _Log(id=key or str(position))))
    for log in logs.values():
        yield _run(log)


def _note(source: dict[str, JSON], log: _Log) -> None:
    if _is_edge(source):
        log.times += [when] if (when := moment(first(source, *_START))) else []
        log.said = {**log.said, **{key: value for key, value in source.items() if value is not None}}
    elif _is_step(source):
        log.steps.append(_step(source, position=len(log.steps) + 1))
    else:
        _hear(source, log)


def _is_edge(source: dict[str, JSON]) -> bool:
    """Whether a line is about the run as a whole, such as `run.start`."""
    event = words(text(first(source, "event", "type")) or "")
    return len(event) == 2 and event[0] in _WHOLE and event[1] in _EDGES


def _is_step(source: dict[str, JSON]) -> bool:
    named = text(first(source, *_NAME)) is not None
    placed = source.keys() & {"step_id", "span_id", "parent_id", "parent_step_id", "parent_span_id"}
    return named and (
        bool(placed) or kind_of(first(source, *_KIND)) is not None or source.get("event") == "step"
    )


def _is_whole(source: dict[str, JSON]) -> bool:
    return first(source, *_ASKED) is not None and first(source, *_ANSWERED) is not None


def _said(source: dict[str, JSON]) -> Message | None:
    return message({**source, "role": first(source, *_ROLE), "content": first(source, *_SAID)})


def _step(source: dict[str, JSON], *, position: int) -> Step:
    started = moment(first(source, *_START))
    error = text(source.get("error"))
    failed = error is not None or text(source.get("status")) in {"error", "failed", "ERROR"}
    name = text(first(source, *_NAME)) or ""
    kind = kind_of(first(source, *_KIND)) or StepKind.OTHER
    used = (*_RUN, *_STEP, *_PARENT, *_START, *_END, *_TOOK, *_KIND, *_NAME, *_GIVEN, *_BACK, *_RECORDS)
    return Step(
        id=text(first(source, *_STEP)) or str(position),
        parent=text(first(source, *_PARENT)),
        kind=kind,
        name=name,
        agent=text(source.get("agent")),
        started=started,
        ended=moment(first(source, *_END)) or after(started, first(source, *_TOOK)),
        input=decoded(first(source, *_GIVEN)),
        output=decoded(first(source, *_BACK)),
        status=Status.ERROR if failed else Status.OK,
        error=error,
        records=records_of(first(source, *_RECORDS)),
        attributes=rest(source, (*used, "agent", "event", "status", "error")),
    )


def _hear(source: dict[str, JSON], log: _Log) -> None:
    """A message of a chat: what was asked, what the model said, what it called, what came back."""
    heard = _said(source) or {"role": "user", "content": ""}
    when = moment(first(source, *_START))
    called = _call_of(heard, log) if heard["role"] == "tool" else None
    if called is None:
        log.steps.append(_spoken(source, heard, log))
    else:
        log.steps[called] = replace(log.steps[called], output=decoded(heard["content"]), ended=when)
    log.talk.append(heard)
    for call in map(mapping, items(heard.get("tool_calls"))):
        log.steps.append(_called(call, position=len(log.steps) + 1, when=when))


def _spoken(source: dict[str, JSON], heard: Message, log: _Log) -> Step:
    kind = _MEANS.get(str(heard["role"]), StepKind.OTHER)
    return Step(
        id=text(first(source, *_STEP)) or str(len(log.steps) + 1),
        kind=kind,
        name=text(heard.get("name")) or str(heard["role"]),
        started=moment(first(source, *_START)),
        input=list(log.talk) or None if kind is StepKind.MODEL else None,
        output=decoded(heard["content"]),
        attributes=rest(source, (*_RUN, *_STEP, *_START, *_ROLE, *_SAID, "tool_calls", "name")),
    )


def _called(call: dict[str, JSON], *, position: int, when: datetime | None) -> Step:
    return Step(
        id=text(call.get("id")) or str(position),
        kind=StepKind.TOOL,
        name=text(call.get("name")) or "tool",
        started=when,
        input=call.get("arguments"),
    )


def _call_of(heard: Message, log: _Log) -> int | None:
    """Where the call stands that a tool's message answers: by its id, else the latest without an answer."""
    wanted = heard.get("tool_call_id")
    calls = [at for at, step in enumerate(log.steps) if step.kind is StepKind.TOOL and step.output is None]
    matching = [at for at in calls if log.steps[at].id == wanted] if wanted else calls
    return matching[-1] if matching else None


def _run(log: _Log) -> Run:
    said = log.said
    whole = Trace(
        id=log.id,
        workflow=text(first(said, "workflow", "app", "service")),
        version=text(said.get("version")),
        model=text(said.get("model")),
        input=decoded(first(said, *_ASKED)) or _heard(log.steps, StepKind.INPUT),
        output=decoded(first(said, *_ANSWERED)) or _heard(log.steps[::-1], StepKind.MODEL),
        attributes=rest(said, (*_RUN, *_ASKED, *_ANSWERED, *_START, "event", "workflow", "version", "model")),
    )
    run = run_of(log.steps, whole)
    times = [*log.times, *(time for time in (run.started, run.ended) if time)]
    return replace(run, started=min(times, default=None), ended=max(times, default=None))


def _heard(steps: Sequence[Step], kind: StepKind) -> JSON:
    return next((step.output for step in steps if step.kind is kind), None)


def _whole(source: dict[str, JSON], *, position: int) -> Run:
    used = (*_RUN, "id", *_ASKED, *_ANSWERED, "workflow", "version", "model")
    whole = Trace(
        id=text(first(source, *_RUN, "id")) or str(position),
        workflow=text(source.get("workflow")),
        version=text(source.get("version")),
        model=text(source.get("model")),
        input=unwrapped_input(first(source, *_ASKED)),
        output=unwrapped_output(first(source, *_ANSWERED)),
        attributes=rest(source, used),
    )
    return run_of((), whole)


JSONL = Format(
    name="jsonl", title="Plain JSON logs: steps, chat messages, or a run a line", sniff=sniff, read=read
)
