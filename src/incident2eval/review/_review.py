"""The table of all figures, and the review that they make."""

from datetime import datetime

from incident2eval.model import Quarter, Review, ReviewPart
from incident2eval.review import _causes, _guards, _incidents, _open, _policy, _speed
from incident2eval.review._definition import Definition
from incident2eval.review._material import Material
from incident2eval.review._tables import tables

PARTS: tuple[tuple[str, tuple[Definition, ...]], ...] = (
    (
        "Incidents and near misses",
        (
            _incidents.incidents,
            _incidents.near_misses,
            _incidents.near_miss_share,
            _incidents.by_level,
            _incidents.by_type,
            _incidents.by_workflow,
            _incidents.by_owner,
            _incidents.unreadable,
        ),
    ),
    ("How long it took", (_speed.to_detect, _speed.to_contain, _speed.to_restart)),
    (
        "What came again",
        (
            _causes.repeated_types,
            _causes.repeated_controls,
            _causes.by_reviewer,
            _causes.by_client,
            _causes.came_back,
            _causes.red_again,
        ),
    ),
    (
        "What is still open",
        (
            _open.open_tasks,
            _open.overdue_tasks,
            _open.oldest_task,
            _open.closed,
            _open.whole_files,
            _open.expired,
        ),
    ),
    ("Duties to notify", (_open.duties, _open.duties_late, _open.duties_overdue, _open.stale_rules)),
    (
        "Restarts and changes",
        (
            _guards.restarts,
            _guards.restarts_refused,
            _guards.overrides,
            _guards.emergencies,
            _guards.gate_runs,
            _guards.changes_followed,
            _guards.changes_seen,
            _guards.not_gated,
        ),
    ),
    (
        "Cases",
        (
            _guards.with_case,
            _guards.cases,
            _guards.out_of_service,
            _guards.drafts,
            _guards.edited,
            _guards.uncovered,
        ),
    ),
    (
        "Too much, too little",
        (
            _incidents.level_1_share,
            _incidents.raised_from_1,
            _incidents.near_misses_raised,
            _incidents.lowered,
            _incidents.levels_overruled,
        ),
    ),
    ("Policy", (_policy.policy_change,)),
)
"""Every figure of the review, by the question that it answers."""


def review(material: Material, quarter: Quarter, *, as_of: datetime | None = None) -> Review:
    """Work out every figure of a quarter.

    Args:
        material: What the project's files tell; its duties were read at `as_of`.
        quarter: Which quarter, by the days of UTC.
        as_of: When tasks and rules count as overdue, UTC; the end of the quarter where not given.

    Returns:
        The review; from the same material always the same.
    """
    at = as_of or quarter.end
    laid_out = tables(material, quarter, at)
    return Review(
        quarter=str(quarter),
        first=quarter.first,
        last=quarter.last,
        as_of=at,
        parts=tuple(
            ReviewPart(name=name, figures=tuple(one.over(laid_out) for one in definitions))
            for name, definitions in PARTS
        ),
        unreadable=tuple(sorted(set(material.unreadable))),
    )
