"""Figures of a review as pictures: SVG with the page's own colours, the same bytes each time."""

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from incident2eval.model import Figure, FigureRow, Unit
from incident2eval.report import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BARS = 12
LONGEST_LABEL = 34
_INK, _SOFT, _MAIN, _NEAR, _PAPER = "#010101", "#020202", "#030303", "#040404", "#050505"
_CLASSES: Mapping[str, str] = {
    _INK: "ink",
    _SOFT: "soft-ink",
    _MAIN: "main",
    _NEAR: "near",
    _PAPER: "paper",
}
"""Colours that nothing else has, and the classes of the style sheet that they stand for."""

_LISTED = frozenset({"by_type", "duties", "out_of_service"})
"""Figures whose rows are words of the tool's own lists."""

_SVG = "http://www.w3.org/2000/svg"
_KEPT = ("fill", "stroke", "stroke-width", "fill-opacity", "text-anchor", "font-size", "font-weight")
_FULL: Mapping[Unit, float] = {Unit.HOURS: 1.0, Unit.SHARE: 1.0}
"""What a bar of the whole width stands for at least: of minutes, or of a small share, none is that long."""
_WIDTH, _BAR, _MARGIN = 6.6, 0.34, 0.16
"""Inches: of the picture, for each bar, and for what stands above and below them."""


def bars(figure: Figure) -> str:
    """The rows of a figure as lying bars, near misses set off from the others.

    Returns:
        An `svg` element; empty where there is nothing to draw. It loads nothing, has no script and no date.
    """
    rows = [row for row in figure.rows if row.value is not None][:MOST_BARS]
    if not any(row.value for row in rows):
        return ""
    return _drawn(figure, rows)


def _drawn(figure: Figure, rows: Sequence[FigureRow]) -> str:
    # Imported late: it costs more than all figures together, and only a page needs it.
    from matplotlib import rc_context, rcdefaults, rcParams  # noqa: PLC0415
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure as Picture  # noqa: PLC0415

    with rc_context(), warnings.catch_warnings():
        rcdefaults()  # whatever a settings file of the machine says
        rcParams.update(
            {
                "svg.hashsalt": figure.id,
                "svg.fonttype": "none",
                "text.parse_math": False,
                "font.size": 11,
            }
        )
        warnings.simplefilter("ignore")  # a name in a script that its font lacks: the browser has one
        height = _MARGIN + _BAR * len(rows)
        picture = Picture(figsize=(_WIDTH, height))
        FigureCanvasSVG(picture)
        axes = picture.add_axes((0.38, _MARGIN / 2 / height, 0.5, _BAR * len(rows) / height))
        _bars_on(axes, figure, rows)
        page = io.StringIO()
        picture.savefig(page, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _as_element(page.getvalue(), label=f"{figure.name}: {_spoken(figure, rows)}")


def _bars_on(axes: "Axes", figure: Figure, rows: Sequence[FigureRow]) -> None:
    places = range(len(rows))
    values = [float(row.value or 0) for row in rows]
    near = [float(row.near_misses or 0) for row in rows]
    solid = [value - apart for value, apart in zip(values, near, strict=True)]
    axes.barh(places, solid, height=0.62, color=_MAIN)
    axes.barh(places, near, left=solid, height=0.62, color=_NEAR)
    most = max(*values, _FULL.get(figure.unit, 0.0))
    for place, row, value in zip(places, rows, values, strict=True):
        label = wording.one_line(labelled(figure, row), LONGEST_LABEL)
        axes.text(-most * 0.025, place, label, ha="right", va="center", color=_INK)
        value_said = said(row.value, figure.unit).partition(" (")[0]
        axes.text(value + most * 0.025, place, value_said, va="center", color=_SOFT)
    axes.plot([0, 0], [-0.5, len(rows) - 0.5], color=_SOFT, linewidth=0.8)
    axes.set_xlim(0, most)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_axis_off()


def labelled(figure: Figure, row: FigureRow) -> str:
    """What a row is called: words of a list of the tool without underscores, names as they are."""
    return row.label.replace("_", " ") if figure.id in _LISTED else row.label


def said(value: float | str | None, unit: Unit) -> str:
    """A value as a person reads it; less than an hour in minutes, beyond two days with the days too."""
    if value is None:
        return "not known"
    if isinstance(value, str):
        return value
    match unit:
        case Unit.SHARE:
            return f"{value:.0%}"
        case Unit.HOURS if value < 1:
            return f"{value * 60:.0f} min"
        case Unit.HOURS:
            return f"{value:,.1f} h" + (f" ({value / 24:,.1f} days)" if value >= 48 else "")
        case Unit.DAYS:
            return f"{value:,} day{'' if value == 1 else 's'}"
        case _:
            return f"{value:,}"


def _spoken(figure: Figure, rows: Sequence[FigureRow]) -> str:
    """The picture for who does not see it."""
    return "; ".join(
        f"{wording.one_line(labelled(figure, row), LONGEST_LABEL)} {said(row.value, figure.unit)}"
        for row in rows
    )


def _as_element(document: str, *, label: str) -> str:
    """The picture as one element of a page: its colours are classes, and the policy on styles holds."""
    ET.register_namespace("", _SVG)
    root = ET.fromstring(document)  # noqa: S314 - drawn above; its labels are escaped text
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{_SVG}}}metadata", f"{{{_SVG}}}defs"}:
                parent.remove(child)
    for element in root.iter():
        _restyle(element)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "class": "plot",
        "role": "img",
        "aria-label": label,
    }
    return ET.tostring(root, encoding="unicode")


def _restyle(element: ET.Element) -> None:
    """Put styles into attributes, which the policy lets pass, and colours into classes."""
    element.attrib.pop("id", None)
    element.attrib.pop("clip-path", None)
    pairs = [pair.partition(":") for pair in element.attrib.pop("style", "").split(";")]
    styles = {name.strip(): value.strip() for name, _, value in pairs}
    if size := next((word for word in styles.get("font", "").split() if word.endswith("px")), None):
        styles["font-size"] = size.removesuffix("px")
    for name in _KEPT:
        if name in styles:
            element.set(name, styles[name])
    coloured = [name for name in ("fill", "stroke") if element.get(name, "") in _CLASSES]
    classes = [f"{name}-{_CLASSES[element.attrib.pop(name)]}" for name in coloured]
    if classes:
        element.set("class", " ".join(classes))
