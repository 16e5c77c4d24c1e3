"""`report`: the page of an incident for people who are no engineers, or its record for somebody else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from incident2eval.exchange import TARGETS, Fit, Mapped, Target, exported
from incident2eval.exchange import record as record_of
from incident2eval.model import (
    JSON,
    NOTICE,
    BadInput,
    Fault,
    Incident2EvalError,
    IncidentFile,
    visible,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._report_hiding import Hiding
from incident2eval.pipeline._word import now
from incident2eval.pipeline.gating.reports import refuse_places
from incident2eval.pipeline.shown.clock_lines import duty_json
from incident2eval.pipeline.shown.layout import counted, table, wrapped
from incident2eval.pipeline.shown.report_page import page_of
from incident2eval.report.incident import (
    CLOCKS,
    MADE_UP,
    MOST_BLOCKERS,
    DutyRow,
    IncidentPage,
    incident_page,
)
from incident2eval.store import Project, SealedFile, dump, write_together

_REVIEW = "read it before it leaves the house: what does not fit was left empty, and nothing was guessed"


def report(
    *,
    project: Path | None,
    incident: str,
    target: str | None = None,
    write: Path | None = None,
    at: datetime | None = None,
) -> Answer:
    """Tell of an incident: as a page, or as somebody else's record.

    Both are in pseudonyms; the page names those who answer for a workflow by the settings.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        target: `aiid`, `oecd`, `avid` or `veris` for a record of theirs; None for the page.
        write: Where to put it: `.html` for the page; `.json` for a record, with the table of its fields
            beside it under the same name ending in `.md`.
        at: What the clocks are read at, aware; now when not given.

    Raises:
        BadInput: No such incident or target, a faulty file, or no place for the file.
        NotJudged: The file system refused.
    """
    home = Project.find(project)
    known = _target(target)
    _refuse_place(home, write, ".json" if known else ".html")
    at_once = at or now()
    opened = open_file(home, incident, at_once)
    written = home.incident(incident).written or opened.file.incident
    sealed = _sealed(home, incident)
    hiding = Hiding(home, opened.file, more=[written, *sealed], for_others=known is not None)
    file = hiding(opened.file)
    answer = (
        _exchanged(file, known, write)
        if known
        else _told(
            file, page_of(file, hiding(opened.triage), hiding(written), hiding(sealed), at_once), write
        )
    )
    return replace(answer, notes=(*hiding.notes, *map(hiding.text, opened.notes), *answer.notes))


def _target(name: str | None) -> Target | None:
    if name is not None and name not in TARGETS:
        message = f"{visible(name)!r} is none of {', '.join(TARGETS)}"
        raise BadInput(Fault(field="--as", message=message))
    return TARGETS[name] if name else None


def _refuse_place(home: Project, write: Path | None, ending: str) -> None:
    """Refuse a place where it would overwrite what the project goes by, or be taken for something else."""
    if write is None:
        return
    if write.suffix != ending:
        raise BadInput(Fault(file=str(write), message="is no name for this", hint=f"end it in {ending}"))
    if write.resolve().is_relative_to(home.root.resolve() / "reports") and ending == ".json":
        message = "a record does not go among the gate's reports"
        raise BadInput(Fault(file=str(write), message=message, hint="name another file"))
    refuse_places(home, write, *([write.with_suffix(".md")] if ending == ".json" else []))


def _sealed(home: Project, incident: str) -> tuple[SealedFile, ...]:
    """The entries of its seal; none where the manifest does not hold, which a note tells of."""
    try:
        return tuple(home.sealed(incident))
    except Incident2EvalError:
        return ()


def _told(file: IncidentFile, page: IncidentPage, write: Path | None) -> Answer:
    if write is not None:
        write_together({write: incident_page(page).encode("utf-8", "backslashreplace")})
    return Answer(data=_data(file, page, write), text=_text(page, write))


def _data(file: IncidentFile, page: IncidentPage, write: Path | None) -> dict[str, JSON]:
    told = dump(page)
    return {
        "incident": page.incident,
        "written": str(write) if write else None,
        "severity": int(file.level.counts),
        "obligations": [duty_json(one) for one in file.duties],
        "notice": NOTICE,
        "page": {name: value for name, value in told.items() if name not in {"duties", "level_colour"}},
    }


def _text(page: IncidentPage, write: Path | None) -> str:
    """What a person sees without opening the page."""
    lines = [f"{page.incident}  {page.title}", MADE_UP, ""]
    lines += [page.level, *(f"  {line}" for line in page.standing), *_missing(page)]
    running = [one for one in page.duties if one.state.is_open]
    if running:
        lines += ["", "who may have to be told:"]
        lines += [f"  {one.id}: {one.tell}: {one.when}{_doubt(one)}" for one in running if one.dated]
        lines += [*_undated(running), f"  {NOTICE}"]
    lines += ["", f"written: {write}" if write else "--write FILE.html makes a page of all of it"]
    return wrapped(lines)


def _missing(page: IncidentPage) -> list[str]:
    """What keeps it from the next stage, the first of it."""
    if not page.blockers:
        return []
    more = len(page.blockers) - MOST_BLOCKERS
    lines = [f"  missing for the next stage ({page.next_stage}):"]
    lines += [f"    {line}" for line in page.blockers[:MOST_BLOCKERS]]
    return [*lines, f"    and {more} more, which the page names"] if more > 0 else lines


def _undated(running: Sequence[DutyRow]) -> list[str]:
    """The duties without a date: those that hold now in a line each, the others by their ids."""
    undated = [one for one in running if not one.dated]
    now = [one for one in undated if one.is_ours and not one.is_waiting]
    others = {
        "without a date, if they are for us at all": [one.id for one in undated if not one.is_ours],
        "not started": [one.id for one in undated if one.is_waiting],
    }
    lines = [f"  {one.id}: {one.tell}: {one.when or CLOCKS[one.state].label.lower()}" for one in now]
    return [*lines, *(f"  {words}: {', '.join(ids)}" for words, ids in others.items() if ids)]


def _doubt(duty: DutyRow) -> str:
    return "" if duty.is_ours else ", if it is for us at all"


def _exchanged(file: IncidentFile, target: Target, write: Path | None) -> Answer:
    rows = exported(file, target)
    made = record_of(rows)
    if write is not None:
        record = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
        beside = write.with_suffix(".md")
        files = {write: record, beside: _markdown(file, target, rows)}
        write_together({path: text.encode("utf-8", "backslashreplace") for path, text in files.items()})
    return Answer(data=_record(file, target, rows, made, write), text=_shown(file, target, rows, made, write))


def _record(
    file: IncidentFile, target: Target, rows: Sequence[Mapped], made: Mapping[str, JSON], write: Path | None
) -> dict[str, JSON]:
    return {
        "incident": file.incident.id,
        "as": target.name,
        "names_of": target.version,
        "source": target.source,
        "record": dict(made),
        "fields": [
            {
                "field": row.field.name,
                "fit": row.field.fit,
                "from": list(row.field.sources),
                "required": row.field.required,
                "filled": row.value is not None,
                "note": row.field.note,
            }
            for row in rows
        ],
        "written": [str(write), str(write.with_suffix(".md"))] if write else [],
    }


def _shown(
    file: IncidentFile, target: Target, rows: Sequence[Mapped], made: Mapping[str, JSON], write: Path | None
) -> str:
    """The record where it is written nowhere, and the table of its fields."""
    head = [f"{file.incident.id} for {target.title}", f"  field names: {target.version}", f"  {_tally(rows)}"]
    empty = [row.field.name for row in rows if row.field.required and row.value is None]
    if empty:
        head.append(f"  asked for there and empty here: {', '.join(empty)}")
    head.append(f"  {_REVIEW}")
    cells = table(("field", "fit", "from", "filled"), map(_cells, rows))
    if write:
        return "\n\n".join([wrapped(head), cells, f"written: {write} and {write.with_suffix('.md')}"])
    return "\n\n".join([wrapped(head), json.dumps(dict(made), indent=2, ensure_ascii=False), cells])


def _tally(rows: Sequence[Mapped]) -> str:
    fits = {fit: sum(row.field.fit is fit for row in rows) for fit in Fit}
    filled = sum(row.value is not None for row in rows)
    said = ", ".join(f"{number} {fit}" for fit, number in fits.items())
    return f"{counted(len(rows), 'field')}: {said}; {filled} filled"


def _cells(row: Mapped) -> tuple[str, str, str, str]:
    filled = "yes" if row.value is not None else "no"
    return row.field.name, str(row.field.fit), ", ".join(row.field.sources), filled


def _markdown(file: IncidentFile, target: Target, rows: Sequence[Mapped]) -> str:
    """The table that lies beside a record; nothing of an incident but its id stands in it."""
    lines = [
        f"# {file.incident.id} for {target.title}: how each field was filled",
        "",
        f"Field names: {target.version}. {_tally(rows)}.",
        "",
        "| field | asked for | fit | from | filled | note |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        name, fit, sources, filled = _cells(row)
        asked = "yes" if row.field.required else ""
        lines.append(f"| `{name}` | {asked} | {fit} | {sources} | {filled} | {row.field.note} |")
    return "\n".join([*lines, ""])
