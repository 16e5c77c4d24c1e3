"""The register of failure types at work: incidents stay where they are, new ones join or found a type."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.cluster import Cluster, Clustering, Fault, KnownType, Labels, group
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import fold
from incident2eval.model import Customers, Failure, Incident
from incident2eval.pipeline._redacting import redactor_of
from incident2eval.redaction import Redactor
from incident2eval.store import Project, RegisteredType, dump

AFTER_TITLE = ". "
"""Ends the title in the text of an incident's failure."""

_WORD = re.compile(r"[^\W\d_]+")


def grouped(
    failures: Sequence[Failure], *, registered: Sequence[RegisteredType], customers: Customers
) -> Clustering:
    """Group the incidents of a project.

    One that the register holds stays where it is, unless something else turned out to have failed first.

    Args:
        failures: In an order that later incidents do not change.
        registered: The types as the register keeps them.
        customers: The roster.
    """
    registered = taught(registered, failures)
    assignment = dict(_staying(failures, registered))
    known = {one.id: known_type(one) for one in registered}
    loose = [one for one in failures if one.id not in assignment]
    joined = group(loose, customers=customers, known=tuple(known.values()))
    known |= {one.id: one.known for one in joined.clusters}
    return _drawn(failures, {**assignment, **joined.assignment}, known, customers)


def taught(registered: Sequence[RegisteredType], failures: Sequence[Failure]) -> tuple[RegisteredType, ...]:
    """The types, those that were known by words alone with what failed in the first of them that has a cause.

    So an incident that comes later and failed alike is of the type in whatever words it was written up.
    """
    rows = {one.id: one for one in failures}
    return tuple(_with_fault(one, rows) for one in registered)


def _with_fault(kind: RegisteredType, rows: Mapping[str, Failure]) -> RegisteredType:
    members = (rows[one] for one in sorted(kind.incidents) if one in rows)
    first = next((one for one in members if one.checks or one.control), None)
    if kind.checks or kind.control or first is None:
        return kind
    return replace(
        kind, checks=first.checks, control=first.control, step_kind=first.step_kind, tool=first.tool
    )


def known_type(one: RegisteredType) -> KnownType:
    """A registered type as `group` takes it."""
    return KnownType(
        id=one.id,
        label=one.label or "",
        words=one.words,
        checks=one.checks,
        control=one.control,
        step_kind=one.step_kind,
        tool=one.tool,
    )


def to_register(
    project: Project,
    clustering: Clustering,
    failures: Sequence[Failure],
    incidents: Mapping[str, Incident],
    registered: Sequence[RegisteredType],
) -> Iterator[RegisteredType]:
    """What the register should say now; a type that nothing is of any more keeps all but its incidents."""
    registered = taught(registered, failures)
    before = {one.id: one for one in registered}
    rows = {one.id: one for one in failures}
    nobody = _Nobody(project, incidents) if {one.id for one in clustering.clusters} - before.keys() else None
    for cluster in clustering.clusters:
        held = before.get(cluster.id)
        by_hand = {one for one, what in held.incidents.items() if what is None} if held else set()
        members = {
            one: None if one in by_hand else _what_failed(rows[one]) for one in sorted(cluster.members)
        }
        if held is None and nobody:
            held = _registered(cluster, nobody.words(cluster.known.words, rows[cluster.members[0]].text))
        if held is not None:
            yield replace(held, incidents=members)
    found = {one.id for one in clustering.clusters}
    yield from (replace(one, incidents={}) for one in registered if one.id not in found)


def _registered(cluster: Cluster, words: str) -> RegisteredType:
    """A new type; the label that the tool gives is made anew each time."""
    known = cluster.known
    return RegisteredType(
        id=cluster.id,
        checks=known.checks,
        control=known.control,
        step_kind=known.step_kind,
        tool=known.tool,
        words=words,
    )


def _staying(failures: Sequence[Failure], registered: Sequence[RegisteredType]) -> Iterator[tuple[str, str]]:
    """Incidents that stay, and their types; what somebody moved by hand stays whatever failed."""
    homes = {incident: (one.id, what) for one in registered for incident, what in one.incidents.items()}
    for failure in failures:
        home, what = homes.get(failure.id, (None, None))
        if home and what in {None, _what_failed(failure)}:
            yield failure.id, home


def _what_failed(failure: Failure) -> str:
    """A few digits of what failed first, so that a change is seen."""
    said = [*failure.checks, failure.control or "", failure.step_kind or "", failure.tool or ""]
    if not failure.checks and not failure.control:
        said += _WORD.findall(failure.text.casefold())
    return hashlib.sha256("\n".join(said).encode(errors="replace")).hexdigest()[:8]


def _drawn(
    failures: Sequence[Failure],
    assignment: Mapping[str, str],
    known: Mapping[str, KnownType],
    customers: Customers,
) -> Clustering:
    """The types as they were assigned, each with the members in its middle and at its edge."""
    # With the type's id for all that failed, the members of one type and no others are alike.
    alike = [
        replace(one, checks=(assignment[one.id],), control=None, step_kind=None, tool=None)
        for one in failures
    ]
    titles = {one.id: one.text.split(AFTER_TITLE)[0] for one in failures}
    labels = Labels(customers)
    clusters = []
    for one in group(alike, customers=customers).clusters:
        kind = known[assignment[one.exemplar]]
        label = kind.label or labels.of(Fault.of(kind), titles[one.exemplar])
        clusters.append(replace(one, id=kind.id, label=label, known=kind))
    return Clustering(clusters=tuple(clusters), assignment=dict(assignment))


class _Nobody:
    """Leaves out of a new type's words whatever names somebody, or is secret, in any incident."""

    def __init__(self, project: Project, incidents: Mapping[str, Incident]) -> None:
        self._redactor: Redactor = redactor_of(project)
        self._redactor.learn(dump(incident) for incident in incidents.values())
        names = (name for row in project.customers for name in row.names)
        self._roster = {fold(word) for name in names for word in _WORD.findall(plain(name))}

    def words(self, words: str, text: str) -> str:
        """The words that still stand in the text once it is redacted."""
        left = self._redactor.text(text)
        still = {
            word.lower() if word.isascii() else fold(word)
            for word in _WORD.findall(left if left.isascii() else plain(left))
        }
        return " ".join(word for word in words.split() if word in still and fold(word) not in self._roster)
