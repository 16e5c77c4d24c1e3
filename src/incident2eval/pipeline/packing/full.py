"""A pack for who may see all of it: the regulator, the insurer."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from incident2eval.inventory import Item
from incident2eval.model import JSON, BadInput, Incident, NotProvable
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline._stock import stock, stock_json
from incident2eval.pipeline.gating.reports import all_documents
from incident2eval.pipeline.packing import account
from incident2eval.pipeline.packing.contents import Asked, Made, closed, dossier_of, exhibit, page_of
from incident2eval.pipeline.packing.file import PackFile, as_json
from incident2eval.report.pack import Gap, Stand, pack_page
from incident2eval.store import SealedFile, dump, read_bytes, sha256


def full_pack(asked: Asked) -> Made:
    """Everything that there is of an incident, byte for byte, with the timeline and a page.

    Raises:
        BadInput: A file of the incident cannot be read.
        NotProvable: A sealed file was changed meanwhile.
        NotJudged: Evidence is listed but absent.
    """
    with PackFile() as pack:
        return _filled(asked, pack)


def _filled(asked: Asked, pack: PackFile) -> Made:
    home, incident = asked.home, asked.incident
    gaps = [*_own_files(asked, pack)]
    given = {one.file: pack.add(f"incident/{one.file}", _as_sealed(asked, one)) for one in asked.files}
    digests = home.case_digests(incident.id)
    for name in digests:
        pack.add(f"cases/{name}", _whole(home.cases / name, file=f"cases/{name}"))
    gaps += [] if digests else [Gap(what="cases", why="none was written for this incident")]
    gaps += _reports(asked, pack)
    if asked.settings:
        pack.add("settings/workflow.json", as_json({incident.workflow.name: dump(asked.settings)}))
    else:
        gaps.append(Gap(what="settings of the workflow", why="the settings know no workflow of that name"))
    dossier, why = dossier_of(asked)
    gaps += [Gap(what="steps of the run in the timeline", why=why)] if why else []
    log, unread = account.read_log(_optional(home.folder(incident.id) / "log.jsonl"))
    gaps += [Gap(what=f"log.jsonl, line {n}, in the timeline", why="it cannot be read") for n in unread]
    recorded = dossier.known.recorded if dossier else None
    # The file alone: what the log tells has lines of its own.
    written = home.incident(incident.id).written or incident
    timeline = account.happenings(written, recorded, asked.sealed, log)
    pack.add("timeline.json", as_json([account.as_data(one) for one in timeline]))
    items = _stock(asked)
    page = replace(
        page_of(asked, str, gaps, recorded),
        workflow=account.workflow(incident, asked.settings, recorded),
        timeline=tuple(map(account.as_event, timeline)),
        evidence=tuple(exhibit(one, given[one.file]) for one in asked.files),
        kinds=tuple(
            Stand(kind=one.kind.words, where=", ".join(one.where), reason=one.absent_reason or "")
            for one in items
        ),
    )
    pack.add("index.html", pack_page(page).encode("utf-8", "backslashreplace"))
    rows = [
        {
            "file": given[one.file],
            "sealed_as": one.file,
            "kind": one.kind,
            "bytes": one.bytes,
            "sha256": one.sha256,
        }
        for one in asked.files
    ]
    return closed(asked, pack, gaps, evidence=rows, inventory=stock_json(items))


def _own_files(asked: Asked, pack: PackFile) -> Iterator[Gap]:
    """Put the incident's own files into the pack; those that are not there are gaps."""
    folder = asked.home.folder(asked.incident.id)
    missing = {"log.jsonl": "nothing was logged so far", "root-cause.yaml": "none was written so far"}
    for name in ("incident.yaml", "SEALED.json", "log.jsonl", "root-cause.yaml"):
        if name in missing and not (folder / name).exists():
            yield Gap(what=name, why=missing[name])
        else:
            pack.add(f"incident/{name}", _whole(folder / name, file=name))


def _as_sealed(asked: Asked, one: SealedFile) -> bytes:
    data = _whole(asked.folder / one.file, file=one.file)
    if sha256(data) != one.sha256:
        raise NotProvable(f"{one.file}: was changed while the pack was made; nothing was written")
    return data


def _whole(path: Path, *, file: str) -> bytes:
    """A file of any size."""
    return read_bytes(path, file=file, limit=path.stat().st_size)


def _reports(asked: Asked, pack: PackFile) -> Iterator[Gap]:
    """Put those reports of the workflow into the pack that speak of the incident."""
    root, found = asked.home.root, False
    for path in all_documents(asked.home):
        shown = path.relative_to(root).as_posix()
        try:
            data = _whole(path, file=shown)
            report = json.loads(data)
        except (BadInput, ValueError, RecursionError):
            yield Gap(what=shown, why="cannot be read")
            continue
        if not _speaks_of(report, asked.incident):
            continue
        found = True
        pack.add(shown, data)
        html = path.with_suffix(".html")
        if html.is_file():
            pack.add(f"{shown.removesuffix('.json')}.html", _whole(html, file=html.name))
    if not found:
        yield Gap(what="reports", why="none speaks of this incident")


def _speaks_of(report: JSON, incident: Incident) -> bool:
    if not isinstance(report, Mapping) or report.get("workflow") != incident.workflow.name:
        return False
    digests, notes = report.get("digests"), report.get("incidents")
    if isinstance(digests, Mapping) and f"sealed:{incident.id}" in digests:
        return True
    rows = notes if isinstance(notes, list) else []
    return any(isinstance(row, Mapping) and row.get("id") == incident.id for row in rows)


def _stock(asked: Asked) -> tuple[Item, ...]:
    kept = asked.home.evidence(asked.incident.id)
    try:
        readings, _ = read_traces(kept)
    except BadInput:  # it is a gap already
        readings = {}
    return stock(asked.incident, kept, readings)


def _optional(path: Path) -> bytes:
    return _whole(path, file=path.name) if path.exists() else b""
