"""Facts of others looked for in texts, all in one go however many they are."""

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from incident2eval.checks.exposure.amounts import Amount, amounts
from incident2eval.checks.exposure.distinct import IN_A_ROW, WORD_OF_TEXT, Fact, Kind, stem, telling
from incident2eval.detection.dates import days
from incident2eval.detection.text.wording import Span, fold, with_plain_digits

K = TypeVar("K", bound=Hashable)

_NEAR = 8
"""Words to either side of a figure that stand beside it."""
_PARTED = r"[\W_]{0,2}"
"""What may part the characters of a reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A fact and whose it is."""

    fact: Fact
    owner: str | None
    apart: tuple[str, str] | None = None
    """The piece of work that it is from: (engagement, E-204)."""
    name: str = ""
    """Where it stands, as a message calls it."""

    @property
    def whose(self) -> object:
        """Equal for facts of one owner: the customer, else the piece of work."""
        return self.owner or self.apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A fact where a text holds it."""

    held: Held
    start: int
    end: int
    amount: Amount | None = None
    """The figure as the text has it."""
    beside: frozenset[str] = frozenset()
    """Telling words that stand beside the figure both here and where it is from."""
    rounded: bool = False
    """Whether the text only has a figure that rounds the fact's."""


class Page:
    """A text in which facts are looked for."""

    def __init__(self, text: str) -> None:
        self.text = with_plain_digits(text)

    @cached_property
    def spans(self) -> list[Span]:
        """Where its words stand."""
        return [match.span() for match in WORD_OF_TEXT.finditer(self.text)]

    @cached_property
    def words(self) -> list[str]:
        """Its words as compared."""
        return [fold(self.text[start:end]) for start, end in self.spans]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.spans]

    def beside(self, start: int, end: int, words: Sequence[str]) -> frozenset[str]:
        """Which of the words stand beside a span, in full or as capitals: PD for pupil distance."""
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        low, high = max(0, low - _NEAR), high + _NEAR
        initials = "".join(word[0] for word in words).upper()
        if len(initials) > 1 and initials in {self.text[slice(*span)] for span in self.spans[low:high]}:
            return frozenset(words)
        return frozenset(map(stem, self.words[low:high])).intersection(words)


class Needles:
    """Facts, ready to be looked for; what two owners both hold tells neither of them and is left out."""

    def __init__(self, facts: Iterable[Held]) -> None:
        self._amounts: dict[str, list[Held]] = defaultdict(list)
        self._references: dict[str, list[tuple[Held, re.Pattern[str]]]] = defaultdict(list)
        self._days: dict[date, list[Held]] = defaultdict(list)
        self._rows: dict[int, dict[tuple[str, ...], Held]] = defaultdict(dict)
        facts = tuple(facts)
        for _, held in _of_one_owner(
            (one.fact.key, one) for one in facts if one.fact.kind is not Kind.PHRASE
        ):
            self._add(held)
        for row, held in _of_one_owner(
            (row, one) for one in facts if one.fact.kind is Kind.PHRASE for row in _rows(one.fact.words)
        ):
            self._rows[len(row)][row] = held

    def __bool__(self) -> bool:
        return any((self._amounts, self._references, self._days, self._rows))

    def _add(self, held: Held) -> None:
        fact = held.fact
        if fact.amount is not None:
            for digits in _spellings(fact.amount):
                self._amounts[digits].append(held)
        elif fact.day is not None:
            self._days[fact.day].append(held)
        elif fact.compact:
            form = re.compile(_PARTED.join(fact.compact) + r"(?![^\W_])", re.IGNORECASE)
            self._references[fact.compact[0]].append((held, form))

    def in_page(self, page: Page) -> Iterator[Hit]:
        """Every place of the text that holds one of the facts."""
        if self._amounts:
            yield from self._figures(page)
        if self._references:
            yield from self._codes(page)
        for day in days(page.text) if self._days else ():
            for held in self._days.get(day.complete, ()) if day.complete else ():
                yield Hit(held=held, start=day.start, end=day.end)
        for size, rows in self._rows.items():
            yield from _in_a_row(page, size, rows)

    def _figures(self, page: Page) -> Iterator[Hit]:
        for amount in amounts(page.text, wanted=self._amounts):
            for held in self._amounts[amount.digits]:
                exact = held.fact.amount
                if exact is None or _clash(amount, exact):
                    continue
                same = any(math.isclose(value, exact.value) for value in amount.values)
                if same or _rounds(amount, exact):
                    start, end = amount.start, amount.end
                    beside = page.beside(start, end, held.fact.words)
                    yield Hit(held=held, start=start, end=end, amount=amount, beside=beside, rounded=not same)

    def _codes(self, page: Page) -> Iterator[Hit]:
        begins = re.compile(rf"(?<![^\W_])[{''.join(self._references)}]", re.IGNORECASE)
        for match in begins.finditer(page.text):
            for held, form in self._references.get(match[0].casefold(), ()):
                if found := form.match(page.text, match.start()):
                    yield Hit(held=held, start=found.start(), end=found.end())


def _of_one_owner(keyed: Iterable[tuple[K, Held]]) -> Iterator[tuple[K, Held]]:
    """The first fact of each key, where only one owner holds it."""
    first: dict[K, Held] = {}
    shared: set[K] = set()
    for key, held in keyed:
        if first.setdefault(key, held).whose != held.whose:
            shared.add(key)
    return ((key, held) for key, held in first.items() if key not in shared)


def _rows(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The rows of words that tell a phrase: seven with telling ones among them, or all of a shorter one."""
    size = min(IN_A_ROW, len(words))
    for at in range(len(words) - size + 1):
        row = tuple(words[at : at + size])
        if size < IN_A_ROW or len(telling(row)) >= 3:
            yield row


def _in_a_row(page: Page, size: int, rows: Mapping[tuple[str, ...], Held]) -> Iterator[Hit]:
    words, spans = page.words, page.spans
    firsts = {row[0] for row in rows}
    reached = 0
    for at, word in enumerate(words):
        if word not in firsts or at < reached:
            continue
        held = rows.get(tuple(words[at : at + size]))
        if held is not None:
            reached = at + size
            yield Hit(held=held, start=spans[at][0], end=spans[at + size - 1][1])


def _spellings(amount: Amount) -> set[str]:
    """The digits of the amount as it may be written: in full, and rounded to two figures or more."""
    spelled = {amount.digits}
    order = math.floor(math.log10(abs(amount.value))) if amount.value else 0
    for figures in range(2, min(len(amount.digits), 5)):
        unit = 10.0 ** (order + 1 - figures)
        spelled |= {str(round(edge(amount.value / unit))).strip("0") for edge in (math.floor, math.ceil)}
    return spelled - {""}


def _clash(one: Amount, other: Amount) -> bool:
    """Whether the two cannot be the same quantity: money and kilograms, days and per cent."""
    kinds = [{"money"} if amount.money else {amount.unit} - {None} for amount in (one, other)]
    return all(kinds) and kinds[0] != kinds[1]


def _rounds(shown: Amount, exact: Amount) -> bool:
    """Whether the figure shown is the other one, rounded to two figures or more."""
    if len(shown.digits) < 2 or len(exact.digits) < 3:
        return False
    most = abs(exact.value) * 0.05
    for value in shown.values:
        last = 10.0 ** (len(str(int(abs(value)))) - len(shown.digits)) if value >= 1 else shown.step
        if abs(value - exact.value) <= min(max(last, shown.step) / 2 * 1.000001, most):
            return True
    return False
