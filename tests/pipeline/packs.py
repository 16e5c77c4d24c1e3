"""Packs of the demo's incident: made, opened and searched."""

import csv
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import yaml

from incident2eval.pipeline import intake
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.export import export
from incident2eval.pipeline.project import INCIDENT

Made = Callable[..., dict[str, bytes]]
PLAIN = (
    "html head meta title style body header h1 h2 h3 q section p main dl dt dd ul li div table thead tbody "
    "tr th td code footer"
)
"""The elements of a page."""
OWN, LEAKED = "K-101", "K-102"


def out(project: Path) -> Path:
    return project / "pack.zip"


def members(pack: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(pack) as file:
        assert file.testzip() is None
        return {one.filename: file.read(one) for one in file.infolist()}


def make(project: Path, audience: str) -> Answer:
    return export(project=project, incident=INCIDENT, pack=out(project), audience=audience, by="Jo Hart")


def opened(project: Path, audience: str) -> dict[str, bytes]:
    """Make a pack of the demo's incident in place of the last one, and open it."""
    out(project).unlink(missing_ok=True)
    assert make(project, audience).exit_code == 0
    return members(out(project))


def incident_of(project: Path) -> Path:
    return project / "incidents" / INCIDENT


def change_incident(project: Path, **fields: object) -> None:
    path = incident_of(project) / "incident.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | fields, allow_unicode=True))


def log_of(project: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (incident_of(project) / "log.jsonl").read_text().splitlines()]


def others(project: Path, client: str) -> Iterator[str]:
    """Every name, alias and address of the other customers."""
    with (project / "customers.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["id"] != client:
                yield from filter(None, [row["name"], *row["aliases"].split(";"), row["contact"], row["id"]])


def named(pack: dict[str, bytes], name: str) -> list[str]:
    """The members that hold a name; one word may be an ordinary one, and counts as it is written."""
    flags = re.IGNORECASE if re.search(r"\W", name) and len(name) > 4 else 0
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", flags)
    return [
        member
        for member, data in pack.items()
        for text in (f"{member}\n{data.decode()}",)
        if pattern.search(text) or pattern.search(unescape(text))
    ]


def seal_anew(project: Path) -> None:
    """Seal evidence that was changed."""
    (incident_of(project) / "SEALED.json").unlink()
    intake.collect(project=project, incident=INCIDENT, traces=())


def put_run(project: Path, run: object) -> None:
    """Make a run the incident's only evidence."""
    for path in (incident_of(project) / "evidence").glob("*"):
        path.unlink()
    (incident_of(project) / "evidence" / "trace.json").write_text(json.dumps(run))
    change_incident(project, evidence=[{"file": "evidence/trace.json", "kind": "trace"}], wrong=[])
    seal_anew(project)
