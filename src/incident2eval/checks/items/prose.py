"""What a text says was decided: of the items that it names, or of the one thing that it is about."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice, zip_longest

from incident2eval.checks.items.rows import Fields, normal
from incident2eval.detection.text.wording import vocabulary
from incident2eval.model import JSON

_YES = vocabulary(
    "approve approves approved approval accept accepts accepted acceptance grant grants granted eligible "
    "qualifies qualified shortlist shortlisted hire hired admit admitted pass passes passed invite invited "
    "offer offered"
)
_NO = vocabulary(
    "decline declines declined reject rejects rejected rejection refuse refused refusal deny denies "
    "denied denial ineligible disqualified unsuccessful unapproved fail fails failed unfortunately"
)
_REFER = vocabulary(
    "refer refers referred referral escalate escalated escalation waitlist waitlisted pending"
)
_NOT = vocabulary("not cannot can't won't don't doesn't isn't unable never nor without")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_REACH = 600
"""How far from an item's name its decision may stand."""
_LONGEST, _MOST_MENTIONS = 4_000, 20_000
_HEADING = re.compile(r"\s*(?:#{1,6}\s|\*\*|.{1,60}:\s*\Z)")


def verdict(text: str) -> str | None:
    """`yes`, `no` or `refer`, where a text plainly says one of them; None where it says none or several."""
    said: set[str] = set()
    negated = 0
    for at, match in enumerate(_WORD.finditer(text[:_LONGEST])):
        word = match[0].casefold().replace("\u2019", "'")
        if not at and word in {"yes", "no"}:
            return word
        negated = 4 if word in _NOT else max(0, negated - 1)
        if word in _YES:
            said.add("no" if negated else "yes")
        elif word in _NO:
            said.add("no")
        elif word in _REFER:
            said.add("refer")
    return said.pop() if len(said) == 1 else None


def decided_in(
    texts: Sequence[str], ids: Collection[str], names: Collection[str]
) -> Iterator[tuple[str, Fields]]:
    """What texts say of each item that they name: the decision, and numbers under the names of fields.

    A field that is not there is one that could not be read.

    Args:
        texts: The texts.
        ids: The items, as `normal` writes them.
        names: The fields whose numbers are looked for: `limit` in `a limit of 3,600`.
    """
    if not ids:
        return
    longest_first = sorted(ids, key=len, reverse=True)
    named = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE)
    labels = {name: _label(name) for name in names}
    left = _MOST_MENTIONS
    for text in texts:
        heading = None
        for line in text.splitlines():
            places = list(islice(named.finditer(line), left))
            left -= len(places)
            if not places and line.strip():
                heading = verdict(line) if _HEADING.match(line[:200]) else heading
            yield from _line(line, places, heading, labels)


def _line(
    line: str, places: Sequence[re.Match[str]], heading: str | None, labels: dict[str, re.Pattern[str]]
) -> Iterator[tuple[str, Fields]]:
    """What one line says of the items in it; what stands before or behind them all holds for each of them."""
    if not places:
        return
    first, last = places[0].start(), places[-1].end()
    of_all = verdict(line[max(0, first - _REACH) : first]) or verdict(line[last : last + _REACH]) or heading
    for place, following in zip_longest(places, places[1:]):
        end = following.start() if following else len(line)
        own = line[place.end() : min(end, place.end() + _REACH)]
        said = verdict(own) or of_all
        row: dict[str, JSON] = {"decision": said} if said else {}
        row |= {name: found[1] for name, label in labels.items() if (found := label.search(own))}
        yield normal(place[0]), row


def _label(name: str) -> re.Pattern[str]:
    """The number that follows a field's name in a text."""
    word = re.escape(name.rpartition(".")[2].replace("_", " "))
    return re.compile(
        rf"\b{word}\b[^\w\n]{{0,4}}(?:of|is|to|at|was)?[^\w\n]{{0,4}}(\d[\d,.]{{0,20}}\d|\d)", re.IGNORECASE
    )
