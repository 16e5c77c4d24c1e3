"""Does each document of a batch hold its own facts?"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.acts.sending import sends
from incident2eval.checks.exposure.distinct import Fact, Kind, read_fact
from incident2eval.checks.exposure.needles import Held, Hit, Needles, Page
from incident2eval.checks.items.fields import is_key, is_person
from incident2eval.checks.items.rows import fields, items, key_of, nested_lists, normal, structured, tables
from incident2eval.detection.dates import days
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import key_words, leaves, sentence, vocabulary
from incident2eval.model import JSON, CannotJudge, Finding, Findings, IncidentType, Run, StepKind

_READING = {StepKind.TOOL, StepKind.RETRIEVAL, StepKind.INPUT, StepKind.HANDOFF}
_MOST_ITEMS, _MOST_LISTS, _MOST_HITS, _LONGEST_VALUE, _LONGEST_TEXT = 500, 8, 4_000, 90, 300_000
_NUMBER = re.compile(r"\d+")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d\S*")
_WHO = vocabulary(
    "applicant candidate customer client patient employee tenant guest student member holder payee supplier "
    "vendor passenger owner recipient consignee email"
)
"""Last words of fields that say whom an item is about, beside keys and names."""


@check(absence=False)
def swapped_facts(run: Run) -> Findings:
    """Facts of one item of a batch that stand in the document of another, in place of its own.

    Args:
        run: The run to judge; what each item's facts are is read from its input and its look-ups.

    Raises:
        CannotJudge: if the run was given no list of items that have facts of their own.

    What went wrong:
        A merge, a template or a loop put the name, the amount, the date or the reference of one item into
        the document of another: shifted by one, two of them exchanged, one document for all.

    What is right:
        Each document holds the facts of its own item, rounded, left out, in any words and order. Another
        item may be spoken of beside them. What items share, and what the input says of all, is free.

    What this cannot see:
        Small numbers and single ordinary words, documents that do not say whose they are, facts in other
        words than the run read them in, and items of which the run reports nothing.
    """
    sources = _sources(run)
    lists = _lists(sources)
    if not lists:
        raise CannotJudge("the run was given no list of items with facts of their own")
    best: tuple[list[_Sheet], _Batch] | None = None
    for batch in (_Batch(shown, sources) for shown in lists):
        sheets = _sheets(run, batch)
        if best is None or _items_of(sheets) > _items_of(best[0]):
            best = sheets, batch
        if _items_of(sheets) == len(batch.shown):
            break
    return Findings(tuple(dict.fromkeys(_mixups(*best))) if best else (), judged=len(best[0]) if best else 0)


def _items_of(sheets: Sequence["_Sheet"]) -> int:
    return len({sheet.item for sheet in sheets})


Place = tuple[str, str]
"""An item and a field of it."""


class _Batch:
    """The items that a run was given: every value of theirs, and which of them have it in which field."""

    def __init__(self, shown: Mapping[str, str], sources: Sequence[JSON]) -> None:
        """Collect what the run read: a value is whose it was where it stood first, before any merge."""
        self.shown = shown
        self.facts: dict[object, Fact] = {}
        self.places: dict[object, set[Place]] = {}
        for source in sources:
            fresh: dict[object, set[Place]] = defaultdict(set)
            for item, row in items(source, shown)[0].items():
                for name, cell in row.items():
                    if (fact := _fact(cell)) is not None and fact.key not in self.places:
                        self.facts[fact.key] = fact
                        fresh[fact.key].add((item, name))
            self.places |= fresh
        self.own: dict[Place, set[object]] = defaultdict(set)
        for key, places in self.places.items():
            for place in places:
                self.own[place].add(key)
        self.needles = Needles(Held(fact=fact, owner=None) for fact in self.facts.values())
        said = (
            _fact(leaf) for item, part in _parts(sources[0], shown) if not item for _, leaf in leaves(part)
        )
        self.common = {fact.key for fact in said if fact and not self._items_named(fact.key)}
        """What the input says of all."""

    def _items_named(self, key: object) -> set[str]:
        return {item for item, name in self.places.get(key, ()) if _is_identity(name, self.facts[key])}

    def tells_alone(self, key: object) -> bool:
        """Whether no template says it by chance: a long amount, whose item it is."""
        amount = self.facts[key].amount
        return amount.tells_alone if amount else bool(self._items_named(key))

    def read(self, page: Page) -> tuple[Page, list[Hit]]:
        """A text with the values that stand in it, in order."""
        return page, sorted(islice(self.needles.in_page(page), _MOST_HITS), key=lambda hit: hit.start)

    def item_of(self, hits: Iterable[Hit]) -> str | None:
        """The item that a text names first."""
        for hit in hits:
            named = self._items_named(hit.held.fact.key)
            if len(named) == 1 and not hit.rounded:
                return next(iter(named))
        return None

    def foreign(self, key: object, item: str) -> set[str]:
        """The fields in which an item should have its own value where it has this one; none if it is free."""
        places = self.places[key]
        holders = {holder for holder, _ in places}
        if item in holders or key in self.common or 2 * len(holders) > len(self.shown):
            return set()
        return {name for _, name in places if self.own.get((item, name))}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A document: the item that it is about, what it says, and the step that sends it, if any."""

    item: str
    page: Page
    hits: Sequence[Hit]
    step: str | None

    def holds(self, name: str, batch: _Batch) -> bool:
        """Whether it shows the item's own value of a field, rounded or in part."""
        shown = {hit.held.fact.key for hit in self.hits}
        own = batch.own[self.item, name]
        return any(key in shown or self._in_part(batch.facts[key], name) for key in own)

    def _in_part(self, fact: Fact, name: str) -> bool:
        """A day without its year, one name of two."""
        if fact.day is not None:
            return any(day.day and day.is_said_by(fact.day) for day in days(self.page.text))
        telling = {
            word
            for word in fact.words
            if len(word) > 2 and (not is_ordinary(word) or _is_identity(name, fact))
        }
        return fact.kind is Kind.PHRASE and not telling.isdisjoint(self.page.words)


def _sources(run: Run) -> list[JSON]:
    """The input, and what each tool returned, all its calls together."""
    read: dict[str, list[JSON]] = defaultdict(list)
    for step in run.steps:
        if step.kind in _READING:
            read[step.name] += [step.output, *({"id": one.id, **one.metadata} for one in step.records)]
    return [run.input, *read.values()]


def _lists(sources: Sequence[JSON]) -> list[dict[str, str]]:
    """The ids that lists of items go by, as compared and as shown; for each field that tells items apart."""
    found: dict[frozenset[str], dict[str, str]] = {}
    for rows in (rows for source in sources for rows in tables(source)):
        flat = [fields(row) for row in rows[:_MOST_ITEMS]]
        for name in flat[0]:
            shown = {normal(row.get(name)): str(row.get(name)) for row in flat}
            tells = all(_is_identity(name, _fact(row.get(name))) for row in flat)
            if tells and len(shown) == len(flat) and "" not in shown:
                found.setdefault(frozenset(shown), shown)
    return list(found.values())[:_MOST_LISTS]


def _is_identity(name: str, fact: Fact | None) -> bool:
    """Whether a value says which item it is, or whom it is about."""
    if fact is not None and fact.compact:
        return True
    return is_key(name) or is_person(name) or not _WHO.isdisjoint(key_words(name)[-1:])


def _fact(cell: JSON) -> Fact | None:
    """A value that is looked for: a number, a date, a reference, words that are not just any."""
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)) or len(str(cell)) > _LONGEST_VALUE:
        return None
    moment = _MOMENT.fullmatch(text := plain(str(cell)).strip())
    fact = read_fact(text := moment[1] if moment else text)
    if fact is None or fact.kind is Kind.DATE:
        return fact
    if fact.amount is not None and fact.amount.end - fact.amount.start >= len(text) - 4:
        tells = fact.amount.tells_alone or fact.amount.tells_with_words
        return replace(fact, words=()) if tells else None
    words = tuple(Page(text).words)
    tells = sum(map(len, words)) > 2 and (len(words) > 1 or not is_ordinary(words[0]))
    return Fact(text=text, kind=Kind.PHRASE, compact=fact.compact, words=words) if tells else None


def _parts(value: JSON, ids: Collection[str]) -> Iterator[tuple[str, JSON]]:
    """A value cut into what it says of each item and, under no id, everything else."""
    pending = deque([value])
    while pending:
        inner = pending.popleft()
        parsed = structured(inner) if isinstance(inner, str) else None
        inner = inner if parsed is None else parsed
        if isinstance(inner, (list, tuple)):
            for one in inner:
                if len(inner) > 1 and _is_whole(one, ids):
                    yield "", one
                else:
                    pending.append(one)
        elif not isinstance(inner, Mapping):
            yield "", inner
        elif own := key_of(inner, ids):
            yield own, inner
        else:
            yield from ((normal(key), one) for key, one in inner.items() if normal(key) in ids)
            pending += (one for key, one in inner.items() if normal(key) not in ids)


def _is_whole(entry: JSON, ids: Collection[str]) -> bool:
    """Whether an entry of a list is one document that goes by no id, rather than a list of others."""
    if not isinstance(entry, Mapping) or key_of(entry, ids) or any(normal(key) in ids for key in entry):
        return False
    rows = (
        row for _, several in nested_lists(entry) if isinstance(several, (list, tuple)) for row in several
    )
    return not any(isinstance(row, Mapping) and key_of(row, ids) for row in rows)


def _sheets(run: Run, batch: _Batch) -> list[_Sheet]:
    """The documents in the output and in what steps send, as far as they say which item they are about."""
    sheets: list[_Sheet] = []
    sent = ((step.id, step.input) for step in run.steps if sends(step))
    for step, value in ((None, run.output), *sent):
        read: list[tuple[str, Page, list[Hit]]] = []
        for own, part in _parts(value, batch.shown):
            text = plain("\n\n".join(str(leaf) for _, leaf in leaves(part)))
            whole = batch.read(Page(text[:_LONGEST_TEXT]))
            for page, hits in [whole] if own else _sections(*whole, batch):
                read.append((own or batch.item_of(hits) or "", page, hits))
        if not any(item for item, _, _ in read) and len(read) == len(batch.shown):
            read = [(item, page, hits) for item, (_, page, hits) in zip(batch.shown, read, strict=True)]
        sheets += [_Sheet(item, page, hits, step) for item, page, hits in read if item]
    return sheets


def _sections(page: Page, hits: list[Hit], batch: _Batch) -> list[tuple[Page, list[Hit]]]:
    """The parts of a text, each under a line that names its item, all such lines beginning alike."""
    heads: dict[str, list[tuple[int, str]]] = defaultdict(list)
    line = -1
    for hit in hits:
        start = page.text.rfind("\n", 0, hit.start) + 1
        item = batch.item_of([hit]) if start > line else None
        if item:
            line = start
            heads[_NUMBER.sub("", page.text[start : hit.start][:80]).casefold()].append((start, item))
    best = max(heads.values(), key=lambda lines: len({item for _, item in lines}), default=[])
    cuts = [start for at, (start, item) in enumerate(best) if not at or best[at - 1][1] != item]
    cuts = cuts[: 2 * len(batch.shown)]
    if len(cuts) < 2:
        return [(page, hits)]
    ends = [*cuts[1:], len(page.text)]
    return [batch.read(Page(page.text[start:end])) for start, end in zip(cuts, ends, strict=True)]


def _mixups(sheets: Sequence[_Sheet], batch: _Batch) -> Iterator[Finding]:
    """What stands in a document in place of its own, in fields that documents show at all.

    A value that stands in every document may be the template's: it needs to tell much, or another beside it.
    """
    everywhere = Counter(key for sheet in sheets for key in {hit.held.fact.key for hit in sheet.hits})
    shown = Counter(name for sheet in sheets for name in _fields_shown(sheet, batch))
    for sheet in sheets:
        taken: dict[str, Hit] = {}
        for hit in sheet.hits:
            for name in () if hit.rounded else sorted(batch.foreign(hit.held.fact.key, sheet.item)):
                usual = sum(bool(batch.own.get((other.item, name))) for other in sheets)
                if 2 <= shown[name] >= usual / 2 and not sheet.holds(name, batch):
                    taken.setdefault(name, hit)
        keys = {hit.held.fact.key for hit in taken.values()}
        if len(keys) > 1 or any(everywhere[key] < len(sheets) or batch.tells_alone(key) for key in keys):
            yield from (_finding(sheet, hit, name, batch) for name, hit in taken.items())


def _fields_shown(sheet: _Sheet, batch: _Batch) -> set[str]:
    return {name for hit in sheet.hits for _, name in batch.places[hit.held.fact.key]}


def _finding(sheet: _Sheet, hit: Hit, name: str, batch: _Batch) -> Finding:
    words = " ".join(sheet.page.text[hit.start : hit.end].split())
    whose = next(
        batch.shown[item] for item, field in sorted(batch.places[hit.held.fact.key]) if field == name
    )
    return Finding(
        check="swapped_facts",
        step=sheet.step,
        message=f"the document of '{batch.shown[sheet.item]}' says '{words}', "
        f"which is the {' '.join(key_words(name)) or 'value'} of '{whose}'",
        excerpt=sentence(sheet.page.text, hit.start, hit.end),
    )


def propose(known: Known) -> Mapping[str, JSON] | None:
    """No facts: a run says itself what its items are. Only where the recorded run mixed them up."""
    try:
        return {} if swapped_facts(known.recorded) else None
    except CannotJudge:
        return None


def variants(known: Known) -> Iterable[Run]:
    """Documents written from the items that were given, shifted, exchanged, or the same for all."""
    run = known.recorded
    lists = [rows for source in _sources(run) for rows in tables(source)]
    rows = [fields(row) for row in max(lists, key=len, default=())[:12]]
    names = [name for row in rows[:1] for name in row]
    key = next((name for name in names if len({str(row.get(name)) for row in rows}) == len(rows)), None)
    if key is None:
        return
    size = len(rows)
    for order in ([*range(1, size), 0], [1, 0, *range(2, size)], [0] * size, [size - 1, *range(size - 1)]):
        letters = [(str(rows[at].get(key)), _letter(rows[order[at]], key)) for at in range(size)]
        yield replace(run, output=[{key: name, "text": text} for name, text in letters])
        yield replace(run, output={"letters": dict(letters)})
        yield replace(run, output="\n\n".join(f"## {name}\n{text}" for name, text in letters))


def _letter(row: Mapping[str, JSON], key: str) -> str:
    """What a document says of an item, but for the field that it goes by."""
    said = [f"{' '.join(key_words(name))} {cell}" for name, cell in row.items() if name != key]
    return "We write to you about this: " + "; ".join(said) + "."


CHECK = Check(
    judge=swapped_facts,
    propose=propose,
    variants=variants,
    words=Words(
        test="each_document_holds_its_own_facts",
        found="mixups",
        message="a document holds facts of another item of the batch",
    ),
    control=False,
    type=IncidentType.INCORRECT_EXTERNAL_OUTPUT,
)
