"""Whether a report speaks of what is deployed now, and is young enough to."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident2eval.clearance import NO_COMMIT
from incident2eval.gate import Waivers, differences
from incident2eval.model import (
    BadInput,
    EvalCase,
    LevelPolicy,
    Matter,
    Policy,
    Report,
    Ruling,
    Severity,
    visible,
)
from incident2eval.pipeline._level import severity_of
from incident2eval.pipeline.gating.reports import ENVELOPE, documents_in, folder_of
from incident2eval.pipeline.shown.said_times import CLOCKS_DIFFER, iso
from incident2eval.pipeline.signed.git_history import ever_held, is_as_held
from incident2eval.pipeline.signed.vouching import Attested
from incident2eval.store import Project, changed_since, read_bytes, read_report, sha256, uncommitted

_ABSENT = "absent"
_TIME = len("2026-11-20T10-00-00Z")
_SHOWN = 3
"""So many files that differ are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Today:
    """What a report of a workflow would speak of now.

    Whether the tests are sound is not asked again: the gate asked, its report is bound to the lock, and the
    lock to the files.
    """

    cases: tuple[EvalCase, ...]
    """The locked ones."""
    edited: Mapping[str, str]
    """Incident -> how its files differ from the lock, in words."""
    severities: Mapping[str, int]
    """Of every incident."""
    digests: Mapping[str, str]
    """Lock, settings, roster, deployed parts, and the newest of each seal."""


def stale(home: Project, attested: Attested, *, now: datetime, levels: Policy) -> tuple[str, ...]:
    """Why a report opens nothing now, though it may have held when it was made; empty where it still does.

    Args:
        home: The project.
        attested: The report.
        now: UTC.
        levels: What each level of severity asks for.
    """
    report = attested.report
    if report.decision.workflow not in home.settings.workflows:
        return (f"the settings know no workflow {visible(report.decision.workflow)}",)
    today = _today(home, report.decision.workflow)
    level = levels.level(max((report.severity or Severity.LOW, *today.severities.values())))
    found = (
        *_aged(report, now, level),
        *_refused(report),
        *_another_version(home, report, level),
        *_other_parts(today.digests, report, level),
        *_other_incidents(report, today, levels),
        *_other_cases(report, today),
        *_ended(report, now),
        *_contradicted(attested),
        *_left_out(home, attested),
    )
    return tuple(map(visible, found))


def _today(home: Project, workflow: str) -> _Today:
    lock = home.lock()
    cases = tuple(case for case in lock.cases if case.workflow == workflow)
    mine = {case.incident for case in cases}
    found = {path: digest for name in mine for path, digest in home.case_digests(name).items()}
    locked = {path: digest for path, digest in lock.files.items() if path.split("/", 1)[0] in mine}
    loaded = {name: home.incident(name) for name in home.incident_ids()}
    about = {name: one for name, one in loaded.items() if one.incident.workflow.name == workflow}
    newest = {f"sealed:{name}": home.sealed(name)[-1:] for name in about}
    seals = {name: entry.chain for name, entries in newest.items() for entry in entries}
    return _Today(
        cases=cases,
        edited=differences(locked, found),
        severities={name: int(severity_of(home, one)) for name, one in about.items()},
        digests={**home.digests(home.workflow(workflow)), **seals},
    )


def aged(report: Report, *, now: datetime, levels: Policy) -> tuple[str, ...]:
    """Why a report is too old, or opens nothing at that time, whatever is deployed.

    Args:
        report: The report.
        now: The time that is asked about, UTC.
        levels: What each level of severity asks for.
    """
    return (*_aged(report, now, levels.level(report.severity or Severity.LOW)), *_refused(report))


def _refused(report: Report) -> Iterator[str]:
    if report.decision.decision is not Ruling.PASS:
        yield f"its decision is {report.decision.decision}, not {Ruling.PASS}"


def _aged(report: Report, now: datetime, level: LevelPolicy) -> Iterator[str]:
    if report.finished > now + CLOCKS_DIFFER:
        yield f"is dated ahead: {iso(report.finished)} is still to come"
    if now - report.finished > timedelta(hours=level.report_hours):
        made = iso(report.finished)
        yield f"is older than the {level.report_hours} hours that a report may be: it is of {made}"
    elif report.expires is not None and now >= report.expires:
        yield f"expired on {iso(report.expires)}"


def _another_version(home: Project, report: Report, level: LevelPolicy) -> Iterator[str]:
    """The commit has to be the one that is checked out, but for records."""
    head, dirty = home.commit()
    if report.commit is None:
        if level.signed:
            yield NO_COMMIT
        elif head is not None:
            yield "speaks of no commit, and the project has one: run the gate again"
        return
    if level.signed and report.dirty:
        yield "was made from files that were not committed"
    if level.signed and dirty:
        yield f"files are not committed: {_some(uncommitted(home.root))}"
    changed = changed_since(home.root, report.commit)
    if changed is None:
        yield f"git cannot say what changed since {report.commit[:12]}, the commit that it speaks of"
    elif changed:
        yield f"speaks of the commit {report.commit[:12]}, and since then changed: {_some(changed)}"


def _other_parts(now: Mapping[str, str], report: Report, level: LevelPolicy) -> Iterator[str]:
    """Lock, settings, roster, each deployed part and each seal have to be what they were."""
    for name in sorted({*now, *report.digests}):
        if now.get(name) != report.digests.get(name):
            yield f"{name} changed since the report was made: put it back, or run the gate again"
        elif level.signed and name.startswith("deployed.") and now[name] == _ABSENT:
            yield f"{name} is not there, so the report is bound to nothing of it: name files that are there"


def _other_incidents(report: Report, today: _Today, levels: Policy) -> Iterator[str]:
    """No incident may be new, or graver than the report took it for."""
    before = {note.id: note.severity for note in report.incidents}
    for name, severity in today.severities.items():
        if name not in before:
            yield f"does not speak of {name}, which is about this workflow too"
        elif severity > before[name]:
            yield f"{name} is now at severity {severity}, and was at {before[name]}"
    for case in report.decision.cases:
        trials = levels.trials_for(today.severities.get(case.id.partition("::")[0], Severity.LOW))
        if not case.waived and case.trials < trials:
            yield f"{case.id} ran {case.trials} times, and {trials} are asked for"


def _other_cases(report: Report, today: _Today) -> Iterator[str]:
    """Every locked case stands in the report, and no other does; their files are those that are locked."""
    mine, theirs = {case.id for case in today.cases}, {case.id for case in report.decision.cases}
    yield from (f"{name} is locked, and not in the report" for name in sorted(mine - theirs))
    yield from (f"{name} is in the report, and not locked" for name in sorted(theirs - mine))
    yield from (f"cases/{incident}: {words}" for incident, words in sorted(today.edited.items()))


def _ended(report: Report, now: datetime) -> Iterator[str]:
    """What somebody signed for counts until it ends, and for the case as it was then."""
    waivers = Waivers(words=report.approvals, now=now)
    for case in report.decision.cases:
        digest = report.case_digests.get(case.id)
        if case.waived and not waivers.given(Matter.QUARANTINE, case.id, digest):
            yield f"the quarantine of {case.id} has ended"
        if not case.waived and case.failed_trials and not waivers.given(Matter.TOLERANCE, case.id, digest):
            yield f"nobody's word holds any more that {case.id} may fail"


def _contradicted(attested: Attested) -> Iterator[str]:
    """A later run that did not pass outweighs an earlier one that did."""
    for path in documents_in(attested.path.parent):
        if path.stem == attested.path.stem or path.name[:_TIME] < attested.path.name[:_TIME]:
            continue
        try:
            later = read_report(read_bytes(path, file=path.name), file=path.name)
        except BadInput:
            yield f"{path.name} came after it, and cannot be read"
            continue
        if later.finished > attested.report.finished and later.decision.decision is not Ruling.PASS:
            yield f"a later run did not pass: {path.name}"


def _left_out(home: Project, attested: Attested) -> Iterator[str]:
    """A later run that is gone or changed may be one that did not pass: another names it, or git held it."""
    mine, folder = attested.path.name, folder_of(home, attested.report.decision.workflow)
    digests: set[str] = set()
    previous: dict[str, str] = {}
    for path in documents_in(folder):
        with suppress(BadInput):  # what came later and cannot be read is told already
            raw = read_bytes(path, file=path.name)
            digests.add(sha256(raw))
            before = read_report(raw, file=path.name).previous if path.name > mine else None
            previous |= {path.name: before} if before else {}
    for name, before in previous.items():
        if before not in digests:
            yield f"a run before {name} was taken away: the report that it names is gone or another one"
    for name, contents in ever_held(home, folder.relative_to(home.root).as_posix()).items():
        file = name.rpartition("/")[2]
        is_report = file.endswith(".json") and not file.endswith(ENVELOPE)
        if is_report and file > mine and not is_as_held(home, name, contents):
            yield f"a later run was taken away or changed: git holds {name}"


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
