"""What frees a fact: the run's own sources say the same."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

from incident2eval.checks.exposure.amounts import values
from incident2eval.checks.exposure.belongings import Source, told
from incident2eval.checks.exposure.distinct import Fact, Kind, telling
from incident2eval.checks.exposure.needles import Hit, Needles, Page
from incident2eval.checks.figures.figures import figures
from incident2eval.checks.figures.grounds import Grounds
from incident2eval.detection.text.views import plain

_MOST_WORKED_OUT = 200_000
"""Characters of sources beyond which nothing is worked out from them."""


class Ground:
    """What a run may say, worked out only where something was found that it may not."""

    def __init__(self, sources: Iterable[Source], needles: Needles) -> None:
        self._given = tuple(sources)
        self._needles = needles

    def frees(self, hit: Hit, text: str) -> bool:
        """Whether the run's own sources hold what the text says there, or it is worked out from them."""
        if hit.held.fact.key in self._keys:
            return True
        shown = hit.amount
        if shown is None:
            return False
        return _near(self._values, shown.value, shown.step / 2) or self._works_out(hit, text)

    def holds(self, fact: Fact) -> bool:
        """Whether the run's own sources hold a fact, whatever the words beside it."""
        if fact.amount is None:
            return fact.key in self._keys
        return any(_near(self._values, value, 0.0) for value in fact.amount.values)

    def rare(self, words: Iterable[str]) -> bool:
        """Whether one of the words stands nowhere in the run's own sources."""
        return any(word not in self._words for word in words)

    @cached_property
    def _pages(self) -> list[tuple[Page, Source]]:
        """The sources, each without the lines that are copies of a stranger's."""
        pages = []
        for source in self._given:
            page = Page(plain(told(source.value)))
            if not source.owned:
                page = Page("\n".join(line for line in page.text.splitlines() if not self._copied(line)))
            pages.append((page, source))
        return pages

    def _copied(self, line: str) -> bool:
        return any(hit.held.fact.kind is Kind.PHRASE for hit in self._needles.in_page(Page(line)))

    @cached_property
    def _keys(self) -> set[object]:
        """The facts that the sources hold, echoes left out."""
        found: set[object] = set()
        for page, source in self._pages:
            keys = {hit.held.fact.key for hit in self._needles.in_page(page) if not hit.rounded}
            if keys and source.told:
                echoed = self._needles.in_page(Page(plain(told(source.told))))
                keys -= {hit.held.fact.key for hit in echoed}
            found |= keys
        return found

    @cached_property
    def _values(self) -> list[float]:
        found: set[float] = set()
        for page, source in self._pages:
            found |= values(page.text) - values(told(source.told))
        return sorted(found)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for page, _ in self._pages for word in telling(page.words))

    @cached_property
    def _grounds(self) -> Grounds:
        return Grounds(source.value for source in self._given)

    def _works_out(self, hit: Hit, text: str) -> bool:
        """Whether the figure is worked out from rows of the sources."""
        if sum(len(page.text) for page, _ in self._pages) > _MOST_WORKED_OUT:
            return False
        low = max(0, hit.start - 40)
        return any(
            low + figure.start <= hit.start < low + figure.end and self._grounds.hold(figure)
            for figure in figures(text[low : hit.end + 40])
        )


def _near(numbers: Sequence[float], value: float, slack: float) -> bool:
    """Whether a sorted list holds a number that far from the value at most."""
    slack += 1e-9 * max(1.0, abs(value))
    at = bisect_left(numbers, value - slack)
    return at < len(numbers) and numbers[at] <= value + slack
