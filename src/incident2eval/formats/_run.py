"""Run JSON as a trace format: a run, several by name, or a run a line as archives hold them."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from incident2eval.formats._format import Format, Row, Skipped
from incident2eval.formats._run_json import RUN_SCHEMA, RUNS_SCHEMA, load_run
from incident2eval.formats._shape import mapping, text
from incident2eval.model import JSON, BadInput, Run

_FIELDS = frozenset(field.name for field in fields(Run))


def sniff(value: JSON) -> bool:
    """A value that names the schema, or has steps and no key that a run has not."""
    source = mapping(value)
    return text(source.get("schema")) in {RUN_SCHEMA, RUNS_SCHEMA} or (
        "steps" in source and source.keys() <= _FIELDS
    )


def read(rows: Sequence[Row]) -> Iterator[Run | Skipped]:
    """Every run; one that is faulty is skipped with its faults."""
    for row in rows:
        runs = mapping(row.value).get("runs")
        named = runs.items() if isinstance(runs, dict) else [("", row.value)]
        for name, value in named:
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


def _told(field: str | None, message: str) -> str:
    return f"{field}: {message}" if field else message


RUN = Format(name="run", title="Run JSON, the project's own form", sniff=sniff, read=read)
