"""Whose is what a run read: strangers' records and rows, and what the run may use."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from incident2eval.checks.acts.owned import Owners
from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Customers, Record, Run, Step, StepKind, is_empty

SESSIONS = vocabulary("session engagement matter thread conversation")
"""Keys that tell one piece of work for a customer from another."""
_WORK = SESSIONS | vocabulary(
    "chat claim project case deal job candidate applicant patient encounter episode booking mandate"
)
"""The same, and keys that may tell it: they count where the corrected run shows that they do."""
_KEYS = vocabulary("id ids no nr number ref reference key code name uuid")
_READING = {StepKind.TOOL, StepKind.RETRIEVAL, StepKind.INPUT}
_ABOUT_THE_RECORD = vocabulary(
    "score distance similarity relevance rank index chunk page position offset embedding vector version "
    "tokens "
    "created updated modified saved timestamp time date at source url uri path type kind format mime language"
)
"""Last words of keys that say how a record was found and kept, not what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """Somebody else's record or row, as a step of the run read it."""

    owner: str | None
    apart: tuple[str, str] | None
    """The piece of work that it is from, where that tells it from the run's own: (engagement, E-204)."""
    name: str
    """What a message calls it."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something that the run may use."""

    value: JSON
    told: JSON = None
    """What the step that returned it had been told: an echo is no source."""
    owned: bool = True
    """Whether it is known to be the run's own or nobody's; what a tool returned may hold copies."""


class Readings:
    """What a run read, told apart."""

    def __init__(
        self, run: Run, *, customer: str | None, customers: Customers, apart_by: Collection[str] = ()
    ) -> None:
        """Look at a run from its own customer and its own piece of work.

        Args:
            run: The run.
            customer: Id of its own customer.
            customers: The roster.
            apart_by: Keys of records that tell one piece of work from another.
        """
        self._run = run
        self._customer = customer
        self._customers = customers
        owned = [record.owner for step in run.steps for record in step.records if record.owner is not None]
        self._knows_owners = customer in customers or any(owner in customers for owner in owned)
        self._owners = Owners(customers, customer=customer) if customer in customers else None
        own = scope_of_run(run)
        self._own = {key: own[key] for key in apart_by if key in own}

    @property
    def strangers(self) -> Iterator[Belongings]:
        """Every record and row of somebody else, or of another piece of work."""
        for step in self._run.steps:
            for record in step.records:
                if self._strays(record):
                    yield Belongings(
                        owner=record.owner,
                        apart=self._apart(record.metadata),
                        name=record.id or "a record",
                        text=text_of(record),
                    )
            if step.kind in _READING:
                yield from self._rows(step)

    @property
    def sources(self) -> Iterator[Source]:
        """What the run may use: its input, its own records and nobody's, what tools told without an owner."""
        yield Source(value=self._run.input)
        strange = {_same(found.text) for found in self.strangers}
        for step in self._run.steps:
            own = [record for record in step.records if not self._strays(record)]
            kept = [
                record
                for record in own
                if record.owner == self._customer or _same(text_of(record)) not in strange
            ]
            yield from (Source(value=text_of(record)) for record in kept)
            yield Source(value=[dict(record.metadata) for record in kept])
            if step.kind is StepKind.INPUT:
                yield Source(value=step.input)
            if step.kind in _READING and len(own) == len(step.records) and not is_empty(step.output):
                yield Source(value=self._own_part(_parsed(step.output)), told=step.input, owned=False)

    def _strays(self, record: Record) -> bool:
        return self._is_strange(record.owner) or self._apart(record.metadata) is not None

    def _is_strange(self, owner: str | None) -> bool:
        if owner is None or self._customer is None or owner == self._customer:
            return False
        return owner in self._customers or not self._knows_owners

    def _apart(self, said: Mapping[str, JSON]) -> tuple[str, str] | None:
        """The other piece of work that something is from, if it says so."""
        if not self._own:
            return None
        scope = scope_of(said)
        return next(
            (
                (key, scope[key])
                for key, own in self._own.items()
                if key in scope and _same(scope[key]) != _same(own)
            ),
            None,
        )

    def _owner_of_row(self, row: Mapping[str, JSON]) -> str | None:
        owner = self._owners.of_object(row) if self._owners else None
        return owner if owner in self._customers else None

    def _rows(self, step: Step) -> Iterator[Belongings]:
        """The rows of a step's output that say that they are somebody else's."""
        pending = [_parsed(step.output)]
        while pending:
            value = pending.pop()
            if isinstance(value, Mapping):
                owner, apart = self._owner_of_row(value), self._apart(_flat(value))
                if self._is_strange(owner) or apart:
                    yield Belongings(owner=owner, apart=apart, name=f"a row of {step.name}", text=told(value))
                else:
                    pending += value.values()
            elif isinstance(value, (list, tuple)):
                pending += value

    def _own_part(self, value: JSON, depth: int = 0) -> JSON:
        """A value without the rows that are somebody else's."""
        if depth > 60:
            return None
        if isinstance(value, Mapping):
            if self._is_strange(self._owner_of_row(value)) or self._apart(_flat(value)):
                return None
            return {key: self._own_part(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._own_part(inner, depth + 1) for inner in value]
        return value


def scope_of_run(run: Run) -> dict[str, str]:
    """Which piece of work a run is: the values of its input and attributes that say so, by key."""
    root = run.root.attributes if run.root else {}
    return {**scope_of(root), **scope_of(run.attributes), **scope_of(run.input)}


def scope_of(value: JSON) -> dict[str, str]:
    """Which piece of work something is from, by key: {engagement: E-204}."""
    found: dict[str, str] = {}
    for path, leaf in leaves(value):
        words = key_words(path)
        words = words[:-1] if len(words) > 1 and words[-1] in _KEYS else words
        if words and words[-1] in _WORK and isinstance(leaf, (str, int)) and str(leaf).strip():
            found.setdefault(words[-1], str(leaf).strip())
    return found


def text_of(record: Record) -> str:
    """What a record says: its id, its text, and what stands beside it about its matter."""
    beside = {
        key: value
        for key, value in record.metadata.items()
        if (key_words(key) or ("",))[-1] not in _ABOUT_THE_RECORD
    }
    return "\n".join(part for part in (record.id, record.text, told(beside)) if part)


def told(value: JSON) -> str:
    """A JSON value as a text, one value a line with its key before it; JSON written as a text is read."""
    value = _parsed(value)
    if isinstance(value, str):
        return value
    lines = []
    for path, leaf in leaves(value):
        if leaf is None or isinstance(leaf, bool):
            continue
        text = told(leaf) if isinstance(leaf, str) and embedded(leaf) is not None else str(leaf)
        key = " ".join(key_words(path)) if not path.rpartition(".")[2].isdigit() else ""
        lines.append(f"{key}: {text}" if key else text)
    return "\n".join(lines)


def _parsed(value: JSON) -> JSON:
    return (embedded(value) or value) if isinstance(value, str) else value


def _flat(row: Mapping[str, JSON]) -> dict[str, JSON]:
    return {str(key): value for key, value in row.items() if not isinstance(value, (Mapping, list, tuple))}


def _same(text: str) -> str:
    return " ".join(text.casefold().split())
