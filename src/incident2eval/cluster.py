"""Cluster: which incidents failed alike. The same failed checks make one type; words only help out."""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from incident2eval.checks import SHELF
from incident2eval.model import Customers, Failure, FailureType, Similar, visible

THRESHOLD = 75.0
"""From which likeness on two failures are of one type although different checks failed, or none.

Measured: accounts of eight unrelated incidents come to 49-61; one pair of duplicate bug reports in four
reaches 75 by its titles, and three unrelated pairs in a thousand: words alone join few, and seldom wrongly.
"""

NEAREST = 5
"""How many earlier incidents `place` names at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A failure type and the failures that share it."""

    id: str
    label: str
    members: tuple[str, ...]
    """Ids of the failures, in the order in which they came."""
    exemplar: str
    """Id of the founding failure, the one that later ones are compared with."""

    @property
    def size(self) -> int:
        """How many failures share the type."""
        return len(self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    """Every failure in its cluster."""

    clusters: tuple[Cluster, ...] = ()
    assignment: Mapping[str, str] = field(default_factory=dict)
    """Failure id -> cluster id."""


def failure_types(failures: Sequence[Failure], *, customers: Customers | None = None) -> Clustering:
    """Group failures by how they failed, whatever the workflow.

    A failure joins the type of the founding failure that it is most like, or founds one: a type keeps its id
    and label when later failures come in.

    Args:
        failures: The failures, oldest first; one is enough.
        customers: The roster, whose names are left out of every comparison.
    """
    mask = _Mask(customers or Customers())
    members: dict[str, list[Failure]] = {}
    for failure in failures:
        founders = [found[0] for found in members.values()]
        kin = max(founders, key=lambda founder: _kinship(failure, founder, mask), default=None)
        founder = kin if kin is not None and _kinship(failure, kin, mask) >= THRESHOLD else failure
        members.setdefault(_type_id(founder, mask), []).append(failure)
    return Clustering(
        clusters=tuple(
            Cluster(
                id=name, label=_label(found[0]), members=tuple(row.id for row in found), exemplar=found[0].id
            )
            for name, found in members.items()
        ),
        assignment={row.id: name for name, found in members.items() for row in found},
    )


def place(failure: Failure, earlier: Sequence[Failure], *, customers: Customers | None = None) -> FailureType:
    """Place one failure among earlier ones: its type, whether that is new, and the nearest earlier incidents.

    Args:
        failure: The failure to place.
        earlier: All others that are known, oldest first; may be empty.
        customers: The roster, whose names are left out of every comparison.
    """
    mask = _Mask(customers or Customers())
    others = [other for other in earlier if other.id != failure.id]
    clustering = failure_types([*others, failure], customers=customers)
    own = next(cluster for cluster in clustering.clusters if failure.id in cluster.members)
    scored = [Similar(incident=other.id, score=round(_likeness(failure, other, mask), 1)) for other in others]
    return FailureType(
        id=own.id,
        label=own.label,
        new=own.size == 1,
        similar=tuple(sorted(scored, key=lambda similar: -similar.score)[:NEAREST]),
    )


class _Mask:
    """Texts without what differs from incident to incident: customers, ids, numbers, case and punctuation."""

    def __init__(self, customers: Customers) -> None:
        names = sorted((name for row in customers for name in (*row.names, row.id)), key=len, reverse=True)
        self._names = (
            re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)) if names else None
        )
        self._seen: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        if text not in self._seen:
            unnamed = self._names.sub(" ", text) if self._names else text
            self._seen[text] = " ".join(
                word for word in re.findall(r"\w+", unnamed.casefold()) if word.isalpha()
            )
        return self._seen[text]


def _kinship(one: Failure, other: Failure, mask: _Mask) -> float:
    """Likeness, but failures of the same checks are always kin: that is what a failure type is."""
    same = _key(one, mask) == _key(other, mask)
    return math.inf if same else _likeness(one, other, mask)


def _likeness(one: Failure, other: Failure, mask: _Mask) -> float:
    """From 0 to 100: half for the checks that failed in both, half for the words; or words only."""
    from rapidfuzz.fuzz import token_set_ratio  # noqa: PLC0415 - needed only once there are two incidents

    words = token_set_ratio(mask(one.text), mask(other.text))
    mine, theirs = frozenset(one.checks), frozenset(other.checks)
    if not mine or not theirs:
        return words
    return 50 * len(mine & theirs) / len(mine | theirs) + words / 2


def _key(failure: Failure, mask: _Mask) -> str:
    return " ".join(sorted(set(failure.checks))) or f"text: {mask(failure.text)}"


def _type_id(founder: Failure, mask: _Mask) -> str:
    return f"FT-{hashlib.sha256(_key(founder, mask).encode(errors='replace')).hexdigest()[:8]}"


def _label(founder: Failure) -> str:
    """What failed, in the words of the checks; else the beginning of the account."""
    words = {check.name: check.words.message for check in SHELF}
    failed = [words.get(name, name.replace("_", " ")) for name in sorted(set(founder.checks))]
    line = " ".join(visible(founder.text).split())
    return "; ".join(failed) or (line if len(line) <= 80 else f"{line[:77].rstrip()}...") or "no check failed"
