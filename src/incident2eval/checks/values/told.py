"""Running text as it is judged: what it says, and how near to the words of a subject it says it."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from incident2eval.checks.values.notation import has_decimal_comma, plainly
from incident2eval.checks.values.places import Place, Sheet, sheet
from incident2eval.checks.values.reading import values_in
from incident2eval.checks.values.value import Found
from incident2eval.checks.values.words import TOKEN, content, stem
from incident2eval.detection.text.wording import Span, sentence, with_plain_digits
from incident2eval.model import JSON

_LONGEST = 200_000
"""Characters of running text that are read; longer outputs are tables, and those are read as such."""
_SENTENCE_END = re.compile(
    r"(?<!\bno)(?<!\bapprox)(?<!\be\.g)(?<!\bi\.e)(?<!\bca)[.!?](?=\s|\Z)|\n", re.IGNORECASE
)
_CLAUSE_END = re.compile(
    r"[;|)\u2022\n\t]|[.!?](?=\s|\Z)|,(?=\s)|\s[-\u2013\u2014]\s|\s(?:and|but|while|whereas|plus)\s",
    re.IGNORECASE,
)
_LEAD = 160
_IN_CLAUSE, _IN_SENTENCE, _IN_LEAD = 1.0, 0.6, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Where the clause, the sentence and what leads to it stand around a place in a text."""

    clause: Span
    sentence: Span
    lead: Span


class Passage:
    """A text, read for its values and for the words around them."""

    def __init__(self, text: str, shown: str | None = None) -> None:
        """Read a text.

        Args:
            text: The text in English notation (`notation.plainly`).
            shown: The same as it stands, character by character, for quoting.
        """
        self.text = text
        self.shown = text if shown is None else shown
        self.found: list[Found] = values_in(text)
        self._sentences = [match.end() for match in _SENTENCE_END.finditer(text)]
        self._clauses = [match.end() for match in _CLAUSE_END.finditer(text)]
        self._words = [(match.start(), match.end(), stem(match[0])) for match in TOKEN.finditer(text)]
        self._starts = [start for start, _, _ in self._words]
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        for start, _, one in self._words:
            self._by_stem[one].append(start)

    def around(self, start: int, end: int) -> Around:
        """The clause, the sentence and its lead around a span."""
        whole = _within(self._sentences, start, end, len(self.text))
        clause = _within(self._clauses, start, end, len(self.text))
        before = self._sentences[max(0, bisect_right(self._sentences, start) - 2) :][:1]
        lead = (max(before[0] if before and before[0] < whole[0] else 0, whole[0] - _LEAD), whole[0])
        return Around(clause=clause, sentence=whole, lead=lead)

    def nearness(self, about: Sequence[str], start: int, end: int) -> float:
        """How much of a subject, given as stems, stands around a span: 1 if all of it is in its clause."""
        if not about:
            return 0.0
        around = self.around(start, end)
        return sum(self._weight(word, around) for word in about) / len(about)

    def _weight(self, word: str, around: Around) -> float:
        for weight, span in (
            (_IN_CLAUSE, around.clause),
            (_IN_SENTENCE, around.sentence),
            (_IN_LEAD, around.lead),
        ):
            starts = self._by_stem.get(word, ())
            at = bisect_left(starts, span[0])
            if at < len(starts) and starts[at] < span[1]:
                return weight
        return 0.0

    def words(self, span: Span, *, but: Span = (0, 0)) -> tuple[str, ...]:
        """The stems of the words in a span that say what it is about, but for those in another span."""
        return content(one for _, _, one in self._tokens(span, but) if not any(map(str.isdigit, one)))

    def numbers(self, span: Span, *, but: Span = (0, 0)) -> tuple[str, ...]:
        """The words with digits in a span, but for those in another span."""
        return tuple(one for _, _, one in self._tokens(span, but) if any(map(str.isdigit, one)))

    def written(self, wanted: Collection[str], span: Span, *, but: Span = (0, 0)) -> list[Span]:
        """Where the words with these stems stand in a span, each once, in order."""
        tokens = reversed(self._tokens(span, but))
        found = {one: (start, end) for start, end, one in tokens if one in wanted and one.isalpha()}
        return sorted(found.values())

    def _tokens(self, span: Span, but: Span) -> list[tuple[int, int, str]]:
        low, high = (bisect_left(self._starts, edge) for edge in span)
        return [word for word in self._words[low:high] if word[1] <= but[0] or word[0] >= but[1]]

    def says(self, word: str) -> bool:
        """Whether the word stands anywhere in it, in any of its forms."""
        return stem(word) in self._by_stem

    def quote(self, start: int, end: int) -> str:
        """The sentence or line around a span, as it stands."""
        return sentence(self.shown, start, end)

    def words_at(self, found: Found) -> str:
        """A value as it stands."""
        return self.shown[found.start : found.end].strip()

    def beginning(self, size: int) -> str:
        """How the text begins, as it stands."""
        return self.shown[:size].strip()

    def best(self, about: Sequence[str]) -> str:
        """The sentence that speaks most of a subject; the beginning of the text where none does."""
        spots = [start for word in about for start in self._by_stem.get(word, ())[:50]]
        if not spots:
            return self.beginning(200)
        start = max(spots, key=lambda spot: (self.nearness(about, spot, spot + 1), -spot))
        return self.quote(start, start + 1)


def _within(ends: Sequence[int], start: int, end: int, size: int) -> Span:
    """The stretch between two ends of clauses around a span; ends inside the span are none."""
    low = bisect_right(ends, start)
    high = bisect_right(ends, end)
    return (ends[low - 1] if low else 0, ends[high] if high < len(ends) else size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An output, read in every way that its values may be looked for."""

    sheet: Sheet
    passage: Passage
    decimal_comma: bool

    def passage_of(self, places: Sequence[Place]) -> Passage:
        """Some of its places as a text of their own."""
        shown = with_plain_digits("\n".join(place.line for place in places)[:_LONGEST])
        return Passage(plainly(shown, decimal_comma=self.decimal_comma), shown)


def read(output: JSON, ids: Collection[str] = ()) -> Output:
    """Read an output: its places, and all of it as running text in English notation.

    Args:
        output: The output.
        ids: The ids of the items that are asked for, as `reading.bare` writes them.
    """
    found = sheet(output, ids)
    written = [place.line for place in found.places if isinstance(place.cell, str)] + found.texts
    counted = [place.line for place in found.places if not isinstance(place.cell, str)]
    shown = with_plain_digits("\n".join(written)[:_LONGEST])
    comma = has_decimal_comma(shown)
    numbers = "\n".join(("", *counted)) if counted else ""
    passage = Passage(
        (plainly(shown, decimal_comma=comma) + numbers)[:_LONGEST], (shown + numbers)[:_LONGEST]
    )
    return Output(sheet=found, passage=passage, decimal_comma=comma)


def passage_of(text: str) -> Passage:
    """Read a running text by itself."""
    shown = with_plain_digits(text[:_LONGEST])
    return Passage(plainly(shown, decimal_comma=has_decimal_comma(shown)), shown)
