"""Publish a report: under reports/, and wherever else the caller wants a copy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from incident2eval.model import JSON, BadInput, Fault, Report, Ruling
from incident2eval.report import render, summary
from incident2eval.store import Project, dump, sha256, write_together


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A report on disk."""

    data: Mapping[str, JSON]
    """The gate's answer as contract section 5 prints it."""
    text: str


def publish(
    home: Project, report: Report, *, junit: Path | None = None, copy: Path | None = None
) -> Published:
    """Write a report as JSON, JUnit XML, Markdown and one HTML page, all or none of them.

    Raises:
        BadInput: The copy's ending names no form of the report.
    """
    rendered = render(report)
    forms = {
        ".json": rendered.json,
        ".xml": rendered.junit,
        ".md": rendered.markdown.encode(),
        ".html": rendered.html.encode(),
    }
    if copy is not None and copy.suffix not in forms:
        raise BadInput(
            Fault(
                message="the report's form is told by its ending",
                file=str(copy),
                hint="use " + ", ".join(forms),
            )
        )
    name = f"{report.finished:%Y-%m-%dT%H-%M-%SZ}-{report.commit[:12] if report.commit else 'nocommit'}"
    folder = home.root / "reports" / re.sub(r"[^A-Za-z0-9_-]", "_", report.decision.workflow)
    stem = _free(folder, name)
    files = {folder / f"{stem}{ending}": content for ending, content in forms.items()}
    if junit is not None:
        files[junit] = rendered.junit
    if copy is not None:
        files[copy] = forms[copy.suffix]
    write_together(files)
    path = (folder / f"{stem}.json").relative_to(home.root).as_posix()
    decision = dump(report.decision)
    data = {**decision, "report": path, "digest": sha256(rendered.json), "commit": report.commit}
    lines = [summary(report.decision), f"report: {path.removesuffix('.json')}.html"]
    if report.decision.decision is not Ruling.PASS:
        lines.append("next: mend what is named above, then run this again")
    return Published(data=data, text="\n".join(lines))


def _free(folder: Path, name: str) -> str:
    """A name that no report has yet.

    Two gates may finish in the same second, and no report is written over.
    """
    taken = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(stem for stem in taken if not (folder / f"{stem}.json").exists())
