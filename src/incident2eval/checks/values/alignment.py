"""Which figure of one text stands in the place of which of another: by the words around them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from incident2eval.checks.values.told import Passage
from incident2eval.checks.values.value import LENGTHS, Amount, Found, same

_MOST = 250
"""So many figures of a text are compared; no text that a person has to read differs in more."""
_LEAST, _PLAINLY = 0.34, 0.6
"""How alike what stands around two figures must be for one to stand in the other's place."""
_HARDLY = 0.1
"""How alike it must be where no other figure of the kind could be meant."""
_AGREEING = 0.2
"""What it speaks for a pair that the two are the same figure."""
_IN_CLAUSE, _IN_SENTENCE = 1.0, 0.4

Context = Mapping[str, float]
"""Stems of the words around a figure, and how near they stand."""
Placed = tuple[Found, Context]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A figure of the new text, and the one in its place in the old; None where there is none."""

    old: Found | None
    new: Found
    likeness: float
    about: frozenset[str]
    """Stems of the words around both of them, or around the new one alone."""

    @property
    def is_aligned(self) -> bool:
        """Whether the words around them say that the two belong together."""
        return self.likeness >= _LEAST

    @property
    def is_plain(self) -> bool:
        """Whether the two stand among nearly the same words."""
        return self.likeness >= _PLAINLY


def pairs(old: Passage, new: Passage) -> Iterator[Pair]:
    """The figures of a new text whose place holds another figure, or none, in the old one."""
    before, after = _apart(old, new)
    partner = _partners(before, after, _single_kinds(old, new))
    aligned = set(partner.values())
    partner |= _left_over(before, after, partner)
    for at, (found, own) in enumerate(after):
        if at not in partner:
            yield Pair(old=None, new=found, likeness=0.0, about=frozenset(own))
            continue
        one, theirs = before[partner[at]]
        if not same(found.value, one.value):
            about = frozenset(filter(str.isalpha, own.keys() & theirs.keys())) or frozenset(own)
            likeness = max(_likeness(own, theirs), _LEAST if partner[at] in aligned else 0.0)
            yield Pair(old=one, new=found, likeness=likeness, about=about)


def _apart(old: Passage, new: Passage) -> tuple[list[Placed], list[Placed]]:
    """The figures of two texts, without those that both hold among the same words."""
    before: dict[frozenset[str], list[Placed]] = defaultdict(list)
    for one in old.found[: 8 * _MOST]:
        context = _context(one, old)
        before[frozenset(context)].append((one, context))
    after: list[Placed] = []
    for two in new.found[: 8 * _MOST]:
        context = _context(two, new)
        twins = before[frozenset(context)]
        twin = next((at for at, (one, _) in enumerate(twins) if same(two.value, one.value)), None)
        if twin is None:
            after.append((two, context))
        else:
            del twins[twin]
    left = sorted((one for twins in before.values() for one in twins), key=lambda placed: placed[0].start)
    return left[:_MOST], after[:_MOST]


def _single_kinds(old: Passage, new: Passage) -> frozenset[str]:
    """Kinds of units, lengths of time apart, that each of two texts has one figure of."""
    counts = [Counter(map(_kind, passage.found)) for passage in (old, new)]
    kinds = counts[0].keys() & counts[1].keys() - {"", *LENGTHS}
    return frozenset(kind for kind in kinds if counts[0][kind] == counts[1][kind] == 1)


def _kind(found: Found) -> str:
    return found.value.unit.kind if isinstance(found.value, Amount) and found.value.unit else ""


def _partners(before: list[Placed], after: list[Placed], single: Collection[str]) -> dict[int, int]:
    """The likest figure of the old text for each of the new one, none taken twice."""
    scored = []
    for at, (two, own) in enumerate(after):
        for to, (one, theirs) in enumerate(before):
            likeness = _likeness(own, theirs) if _is_like(one, two) else 0.0
            if likeness >= _HARDLY and _kind(two) in single:
                likeness = max(likeness, _LEAST)
            if likeness >= (_LEAST if one.sure and two.sure else _PLAINLY):
                bonus = _AGREEING if same(two.value, one.value) else 0.0
                scored.append((-likeness - bonus, abs(at - to), at, to))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, at, to in sorted(scored):
        if at not in partner and to not in taken:
            partner[at] = to
            taken.add(to)
    return partner


def _left_over(before: list[Placed], after: list[Placed], partner: Mapping[int, int]) -> dict[int, int]:
    """The only two figures of a kind that are left: they may belong together, whatever stands around them."""
    taken = set(partner.values())
    old = [to for to in range(len(before)) if to not in taken and before[to][0].sure]
    new = [at for at in range(len(after)) if at not in partner and after[at][0].sure]
    found = {}
    for at in new:
        like = [to for to in old if _is_like(before[to][0], after[at][0])]
        others = [one for one in new if _is_like(after[one][0], after[at][0])]
        if len(like) == len(others) == 1:
            found[at] = like[0]
    return found


def _context(found: Found, passage: Passage) -> Context:
    around = passage.around(found.start, found.end)
    own = (found.start, found.end)
    return {
        **dict.fromkeys(passage.numbers(around.sentence, but=own), _IN_SENTENCE),
        **dict.fromkeys(passage.words(around.sentence, but=own), _IN_SENTENCE),
        **dict.fromkeys(passage.words(around.clause, but=own), _IN_CLAUSE),
    }


def _likeness(one: Context, other: Context) -> float:
    """How much of what stands around two figures is the same, from 0 to 1."""
    shared = one.keys() & other.keys()
    whole = sum(one.values()) + sum(other.values())
    return 2 * sum(min(one[word], other[word]) for word in shared) / whole if whole else 0.0


def _is_like(one: Found, other: Found) -> bool:
    if not isinstance(one.value, Amount) or not isinstance(other.value, Amount):
        return type(one.value) is type(other.value)
    kinds = {value.unit.kind if value.unit else None for value in (one.value, other.value)}
    return len(kinds) == 1 or kinds == LENGTHS
