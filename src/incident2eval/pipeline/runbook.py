"""`runbook`: one page a workflow for the wall, every name filled in, what is missing marked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from incident2eval.model import JSON, BadInput, Fault
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.gating.readiness import firm, guarded, lacks, things
from incident2eval.pipeline.gating.reports import refuse_places
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.runbook_page import page_of
from incident2eval.report.runbook import (
    MARK,
    Entry,
    RunbookPage,
    Said,
    runbook_lines,
    runbook_markdown,
    runbook_page,
)
from incident2eval.store import Project, write_atomically

_FORMS = {".html": runbook_page, ".md": runbook_markdown}
_HEAD = 1_000
"""Bytes in which a runbook says that it is one."""


def runbook(*, project: Path | None, workflow: str | None, write: Path | None, now: datetime) -> Answer:
    """Put together the runbook of one workflow, or of all.

    Args:
        project: The project's folder, or None for the nearest one upward.
        workflow: Its name, or None for every workflow of the settings.
        write: Where to put it: `.html` or `.md`. Only a runbook is written over.
        now: When it is made, aware.

    Returns:
        Exit code 0 where nothing is missing, else 1; the page is made in both cases.

    Raises:
        BadInput: There is no workflow of that name, or none at all; or the file is no place for a runbook.
    """
    home = Project.find(project)
    names = (workflow,) if workflow is not None else tuple(home.settings.workflows)
    if not names:
        raise BadInput(
            Fault(file="incident2eval.toml", message="names no workflow", hint="add [workflows.<name>]")
        )
    pages = _pages(home, names, now)
    if write is not None:
        _refuse(home, write)
        write_atomically(write, _FORMS[write.suffix](pages).encode())
    ready = not any(page.missing for page in pages)
    return Answer(
        data={
            "ok": ready,
            "workflows": [_data(page) for page in pages],
            "written": str(write) if write else None,
        },
        text=_text(pages, write),
        exit_code=0 if ready else 1,
        notes=home.warnings,
    )


def _pages(home: Project, names: Sequence[str], now: datetime) -> list[RunbookPage]:
    today = now.astimezone(UTC).date()
    of_all = firm(home, today)
    return [
        page_of(
            home.settings,
            rules=of_all.rules,
            missing=(*lacks(home, seen.workflow, today), *of_all.missing),
            seen=seen,
            today=today,
        )
        for seen in guarded(home, names)
    ]


def _refuse(home: Project, write: Path) -> None:
    """Refuse to write where something else is kept.

    Raises:
        BadInput: The ending names no form, or the file is there and is no runbook of ours.
    """
    if write.suffix not in _FORMS:
        raise BadInput(
            Fault(message="a runbook's form is told by its ending", file=str(write), hint="use .html, .md")
        )
    refuse_places(home, write)
    if write.exists() and MARK.encode() not in write.read_bytes()[:_HEAD]:
        message = "is there, and was not written by this command"
        raise BadInput(Fault(message=message, file=str(write), hint="name another file"))


def _text(pages: Sequence[RunbookPage], write: Path | None) -> str:
    if write is None:
        return "\n\n".join(wrapped(runbook_lines(page)) for page in pages)
    of_all = (
        set[str]().union(*(page.missing for page in pages)).intersection(*(page.missing for page in pages))
    )
    own = [f"{page.workflow}: {line}" for page in pages for line in page.missing if line not in of_all]
    lines = [*own, *(line for line in pages[0].missing if line in of_all)]
    return wrapped([*lines, f"wrote {write}" + f": {things(len(lines))} missing"])


def _data(page: RunbookPage) -> dict[str, JSON]:
    return {
        "workflow": page.workflow,
        "missing": list(page.missing),
        "owner": _name(page.owner),
        "deputy": _name(page.deputy),
        "four": {entry.name: _answers(entry) for entry in page.four},
        "meanwhile": {entry.name: _answers(entry) for entry in page.meanwhile},
        "decisions": [
            {"what": what, "who": _name(who), "stands_in": other or None}
            for what, who, other in page.decisions
        ],
        "restart": {str(grade.level): [_name(each) for each in grade.signers] for grade in page.grades},
    }


def _answers(entry: Entry) -> list[JSON]:
    return [_name(said) for said in entry.said]


def _name(said: Said) -> str | None:
    return None if said.missing else said.text
