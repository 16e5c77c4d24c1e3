"""`review`: the figures of a quarter, each with its formula, n and the records that it rests on."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from incident2eval.model import (
    BadInput,
    Fault,
    Figure,
    FigureRow,
    IncidentFile,
    NotJudged,
    Quarter,
    Review,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._redacting import redactor_of
from incident2eval.pipeline._review_material import gather
from incident2eval.pipeline._word import now
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.masking import masked_text
from incident2eval.report import review as forms
from incident2eval.review import review as worked_out
from incident2eval.store import Project, dump, write_together

FORMS: Mapping[str, Callable[[Review], bytes]] = {
    "md": lambda one: forms.markdown(one).encode(),
    "json": forms.document,
    "csv": lambda one: forms.sheet(one).encode(),
    "html": lambda one: forms.page(one).encode(),
}
"""The forms of a review by their endings."""

WITHHELD = "(its words name somebody: look at the record)"

_IN_PEOPLES_WORDS = frozenset({"repeated_controls", "policy_change"})
"""Figures whose rows are called by what people wrote; all else is ids, settings and lists of the tool."""


def review(  # noqa: PLR0913 - the command's options, and the day
    *,
    project: Path | None,
    quarter: str | None = None,
    as_of: date | None = None,
    form: str | None = None,
    write: Path | None = None,
    at: datetime | None = None,
) -> Answer:
    """Work out the quarterly review.

    The same files give the same bytes with the same `as_of`, and of a quarter that is over without it too. A
    quarter that runs needs `as_of` for that: without it clocks are read at the start of today, UTC.

    Args:
        project: The project's folder, or None for the nearest one upward.
        quarter: Such as `2026-Q4`; today's in UTC where not given.
        as_of: What is overdue is read at the end of this day, UTC. Where not given: of the quarter's last, or
            of yesterday while the quarter runs.
        form: One of `FORMS`; None for a summary in plain text, and for all four with `write`.
        write: A folder to write the forms into.
        at: The moment that tells which day is today, aware; now when not given.

    Returns:
        Exit code 0, or 3 where a file cannot be read: what it tells is in no figure.

    Raises:
        BadInput: There is no project, no such quarter, none that has begun, or no place to write to; its
            settings, roster, lock or register of types cannot be read.
        NotJudged: The file system refused; the roster holds hashes, and their key is not at hand.
    """
    home, today = Project.find(project), (at or now()).astimezone(UTC).date()
    asked = _quarter(quarter, today)
    read_at = _end_of(as_of) if as_of else min(asked.end, _start_of(today))
    if write is not None:
        _refuse_place(home, write)
    material, faults = gather(home, read_at)
    found = _hidden(home, worked_out(material, asked, as_of=read_at), material.files)
    data = json.loads(forms.document(found))
    text = FORMS[form](found).decode() if form else wrapped(forms.summary(found))
    if write is not None:
        data["written"] = _written(found, write, tuple([form] if form else FORMS))
        text = "\n".join(f"written: {name}" for name in data["written"])
    return Answer(
        data=data,
        text=text.rstrip("\n"),
        exit_code=3 if faults or found.unreadable else 0,
        notes=(*(f"not read: {fault}" for fault in faults), *_on_clocks(asked, as_of, today)),
    )


def _quarter(text: str | None, today: date) -> Quarter:
    if text is None:
        return Quarter.of(today)
    try:
        asked = Quarter.parse(text)
    except ValueError as error:
        raise BadInput(Fault(field="--quarter", message=f"{error}, not {text!r}")) from error
    if asked.first > today:
        message = f"{asked} begins on {asked.first}, and today is {today}: there is nothing to review yet"
        raise BadInput(
            Fault(field="--quarter", message=message, hint=f"name {Quarter.of(today)}, or one before")
        )
    return asked


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _end_of(day: date) -> datetime:
    try:
        return _start_of(day + timedelta(days=1))
    except OverflowError as error:
        raise BadInput(Fault(field="--as-of", message="is no day that a clock can be read at")) from error


def _refuse_place(home: Project, folder: Path) -> None:
    place = folder.resolve()
    if any(place.is_relative_to(kept.resolve()) for kept in (home.cases, home.incidents)):
        message, hint = "a review does not go there", "name another folder"
        raise BadInput(Fault(file=str(folder), message=message, hint=hint))
    if place.exists() and not place.is_dir():
        raise BadInput(Fault(file=str(folder), message="is no folder", hint="name a folder"))


def _written(found: Review, folder: Path, endings: tuple[str, ...]) -> list[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotJudged(f"{folder}: cannot be made: {error.strerror}", hint="name another folder") from error
    files = {folder / f"review-{found.quarter}.{ending}": FORMS[ending](found) for ending in endings}
    write_together(files)
    return [str(path) for path in files]


def _on_clocks(asked: Quarter, as_of: date | None, today: date) -> Iterator[str]:
    """What a reader of clocks that were not read at the end of a quarter should know."""
    if as_of and as_of >= today:
        yield f"{as_of} is not over: what is due until then counts as overdue"
    elif as_of is None and asked.end > _start_of(today):
        read = f"clocks were read at the start of {today}, UTC"
        yield f"the quarter is not over: {read}; --as-of {today - timedelta(days=1)} gives the same again"


def _hidden(home: Project, found: Review, files: tuple[IncidentFile, ...]) -> Review:
    """The review without secrets, and without the names of anybody in what people wrote.

    What names somebody is withheld, not put into a pseudonym: without a key at hand that would be another one
    each time.
    """
    names_somebody = _names_somebody(home, files)

    def row_of(figure: Figure, row: FigureRow) -> FigureRow:
        free = figure.id in _IN_PEOPLES_WORDS
        return replace(row, label=WITHHELD if free and names_somebody(row.label) else masked_text(row.label))

    def hide(figure: Figure) -> Figure:
        return replace(figure, rows=tuple(row_of(figure, row) for row in figure.rows))

    parts = (replace(part, figures=tuple(map(hide, part.figures))) for part in found.parts)
    return replace(found, parts=tuple(parts))


def _names_somebody(home: Project, files: tuple[IncidentFile, ...]) -> Callable[[str], bool]:
    """Whether a text holds something that a redactor of the project would replace."""
    redactor = None

    def replaced(text: str) -> bool:
        nonlocal redactor
        if redactor is None:
            redactor = redactor_of(home)
            redactor.learn(dump(one.incident) for one in files)
        return redactor.text(text) != text

    return replaced
