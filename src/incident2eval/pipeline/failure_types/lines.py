"""Failure types as JSON, and in words for a person."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from incident2eval.cluster import Clustering
from incident2eval.model import JSON, Incident, Moment, TypeStatus
from incident2eval.pipeline.failure_types.history import DAYS, day, quarter_before
from incident2eval.pipeline.failure_types.types import REPEATED, Told, Typed, last_day
from incident2eval.pipeline.shown.layout import counted, table
from incident2eval.store import dump

IN_FULL = 10
"""So many types are described in full to a person."""

LISTED = 20
"""So many types stand in a table for a person."""

_LONGEST_TITLE = 70


def type_json(one: Typed) -> dict[str, JSON]:
    """A type of incidents as `--json` prints it."""
    cluster, fate, trend = one.cluster, one.fate, one.trend
    moments = [_at(incident) for incident in one.incidents]
    return {
        "id": cluster.id,
        "label": cluster.label,
        "size": cluster.size,
        "incidents": [incident.id for incident in one.incidents],
        "exemplar": cluster.exemplar,
        "edge": cluster.edge,
        "status": fate.status.value,
        "because": fate.because,
        "came_back": list(fate.came_back),
        "workflows": _by_workflow(one.incidents),
        "checks": list(cluster.known.checks),
        "control": cluster.known.control,
        "first_seen": _written(moments[0]),
        "last_seen": _written(moments[-1]),
        "trend": {
            "direction": trend.direction,
            "recent": trend.recent,
            "before": trend.before,
            "days": DAYS,
            "until": trend.until.isoformat(),
        },
        "levels": {str(level): count for level, count in sorted(Counter(one.levels.values()).items())},
        "near_misses": list(one.near_misses),
        "caught_by_reviewer": _by_workflow(one.by_reviewer),
        "repeated": list(one.repeated),
    }


def project_json(types: Sequence[Typed], told: Told, clustering: Clustering) -> dict[str, JSON]:
    """All types of a project as `--json` prints them."""
    return {
        "clusters": [type_json(one) for one in types],
        "assignment": dict(clustering.assignment),
        "caught_by_reviewer": _by_workflow([one for each in types for one in each.by_reviewer]),
        "repeated_controls": {
            control: list(incidents) for control, incidents in _repeated_controls(told).items()
        },
        "unreadable": [{"incident": incident, **dump(fault)} for incident, fault in told.unreadable],
    }


def describe(types: Sequence[Typed], told: Told) -> Iterator[str]:
    """All types of a project in words: an overview, each of them, and what holds for several."""
    unread = len({incident for incident, _ in told.unreadable} - {one.id for one in told.failures})
    missing = f"; {counted(unread, 'more incident')} cannot be read" if unread else ""
    if not types:
        yield f"there are no incidents{missing}"
        return
    near = sum(len(one.near_misses) for one in types)
    status = Counter(one.fate.status for one in types)
    found = ", ".join(f"{status[each]} {each}" for each in TypeStatus if status[each])
    incidents = counted(len(told.failures), "incident") + (f" ({_misses(near)})" if near else "")
    yield f"{incidents}, {counted(len(types), 'failure type')}: {found}{missing}"
    if len(types) > 1:
        yield from ("", *_overview(types).splitlines())
    for one in types[:IN_FULL]:
        yield from ("", *type_lines(one))
    if len(types) > IN_FULL:
        yield from ("", f"{len(types) - IN_FULL} more types: --json has them")
    yield from _over_all(types, told)


def type_lines(one: Typed) -> Iterator[str]:
    """One type in words."""
    cluster, fate = one.cluster, one.fate
    yield f"{cluster.id}  {cluster.label}"
    yield f"  {_word(fate.status)}: {fate.because}"
    back = [incident for incident in fate.came_back if incident not in fate.because]
    if back:
        yield f"  it had come back before: {', '.join(back)}"
    yield from _single(one) if cluster.size == 1 else _several(one)


def _single(one: Typed) -> Iterator[str]:
    incident = one.incidents[0]
    yield f"  {incident.id} {_title(incident.title)}"
    said = [f"level {one.levels[incident.id]}, in {incident.workflow.name} on {day(_at(incident))}"]
    said += ["a near miss"] if one.near_misses else []
    said += ["caught only by a reviewer"] if one.by_reviewer else []
    yield f"  {', '.join(said)}"


def _several(one: Typed) -> Iterator[str]:
    """How many, when, where and of which levels; who noticed; what they are like."""
    cluster, levels = one.cluster, Counter(one.levels.values())
    titles = {incident.id: incident.title for incident in one.incidents}
    counts = _by_workflow(one.incidents)
    several = [f"{name} ({count})" for name, count in counts.items()]
    where = " and ".join(several if len(several) > 1 else counts)
    first, last = day(_at(one.incidents[0])), day(_at(one.incidents[-1]))
    yield f"  {cluster.size} incidents from {first} to {last}, in {where}"
    said = [f"{levels[level]} of level {level}" for level in sorted(levels)]
    said += [_misses(len(one.near_misses))] if one.near_misses else []
    said += [f"{len(one.by_reviewer)} caught only by a reviewer"] if one.by_reviewer else []
    yield f"  {', '.join(said)}"
    yield f"  {one.trend}"
    yield f"  typical: {cluster.exemplar} {_title(titles[cluster.exemplar])}"
    yield f"  at the edge: {cluster.edge} {_title(titles[cluster.edge])}"
    if one.repeated:
        yield f"  repeated (level 1, with {REPEATED} or more before it): {', '.join(one.repeated)}"


def types_table(rows: Sequence[Sequence[object]], *headings: str, of: int) -> str:
    """A table of the largest types, and how many are not in it."""
    drawn = table(headings, rows)
    return drawn + (
        f"\n{of - len(rows):,} smaller types are left out (--json has all)" if of > len(rows) else ""
    )


def _overview(types: Sequence[Typed]) -> str:
    rows = [
        (
            one.cluster.id,
            one.cluster.label,
            one.cluster.size,
            day(_at(one.incidents[-1])),
            _word(one.fate.status),
        )
        for one in types[:LISTED]
    ]
    return types_table(rows, "type", "what failed", "incidents", "last", "", of=len(types))


def _over_all(types: Sequence[Typed], told: Told) -> Iterator[str]:
    """What recurs across types: a control that failed again, a workflow that rests on its reviewers."""
    controls = _repeated_controls(told)
    if controls:
        yield ""
        yield f"controls that failed more than once in the {DAYS} days up to {last_day(told)}:"
        yield from (f"  {control}: {', '.join(incidents)}" for control, incidents in controls.items())
    caught = _by_workflow([one for each in types for one in each.by_reviewer])
    if caught:
        said = ", ".join(f"{count} in {workflow}" for workflow, count in caught.items())
        yield ""
        yield f"caught only by a reviewer: {said}"


def _repeated_controls(told: Told) -> Mapping[str, Sequence[str]]:
    """Controls that failed in two incidents or more of the last quarter, whatever their types (R136)."""
    since = quarter_before(last_day(told)) if told.failures else None
    found: dict[str, list[str]] = {}
    for one in told.failures:
        if one.control and one.at and since and day(one.at) >= since:
            found.setdefault(one.control, []).append(one.id)
    return {control: incidents for control, incidents in sorted(found.items()) if len(incidents) > 1}


def _by_workflow(incidents: Sequence[Incident]) -> dict[str, JSON]:
    return dict(sorted(Counter(one.workflow.name for one in incidents).items()))


def _at(incident: Incident) -> Moment:
    return incident.when.happened or incident.when.noticed


def _written(at: Moment) -> str:
    """As people write it: a bare date stays one."""
    return at.isoformat().replace("+00:00", "Z")


def _word(status: TypeStatus) -> str:
    return status.upper() if status is TypeStatus.REGRESSED else status.value


def _misses(count: int) -> str:
    return f"{count} near miss{'' if count == 1 else 'es'}"


def _title(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 3].rstrip()}..."
