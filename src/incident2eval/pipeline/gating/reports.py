"""Publish a report: under reports/, and wherever else the caller wants a copy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from incident2eval.model import JSON, BadInput, Fault, Report, Ruling
from incident2eval.report import render, summary
from incident2eval.store import Project, dump, sha256, write_together

FORMS = (".json", ".xml", ".md", ".html")
"""The report's forms by their endings: the document, JUnit XML, Markdown and one page."""

ENVELOPE = ".dsse.json"
"""Ending of the file with the signatures; the rest of its name is the report's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A report on disk."""

    data: Mapping[str, JSON]
    """The gate's answer as contract section 5 prints it."""
    text: str


def refuse_places(home: Project, *copies: Path | None) -> None:
    """Refuse a copy of the report where it would overwrite what the gate goes by, before anything is run.

    Raises:
        BadInput: The place is among the cases, incidents or settings, is a folder, or stands in none.
    """
    for copy in copies:
        if copy is None:
            continue
        place = copy.resolve()
        kept = (home.cases.resolve(), home.incidents.resolve())
        if any(place.is_relative_to(folder) for folder in kept) or place == home.root / "incident2eval.toml":
            raise BadInput(
                Fault(message="a report does not go there", file=str(copy), hint="name another file")
            )
        if place.exists() and place.is_relative_to(home.root) and place.suffix not in FORMS:
            message = "is a file of the project, and no report"
            raise BadInput(Fault(message=message, file=str(copy), hint="name another file"))
        if place.is_dir() or not place.parent.is_dir():
            raise BadInput(
                Fault(message="is no place for a file", file=str(copy), hint="name a file in a folder")
            )


def refuse_form(copy: Path | None) -> None:
    """Refuse a copy whose ending names no form of the report; raises BadInput."""
    if copy is not None and copy.suffix not in FORMS:
        hint = "use " + ", ".join(FORMS)
        raise BadInput(Fault(message="the report's form is told by its ending", file=str(copy), hint=hint))


def publish(
    home: Project, report: Report, *, junit: Path | None = None, copy: Path | None = None
) -> Published:
    """Write a report as JSON, JUnit XML, Markdown and one HTML page, all or none of them.

    Raises:
        BadInput: reports/ is a link, or leads outside the project.
    """
    rendered = render(report)
    forms = dict(
        zip(
            FORMS,
            (rendered.json, rendered.junit, rendered.markdown.encode(), rendered.html.encode()),
            strict=True,
        )
    )
    elsewhere = {place: forms[".xml"] for place in [junit] if place} | {
        p: forms[p.suffix] for p in [copy] if p
    }
    folder = _folder(home, report.decision.workflow)
    # Two gates may finish in the same second: the name is chosen and taken under a lock.
    with FileLock(folder.parent / ".lock"):
        stem = _free(folder, stem_of(report))
        write_together({folder / f"{stem}{ending}": content for ending, content in forms.items()} | elsewhere)
    path = (folder / f"{stem}.json").relative_to(home.root).as_posix()
    decision = dump(report.decision)
    data = {**decision, "report": path, "digest": sha256(rendered.json), "commit": report.commit}
    lines = [summary(report), f"report: {path.removesuffix('.json')}.html"]
    if report.decision.decision is not Ruling.PASS:
        lines.append("next: mend what is named above, then run this again")
    elif home.paused(report.decision.workflow):
        lines.append(f"next: incident2eval restart {report.decision.workflow}")
    return Published(data=data, text="\n".join(lines))


def folder_of(home: Project, workflow: str) -> Path:
    """Where the reports of a workflow are kept, there or not."""
    return home.root / "reports" / re.sub(r"[^A-Za-z0-9_-]", "_", workflow)


def stem_of(report: Report) -> str:
    """What a report's files are called, without ending; of several in one second the later get a number."""
    commit = report.commit[:12] if report.commit else "nocommit"
    return f"{report.finished:%Y-%m-%dT%H-%M-%SZ}-{commit}"


def documents_in(folder: Path) -> tuple[Path, ...]:
    """The JSON of every report in a folder, the oldest first; envelopes are none."""
    found = (path for path in folder.glob("*.json") if not path.name.endswith(ENVELOPE))
    return tuple(sorted(found, key=lambda path: path.stem))


def all_documents(home: Project) -> tuple[Path, ...]:
    """The JSON of every report of every workflow."""
    folders = sorted((home.root / "reports").glob("*/"))
    return tuple(path for folder in folders for path in documents_in(folder))


def _folder(home: Project, workflow: str) -> Path:
    folder = folder_of(home, workflow)
    for place in (folder.parent, folder):
        if place.is_symlink():
            raise BadInput(
                Fault(message="is a link, and reports are not written through links", file=str(place))
            )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _free(folder: Path, name: str) -> str:
    """A name that no report has yet.

    Two gates may finish in the same second, and no report is written over.
    """
    taken = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(stem for stem in taken if not (folder / f"{stem}.json").exists())
