"""The figures and dates of an output, each where it shows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from incident2eval.checks.figures.figures import Figure, figures, together
from incident2eval.checks.figures.units import Unit, tells_apart, unit_of_key
from incident2eval.detection.dates import Day, days
from incident2eval.detection.text.wording import embedded, key_words, leaves, with_plain_digits
from incident2eval.model import JSON

_PIECE = 20_000
"""How long a text is read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure or date where the output shows it."""

    path: str
    leaf: str
    """The text as it stands in the output."""
    text: str
    """The same with plain digits."""
    figure: Figure | Day
    parts: tuple[Figure, ...] = ()
    """What it is made of, where two units say it together."""

    @property
    def readings(self) -> tuple[tuple[Figure, ...], ...]:
        """The figure, and the parts that it is made of; none of a date."""
        if isinstance(self.figure, Day):
            return ()
        return ((self.figure,), self.parts) if self.parts else ((self.figure,),)

    @property
    def words(self) -> str:
        """The figure as it stands there."""
        return self.text[self.figure.start : self.figure.end].strip()


def shown_in(output: JSON) -> Iterator[Shown]:
    """Every figure and date of an output."""
    for path, leaf in leaves((embedded(output) or output) if isinstance(output, str) else output):
        words = key_words(path)
        if leaf is None or isinstance(leaf, bool) or tells_apart(words):
            continue
        unit = unit_of_key(words) if not isinstance(leaf, str) else None
        for plain in _pieces(leaf) if isinstance(leaf, str) else (json.dumps(leaf),):
            yield from _of_text(path, plain, unit)


def _pieces(text: str) -> Iterator[str]:
    """A text, a very long one in pieces, so that not all of it has to be read once enough was found."""
    at = 0
    while len(text) - at > _PIECE:
        end = max(text.rfind("\n", at, at + _PIECE), text.rfind(" ", at, at + _PIECE))
        end = end if end > at else at + _PIECE
        yield text[at:end]
        at = end
    yield text[at:]


def _of_text(path: str, leaf: str, unit: Unit | None) -> Iterator[Shown]:
    text = with_plain_digits(leaf)
    found = figures(text, unit=unit)
    wholes = tuple(together(text, found))
    parts = {part for _, several in wholes for part in several}
    for whole, several in wholes:
        yield Shown(path=path, leaf=leaf, text=text, figure=whole, parts=several)
    single: tuple[Figure | Day, ...] = (*(one for one in found if one not in parts), *days(text))
    for figure in single:
        yield Shown(path=path, leaf=leaf, text=text, figure=figure)
