"""Whether a line in a log that says a workflow was restarted has the signatures that it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incident2eval.clearance import Ask, Concern, covers, missing_signatures, override_until
from incident2eval.model import (
    OVERRIDE_HOURS,
    Approver,
    Event,
    Incident2EvalError,
    IncidentFile,
    LevelPolicy,
    LogEntry,
    Matter,
    Policy,
    Report,
    Ruling,
    Severity,
    SignedApproval,
    as_ever_stated,
)
from incident2eval.pipeline.gating.reports import documents_in, folder_of
from incident2eval.pipeline.shown.said_times import CLOCKS_DIFFER
from incident2eval.pipeline.signed.approvals import signed_approvals
from incident2eval.pipeline.signed.attested import attested
from incident2eval.pipeline.signed.git_history import levels_committed
from incident2eval.pipeline.signed.noticed import start_of
from incident2eval.pipeline.signed.trust import Trusted, trust_of
from incident2eval.store import Project, read_bytes, read_report, sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Which workflow it is about, and whose words count."""

    home: Project
    workflow: str
    trusted: Trusted
    """Who counts, and the signed reports."""
    now: datetime
    """UTC."""


def severity_for(home: Project, workflow: str, file: IncidentFile) -> Severity:
    """The level that a restart goes by: what counts, or more where a report once took it for more.

    A level that a person with the authority lowered after that report counts as lowered.

    Args:
        home: The project.
        workflow: Whose reports are asked.
        file: The incident.
    """
    counts, name = file.level.counts, file.incident.id
    lowered = [one.at for one in file.entries if _is_confirmed(one, file)]
    after = max(lowered, default=None)
    found = [counts]
    for path in documents_in(folder_of(home, workflow)):
        try:
            report = read_report(read_bytes(path), file=path.name)
        except Incident2EvalError:
            continue
        if after is None or report.finished > after:
            found += [Severity(one.severity) for one in report.incidents if one.id == name]
    return max(found)


def as_held(scene: Scene, file: IncidentFile) -> IncidentFile:
    """The incident at the highest level ever held, unless whoever lowered it signed for the restart.

    A name in a log is nobody's word, and neither is a level in a file that a commit stated otherwise.

    Args:
        scene: Whose words count.
        file: The incident as file and log tell it.
    """
    level = file.level
    held = max(level.highest, level.counts, *levels_committed(scene.home, file.incident.id))
    if level.counts >= held or _lowered_by_word(scene, file):
        return file
    return replace(file, level=replace(level, counts=held))


def _lowered_by_word(scene: Scene, file: IncidentFile) -> bool:
    """Whether whom the log names as having lowered it signed a restart of the workflow since."""
    lowered = [one.at for one in file.entries if _is_confirmed(one, file)]
    return bool(lowered) and any(
        (said.matter, said.subject, said.decision) == (Matter.RESTART, scene.workflow, "approved")
        and said.by == file.level.confirmed_by
        and said.at >= lowered[-1]
        for said in (one.approval for one in signed_approvals(scene.home, scene.trusted.approvers)[0])
    )


def _is_confirmed(entry: LogEntry, file: IncidentFile) -> bool:
    level = file.level
    told = (entry.event, entry.severity, entry.by)
    return level.confirmed_by is not None and told == (Event.TRIAGED, level.counts, level.confirmed_by)


def is_signed_for(scene: Scene, file: IncidentFile, entry: LogEntry) -> bool:
    """Whether the report of a restart is there, spoke of the incident, and enough people let it run on that.

    Args:
        scene: Whose words count.
        file: The incident that it would settle.
        entry: The line in its log that says it was restarted; its digest is the report's.
    """
    home, workflow, trusted, digest = scene.home, scene.workflow, scene.trusted, entry.digest or ""
    severity = severity_for(home, workflow, file)
    level = trusted.policy.level(severity)
    report = next((one.report for one in trusted.chain.reports if one.digest == digest), None)
    if report is None and not level.signed:
        report = _passing(home, workflow, trusted, digest)
    before = file.entries[: file.entries.index(entry)]
    if report is None or not _speaks_of(report, scene, file, (*before, entry)):
        return False
    # They signed with those look-backs before them that the log held then.
    approvers = tuple(dict.fromkeys((*trusted.counted, *trusted.chain.known.get(digest, ()))))
    said = _about(home, approvers, workflow, Matter.RESTART, digest)
    if any(one.approval.decision != "approved" for one in said):
        return False
    # By who owned it then: it stays settled when that person leaves.
    ask = replace(_ask(home, workflow, file, severity, scene.now), trust=report.trust)
    then = Concern(
        file=replace(file, entries=before),
        look_back=trusted.policy.level(file.level.counts).look_back,
    )
    counting = [one for one in said if covers(one, [then])]
    asked = [one.questions for one in ask.concerns]
    return not any(missing_signatures(ask, level.signatures, level.people, counting, asked))


def _speaks_of(report: Report, scene: Scene, file: IncidentFile, entries: Sequence[LogEntry]) -> bool:
    """Whether a restart could rest on a report: it names the incident, and had not expired by then.

    What a log held before a line was written is no younger than the line, whatever time that states.
    """
    is_own = file.incident.workflow.name == scene.workflow
    if is_own and all(note.id != file.incident.id for note in report.incidents):
        return False
    earliest = max(start_of(file.incident.when.noticed), *(one.at for one in entries))
    return report.expires is None or earliest < report.expires + CLOCKS_DIFFER


def needs_no_case(scene: Scene, file: IncidentFile, entry: LogEntry) -> bool:
    """Whether those whom level 1 asks for signed that the incident needs no case: only there that opens it.

    Args:
        scene: Whose words count.
        file: The incident.
        entry: The line in its log that says so; its digest is that of the incident's file then.
    """
    home, workflow = scene.home, scene.workflow
    if file.level.counts is not Severity.LOW or file.cases:
        return False
    words = [
        one
        for one in signed_approvals(home, scene.trusted.counted)[0]
        if (one.approval.matter, one.approval.subject) == (Matter.NO_CASE, file.incident.id)
        and (one.approval.digest, one.approval.decision) == (entry.digest, "approved")
    ]
    ask = _ask(home, workflow, file, Severity.LOW, scene.now)
    level = scene.trusted.policy.level(Severity.LOW)
    asked = [one.questions for one in ask.concerns]
    return bool(words) and not any(missing_signatures(ask, level.signatures, level.people, words, asked))


def overridden_until(scene: Scene, file: IncidentFile, digest: str, since: datetime) -> datetime | None:
    """Until when the words of one level up let it run; None where they are not complete, or have ended.

    Args:
        scene: Whose words count.
        file: The incident.
        digest: What the words are about.
        since: When the first override was given since the last signed restart.
    """
    home, workflow, trusted = scene.home, scene.workflow, scene.trusted
    severity = severity_for(home, workflow, file)
    policy = trusted.policy
    said = _about(home, trusted.approvers, workflow, Matter.OVERRIDE, digest)
    words = [one for one in said if one.approval.decision == "approved"]
    ask = _ask(home, workflow, file, severity, scene.now)
    hours = min(policy.override_hours, OVERRIDE_HOURS)
    return override_until(ask, _above(policy, severity), words, hours, since=since)


def first_override(scene: Scene, file: IncidentFile, since: datetime) -> datetime | None:
    """When the first word was given of the first override that was complete; None where none was.

    Args:
        scene: Whose words count.
        file: The incident.
        since: What was said before does not matter.
    """
    home, workflow, trusted = scene.home, scene.workflow, scene.trusted
    severity = severity_for(home, workflow, file)
    above = _above(trusted.policy, severity)
    if above is None:
        return None
    ask = _ask(home, workflow, file, severity, scene.now)
    asked = [one.questions for one in ask.concerns]
    given: dict[str, list[SignedApproval]] = {}
    for one in signed_approvals(home, trusted.counted)[0]:
        said = one.approval
        told = (said.matter, said.subject, said.decision)
        if told == (Matter.OVERRIDE, workflow, "approved") and said.at >= since:
            given.setdefault(said.digest, []).append(one)
    complete = (
        words
        for words in given.values()
        if not any(missing_signatures(ask, above.signatures, above.people, words, asked))
    )
    return min((one.approval.at for words in complete for one in words), default=None)


def _above(policy: Policy, severity: Severity) -> LevelPolicy | None:
    """What one level up asks for; nobody stands above the highest."""
    return None if severity is Severity.SEVERE else policy.level(Severity(severity + 1))


def _ask(home: Project, workflow: str, file: IncidentFile, severity: Severity, at: datetime) -> Ask:
    loaded = home.incident(file.incident.id)
    asked = as_ever_stated(loaded.written or loaded.incident, loaded.entries).questions
    return Ask(
        workflow=workflow,
        now=at,
        severity=severity,
        policy=home.settings.policy.level(severity),
        settings=home.workflow(workflow),
        concerns=(Concern(file=file, questions=asked),),
        trust=trust_of(home.settings, workflow),
    )


def _about(
    home: Project, approvers: Sequence[Approver], workflow: str, matter: Matter, digest: str
) -> list[SignedApproval]:
    """The last word of each person in each role about it."""
    last: dict[tuple[str, str], SignedApproval] = {}
    for one in sorted(signed_approvals(home, approvers)[0], key=lambda one: one.approval.at):
        said = one.approval
        if (said.matter, said.subject, said.digest) == (matter, workflow, digest):
            last[said.by, said.role] = one
    return list(last.values())


def _passing(home: Project, workflow: str, trusted: Trusted, digest: str) -> Report | None:
    """The report with that digest, if it is there, holds by itself and passes."""
    for path in documents_in(folder_of(home, workflow)):
        try:
            if sha256(read_bytes(path)) == digest:
                read = attested(home, path, trusted.counted)
                passes = not read.problems and read.report.decision.decision is Ruling.PASS
                return read.report if passes else None
        except Incident2EvalError:
            continue
    return None
