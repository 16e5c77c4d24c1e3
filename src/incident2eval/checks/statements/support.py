"""Whether the sources of a run say a figure, and say it of the same thing."""

from enum import Enum, auto

from incident2eval.checks.figures.figures import Figure
from incident2eval.checks.figures.grounds import Grounds
from incident2eval.checks.figures.shown import Shown
from incident2eval.checks.figures.stock import Fits, Place
from incident2eval.checks.statements.sentences import clause_around, part_around
from incident2eval.checks.statements.statement import read
from incident2eval.checks.statements.topics import is_measured, is_promised, topics
from incident2eval.detection.dates import Day
from incident2eval.detection.text.wording import sentence

_PROMISED_IN = frozenset({"time", "months", "%"})
"""What periods, limits and rates are said in."""
_CONTEXT, _MOST_CONTEXTS = 160, 2_000
"""How much around a figure tells what it is of, and for how many of them that is looked at."""


class Held(Enum):
    """Whether the sources hold a figure of an output."""

    YES = auto()
    NO = "stands in nothing that the run had to go by"
    PERHAPS = "the run's sources have in a sentence that shares no word with this one"


class Support:
    """What the sources say for the figures of an output; a figure in the same words is looked at once."""

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self._known: dict[str, Held] = {}

    def of(self, shown: Shown) -> Held:
        """Whether the sources hold the figure, or its parts where two units say it together."""
        figure = shown.figure
        if isinstance(figure, Day):
            return Held.YES if self._grounds.hold_day(figure) else Held.NO
        if not any(all(map(self._grounds.hold, several)) for several in shown.readings):
            return Held.NO
        if figure.unit is None or figure.unit.kind not in _PROMISED_IN:
            return Held.YES
        context = shown.text[max(0, figure.start - _CONTEXT) : figure.end + _CONTEXT]
        if context not in self._known and len(self._known) < _MOST_CONTEXTS:
            self._known[context] = self._as_said(shown, figure)
        return self._known.get(context, Held.YES)

    def _as_said(self, shown: Shown, figure: Figure) -> Held:
        """Whether they hold it for what it is said of, and as a promise where it is one."""
        if is_measured(shown.text, figure.start, figure.end):
            return Held.YES
        promised = is_promised(shown.text, figure.start, figure.end)
        of = topics(clause_around(shown.text, figure.start, figure.end))
        words = read(sentence(shown.text, figure.start, figure.end)).whole.terms

        def is_of_the_same(place: Place) -> bool:
            there = _topics_at(place) if of else of
            return not there or bool(of & there)

        def shares_a_word(place: Place) -> bool:
            there = read(f"{place.beside} {sentence(place.text, place.start, place.end)}").whole.terms
            return is_of_the_same(place) and (not there or bool(words & there))

        if not self._hold(shown, is_of_the_same, worked_out=not promised):
            return Held.NO
        certain = len(words) < 2 or not promised or self._hold(shown, shares_a_word, worked_out=False)
        return Held.YES if certain else Held.PERHAPS

    def _hold(self, shown: Shown, fits: Fits, *, worked_out: bool) -> bool:
        return any(
            all(self._grounds.hold(part, fits=fits, worked_out=worked_out) for part in several)
            for several in shown.readings
        )


def _topics_at(place: Place) -> frozenset[str]:
    """What the sources speak of at a place: in the clause, else in the part of the sentence around it."""
    clause = clause_around(place.text, place.start, place.end)
    return topics(f"{place.beside} {clause}") or topics(part_around(place.text, place.start, place.end))
