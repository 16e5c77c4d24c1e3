"""Run JSON (contract section 4): the project's own form, out of and into the model."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from incident2eval.formats._as_written import settled
from incident2eval.formats._shape import mapping
from incident2eval.formats.files._parse import MAX_DEPTH, measure, parsed
from incident2eval.model import JSON, BadInput, Fault, Run, Step

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RUN_SCHEMA = "incident2eval/run/1"
RUNS_SCHEMA = "incident2eval/runs/1"

DEPTH = 2 * MAX_DEPTH
"""A run read from a trace may be nested deeper than the trace was: JSON in its strings is decoded."""

ONLY = "input"
"""Name of the only run of a file that holds a single one; a case's only input is called the same."""


def load_run(value: JSON, *, what: str) -> Run:
    """A run from Run JSON.

    Args:
        value: The parsed JSON; every field has a default, which null stands for as well, but for a step's
            `kind` and `name`. Kinds and statuses may be other tools' words, an error an object.
        what: How the user knows it, for messages.

    Returns:
        The run, times in UTC. Steps that share an id are kept as they are: `Run.step` gives the first.

    Raises:
        BadInput: with every fault and the path of its field.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - takes longer to import than most commands run

    if not isinstance(value, dict):
        raise BadInput(Fault(message="a run is a JSON object", file=what))
    schema = value.get("schema")
    if schema is not None and schema != RUN_SCHEMA:
        raise BadInput(Fault(message=f"is {schema!r}, not {RUN_SCHEMA}", file=what, field="schema"))
    try:
        measure(value, depth=DEPTH)
    except ValueError as error:
        raise BadInput(Fault(message=str(error), file=what)) from None
    try:
        run = _adapter().validate_python(settled(value))
    except ValidationError as error:
        raise BadInput(*_faults(error.errors(include_url=False, include_context=False), what=what)) from None
    if naive := list(_naive(run)):
        hint = "write it as 2026-11-18T09:41:07Z"
        raise BadInput(
            *(Fault(message="has no offset", file=what, field=field, hint=hint) for field in naive)
        )
    try:
        return _in_utc(_numbered(run))
    except OverflowError:
        raise BadInput(Fault(message="a time in it is before year 1 or after 9999", file=what)) from None


def load_runs(data: bytes, *, what: str = "runs") -> Mapping[str, Run]:
    """The runs of a recorded.json or corrected.json, by name and in the order of the file.

    Args:
        data: A single Run (it is called `input`), or several under `runs`.
        what: How the user knows the file, for messages.

    Raises:
        BadInput: when it is neither.
    """
    try:
        value = parsed(data.removeprefix(b"\xef\xbb\xbf"), depth=DEPTH)
    except ValueError as error:
        raise BadInput(Fault(message=f"is no Run JSON: {error}", file=what)) from None
    runs = mapping(value).get("runs")
    if isinstance(runs, dict):
        return {name: load_run(run, what=f"{what}: {name}") for name, run in runs.items()}
    return {ONLY: load_run(value, what=what)}


def dump_run(run: Run) -> dict[str, JSON]:
    """The run as Run JSON: keys in the order of the contract, times as RFC 3339 with Z."""
    dumped: dict[str, JSON] = _adapter().dump_python(run, mode="json")
    return dumped


def dump_runs(runs: Mapping[str, Run]) -> bytes:
    """The runs as a file: a single one called `input` as a Run, else by name. Same runs, same bytes."""
    import json  # noqa: PLC0415 - beside its only use

    value: JSON
    if runs.keys() == {ONLY}:
        value = dump_run(runs[ONLY])
    else:
        value = {"schema": RUNS_SCHEMA, "runs": {name: dump_run(run) for name, run in runs.items()}}
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _numbered(run: Run) -> Run:
    """The run with a step's position as its id where it has none: a finding must be able to name it."""
    if all(step.id for step in run.steps):
        return run
    steps = (step if step.id else replace(step, id=str(n)) for n, step in enumerate(run.steps, start=1))
    return replace(run, steps=tuple(steps))


@cache
def _adapter() -> "TypeAdapter[Run]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - see load_run

    return TypeAdapter(Run)


def _faults(errors: Iterable[Mapping[str, Any]], *, what: str) -> Iterator[Fault]:
    for error in errors:
        message = str(error["msg"])
        yield Fault(
            message=message[:1].lower() + message[1:], file=what, field=".".join(map(str, error["loc"]))
        )


def _naive(run: Run) -> Iterator[str]:
    times = {"started": run.started, "ended": run.ended}
    for at, step in enumerate(run.steps):
        times |= {f"steps.{at}.started": step.started, f"steps.{at}.ended": step.ended}
    return (field for field, time in times.items() if time is not None and time.tzinfo is None)


def _in_utc(run: Run) -> Run:
    steps = tuple(step if step.started is step.ended is None else _timed(step) for step in run.steps)
    return replace(run, started=_utc(run.started), ended=_utc(run.ended), steps=steps)


def _timed(step: Step) -> Step:
    return replace(step, started=_utc(step.started), ended=_utc(step.ended))


def _utc(time: datetime | None) -> datetime | None:
    return time.astimezone(UTC) if time is not None else None
