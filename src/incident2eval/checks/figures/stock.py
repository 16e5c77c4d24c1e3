"""Numbers kept with the places where they stood, found again by value."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands in the sources of a run."""

    text: str
    start: int
    end: int
    beside: str = ""
    """What else says of what it is: the key it stands under, the other values of its row."""


Fits = Callable[[Place], bool]
_MOST_PLACES = 200
"""Of a number that stands in more places than that, the first ones are looked at."""


class Stock:
    """Numbers, each with its place; one without a place stands for anything."""

    def __init__(self) -> None:
        self._given: list[tuple[float, Place | None]] = []
        self._values: list[float] | None = None

    def __iter__(self) -> Iterator[float]:
        return (value for value, _ in self._given)

    def add(self, value: float, place: Place | None) -> None:
        """Take in a number."""
        self._given.append((value, place))
        self._values = None

    def holds(self, value: float, tolerance: float, fits: Fits | None = None) -> bool:
        """Whether there is a number that far from the value at most, in a place that fits."""
        slack = tolerance + 1e-9 * max(1.0, abs(value))
        values = self._sorted()
        at = bisect_left(values, value - slack)
        for place in self._given[at : at + _MOST_PLACES] if fits else self._given[at : at + 1]:
            if place[0] > value + slack:
                return False
            if fits is None or place[1] is None or fits(place[1]):
                return True
        return False

    def _sorted(self) -> list[float]:
        if self._values is None:
            self._given.sort(key=lambda one: one[0])
            self._values = [value for value, _ in self._given]
        return self._values
