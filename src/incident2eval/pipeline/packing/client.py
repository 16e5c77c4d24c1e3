"""A pack for one client: its own name stays, and everybody else's becomes a pseudonym."""

from collections.abc import Iterator
from dataclasses import replace

from incident2eval import formats
from incident2eval.model import Customer, EvidenceKind, Origin
from incident2eval.pipeline.packing.contents import Asked, Made, closed, dossier_of, exhibit, page_of, said
from incident2eval.pipeline.packing.exposed import exposed
from incident2eval.pipeline.packing.file import PackFile, as_json
from incident2eval.pipeline.packing.hiding import ClientView
from incident2eval.pipeline.packing.own import is_own
from incident2eval.report.pack import Gap, pack_page
from incident2eval.store import SealedFile

_IN_A_RUN = {
    EvidenceKind.TRACE,
    EvidenceKind.INPUT,
    EvidenceKind.OUTPUT,
    EvidenceKind.CORRECTED_TRACE,
    EvidenceKind.CORRECTED_OUTPUT,
}
"""What the runs of a pack for a client tell."""

_FILES = {
    "runs/recorded.json": "What the software wrote down of the run that went wrong, step by step: what it "
    "was asked, which records it read, what it wrote. Any text editor opens it. Names of steps, ids and "
    "times are as the software wrote them, but for what is left out or made up.",
    "runs/corrected.json": "The same run after the fault was mended, for comparison, written down likewise.",
}
"""What the files are, for somebody who is no engineer."""

_WHY_NOT = {
    EvidenceKind.PROMPT: "prompts are not given to clients",
    EvidenceKind.GOOD_TRACE: "a run beside the incident",
}


def client_pack(asked: Asked, client: Customer) -> Made:
    """What one customer may see of an incident: two redacted runs and a page, nobody else's name.

    Raises:
        BadInput: A file of the incident cannot be read.
        NotProvable: Somebody else's name was overlooked.
        NotJudged: Evidence is listed but absent.
    """
    dossier, why = dossier_of(asked)
    recorded = dossier.known.recorded if dossier else None
    corrected = dossier.corrected if dossier and dossier.origin is not Origin.REPAIRED else None
    runs = {"recorded": recorded, "corrected": corrected}
    given = [run for run in runs.values() if run]
    view = ClientView(asked.home, client, asked.incident, given, _people(asked))
    view.refuse_id(asked.incident.id)
    gaps = [
        Gap(what="prompts", why="left out of the runs: they are not given to clients"),
        Gap(what="other customers' records", why="left out of the runs, and where the runs quote them"),
        Gap(what="attributes of traces", why="left out of the runs: prompts stand there as well"),
        *([Gap(what="recorded run", why="no run could be read from the evidence")] if why else []),
        *(
            Gap(what=f"question and answer of the {name} run", why="the run was made for another customer")
            for name, run in runs.items()
            if run and not is_own(run, client)
        ),
        *([] if corrected else [Gap(what="corrected run", why="there is no recorded one")]),
        *(_gap(one) for one in asked.files if one.kind not in _IN_A_RUN or not recorded),
    ]
    gaps = [replace(gap, what=view.text(gap.what)) for gap in gaps]
    seen = {name: view.run(run) for name, run in runs.items() if run}
    files = {f"runs/{name}.json": formats.dump_runs({"input": run}) for name, run in seen.items()}
    told = {
        one.file: "in the redacted runs, as far as they tell it"
        if one.kind in _IN_A_RUN and recorded
        else "left out"
        for one in asked.files
    }
    page = replace(
        page_of(asked, view.text, gaps, recorded),
        exposed=exposed(asked, client, view, (recorded, seen["recorded"]) if recorded else None),
        files=tuple((name, _FILES[name]) for name in files),
        evidence=tuple(
            replace(exhibit(one, told[one.file]), kind=view.text(one.kind)) for one in asked.files
        ),
    )
    files["index.html"] = pack_page(page).encode("utf-8", "backslashreplace")
    for name, data in files.items():
        view.refuse_names(name, data)
    rows = [
        {"kind": view.text(one.kind), "bytes": one.bytes, "sha256": one.sha256, "given": told[one.file]}
        for one in asked.files
    ]
    more = {"origin_of_corrected_run": dossier.origin.value} if dossier and corrected else {}
    view.refuse_names("MANIFEST.json", as_json([*said(asked, gaps).values(), rows]))
    with PackFile() as pack:
        for name, data in files.items():
            pack.add(name, data)
        return closed(asked, pack, gaps, evidence=rows, **more)


def _people(asked: Asked) -> Iterator[str]:
    """Everybody that the incident file and the settings name, none of them the client's."""
    incident, settings = asked.incident, asked.home.settings
    yield from (approver.name for approver in settings.approvers)
    for workflow in settings.workflows.values():
        yield from filter(None, (workflow.owner, workflow.deputy, workflow.switch_off_by))
    yield from ([incident.reporter.name] if incident.reporter else [])
    yield from (one.by for one in incident.containment)
    yield from filter(None, (one.owner for one in incident.actions))


def _gap(one: SealedFile) -> Gap:
    why = _WHY_NOT.get(EvidenceKind(one.kind), "") if one.kind in set(EvidenceKind) else ""
    why = why or "cannot be redacted in its own form"
    return Gap(what=f"evidence of kind {one.kind}, sha256 {one.sha256}", why=why)
