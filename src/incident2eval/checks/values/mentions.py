"""What a text says of one item of many: by the ids that stand in it."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from incident2eval.checks.values.cells import holds
from incident2eval.checks.values.expectation import Expectation, Miss
from incident2eval.checks.values.reading import values_in
from incident2eval.checks.values.statements import fault_in_text
from incident2eval.checks.values.told import Passage
from incident2eval.checks.values.value import Flag, Word
from incident2eval.checks.values.words import TOKEN, said_at
from incident2eval.detection.text.wording import Span, key_words

_MOST = 100
_FARTHEST = 400
_BETWEEN = re.compile(r"[\s,;&/]*(?:(?:and|or|und|et)\b)?[\s,]*", re.IGNORECASE)
_LISTED = re.compile(r"[ \t]*(?:[-*\u2022>|]|\d{1,3}[.)])?[ \t]*[\"'*`(\[]{0,3}\Z")
_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t].{1,120}|[^\n]{1,120}:[*_ \t]*|\*\*[^*\n]{1,120}\*\*)$", re.MULTILINE
)


def fault_near_item(wanted: Expectation, names: Sequence[Sequence[str]], passage: Passage) -> Miss | None:
    """What is wrong with what a text says of an item, None where it says the right value of it.

    Args:
        wanted: What is expected of the item.
        names: What each part of its id may be called, outermost first.
        passage: The text.
    """
    own = _spots(wanted.item[-1][0], names[-1], passage.text)
    outer = [
        (_spots(key, group, passage.text), [_alike(name) for name in group if any(map(str.isdigit, name))])
        for (key, _), group in zip(wanted.item[:-1], names[:-1], strict=True)
    ]
    spots = [spot for spot in own if all(_is_part(spot, *other, passage) for other in outer)]
    if not spots:
        message = f"says nothing of {wanted.label}, which should be {wanted.shown}"
        return Miss(message=message, excerpt=passage.beginning(200))
    near = _Near(passage, names[-1], spots)
    if any(_is_said(wanted, text) for spot in spots for text in near.said_of(spot, wanted)):
        return None
    message = f"does not say that {wanted.label} is {wanted.shown}"
    return Miss(message=message, excerpt=passage.quote(*spots[0]), left_out=True)


def _is_part(spot: Span, others: Sequence[Span], alike: Sequence[re.Pattern[str]], passage: Passage) -> bool:
    """Whether an id stands beside another one, or in the paragraph or list that the other one leads."""
    line = passage.around(*spot).sentence
    if any(line[0] <= start and end <= line[1] for start, end in others):
        return True
    before = [one for one in others if line[0] - _FARTHEST <= one[0] < line[0]]
    if not before:
        return False
    between = passage.text[before[-1][1] : line[0]]
    return not any(form.search(between) for form in alike) and "\n\n" not in between.rstrip()


def _spots(key: str, names: Sequence[str], text: str) -> list[Span]:
    """Where a text names an item by its id; a small number only as what the key says: `line 1`, `#1`."""
    found: list[Span] = []
    for name in names:
        form = r"[\W_]{0,3}".join(map(re.escape, TOKEN.findall(name)))
        if not form:
            continue
        if len(name) < 4 and name.isdigit():
            kind = "|".join(map(re.escape, key_words(key))) or "no"
            form = rf"(?:^[ \t>*-]{{0,8}}|\b(?:{kind}|no|nr|number|item|row)s?[.: ]{{1,2}}|#){form}"
        for match in re.finditer(rf"(?<!\w){form}(?!\w)", text, re.IGNORECASE | re.MULTILINE):
            found.append(match.span())
            if len(found) >= _MOST:
                return found
    return found


def _is_said(wanted: Expectation, text: str) -> bool:
    alone = replace(wanted, item=())
    if isinstance(wanted.right, Flag):
        return holds(text, (), alone)
    return fault_in_text(alone, Passage(text)) is None


class _Near:
    """A text with the places of an item's ids, and of ids of the same form."""

    def __init__(self, passage: Passage, names: Sequence[str], spots: Sequence[Span]) -> None:
        self._text = passage.text
        self._passage = passage
        forms = [_alike(name) for name in names if any(map(str.isdigit, name))]
        taken = {at for one in passage.found if one.is_measured for at in range(one.start, one.end)}
        others = {match.span() for form in forms for match in form.finditer(self._text)}
        self._ids = sorted({*(span for span in others if span[0] not in taken), *spots})

    def said_of(self, spot: Span, wanted: Expectation) -> Iterator[str]:
        """What may be said of the item there: in front of it, behind it, in the list's heading."""
        first, last = self._enumeration(spot)
        start, end = self._ids[first][0], self._ids[last][1]
        line = self._passage.around(start, end).sentence
        opening = next(one for one in self._ids if one[1] > line[0])
        before = self._text[max(line[0], self._ids[first - 1][1] if first else 0) : start]
        after = self._text[end : min(line[1], self._next(last))]
        if _says_any(self._text[line[0] : opening[0]], wanted):
            yield before
            return
        if _says_any(after, wanted):
            yield after
            return
        yield self._text[end : min(self._next(last), self._block_end(end), end + _FARTHEST)]
        if _LISTED.match(self._text[line[0] : start]):
            yield self._heading(start)

    def _enumeration(self, spot: Span) -> tuple[int, int]:
        """The ids in a row that it is one of, as positions: `A-1, A-2 and A-3`."""
        first = last = bisect_left(self._ids, spot)
        while first and last - first < _MOST and self._touch(first - 1):
            first -= 1
        while last + 1 < len(self._ids) and last - first < 2 * _MOST and self._touch(last):
            last += 1
        return first, last

    def _touch(self, at: int) -> bool:
        between = self._text[self._ids[at][1] : self._ids[at + 1][0]]
        return len(between) < 20 and "\n" not in between and _BETWEEN.fullmatch(between) is not None

    def _next(self, last: int) -> int:
        return self._ids[last + 1][0] if last + 1 < len(self._ids) else len(self._text)

    def _block_end(self, start: int) -> int:
        """Where the paragraph ends."""
        end = self._text.find("\n\n", start)
        return end if end >= 0 else len(self._text)

    def _heading(self, start: int) -> str:
        above = self._text[max(0, start - 5_000) : start]
        headings = list(_HEADING.finditer(above))
        return headings[-1][0] if headings else ""


def _alike(name: str) -> re.Pattern[str]:
    """What ids of the same form look like: `W44-09` is letters, digits, a hyphen, digits."""
    parts = re.findall(r"\d+|[^\W\d_]+|[\W_]+", name)
    form = "".join(
        rf"\d{{{len(part)}}}"
        if part == name
        else r"\d{1,12}"
        if part.isdigit()
        else r"[^\W\d_]{1,12}"
        if part.isalpha()
        else re.escape(part)
        for part in parts
    )
    return re.compile(rf"(?<!\w){form}(?!\w)")


def _says_any(text: str, wanted: Expectation) -> bool:
    """Whether a text says a value of the kind that is expected."""
    if isinstance(wanted.right, Word):
        words = [one for one in (wanted.right, wanted.old) if isinstance(one, Word)]
        return any(True for word in words for _ in said_at(text, word.stems))
    if isinstance(wanted.right, Flag):
        return holds(text, (), wanted) or holds(text, (), replace(wanted, value=not wanted.right.yes))
    return any(type(one.value) is type(wanted.right) for one in values_in(text))
