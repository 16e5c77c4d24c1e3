"""Since when: the archived runs judged with what was red on the incident, and what had changed before it."""

from collections.abc import Sequence
from dataclasses import dataclass

from incident2eval import evalcase
from incident2eval.checks import SHELF, Check, Known
from incident2eval.model import Findings, Onset, Origin, Run, SeenChange, Sighting
from incident2eval.pipeline.past.archive import Archived, archived_runs
from incident2eval.pipeline.shown.layout import counted
from incident2eval.rootcause import changes_since, confirmed, differences, stated
from incident2eval.store import Project

COMPARED = 500
"""How many good runs, the latest ones, are asked for what had changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """When an incident began, and what had changed before it."""

    changes: tuple[SeenChange, ...]
    onset: Onset | None = None
    """None where there is no archive, or none of its runs could be judged."""
    archived: Archived | None = None
    """The archive as it was read, so that nobody reads it twice; None where the settings name none."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it was found, one line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """The archived runs, parted by what the checks say."""

    good: tuple[Run, ...]
    hits: tuple[Run, ...]
    checked: int


def history(
    project: Project, known: Known, found: Sequence[Findings], archived: Archived | None = None
) -> History:
    """Judge the archive with the checks that were red on the incident, and compare its good runs with it.

    Args:
        project: Where the archive is.
        known: The incident, and what the checks proposed from.
        found: What they found in the recorded run, as far as it tells the incident from a good run.
        archived: The archive, where it was read before; else it is read here if there is one.
    """
    if archived is None and project.settings.project.archive:
        archived = archived_runs(project, known.incident, known.workflow)
    return past(known, found, archived)


def past(known: Known, found: Sequence[Findings], archived: Archived | None) -> History:
    """What an archive that was read tells of an incident; without one, what the known-good runs tell.

    Args:
        known: The incident, and what the checks proposed from.
        found: What they found in the recorded run.
        archived: Past runs; the incident's own is passed over, and those without a time have no place in
            the order.
    """
    runs = _others(archived, known.recorded) if archived else ()
    judged = _judge(known, found, runs)
    good = [*(judged.good if judged.checked else runs), *known.good]
    seen = changes_since(_latest(good), known.recorded)
    timeless = sum(run.started is None for run in runs)
    note = f"{counted(timeless, 'archived run')} without a time: not placed before or after the incident"
    return History(
        changes=confirmed(stated(known.incident), seen, beside=_beside_corrected(known)),
        onset=_onset(judged, known.recorded, read=len(runs)) if runs else None,
        archived=archived,
        notes=(note,) if timeless else (),
    )


def _judge(known: Known, found: Sequence[Findings], runs: Sequence[Run]) -> _Judged:
    """What the checks say of past runs: those of a control where they can judge, else those of the harm."""
    names = {findings[0].check for findings in found if findings}
    red = [check for check in SHELF if check.name in names and not check.all_runs]
    for checks in ([one for one in red if one.control], [one for one in red if not one.control]):
        judged = _judged_by(checks, known, runs)
        if judged.checked:
            return judged
    return _Judged(good=(), hits=(), checked=0)


def _judged_by(checks: Sequence[Check], known: Known, runs: Sequence[Run]) -> _Judged:
    facts = {check.name: check.propose(known) for check in checks} if runs else {}
    proposed = [(check, held) for check in checks if (held := facts.get(check.name)) is not None]
    good, hits = [], []
    for run in runs:
        said = [evalcase.false_alarms(check, held, (run,), known) for check, held in proposed]
        if any(one.flagged for one in said):
            hits.append(run)
        elif any(one.runs for one in said):
            good.append(run)
    return _Judged(good=tuple(good), hits=tuple(hits), checked=len(good) + len(hits))


def _onset(judged: _Judged, recorded: Run, *, read: int) -> Onset:
    hits = [run for run in _ordered(judged.hits) if _is_before(run, recorded)]
    first = hits[0] if hits else None
    good = [run for run in _ordered(judged.good) if _is_before(run, first or recorded)]
    return Onset(
        checked=judged.checked,
        read=read,
        last_good=_sighting(good[-1]) if good else None,
        first_hit=_sighting(first) if first else None,
        hits=len(judged.hits),
    )


def _beside_corrected(known: Known) -> tuple[SeenChange, ...]:
    """How the recorded run differs from a corrected one that somebody really ran."""
    if known.corrected is None or known.origin is not Origin.CORRECTED_TRACE:
        return ()
    return differences(known.corrected, known.recorded)


def _others(archived: Archived, recorded: Run) -> tuple[Run, ...]:
    return tuple(run for run in (*archived.before, *archived.since) if not is_own(run, recorded))


def is_own(run: Run, recorded: Run) -> bool:
    """Whether an archived run is the incident's own, which is no hit."""
    same_id = bool(run.id) and run.id == recorded.id
    same_call = run.started is not None and (run.started, run.input) == (recorded.started, recorded.input)
    return same_id or same_call


def _latest(runs: Sequence[Run]) -> list[Run]:
    ordered = _ordered(runs)
    return (ordered if len(ordered) == len(runs) else list(runs))[-COMPARED:]


def _ordered(runs: Sequence[Run]) -> list[Run]:
    """The runs that say when they were, by time."""
    timed = [(run.started, index) for index, run in enumerate(runs) if run.started]
    return [runs[index] for _, index in sorted(timed)]


def _is_before(run: Run, other: Run) -> bool:
    return other.started is None or (run.started is not None and run.started < other.started)


def _sighting(run: Run) -> Sighting:
    return Sighting(run=run.id, at=run.started)
