"""`collect`: evidence sealed as received; and what every command needs that takes a trace file."""

import getpass
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from incident2eval import formats
from incident2eval.inventory import Item
from incident2eval.model import BadInput, Customers, Fault, Incident2EvalError, Run
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import TRACES, read_traces
from incident2eval.pipeline._stock import stock, stock_json
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.store import Kept, Project

NOBODY = Customers()
"""The roster outside a project: nobody is known."""


def collect(
    *, project: Path | None, incident: str, traces: tuple[Path, ...], by: str | None = None
) -> Answer:
    """Seal an incident's evidence as it was received, with the traces handed over, and say what was read.

    Raises:
        BadInput: No such incident, a faulty incident file, a file that is not there, two of one name, or
            another file of that name among the evidence: nothing was written. A trace that cannot be read:
            it is sealed.
        NotProvable: Sealed evidence was changed.
        NotJudged: Evidence is listed or sealed but absent.
    """
    home = Project.find(project)
    home.incident(incident)
    return take_in(home, incident, _by_name(traces), by=by or whoami())


def take_in(home: Project, incident: str, files: Mapping[str, bytes], *, by: str) -> Answer:
    """Put files among an incident's evidence and seal them; only then read them, and say what was read.

    Args:
        home: The project.
        incident: The incident's id.
        files: Traces as they were received, by the names that they get in evidence/.
        by: Who hands them over, for the manifest.

    Raises:
        BadInput: As `collect`.
        NotProvable: Sealed evidence was changed; the files are sealed unless the manifest was.
        NotJudged: Evidence is listed or sealed but absent; the files are sealed.
    """
    entries = home.take_in(incident, files, by=by)
    loaded = home.incident(incident)
    kept = home.evidence(incident)
    readings, warnings = _read(kept, [f"evidence/{name}" for name in files])
    runs = sum(len(reading.runs) for reading in readings.values())
    items = stock(loaded.incident, kept, readings)
    data = {
        "incident": incident,
        "runs": runs,
        "evidence": [
            {"file": item.evidence.file, "kind": item.evidence.kind, "listed": item.listed} for item in kept
        ],
        "sealed": {"files": len(entries), "sha256": entries[-1].chain if entries else None},
        "inventory": stock_json(items),
    }
    lines = [
        f"{incident}: {counted(runs, 'run')} read, {counted(len(entries), 'file')} sealed",
        *(f"  {e.sha256[:12]}  {e.kind:<16} {e.file}" for e in entries),
        _heading(incident, items),
        *(f"  {item}" for item in items),
        f"next: incident2eval run {incident}"
        if runs
        else f"no run is among it yet; next: incident2eval collect {incident} --trace FILE",
    ]
    passed = (
        f"{file} {what}, and was not sealed: put the file itself there, under a plain name"
        for file, what in home.passed_over(incident).items()
    )
    notes = (*loaded.warnings, *warnings, *passed, *_unread(kept, files, runs))
    return Answer(data=data, text=wrapped(lines), notes=notes)


def _heading(incident: str, items: Sequence[Item]) -> str:
    """What the list is, and which file says why something is not there."""
    where = f"; a reason goes into incidents/{incident}/incident.yaml"
    return f"of the eight kinds of evidence{where if any(item.is_missing for item in items) else ''}:"


def _by_name(paths: Sequence[Path]) -> dict[str, bytes]:
    """The files by the names that they get among the evidence; BadInput where two would get the same."""
    named: dict[str, Path] = {}
    faults = []
    for path in paths:
        there = named.setdefault(path.name, path)
        if there.resolve() != path.resolve():
            hint = "rename one: the names are those of the evidence"
            faults.append(Fault(file=str(path), message=f"has the same name as {there}", hint=hint))
    if faults:
        raise BadInput(*faults)
    return {name: contents(path) for name, path in named.items()}


def _read(kept: Sequence[Kept], handed: Collection[str]) -> tuple[dict[Kept, formats.Reading], list[str]]:
    """Read the traces among sealed evidence; what was handed over must be one, whatever its name says."""
    try:
        readings, warnings = read_traces(kept)
        heard = {item.evidence.file for item in readings}
        for item in kept:
            if item.evidence.file in handed and item.evidence.file not in heard:
                formats.read(item.read(), name=item.evidence.file, format=item.evidence.format)
    except BadInput as error:
        faults = (
            replace(fault, message=f"is sealed, but not read: {fault.message}") for fault in error.faults
        )
        raise BadInput(*faults) from error
    return readings, warnings


def _unread(kept: Sequence[Kept], handed: Collection[str], runs: int) -> Iterator[str]:
    """What a person should know of files that no run was read from."""
    names = {f"evidence/{name}" for name in handed}
    for item in kept:
        file, kind = item.evidence.file, item.evidence.kind
        if kind not in TRACES and (file in names or not runs):
            yield f"{file} is taken for evidence of kind {kind}: list it with `kind: trace` if it is one"


def whoami() -> str:
    """Who runs this: the name of the account, for the log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def owned(run: Run, home: Project | None) -> formats.Attributed:
    """The run with subject and owners, by the settings of its workflow (or of the only one there is)."""
    if home is None:
        return formats.with_owners(run, customers=NOBODY, paths={}, stated=None)
    workflows = home.settings.workflows
    settings = workflows.get(run.workflow or "") or (
        next(iter(workflows.values())) if len(workflows) == 1 else None
    )
    paths = settings.subject if settings else {}
    return formats.with_owners(run, customers=home.customers, paths=paths, stated=None)


def project_or_none(folder: Path | None) -> Project | None:
    """The project, or None where there is none and nobody asked for one: `read` works anywhere."""
    try:
        return Project.find(folder)
    except Incident2EvalError:
        if folder is not None:
            raise
        return None


def contents(path: Path) -> bytes:
    """The bytes of a file that the user named; BadInput where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            Fault(message=f"cannot be read: {error.strerror}", file=str(path), hint="check the path")
        ) from error
