"""Which records a call acts on: the ids among its arguments and in its paths."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from incident2eval.checks.acts.kinds import CUSTOMER, as_id, is_path, kind_of, pieces, telling_words
from incident2eval.checks.acts.writes import given
from incident2eval.detection.text.wording import leaves
from incident2eval.model import JSON, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One argument that names a record."""

    argument: str
    """Its dotted path."""
    kind: str
    """Which kind of record, as `kind_of` tells."""
    id: str
    """The id as ids are compared."""
    value: JSON
    """The argument as it was given."""

    def is_at(self, argument: str) -> bool:
        """Whether it is the argument of that name: `invoiceId`, `invoice.id` and `invoice` are one."""
        return telling_words(self.argument) == telling_words(argument)

    def __str__(self) -> str:
        return f"{self.argument}={self.value}"


def aimed_at(step: Step) -> Iterator[Target]:
    """The records that a call names, in the order of its arguments."""
    for path, leaf in leaves(given(step)):
        if is_path(path):
            yield from _in_path(path, leaf)
        elif (kind := kind_of(path)) is not None and (said := as_id(leaf)):
            yield Target(argument=path, kind=kind, id=said, value=leaf)
        elif kind == CUSTOMER and isinstance(leaf, str):
            yield Target(argument=path, kind=kind, id=" ".join(leaf.casefold().split()), value=leaf)


def _in_path(path: str, leaf: JSON) -> Iterator[Target]:
    """The records in `/accounts/A2/invoices/7`: each segment behind the name of its kind."""
    segments = pieces(leaf)
    for before, segment in pairwise(segments):
        if (kind := kind_of(before)) and kind_of(segment) is None:
            yield Target(argument=f"{path}.{before}", kind=kind, id=segment, value=leaf)
