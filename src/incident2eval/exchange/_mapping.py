"""What a field of somebody else's record is made of, and how well that fits; never a guess."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from incident2eval.model import JSON, IncidentFile

Take = Callable[[IncidentFile], JSON]
"""Takes a value out of an incident; None where the incident does not say."""


class Fit(StrEnum):
    """How well what an incident holds fits a field of the target."""

    DIRECT = "direct"
    """The same thing."""
    PARTIAL = "partial"
    """Only a part of what the target means."""
    APPROXIMATE = "approximate"
    """Related, but meant or listed differently there: a person looks at it."""
    UNMAPPED = "unmapped"
    """Nothing that an incident holds; always left empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a target, and where its value comes from."""

    path: tuple[str, ...]
    """Its name, from the outermost object inwards."""
    fit: Fit
    sources: tuple[str, ...] = ()
    """Fields of the incident file; empty where nothing is mapped or the value is the target's own."""
    take: Take | None = None
    """None where it is unmapped."""
    required: bool = False
    """Whether the target asks for it in every record."""
    note: str = ""

    @property
    def name(self) -> str:
        """Its name in one piece."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Somebody who keeps records of incidents, and the fields of one."""

    name: str
    """What `--as` takes."""
    title: str
    version: str
    """Of what the names of the fields are."""
    source: str
    """Where they were read."""
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A field of a target filled from one incident."""

    field: Field
    value: JSON
    """None where it is unmapped, or the incident does not say."""


def exported(file: IncidentFile, target: Target) -> tuple[Mapped, ...]:
    """Every field of a target, filled with what an incident holds.

    Args:
        file: The incident, in such words as may leave the house.
        target: One of `TARGETS`.

    Returns:
        A row for each field, in the target's order.
    """
    return tuple(
        Mapped(field=field, value=_or_none(field.take(file)) if field.take else None)
        for field in target.fields
    )


def record(rows: Iterable[Mapped]) -> dict[str, JSON]:
    """The record as the target shapes it: objects within objects, null where a field is empty."""
    made: dict[str, JSON] = {}
    for row in rows:
        *outer, last = row.field.path
        inner = made
        for name in outer:
            nested = inner.setdefault(name, {})
            assert isinstance(nested, dict)  # noqa: S101 - a slip in a table, not a matter of input
            inner = nested
        inner[last] = row.value
    return made


def direct(name: str, sources: str, take: Take, note: str = "", *, required: bool = False) -> Field:
    """A field that means the same as ours."""
    return Field(
        path=_path(name),
        fit=Fit.DIRECT,
        sources=tuple(sources.split()),
        take=take,
        note=note,
        required=required,
    )


def partial(name: str, sources: str, take: Take, note: str = "", *, required: bool = False) -> Field:
    """A field of which we hold a part."""
    return replace(direct(name, sources, take, note, required=required), fit=Fit.PARTIAL)


def approximate(name: str, sources: str, take: Take, note: str = "", *, required: bool = False) -> Field:
    """A field that means something near to ours."""
    return replace(direct(name, sources, take, note, required=required), fit=Fit.APPROXIMATE)


def unmapped(name: str, note: str = "", *, required: bool = False) -> Field:
    """A field that an incident file says nothing of."""
    return Field(path=_path(name), fit=Fit.UNMAPPED, note=note, required=required)


def _path(name: str) -> tuple[str, ...]:
    return tuple(name.split("."))


def _or_none(value: JSON) -> JSON:
    """The value, or None where there is nothing in it."""
    return None if value in ("", [], {}) else value
