"""`cluster`: failure types over all incidents of a project, over a file of failures, over past runs."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from incident2eval.cluster import Cluster, Clustering, group
from incident2eval.model import JSON, BadInput, Fault
from incident2eval.pipeline._answer import Answer, LongAnswer, Page, Words
from incident2eval.pipeline.failure_types.lines import LISTED, describe, project_json, type_lines, types_table
from incident2eval.pipeline.failure_types.register import grouped, to_register
from incident2eval.pipeline.failure_types.types import Told, told_by, types_of
from incident2eval.pipeline.intake import project_or_none
from incident2eval.pipeline.past.findings import past_findings
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.pipeline.shown.masking import masked_object, masked_text
from incident2eval.store import (
    TYPES,
    Project,
    add_types,
    name_type,
    read_failures,
    read_types,
)

LONGEST_LABEL = 120
"""Characters of a label; it has to fit into a line of a table."""

AT_ONCE = 10_000
"""So many assignments are printed at once."""


def cluster(*, project: Path | None) -> Answer:
    """Group all incidents of a project into failure types, and keep the register of them.

    Returns:
        Exit code 0, or 2 where a file of an incident cannot be read: then the register stays as it was.

    Raises:
        BadInput: There is no project; its register, roster or lock cannot be read.
    """
    home = Project.find(project)
    told = told_by(home)
    registered = read_types(home.incidents)
    clustering = grouped(told.failures, registered=registered, customers=home.customers)
    types = types_of(told, clustering)
    news = to_register(home, clustering, told.failures, told.incidents, registered)
    written = not told.unreadable and add_types(home.incidents, news)
    return Answer(
        data={**project_json(types, told, clustering), "register": TYPES, "written": written},
        text=wrapped(describe(types, told)),
        exit_code=2 if told.unreadable else 0,
        notes=tuple(_notes(told)),
    )


def name(*, project: Path | None, type_id: str, label: str, by: str | None) -> Answer:
    """Call a failure type by a name that people choose; it stays whatever comes in later.

    Raises:
        BadInput: No such type, no label that fits a line, or a file that cannot be read.
    """
    home = Project.find(project)
    label = " ".join(label.split())
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        message = f"a label is one line of at most {LONGEST_LABEL} characters"
        raise BadInput(Fault(message=message, field="--name", hint="such as 'Scope too wide'"))
    if type_id not in {one.id for one in read_types(home.incidents)}:
        before = cluster(project=home.root)
        if before.exit_code:
            return before
    name_type(home.incidents, type_id, label=label, by=by)
    told = told_by(home)
    registered = read_types(home.incidents)
    types = types_of(told, grouped(told.failures, registered=registered, customers=home.customers))
    shown = [line for one in types if one.cluster.id == type_id for line in type_lines(one)]
    return Answer(
        data={"named": {"id": type_id, "label": label, "by": by}, "register": TYPES},
        text=wrapped(shown or [f"{type_id}  {label}", "  no incident is of this type now"]),
    )


def of_file(*, project: Path | None, failures: Path) -> LongAnswer:
    """Group the failures of a file, one JSON object a line, a million of them if need be.

    Args:
        project: Folder to take the roster from, whose names are left out of every comparison.
        failures: The file.

    Raises:
        BadInput: The file holds no failures, or the first fault in it.
    """
    home = project_or_none(project)
    clustering = group(read_failures(failures), customers=home.customers if home else None)
    largest = sorted(clustering.clusters, key=lambda one: (-one.size, one.id))
    return LongAnswer(data=_pieces(largest, clustering), pages=iter([_page(largest, clustering)]))


def of_archive(*, project: Path | None) -> Answer:
    """Judge past runs with what the locked cases test, and group what they find.

    Returns:
        Exit code 0, or 3 where a file of the archive could not be read or no run could be judged.

    Raises:
        BadInput: There is no project or no archive.
        NotJudged: There is nothing to judge with.
    """
    home = Project.find(project)
    past = past_findings(home)
    failures = [one.failure for one in past.flagged]
    clustering = grouped(failures, registered=read_types(home.incidents), customers=home.customers)
    by = {one.failure.id: one.incidents for one in past.flagged}
    largest = sorted(clustering.clusters, key=lambda one: (-one.size, one.id))
    data = {
        "clusters": [
            {**_cluster_json(one), "flagged_by": sorted({name for run in one.members for name in by[run]})}
            for one in largest
        ],
        "assignment": dict(clustering.assignment),
        **past.counts(),
    }
    rows = [
        (
            one.id,
            one.label,
            one.size,
            ", ".join(sorted({name for run in one.members for name in by[run]})),
            one.exemplar,
        )
        for one in largest[:LISTED]
    ]
    headings = ("type", "what failed", "runs", "flagged by cases of", "for instance")
    drawn = types_table(rows, *headings, of=len(largest)) if rows else ""
    return Answer(
        data=data,
        text="\n\n".join(filter(None, [wrapped(past.lines()), drawn])),
        exit_code=3 if past.unreadable or not past.judged else 0,
        notes=tuple(f"not read: {fault}" for fault in past.unreadable),
    )


def _notes(told: Told) -> Iterator[str]:
    yield from (f"not read: {fault}" for _, fault in told.unreadable)
    if told.unreadable:
        yield f"{TYPES} stays as it was until every incident can be read"


def _cluster_json(one: Cluster) -> dict[str, JSON]:
    return {
        "id": one.id,
        "label": one.label,
        "size": one.size,
        "incidents": list(one.members),
        "exemplar": one.exemplar,
        "edge": one.edge,
    }


def _pieces(clusters: Sequence[Cluster], clustering: Clustering) -> Iterator[str]:
    """The object for a script, a cluster a line, so that of a million rows little is held twice."""
    before = '{"clusters": [\n '
    for one in clusters:
        yield before + json.dumps(masked_object(_cluster_json(one)))
        before = ",\n "
    yield '\n],\n"assignment": {\n '
    before = ""
    pairs: list[str] = []
    for failure, of in clustering.assignment.items():
        pairs.append(f"{json.dumps(failure)}: {json.dumps(of)}")
        if len(pairs) == AT_ONCE:
            yield before + ",\n ".join(pairs)
            before, pairs = ",\n ", []
    yield (before if pairs else "") + ",\n ".join(pairs) + "\n}}\n"


def _page(clusters: Sequence[Cluster], clustering: Clustering) -> Page:
    rows = [(one.id, masked_text(one.label), f"{one.size:,}", one.exemplar) for one in clusters[:LISTED]]
    head = f"{counted(len(clustering.assignment), 'failure')}, {counted(len(clusters), 'failure type')}"
    drawn = types_table(rows, "type", "what failed", "failures", "for instance", of=len(clusters))
    return [[Words(line)] for line in (head, "", *drawn.splitlines())]
