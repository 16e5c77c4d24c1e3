"""What reading came to, as lines for a person: the files, what was inferred, what was left out."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from incident2eval.pipeline._answer import Page, Tone, Words
from incident2eval.pipeline.shown.cells import folded, plain, width
from incident2eval.pipeline.shown.layout import WIDTH
from incident2eval.pipeline.shown.sheet import FileRead, Sheet

_NAMED = 20
"""How many files, and how many things of a kind that were left out, are named to a person."""


def sheet_page(sheet: Sheet, *, several: bool) -> Page:
    """What reading came to: the files where there are several, what was inferred, what was left out.

    Args:
        sheet: Filled in to its end.
        several: Whether there is more than one file.
    """
    files = sheet.files
    folder = _folder(files) if several else ""
    title = f"{_counted(sheet.runs, 'run')} in {_counted(len(files), 'file')}"
    reasons: dict[str, list[str]] = {}
    for each in sheet.left_out():
        reasons.setdefault(each.why, []).append(each.where.removeprefix(folder))
    return [
        *(_section(title + (f" of {folder}" if folder else ""), _files(files, folder)) if several else ()),
        *_section("inferred", [(sentence, "") for sentence in sheet.inferred()]),
        *_section("skipped", [(_places(where), why) for why, where in reasons.items()]),
    ]


def _section(title: str, entries: Sequence[tuple[str, str]]) -> Iterator[list[Words]]:
    """A heading, and a line or a few for each entry: what it is about, and what is said of it."""
    if entries:
        yield from ([Words(line, Tone.STRONG)] for line in folded(title, WIDTH, 4))
    for about, said in entries[:_NAMED]:
        at_once = f"{about}: {said}" if said else about
        if width(at_once) <= WIDTH - 2:
            yield [Words(f"  {plain(at_once, WIDTH - 2)}")]
            continue
        for at, line in enumerate(folded(about, WIDTH - 4, 3)):
            yield [Words(f"  {'  ' if at else ''}{line}")]
        yield from ([Words(f"    {line}")] for line in folded(said, WIDTH - 4, 3))
    if len(entries) > _NAMED:
        yield [Words(f"  … {len(entries) - _NAMED:,} more (--json names them)", Tone.FAINT)]


def _folder(files: Sequence[FileRead]) -> str:
    """What the names of all files begin with, up to a slash."""
    shared = os.path.commonprefix([file.file for file in files])  # noqa: RUF071 - cut at the last slash
    folder = shared[: shared.rfind("/") + 1]
    return "" if folder == "/" else folder


def _files(files: Sequence[FileRead], folder: str) -> list[tuple[str, str]]:
    """Each file, or of many the formats, and what came of it."""
    if len(files) <= _NAMED:
        return [(file.file.removeprefix(folder), _file(file)) for file in files]
    runs, count = Counter[str](), Counter[str]()
    for file in files:
        runs[file.format] += file.runs
        count[file.format] += 1
    return [
        (name, f"{_counted(runs[name], 'run')} in {_counted(number, 'file')}")
        if name
        else ("not read", _counted(number, "file"))
        for name, number in count.most_common()
    ]


def _file(file: FileRead) -> str:
    if not file.format:
        return "not read"
    told = "only tells more of the other files' runs"
    runs = told if file.tells_more and not file.runs else _counted(file.runs, "run")
    return f"{file.format}, {runs}" + (f", {file.skipped:,} skipped" if file.skipped else "")


def _places(where: list[str]) -> str:
    named = ", ".join(where[:3])
    return named if len(where) <= 3 else f"{named} and {len(where) - 3:,} more"


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
