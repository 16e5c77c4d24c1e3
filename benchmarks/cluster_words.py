"""What the words are that `cluster_data.py` makes failures of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What failed first, and how people and machines say so."""

    checks: tuple[str, ...]
    control: str
    step_kind: str
    tool: str
    code: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Symptom:
    """What was seen: one message of a machine, and several notes of people with other words each."""

    message: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Half a component: its name in a machine's messages, and what people call it."""

    slug: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A vocabulary. Areas and artefacts together make the components; an area is a workflow.

    Texts hold {part} (the component), {slug}, {text} and the values that `cluster_data.Values` knows.
    """

    faults: tuple[Fault, ...]
    symptoms: tuple[Symptom, ...]
    areas: tuple[Part, ...]
    artefacts: tuple[Part, ...]
    asides: tuple[str, ...]
    layouts: tuple[str, ...]
    """How a person's note is laid out."""
    logs: tuple[str, ...]
    """How a machine's message is laid out."""
    traces: tuple[str, ...]
    """Lines behind a machine's message."""
    customers: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    """First words, second words and legal forms of names."""
    people: tuple[tuple[str, ...], tuple[str, ...]]
    """First and last names."""
    host: str
