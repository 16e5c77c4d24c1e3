"""Which member of a type is in the middle, and which at the edge."""

import heapq
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from incident2eval.cluster.masking import LONGEST
from incident2eval.model import Failure

_MOST = 16
"""So many members of a type are compared with each other, chosen by their ids: the order does not matter."""


class Member(NamedTuple):
    """A member of a type, as far as it is kept."""

    lot: int
    came: int
    """Counts down: the last to come has the lowest."""
    id: str
    text: str


class Sample:
    """A few members of a type."""

    __slots__ = ("_came", "_members")

    def __init__(self) -> None:
        self._came = 0
        self._members: list[Member] = []

    def add(self, failure: Failure) -> None:
        """Take in a member, and drop one where there are too many."""
        self._came += 1
        members = self._members
        lot = -zlib.crc32(failure.id.encode(errors="replace"))
        if len(members) < _MOST:
            heapq.heappush(members, Member(lot, -self._came, failure.id, failure.text[:LONGEST]))
        elif lot > members[0].lot:
            heapq.heapreplace(members, Member(lot, -self._came, failure.id, failure.text[:LONGEST]))

    def middle_and_edge(self, words: Callable[[str], Iterable[str]]) -> tuple[Member, Member]:
        """The member most like the others, and the one least like them, by the words of their texts."""
        if len(self._members) == 1:
            return self._members[0], self._members[0]
        members = sorted(self._members, key=lambda one: -one.came)
        masked = [" ".join(words(member.text)) for member in members]
        alike = _alike(Counter(masked))
        middle = max(range(len(members)), key=lambda at: alike[masked[at]])
        edge = min((at for at in range(len(members)) if at != middle), key=lambda at: alike[masked[at]])
        return members[middle], members[edge]


def _alike(texts: Counter[str]) -> dict[str, float]:
    """How alike each text is to all, each as often as it comes."""
    from rapidfuzz.fuzz import ratio  # noqa: PLC0415 - needed only once there are two members

    if len(texts) == 1:
        return dict.fromkeys(texts, 0.0)
    spelt = {text: " ".join(sorted(text.split())) for text in texts}
    return {
        one: sum(times * ratio(spelt[one], spelt[other]) for other, times in texts.items()) for one in texts
    }
