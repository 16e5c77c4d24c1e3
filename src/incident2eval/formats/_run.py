"""Run JSON as a trace format: a run, several by name, or a run a line as archives hold them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING

from incident2eval.formats._format import Format, Row, Skipped
from incident2eval.formats._run_json import DEPTH, RUN_SCHEMA, RUNS_SCHEMA, load_run
from incident2eval.formats._shape import items, mapping, text
from incident2eval.formats.files._parse import MAX_DEPTH, measure
from incident2eval.model import JSON, BadInput, Record, Run, Step

if TYPE_CHECKING:
    import msgspec

_FIELDS = frozenset(field.name for field in fields(Run))
_STEP_FIELDS = frozenset(field.name for field in fields(Step))
_NO_OPENINGS = bytes(set(range(256)) - set(b"{["))
_RECORD_FIELDS = frozenset(field.name for field in fields(Record))


def sniff(value: JSON) -> bool:
    """A run, several by name, or a list of them such as `read --json` prints."""
    listed = items(mapping(value).get("runs"))
    return _is_run(mapping(listed[0] if listed else value))


def read(rows: Iterable[Row]) -> Iterator[Run | Skipped]:
    """Every run; one that is faulty is skipped with its faults."""
    for row in rows:
        for name, value in _named(row):
            where = f"{row.where}: {name}" if name else row.where
            try:
                run = load_run(value, what=where)
            except BadInput as error:
                yield Skipped(
                    where=where,
                    why="; ".join(_told(fault.field, fault.message) for fault in error.faults[:5]),
                )
            else:
                yield run if run.id or not name else replace(run, id=name)


def _is_run(source: Mapping[str, JSON]) -> bool:
    """Whether a value names the schema, or has steps and no key that a run has not."""
    return text(source.get("schema")) in {RUN_SCHEMA, RUNS_SCHEMA} or (
        "steps" in source and source.keys() <= _FIELDS
    )


def _named(row: Row) -> Iterable[tuple[str, JSON]]:
    runs = mapping(row.value).get("runs")
    if isinstance(runs, dict):
        return runs.items()
    return [("", run) for run in runs] if isinstance(runs, list) else [("", row.value)]


def _told(field: str | None, message: str) -> str:
    return f"{field}: {message}" if field else message


def short_way(head: Sequence[JSON]) -> Callable[[bytes], Run | None] | None:
    """How the lines after the first ones are read where these are plainly runs: many times as fast.

    Of a long archive only its first lines are held to having no key twice and none that is not a run's.
    """
    return decoded if head and all(map(_is_plain, head)) else None


def decoded(line: bytes) -> Run | None:
    """A line that is a run without the detour by way of plain values; None for any other."""
    try:
        run = _decoder().decode(line)
    except (ValueError, RecursionError):
        return None
    if run.schema != RUN_SCHEMA or not (run.steps or run.output):
        return None
    if len(line.translate(None, _NO_OPENINGS)) > MAX_DEPTH and _is_deep(run):
        return None
    return run if _is_settled(run) else None


def _is_settled(run: Run) -> bool:
    """Whether its steps have ids and all times are in UTC."""
    if (run.started and run.started.tzinfo is not UTC) or (run.ended and run.ended.tzinfo is not UTC):
        return False
    for step in run.steps:
        started, ended = step.started, step.ended
        if not step.id or (started and started.tzinfo is not UTC) or (ended and ended.tzinfo is not UTC):
            return False
    return True


def _is_deep(run: Run) -> bool:
    values = [run.input, run.output, run.attributes]
    for step in run.steps:
        values += (step.input, step.output, step.attributes, *(record.metadata for record in step.records))
    try:
        measure(values, depth=DEPTH)
    except ValueError:
        return True
    return False


@cache
def _decoder() -> "msgspec.json.Decoder[Run]":
    import msgspec  # noqa: PLC0415 - only where a file is read

    return msgspec.json.Decoder(Run)


def _is_plain(value: JSON) -> bool:
    """Whether a run, its steps and their records say nothing but what a run says."""
    steps = [mapping(step) for step in items(mapping(value).get("steps"))]
    records = [mapping(record) for step in steps for record in items(step.get("records"))]
    return (
        mapping(value).keys() <= _FIELDS
        and all(step.keys() <= _STEP_FIELDS for step in steps)
        and all(record.keys() <= _RECORD_FIELDS for record in records)
    )


RUN = Format(
    name="run", title="Run JSON, the project's own form", sniff=sniff, read=read, short_way=short_way
)
