"""A run: what one execution of a workflow did, as ordered steps. The one noun that joins all stages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from unicodedata import category

JSON = object
"""Whatever JSON can say: None, bool, int, float, str, lists and dicts of these."""

EMPTY: Mapping[str, object] = MappingProxyType({})


class StepKind(StrEnum):
    """What a step is, whatever the tracing tool called it."""

    INPUT = "input"
    MODEL = "model"
    TOOL = "tool"
    RETRIEVAL = "retrieval"
    AGENT = "agent"
    GUARDRAIL = "guardrail"
    REVIEW = "review"
    HANDOFF = "handoff"
    OUTPUT = "output"
    OTHER = "other"


class Status(StrEnum):
    """How a step ended."""

    OK = "ok"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that a step read: a note, a document, a row."""

    __pydantic_config__ = {"coerce_numbers_to_str": True}  # noqa: RUF012 - read by the validator, never changed

    id: str = ""
    owner: str | None = None
    """Id of the customer it belongs to; None is nobody's."""
    text: str = ""
    metadata: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a run did."""

    __pydantic_config__ = {"coerce_numbers_to_str": True}  # noqa: RUF012

    id: str = ""
    parent: str | None = None
    kind: StepKind
    name: str
    agent: str | None = None
    started: datetime | None = None
    """Aware, UTC."""
    ended: datetime | None = None
    input: JSON = None
    output: JSON = None
    status: Status = Status.OK
    error: str | None = None
    records: tuple[Record, ...] = ()
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    """What the trace says beyond the fields above, flat keys as on the wire.

    Data only, never names to look up.
    """

    @property
    def is_call(self) -> bool:
        """Whether the step acts on the world: steps of kind tool and output count as calls."""
        return self.kind in {StepKind.TOOL, StepKind.OUTPUT}

    @property
    def content(self) -> str:
        """What the step brought into the run, as text: its output, its records and its error."""
        records = (text for record in self.records for text in (record.id, record.text))
        return "\n".join([flat_text(self.output), *records, self.error or ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose run it was."""

    __pydantic_config__ = {"coerce_numbers_to_str": True}  # noqa: RUF012

    customer: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one execution of a workflow did: recorded evidence, today's replay and every past output alike."""

    __pydantic_config__ = {"coerce_numbers_to_str": True}  # noqa: RUF012

    schema: str = "incident2eval/run/1"
    id: str = ""
    workflow: str | None = None
    version: str | None = None
    model: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    subject: Subject | None = None
    input: JSON = None
    output: JSON = None
    """Text or JSON."""
    steps: tuple[Step, ...] = ()
    """In the order of their start."""
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    """What the trace says of the whole run: resource attributes, the trace object's metadata."""

    @property
    def is_empty(self) -> bool:
        """Whether the output says nothing: null, blank text, {} or []."""
        return is_empty(self.output)

    @property
    def customer_id(self) -> str | None:
        """Id of the run's own customer, if the run says."""
        return self.subject.customer_id if self.subject else None

    def step(self, step_id: str | None) -> Step | None:
        """The step with that id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)

    @property
    def root(self) -> Step | None:
        """The step that all others hang on, or None where the steps have no common parent."""
        known = {step.id for step in self.steps}
        tops = [step for step in self.steps if step.parent is None or step.parent not in known]
        return tops[0] if len(tops) == 1 else None


def is_empty(value: JSON) -> bool:
    """Whether a value says nothing: null, blank text, {} or [] (contract section 6), or only such values.

    Text of invisible characters or of punctuation alone is blank; a number, true and false say something.
    """
    if isinstance(value, str):
        return not any(category(char)[0] in "LNS" for char in value)
    if isinstance(value, Mapping):
        return all(is_empty(inner) for inner in value.values())
    return all(is_empty(inner) for inner in value) if isinstance(value, (list, tuple)) else value is None


def texts(value: JSON, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a JSON value with its path.

    `("decisions.0.reason", "payment history")`; numbers as JSON writes them.
    """
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from texts(inner, f"{path}.{index}" if path else str(index))
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def flat_text(value: JSON) -> str:
    """All text of a JSON value, one item a line: what a reader would see of it."""
    return "\n".join(text for _, text in texts(value))
