"""Everything that the question whether a workflow may run again rests on, gathered from the project."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from incident2eval.clearance import (
    Ask,
    Concern,
    Neighbour,
    Peer,
    Shown,
    covers,
    found_clean,
    override_until,
)
from incident2eval.model import (
    OVERRIDE_HOURS,
    BadInput,
    Event,
    Incident2EvalError,
    IncidentFile,
    Matter,
    NotJudged,
    Severity,
    SignedApproval,
    Stage,
    as_ever_stated,
)
from incident2eval.pipeline._incident_file import incident_files
from incident2eval.pipeline._related import related
from incident2eval.pipeline.signed.approvals import deployed_digest, signed_approvals
from incident2eval.pipeline.signed.fixers import fixers
from incident2eval.pipeline.signed.open_incidents import OpenIncident, Standing, open_of
from incident2eval.pipeline.signed.shown_report import Bar, newest_trouble, runners, shown_report
from incident2eval.pipeline.signed.trust import Trusted, trust_of
from incident2eval.stages import blockers
from incident2eval.store import Project, read_bytes, read_types, sha256

OUT_OF_ORDER = "restart/"
"""How the kind of an entry begins by which a demand was taken out of order; its name follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What somebody says with the restart."""

    safe: str | None = None
    """How the criteria were met."""
    throttle: str | None = None
    """How it starts in stages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """The word of the level above, for an emergency."""

    until: datetime | None
    """None where all the hours that there are between two signed restarts are used up."""
    digest: str
    """Of the version that may run."""
    words: tuple[SignedApproval, ...]
    since: datetime | None
    """When the first one was given since the last signed restart."""
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What is asked, and whose words count."""

    home: Project
    workflow: str
    standing: Standing
    trusted: Trusted
    now: datetime
    words: tuple[SignedApproval, ...]

    @property
    def files(self) -> list[IncidentFile]:
        return [one.file for one in self.standing.open]


def gathered(  # noqa: PLR0913 - who asks what of which state
    home: Project,
    workflow: str,
    standing: Standing,
    trusted: Trusted,
    now: datetime,
    *,
    report: Path | None = None,
    saying: Saying | None = None,
) -> Ask:
    """All that a restart is judged by.

    Args:
        home: The project.
        workflow: Its name.
        standing: What it stands still for; at least one incident.
        trusted: Whose signatures count.
        now: UTC.
        report: The report that somebody names.
        saying: What somebody says with it.

    Raises:
        BadInput: The report that is named cannot be read, or the settings cannot.
    """
    words, _ = signed_approvals(home, trusted.approvers)
    scene = _Scene(home=home, workflow=workflow, standing=standing, trusted=trusted, now=now, words=words)
    said = saying or Saying()
    severity = max(one.severity for one in standing.open)
    level = home.settings.policy.level(severity)
    spent = frozenset(digest for one in standing.open for digest in one.spent)
    bar = Bar(level=level, now=now, spent=spent, voices=_voices(scene))
    shown = shown_report(home, workflow, report, trusted, bar)
    concerns = tuple(_concern(scene, one) for one in standing.open)
    approving = _words(scene, shown)
    return Ask(
        workflow=workflow,
        now=now,
        severity=severity,
        policy=level,
        settings=home.workflow(workflow),
        concerns=concerns,
        is_caseless=all(case.workflow != workflow for case in home.lock().cases),
        report=shown,
        runners=runners(home, shown, trusted, bar) if shown and level.runners > 1 else (),
        words=tuple(one for one in approving if covers(one, concerns)),
        outdated=tuple(one for one in approving if not covers(one, concerns)),
        refusals=_refusals(home, trusted, shown),
        late=trusted.late,
        trust=trust_of(home.settings, workflow),
        untrusted=(*trusted.changes, *([trusted.missing] if trusted.missing else [])),
        unsound=trusted.problems,
        fixers=fixers(home, workflow, scene.files, trusted.approvers) if severity > Severity.LOW else (),
        peers=tuple(_peers(scene, bar)) if severity >= Severity.IMPACT else (),
        neighbours=tuple(_neighbours(scene)) if severity is Severity.SEVERE else (),
        safe=said.safe,
        throttle=said.throttle,
        skipped=_skipped(scene),
    )


def override_of(home: Project, ask: Ask, trusted: Trusted, standing: Standing) -> Override | None:
    """The emergency override that is signed for this version; None where there is none.

    Once the code, what is deployed, the lock or the settings change, it is spent. All that are given between
    two signed restarts last no longer together than one may.

    Args:
        home: The project.
        ask: What was gathered.
        trusted: Whose signatures count.
        standing: What it stands still for, and since when it may have run so.
    """
    try:
        digest = deployed_digest(home, ask.workflow)
    except BadInput:
        return None  # what is not committed is no version that anybody signed for
    words = tuple(
        one
        for one in signed_approvals(home, trusted.approvers)[0]
        if one.approval.matter is Matter.OVERRIDE
        and (one.approval.subject, one.approval.digest) == (ask.workflow, digest)
        and one.approval.decision == "approved"
    )
    policy = trusted.policy
    above = None if ask.severity is Severity.SEVERE else policy.level(ask.severity + 1)
    hours = min(policy.override_hours, OVERRIDE_HOURS)
    if override_until(ask, above, words, hours) is None:
        return None
    since = min((one.emergency for one in standing.open if one.emergency), default=None)
    until = override_until(ask, above, words, hours, since=since)
    return Override(until=until, digest=digest, words=words, since=since, hours=hours)


def _concern(scene: _Scene, one: OpenIncident) -> Concern:
    home, file, name = scene.home, one.file, one.file.incident.id
    loaded = home.incident(name)
    return Concern(
        file=file,
        is_own=one.is_own,
        questions=as_ever_stated(loaded.written or loaded.incident, loaded.entries).questions,
        order=tuple(_order(file)),
        seal=tuple(_unsealed(home, name)),
        absent=tuple(_absent(home, name)),
        cases=file.cases,
        no_case=tuple(_without_case(scene, name, one.spent)),
        look_back=home.settings.policy.level(file.level.counts).look_back,
    )


def _order(file: IncidentFile) -> Iterator[str]:
    """What comes first of all: the stop."""
    yield from (why for why in blockers(file, Stage.CONTAINED) if not _is_task(file, why))


def _is_task(file: IncidentFile, why: str) -> bool:
    """Whether a line is about a task; those are asked for by themselves."""
    return any(f"({task.id}" in why for task in file.tasks)


def _unsealed(home: Project, incident: str) -> Iterator[str]:
    """What of evidence and log is not what it was; what is not here at all is a demand of its own."""
    try:
        home.verify_seal(incident)
    except NotJudged:
        pass
    except Incident2EvalError as error:
        yield from map(str, error.faults or (error,))
    if cut := home.log_cut(incident):
        yield cut


def _absent(home: Project, incident: str) -> Iterator[str]:
    """Sealed files that are not here: git does not hold them, so a checkout may lack them all."""
    with suppress(Incident2EvalError):
        yield from home.seal_state(incident).gone


def _without_case(scene: _Scene, incident: str, spent: frozenset[str]) -> Iterator[SignedApproval]:
    """The words that the incident, as its file tells it now, needs no case (R116).

    What it was restarted on before it was stopped again is spent.
    """
    path = scene.home.folder(incident) / "incident.yaml"
    digest = sha256(read_bytes(path, file=f"incidents/{incident}/incident.yaml"))
    for one in scene.words:
        said = one.approval
        told = (said.matter, said.subject, said.digest, said.decision)
        is_meant = told == (Matter.NO_CASE, incident, digest, "approved") and digest not in spent
        if is_meant and _lasts(said.until, scene.now):
            yield one


def _lasts(until: datetime | None, now: datetime) -> bool:
    return until is None or until > now


def _voices(scene: _Scene) -> Mapping[str, int]:
    """Digest of a report -> how many words let the workflow run on it."""
    told = (one.approval for one in scene.words)
    about = (one for one in told if (one.matter, one.subject) == (Matter.RESTART, scene.workflow))
    return Counter(one.digest for one in about if one.decision == "approved")


def _words(scene: _Scene, shown: Shown | None) -> tuple[SignedApproval, ...]:
    """The last word of each person in each role about the report, where it is a yes."""
    last: dict[tuple[str, str], SignedApproval] = {}
    for one in sorted(scene.words, key=lambda one: one.approval.at):
        said = one.approval
        if shown and _is_about(one, shown, scene.workflow):
            last[said.by, said.role] = one
    kept = (one for one in last.values() if _lasts(one.approval.until, scene.now))
    return tuple(one for one in kept if one.approval.decision == "approved")


def _refusals(home: Project, trusted: Trusted, shown: Shown | None) -> tuple[SignedApproval, ...]:
    """Refusals that nobody took back, of approvers of now and before: who is struck off keeps their no.

    Those of this report, and those of another one that were given once this one was there.
    """
    if shown is None:
        return ()
    about: dict[str, SignedApproval] = {}
    last: dict[str, SignedApproval] = {}
    words, _ = signed_approvals(home, trusted.known)
    for one in sorted(words, key=lambda one: one.approval.at):
        said = one.approval
        if (said.matter, said.subject) == (Matter.RESTART, shown.report.decision.workflow):
            last[said.by] = one
            if said.digest == shown.digest:
                about[said.by] = one
    since = (one for one in last.values() if one.approval.at > shown.report.finished)
    found = dict.fromkeys((*about.values(), *since))
    return tuple(one for one in found if one.approval.decision != "approved")


def _is_about(word: SignedApproval, shown: Shown, workflow: str) -> bool:
    said = word.approval
    return (said.matter, said.subject, said.digest) == (Matter.RESTART, workflow, shown.digest)


def _peers(scene: _Scene, bar: Bar) -> Iterator[Peer]:
    """The workflows whose incidents are of the same failure type, or saw the same control fail."""
    shared: dict[str, str] = {}
    grave = [file for file in scene.files if file.level.counts >= Severity.IMPACT]
    mine = {file.incident.id for file in grave}
    controls = {control for file in grave if (control := _control(file))}
    types = {
        name: kind.id
        for kind in read_types(scene.home.incidents)
        if mine & set(kind.incidents)
        for name in kind.incidents
    }
    for file in incident_files(scene.home, scene.now)[0]:
        name = file.incident.workflow.name
        if name == scene.workflow or name not in scene.home.settings.workflows:
            continue
        if file.incident.id in types:
            shared.setdefault(name, f"failure type {types[file.incident.id]}")
        elif (control := _control(file)) and control in controls:
            shared.setdefault(name, f"control {control}")
    for name, what in sorted(shared.items()):
        yield Peer(workflow=name, shares=what, trouble=newest_trouble(scene.home, name, scene.trusted, bar))


def _control(file: IncidentFile) -> str | None:
    """The control that failed, as people state it, else as it was proposed."""
    stated = file.incident.root_cause and file.incident.root_cause.failed_control
    control = stated or (file.cause.control if file.cause else None)
    return " ".join(control.name.split()).casefold() if control and control.name.strip() else None


def _neighbours(scene: _Scene) -> Iterator[Neighbour]:
    """The workflows that share something with this one, and whether they are stopped or were cleared."""
    files = incident_files(scene.home, scene.now)[0]
    for one in related(scene.home.settings, scene.workflow):
        name = one.workflow
        theirs = [file for file in files if file.incident.workflow.name == name and file.cases]
        yield Neighbour(
            workflow=name,
            shares=one.shares,
            is_stopped=scene.home.paused(name) is not None,
            is_cleared=_was_cleared(scene, name),
            # Without a case of its own there is nothing to look for in its past runs.
            looked_back=all(found_clean(Concern(file=file)) for file in theirs),
        )


def _was_cleared(scene: _Scene, name: str) -> bool:
    """Whether it was stopped for some of these incidents, and people let it run again after each."""
    stopped = {
        file.incident.id
        for file in scene.files
        if any((one.event, one.workflow) == (Event.CONTAINED, name) for one in file.entries)
    }
    return bool(stopped) and stopped.isdisjoint(open_of(scene.home, name, scene.now))


def _skipped(scene: _Scene) -> dict[str, str]:
    """Demands that somebody went ahead without, with a name and a reason, since the last stop."""
    found: dict[str, str] = {}
    for file in scene.files:
        for entry in file.entries:
            if entry.event == Event.CONTAINED:
                found.clear()
            elif entry.event == Event.OUT_OF_ORDER and (entry.kind or "").startswith(OUT_OF_ORDER):
                found[(entry.kind or "").removeprefix(OUT_OF_ORDER)] = f"by {entry.by}: {entry.reason}"
    return found
