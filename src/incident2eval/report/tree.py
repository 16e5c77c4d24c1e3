"""A run as a tree in SVG: its steps as rows, the culprit in red, the way of the failure to the output."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident2eval.model import Part, TreeRow
from incident2eval.report.templating import filled
from incident2eval.report.wording import one_line

WIDTH = 500
"""Units across; one is a pixel where the page has room for it."""

MOST_ROWS = 60
"""Rows that are drawn; of more, those on the path come before all others."""

_RAIL = 14
"""Where the path is drawn, left of the tree."""
_LEFT, _INDENT, _DEEPEST = 38, 18, 7
"""Where the tree begins, how far each level is moved in, and how often."""
_ROW, _LINE, _PAD = 28, 19, 7
"""Heights: the line of a step, each further line, and the room above and below a row on the path."""
_KIND = 67
"""Units for the kind of a step, in front of its name."""
_BOLD = 1.16
"""How much wider bold letters are."""
_BESIDE = 0.5
"""Which share of its line a name may take where a note stands beside it."""

_SAID = {Part.CULPRIT: "It came in here", Part.CARRIER: "Carried it on", Part.OUTPUT: "Says it"}

_NARROW, _BROAD = frozenset(" .,:;'|!()[]ijlftrI-"), frozenset("mwMW@%—…&")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """A row in its place."""

    row: TreeRow
    x: int
    top: int
    spine: tuple[int, int] | None
    """Where the line from the step above it begins; None for what hangs on nothing."""
    name: str
    note: str
    said: tuple[str, ...] = ()
    """Under the name, on the path: what the step has to do with the failure."""
    words: tuple[str, ...] = ()
    """Under that: what it read, and the words of the failure that it holds."""

    @property
    def on_path(self) -> bool:
        """Whether the failure passed here."""
        return self.row.part is not Part.ASIDE

    @property
    def height(self) -> int:
        """Of the whole row."""
        return _ROW + (2 * _PAD + _LINE * (len(self.said) + len(self.words)) - 4 if self.on_path else 0)

    @property
    def middle(self) -> int:
        """Of the line with the name."""
        return self.top + _ROW // 2 + (_PAD if self.on_path else 0)


def tree_svg(rows: Sequence[TreeRow], *, control: str = "", number: int = 1) -> str:
    """Draw a run as a tree.

    The picture is static and complete in itself: no script, no style, nothing from outside. Its colour is
    that of the text around it; a page may colour its classes. Nothing is told by colour alone.

    Args:
        rows: In the order of the tree.
        control: Name of the control that failed, for the culprit.
        number: Tells its ids from those of other trees on the same page.

    Returns:
        An `svg` element in which no text is markup; an empty text where there are no rows.
    """
    if not rows:
        return ""
    drawn = tuple(_drawn(_folded(rows), control))
    return filled(
        "tree.svg.j2",
        longest=500,
        cut="cut here",
        rows=drawn,
        path=_path(drawn),
        told=told(rows, control),
        number=number,
        width=WIDTH,
        height=drawn[-1].top + drawn[-1].height + 1,
        rail=_RAIL,
        step=_LINE,
        column=_KIND,
    )


def told(rows: Sequence[TreeRow], control: str) -> str:
    """The same in words, for those who do not see the picture."""
    names = {part: [row.name for row in rows if row.part is part] for part in Part}
    said = [f"It came in at {name}" for name in names[Part.CULPRIT]]
    if said and control:
        said[-1] += f", where {control} failed"
    said += [f"{name} carried it on" for name in names[Part.CARRIER]]
    said += [f"{name} says it" for name in names[Part.OUTPUT]]
    return ". ".join(one_line(each, 200) for each in said[:20]) + "."


def fitted(text: str, room: float, size: float) -> str:
    """A text on one line, cut with an ellipsis where letters of this size would need more room."""
    line = one_line(text, 500)
    if _wide(line, size) <= room:
        return line
    used = 0.0
    for at, char in enumerate(line):
        used += _wide(char, size)
        if used > room - size:
            return line[:at].rstrip() + "…"
    return line


def _wide(text: str, size: float) -> float:
    """How wide a text is: the reader's font knows, this reckons with a broad one."""
    return size * sum(map(_em, text))


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    if char in _NARROW:
        return 0.36
    return 0.95 if char in _BROAD else 0.72 if char.isupper() else 0.6


def _folded(rows: Sequence[TreeRow]) -> Sequence[TreeRow]:
    """As many rows as are drawn, with all that the path's own hang on."""
    if len(rows) <= MOST_ROWS:
        return rows
    above: list[int] = []
    kept: dict[int, None] = {}
    for at, row in enumerate(rows):
        above = [*(each for each in above if rows[each].depth < row.depth), at]
        if row.part is not Part.ASIDE:
            kept |= dict.fromkeys(above)
    order = [*kept, *(at for at in range(len(rows)) if at not in kept)]
    shown = sorted(order[: MOST_ROWS - 1])
    more = TreeRow(kind=None, name=f"{len(rows) - len(shown)} more steps that are not drawn")
    return [*(rows[at] for at in shown), more]


def _drawn(rows: Sequence[TreeRow], control: str) -> Iterator[DrawnRow]:
    top = 1
    above: list[DrawnRow] = []
    for row in rows:
        above = [each for each in above if each.row.depth < row.depth]
        x = _LEFT + _INDENT * min(row.depth, _DEEPEST)
        spine = (above[-1].x + 5, above[-1].middle + 10) if above and above[-1].x < x else None
        if row.part is Part.ASIDE:
            above.append(_aside(row, x, top, spine))
        else:
            above.append(_marked(row, x, top, spine, control))
        placed = above[-1]
        yield placed
        top += placed.height


def _aside(row: TreeRow, x: int, top: int, spine: tuple[int, int] | None) -> DrawnRow:
    """A row on one line: a step off the path, and what there is to know of it."""
    room = WIDTH - x - (_KIND if row.kind else 0) - 4
    name = fitted(row.name, room * (_BESIDE if row.note else 1), size=14)
    note = fitted(row.note, room - _wide(name, 14) - 10, size=12)
    return DrawnRow(row=row, x=x, top=top, spine=spine, name=name, note=note)


def _marked(row: TreeRow, x: int, top: int, spine: tuple[int, int] | None, control: str) -> DrawnRow:
    """A row on the path, with its words under it."""
    room = WIDTH - x - _KIND - 12
    said, quote = [_SAID[row.part]], row.quote and f"“{row.quote}”"
    if row.part is Part.CULPRIT and control:
        said.append(f"Failed control: {control}")
    name = fitted(row.name, room, size=_BOLD * 15)
    words = [row.note, quote] if row.part is Part.CULPRIT else [quote]
    return DrawnRow(
        row=row,
        x=x,
        top=top,
        spine=spine,
        name=name,
        note="",
        said=tuple(fitted(line, room, size=_BOLD * 13) for line in said),
        words=tuple(fitted(line, room, size=13) for line in words if line),
    )


def _path(rows: Sequence[DrawnRow]) -> tuple[DrawnRow, ...]:
    """The rows that the failure passed, the culprit first; what stands above it only encloses it."""
    start = next((at for at, each in enumerate(rows) if each.row.part is Part.CULPRIT), len(rows))
    return tuple(each for each in rows[start:] if each.on_path)
