"""How hits spread over time as a picture: SVG with the page's own colours, made of shapes and text alone."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from incident2eval.model.look_back import Mark
from incident2eval.report import wording
from incident2eval.report.spread import Period, Spread

WIDTH, HEIGHT = 720, 250
"""Units across and down; one is a pixel where the page has room for it."""

PAUSE = "\u22ef"
"""Stands for several periods without a run."""

_LEFT, _RIGHT = 46, 10
_TICKS = 8
_DAY = 68
"""Units that the name of a day takes."""
_SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """Bars of one kind."""

    kind: str
    top: int
    base: int
    """Where the longest bar ends, and where all of them stand."""


_HITS, _RUNS = _Panel(kind="hits", top=26, base=150), _Panel(kind="runs", top=168, base=214)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A period on the picture."""

    period: Period
    x: float
    width: float

    @property
    def middle(self) -> float:
        """Halfway across."""
        return self.x + self.width / 2


def drawn(spread: Spread) -> str:
    """The hits of each period as bars, below them the judged runs, and lines where something happened.

    Returns:
        An `svg` element; empty where there is nothing to draw. It loads nothing and has no script.
    """
    if not spread.periods:
        return ""
    each = (WIDTH - _LEFT - _RIGHT) / len(spread.periods)
    places = [
        _Place(period=period, x=_LEFT + number * each, width=each)
        for number, period in enumerate(spread.periods)
    ]
    root = _picture(spread)
    _axis(root, _HITS, spread.most_hits)
    _axis(root, _RUNS, spread.most_runs)
    for place in places:
        _pause(root, place)
        _bar(root, _HITS, place, place.period.hits / (spread.most_hits or 1))
        _bar(root, _RUNS, place, place.period.runs / (spread.most_runs or 1))
    _days(root, places)
    _lines(root, places)
    return ET.tostring(root, encoding="unicode")


def marks_of(spread: Spread) -> tuple[Mark, ...]:
    """What the lines stand for, by their numbers, from 1 on."""
    return tuple(mark for period in spread.periods for mark in period.marks)


def _picture(spread: Spread) -> ET.Element:
    hits = sum(one.hits for one in spread.periods)
    with_hits = [one for one in spread.periods if one.hits]
    told = f"{hits:,} hits in {len(with_hits)} of {len(spread.periods)} rows, by {spread.unit}"
    return ET.Element(
        "svg",
        {
            "xmlns": _SVG,
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "class": "spread",
            "role": "img",
            "aria-label": told,
            "font-size": "12",
        },
    )


def _axis(root: ET.Element, panel: _Panel, most: int) -> None:
    """The line that bars stand on, what they are, and the number that the longest stands for."""
    ET.SubElement(root, "path", {"class": "axis", "d": f"M{_LEFT} {panel.base + 0.5}H{WIDTH - _RIGHT}"})
    for text, y in ((f"{most:,}", panel.top + 10), (panel.kind, panel.base)):
        label = ET.SubElement(root, "text", {"class": "soft", "x": str(_LEFT - 8), "y": str(y)})
        label.set("text-anchor", "end")
        label.text = text


def _bar(root: ET.Element, panel: _Panel, place: _Place, share: float) -> None:
    """A bar that is seen however small its share of the longest is."""
    if not share:
        return
    height = max(2.0, (panel.base - panel.top) * share)
    gap = min(3.0, place.width * 0.15)
    bar = ET.SubElement(root, "rect", {"class": panel.kind})
    shape = {"x": place.x + gap / 2, "y": panel.base - height, "width": place.width - gap, "height": height}
    for name, value in shape.items():
        bar.set(name, f"{value:.1f}")
    said = ET.SubElement(bar, "title")
    said.text = f"{wording.day(place.period.first)}: {place.period.hits:,} of {place.period.runs:,} runs"


def _pause(root: ET.Element, place: _Place) -> None:
    """A sign that several periods without a run are left out."""
    if place.period.is_pause and place.period.number > 1:
        sign = ET.SubElement(root, "text", {"class": "soft", "x": f"{place.middle:.1f}"})
        sign.set("y", str(_RUNS.base - 6))
        sign.set("text-anchor", "middle")
        sign.text = PAUSE


def _days(root: ET.Element, places: list[_Place]) -> None:
    """The first days of some periods, below all bars; no two of them over each other."""
    step = -(-len(places) // _TICKS)
    for place in (place for place in places[::step] if place.x + _DAY <= WIDTH):
        text = ET.SubElement(root, "text", {"class": "soft", "y": str(_RUNS.base + 20)})
        text.set("x", f"{place.x:.1f}")
        text.text = place.period.first.isoformat()


def _lines(root: ET.Element, places: list[_Place]) -> None:
    """Where something happened; the numbers are told below the picture."""
    number = 1
    for place in places:
        after = number + len(place.period.marks)
        if after > number:
            _line(root, place.middle, ", ".join(map(str, range(number, after))))
        number = after


def _line(root: ET.Element, x: float, numbers: str) -> None:
    ET.SubElement(root, "path", {"class": "mark", "d": f"M{x:.1f} {_HITS.top - 6}V{_RUNS.base}"})
    label = ET.SubElement(root, "text", {"class": "mark-number", "x": f"{x:.1f}", "y": str(_HITS.top - 11)})
    label.set("text-anchor", "middle")
    label.text = numbers
