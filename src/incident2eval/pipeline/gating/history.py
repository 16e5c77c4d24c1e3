"""The runs of the gate, as the reports that it left tell them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from incident2eval.model import JSON, BadInput, Fault
from incident2eval.pipeline.gating.reports import all_documents
from incident2eval.review import GateRun
from incident2eval.store import Project, read_bytes


def gate_history(home: Project) -> tuple[list[GateRun], list[Fault]]:
    """Every run of the gate that has a report, the oldest first, and the faults of the other reports.

    Args:
        home: The project.
    """
    runs: list[GateRun] = []
    faults: list[Fault] = []
    for path in all_documents(home):
        shown = path.relative_to(home.root).as_posix()
        try:
            runs.append(_run(path, shown))
        except BadInput as error:
            faults += error.faults
    return sorted(runs, key=lambda run: (run.at, run.report)), faults


def _run(path: Path, shown: str) -> GateRun:
    raw = read_bytes(path, file=shown, limit=path.stat().st_size)
    try:
        report = json.loads(raw)
        return GateRun(
            workflow=_text(report["workflow"]),
            at=_time(_text(report["started"])),
            report=shown,
            outcomes={_text(case["id"]): _text(case["outcome"]) for case in report["cases"]},
            digests=_digests(report.get("digests", {})),
            overrides=tuple(map(_text, report.get("overrides", ()))),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        fault = Fault(file=shown, message="is no report of the gate", hint="move it away, or put it right")
        raise BadInput(fault) from error


def _text(value: JSON) -> str:
    if not isinstance(value, str):
        raise TypeError("is no text")
    return value


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("has no offset")
    return at.astimezone(UTC)


def _digests(value: Mapping[str, JSON]) -> dict[str, str]:
    return {name: _text(digest) for name, digest in value.items()}
