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
from incident2eval.pipeline._layout import wrapped
from incident2eval.pipeline._masking import masked_text
from incident2eval.pipeline._redacting import redactor_of
from incident2eval.pipeline._review_material import gather
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


def review(
    *,
    project: Path | None,
    quarter: str | None = None,
    as_of: date | None = None,
    form: str | None = None,
    write: Path | None = None,
) -> Answer:
    """Work out the quarterly review.

    Args:
        project: The project's folder, or None for the nearest one upward.
        quarter: Such as `2026-Q4`; today's in UTC where not given. The only use of today's date.
        as_of: What is overdue is read at the end of this day, UTC; of the quarter's last where not given.
        form: One of `FORMS`; None for a summary in plain text, and for all four with `write`.
        write: A folder to write the forms into.

    Returns:
        Exit code 0, or 3 where a file cannot be read: what it tells is in no figure.

    Raises:
        BadInput: There is no project, no such quarter, or no place to write to; its settings, roster, lock or
            register of types cannot be read.
        NotJudged: The file system refused; the roster holds hashes, and their key is not at hand.
    """
    home, asked = Project.find(project), _quarter(quarter)
    at = _end_of(as_of) if as_of else asked.end
    if write is not None:
        _refuse_place(home, write)
    material, faults = gather(home, at)
    found = _hidden(home, worked_out(material, asked, as_of=at), material.files)
    data = json.loads(forms.document(found))
    text = FORMS[form](found).decode() if form else wrapped(forms.summary(found))
    if write is not None:
        data["written"] = _written(found, write, tuple([form] if form else FORMS))
        text = "\n".join(f"written: {name}" for name in data["written"])
    return Answer(
        data=data,
        text=text.rstrip("\n"),
        exit_code=3 if faults or found.unreadable else 0,
        notes=tuple(_notes(found, faults)),
    )


def _quarter(text: str | None) -> Quarter:
    if text is None:
        return Quarter.of(datetime.now(UTC))
    try:
        return Quarter.parse(text)
    except ValueError as error:
        raise BadInput(Fault(field="--quarter", message=f"{error}, not {text!r}")) from error


def _end_of(day: date) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
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


def _notes(found: Review, faults: tuple[Fault, ...]) -> Iterator[str]:
    yield from (f"not read: {fault}" for fault in faults)
    if found.as_of > datetime.now(UTC):
        yield "the quarter is not over: overdue means by its end (--as-of DATE reads clocks at another day)"


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
