"""Past runs of the small project, written as an archive, and what a look-back says of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.look_back import look_back
from incident2eval.pipeline.project import INCIDENT

Line = Mapping[str, Any]


def faulty(project: Path, name: str, day: int = 1, **more: Any) -> Line:
    """The run of the incident once more: on that day of November, under another name."""
    run = json.loads((project / "cases" / INCIDENT / "recorded.json").read_text())
    return {**run, "id": name, "started": f"2026-11-{day:02}T08:00:00Z", **more}


def good(project: Path, name: str, day: int = 1, **more: Any) -> Line:
    run = json.loads((project / "cases" / INCIDENT / "corrected.json").read_text())
    return {**run, "id": name, "started": f"2026-11-{day:02}T08:00:00Z", **more}


def archive(project: Path, *lines: Line, name: str = "past.jsonl") -> Path:
    path = project / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def asked(project: Path, *files: Path, **more: Any) -> Answer:
    return look_back(project=project, incident=INCIDENT, archive=files, by="Ruth Calloway", **more)


def logged(project: Path) -> list[dict[str, Any]]:
    log = project / "incidents" / INCIDENT / "log.jsonl"
    lines = map(json.loads, log.read_text().splitlines() if log.exists() else ())
    return [line for line in lines if line["event"] == "looked_back"]


def runs(answer: Answer) -> list[str]:
    hits = answer.data["hits"]
    assert isinstance(hits, list)
    return [hit["run"] for hit in hits]
