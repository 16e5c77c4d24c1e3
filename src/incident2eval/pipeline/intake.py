"""`read` and `collect`: what an importer sees in a file, and evidence sealed as received."""

import getpass
from pathlib import Path

from incident2eval import formats
from incident2eval.model import BadInput, Customers, Fault, Incident2EvalError, Run, Step, flat_text
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import read_traces
from incident2eval.store import Project

NOBODY = Customers()
"""The roster outside a project: nobody is known."""


def read(*, project: Path | None, files: tuple[Path, ...], format: str | None) -> Answer:  # noqa: A002
    """Read trace files and show their runs.

    Args:
        project: Folder to take settings and roster from; without a project, runs are shown without them.
        files: The files, each told apart by its content.
        format: Name of the format, where the content is not to decide.

    Raises:
        BadInput: A file cannot be read, or holds no run.
    """
    home = project_or_none(project)
    runs: list[Run] = []
    names: dict[str, None] = {}
    skipped: list[dict[str, str]] = []
    sources: dict[str, None] = {}
    for path in files:
        reading = formats.read(contents(path), name=path.name, format=format)
        names[reading.format] = None
        skipped += [{"where": f"{path.name}: {item.where}", "why": item.why} for item in reading.skipped]
        for run in reading.runs:
            told = owned(run, home)
            sources.update(dict.fromkeys(told.sources))
            runs.append(told.run)
    data = {
        "runs": [formats.dump_run(run) for run in runs],
        "format": next(iter(names)) if len(names) == 1 else ", ".join(names),
        "skipped": skipped,
        "inferred": list(sources),
    }
    notes = [f"skipped {item['where']}: {item['why']}" for item in skipped]
    lines = [line for run in runs for line in (*tree(run), "")]
    return Answer(
        data=data,
        text="\n".join([*lines, *(f"inferred: {source}" for source in sources)]),
        notes=tuple(notes),
    )


def collect(*, project: Path | None, incident: str, traces: tuple[Path, ...]) -> Answer:
    """Seal an incident's evidence: copy traces in, then write a digest of every file to SEALED.json.

    Raises:
        BadInput: No such incident, a file that is not there, or another file of that name among the evidence.
    """
    home = Project.find(project)
    home.incident(incident)
    handed = {path: contents(path) for path in traces}
    # All is read before any of it is sealed: what cannot be used is refused, and nothing is written.
    runs = sum(len(formats.read(raw, name=path.name).runs) for path, raw in handed.items())
    readings, warnings = read_traces(home.evidence(incident))
    runs += sum(len(reading.runs) for reading in readings.values())
    for path, raw in handed.items():
        home.keep(incident, path.name, raw)
    kept = home.evidence(incident)
    entries = home.seal(incident, by=whoami())
    data = {
        "incident": incident,
        "runs": runs,
        "evidence": [
            {"file": item.evidence.file, "kind": item.evidence.kind, "listed": item.listed} for item in kept
        ],
        "sealed": {"files": len(entries), "sha256": entries[-1].chain if entries else None},
    }
    lines = [
        f"{incident}: {runs} runs read, {len(entries)} files sealed",
        *(f"  {e.sha256[:12]}  {e.kind:<16} {e.file}" for e in entries),
    ]
    return Answer(data=data, text="\n".join(lines), notes=tuple(warnings))


def whoami() -> str:
    """Who runs this: the name of the account, for the log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def tree(run: Run) -> list[str]:
    """A run as lines for a person.

    Its steps as a tree, whose records they read, what went wrong, the output.
    """
    subject = run.subject
    who = f"{subject.customer or subject.customer_id} ({subject.customer_id})" if subject else "nobody named"
    lines = [f"run {run.id or '(no id)'}  {run.workflow or ''} {run.version or ''}".rstrip(), f"  for {who}"]
    known = {step.id for step in run.steps}
    children: dict[str | None, list[Step]] = {}
    for step in run.steps:
        children.setdefault(
            step.parent if step.parent in known and step.parent != step.id else None, []
        ).append(step)
    shown: set[int] = set()

    def grow(parent: str | None, depth: int) -> None:
        for step in children.get(parent, []):
            if id(step) not in shown and depth < 40:
                shown.add(id(step))
                lines.append("  " + "  " * depth + _line(step))
                grow(step.id, depth + 1)

    grow(None, 0)
    lines += ["  " + _line(step) for step in run.steps if id(step) not in shown]
    lines.append(f"  output: {_short(flat_text(run.output), 160)}")
    return lines


def _line(step: Step) -> str:
    owners = {record.owner or "nobody" for record in step.records}
    parts = [f"{step.kind:<9} {step.name}  [{step.id}]"]
    if step.records:
        parts.append(f"{len(step.records)} records of {', '.join(sorted(owners))}")
    if step.error:
        parts.append(f"error: {_short(step.error, 60)}")
    return "  ".join(parts)


def _short(text: str, width: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 3] + "..."


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
