"""Failure types as JSON, and in words for a person."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from incident2eval.cluster import Clustering
from incident2eval.model import JSON, Incident, Moment, TypeStatus
from incident2eval.pipeline._layout import counted, table
from incident2eval.pipeline._type_history import DAYS, day, quarter_before
from incident2eval.pipeline._types import REPEATED, Told, Typed, last_day
from incident2eval.store import dump

IN_FULL = 10
"""So many types are described in full to a person."""

LISTED = 20
"""So many types stand in a table for a person."""

_LONGEST_TITLE = 70


def type_json(one: Typed) -> dict[str, JSON]:
    """A type of incidents as `--json` prints it."""
    cluster, standing, trend = one.cluster, one.standing, one.trend
    moments = [_at(incident) for incident in one.incidents]
    return {
        "id": cluster.id,
        "label": cluster.label,
        "size": cluster.size,
        "incidents": [incident.id for incident in one.incidents],
        "exemplar": cluster.exemplar,
        "edge": cluster.edge,
        "status": standing.status.value,
        "because": standing.because,
        "came_back": list(standing.came_back),
        "workflows": _by_workflow(one.incidents),
        "checks": list(cluster.known.checks),
        "control": cluster.known.control,
        "first_seen": moments[0].isoformat(),
        "last_seen": moments[-1].isoformat(),
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
    if not types:
        yield "there are no incidents"
        return
    near = sum(len(one.near_misses) for one in types)
    status = Counter(one.standing.status for one in types)
    found = ", ".join(f"{status[each]} {each}" for each in TypeStatus if status[each])
    misses = f" ({counted(near, 'near miss')}{'es' if near > 1 else ''})".replace("misss", "misse")
    yield f"{counted(len(told.failures), 'incident')}{misses if near else ''}, "\
          f"{counted(len(types), 'failure type')}: {found}"
    if len(types) > 1:
        yield from ("", *_overview(types).splitlines())
    for one in types[:IN_FULL]:
        yield from ("", *type_lines(one))
    if len(types) > IN_FULL:
        yield from ("", f"{len(types) - IN_FULL} more types: --json has them")
    yield from _over_all(types, told)
