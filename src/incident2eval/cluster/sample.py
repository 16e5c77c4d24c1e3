"""Which member of a type is in the middle, and which at the edge."""

import heapq
import zlib
from collections import Counter
from dataclasses import dataclass

from incident2eval.model import Failure

_MOST = 16
"""So many members of a type are compared with each other, chosen by their ids: the order does not matter."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a type, as far as it is kept."""

    id: str
    text: str
    """The beginning of its text, as it was written."""
    masked: str


class Sample:
    """A few members of a type."""

    __slots__ = ("_came", "_members")

    def __init__(self) -> None:
        self._came = 0
        self._members: list[tuple[int, int, Member]] = []

    def add(self, failure: Failure, words: list[str]) -> None:
        """Take in a member, and drop one where there are too many."""
        self._came += 1
        lot = -zlib.crc32(failure.id.encode(errors="replace"))
        if len(self._members) < _MOST or lot > self._members[0][0]:
            member = Member(failure.id, failure.text[:_LONGEST], " ".join(words))
            heapq.heappush(self._members, (lot, -self._came, member))
        if len(self._members) > _MOST:
            heapq.heappop(self._members)

    def middle_and_edge(self) -> tuple[Member, Member]:
        """The member most like the others, and the one least like them."""
        members = [member for _, _, member in sorted(self._members, key=lambda row: -row[1])]
        if len(members) == 1:
            return members[0], members[0]
        from rapidfuzz.fuzz import token_sort_ratio  # noqa: PLC0415 - needed only once there are two members

        texts = Counter(member.masked for member in members)
        alike = {
            one: sum(times * token_sort_ratio(one, other) for other, times in texts.items()) for one in texts
        }
        middle = max(members, key=lambda member: alike[member.masked])
        return middle, min((one for one in members if one is not middle), key=lambda one: alike[one.masked])
