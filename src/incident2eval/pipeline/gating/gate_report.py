"""The gate's report: the decision with all that a reader needs to judge it, in pseudonyms."""

import json
import platform
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from incident2eval import __version__
from incident2eval.model import (
    Approval,
    Customers,
    Decision,
    Event,
    IncidentNote,
    Observation,
    Policy,
    Report,
    Severity,
    visible,
)
from incident2eval.pipeline._cause_note import retold, with_tree
from incident2eval.pipeline._redacting import nameless, roster_of
from incident2eval.pipeline.gating.environment import environment
from incident2eval.pipeline.gating.locked import Locked
from incident2eval.pipeline.gating.reports import documents_in, folder_of
from incident2eval.pipeline.signed.trust import trust_of
from incident2eval.proving import CaseSheet
from incident2eval.redaction import Redactor
from incident2eval.store import Project, dump, read_bytes, sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one run of the gate was, beside its decision."""

    home: Project
    locked: Locked
    sheets: Mapping[str, CaseSheet]
    redactor: Redactor
    started: datetime
    command: tuple[str, ...]
    """Its command line, without paths."""
    approvals: tuple[Approval, ...] = ()
    """Those that made a difference."""
    notes: tuple[str, ...] = ()
    """What people signed or did not sign, as it is: names of approvers are no secret."""
    monitor: bool = False


def report_of(ran: Ran, decision: Decision) -> Report:
    """The report of a run that came to that decision now."""
    home, locked, told = ran.home, ran.locked, ran.redactor.text
    commit, dirty = home.commit()
    finished = datetime.now(UTC)
    severity = max((note.severity for note in locked.incidents), default=None)
    policy = home.settings.policy
    hours = policy.level(severity or int(Severity.LOW)).report_hours
    digests = {**locked.digests, **_sealed(ran)}
    customers = nameless(roster_of(home))
    return Report(
        decision=decision,
        started=ran.started,
        finished=finished,
        nonce=secrets.token_hex(16),
        tool=__version__,
        python=platform.python_version(),
        commit=commit,
        dirty=dirty,
        incidents=tuple(retold(_drawn(ran, note, customers), told) for note in locked.incidents),
        proofs=locked.cases,
        digests=digests,
        overrides=tuple(overrides(policy)),
        severity=severity,
        expires=finished + timedelta(hours=hours),
        previous=_previous(home, decision.workflow),
        case_digests=locked.case_digests,
        trust=trust_of(home.settings, decision.workflow),
        approvals=tuple(dict.fromkeys(ran.approvals)),
        environment=environment(ran.command),
        redaction=_redaction(ran, digests),
        monitor=ran.monitor,
        notes=(*map(told, _notes(ran)), *_out_of_order(ran), *map(visible, ran.notes)),
    )


def overrides(policy: Policy) -> Iterator[str]:
    """Every override of the shipped policy, in words."""
    for level, trials in sorted(policy.trials.items()):
        yield f"trials at severity {level}: {trials}"
    for level, hours in sorted(policy.report_hours.items()):
        yield f"age of the pass report at severity {level}: up to {hours} hours"
    for level, days in sorted(policy.monitor_days.items()):
        yield f"daily runs after a restart at severity {level}: {days} days"
    for level, look_back in sorted(policy.look_back.items()):
        yield f"look-back at severity {level}: {look_back}"
    for level, roles in sorted(policy.signatures.items()):
        yield f"signatures at severity {level}: {', '.join(roles) or 'none'}"
    shipped = Policy()
    if policy.override_hours != shipped.override_hours:
        yield f"an emergency override may last {policy.override_hours} hours"
    if policy.repeated != shipped.repeated:
        yield f"failures of one type that make the next one repeated: {policy.repeated}"
    if policy.review_months != shipped.review_months:
        yield f"months between reviews: {policy.review_months}"


def _notes(ran: Ran) -> Iterator[str]:
    """What a reader should know of the runs and of the settings' file."""
    if any(Observation.STEPS in sheet.case.observes for sheet in ran.sheets.values()):
        yield "steps as reported by the workflow"
    yield "names of customers and people in what is quoted are invented stand-ins; ids are real"
    yield from (f"not redacted, on request: the runs in cases/{name}" for name in _unredacted(ran.sheets))
    yield from ran.home.warnings
    yield from (visible(line) for one in ran.locked.loaded.values() for line in one.warnings)


def _out_of_order(ran: Ran) -> Iterator[str]:
    """Steps that somebody took before their turn; who it was is said as it is."""
    for note in ran.locked.incidents:
        for entry in ran.locked.loaded[note.id].entries:
            if entry.event == Event.OUT_OF_ORDER:
                why = ran.redactor.text(entry.reason or "no reason given")
                who = entry.by or "nobody named"
                yield visible(f"out of order in {note.id}: {entry.kind or 'a step'}, by {who}: {why}")


def _drawn(ran: Ran, note: IncidentNote, customers: Customers) -> IncidentNote:
    """A note with its case's origin, and the tree of its recorded run if the case is as it was proved."""
    sheet = ran.sheets.get(note.id)
    recorded = next((one.runs for one in sheet.sets if one.name == "recorded"), {}) if sheet else {}
    drawn = with_tree(note, recorded, customers)
    sources = sheet.case.sources if sheet else None
    return replace(drawn, origin=sources.origin if sources else None)


def _unredacted(sheets: Mapping[str, CaseSheet]) -> list[str]:
    return [name for name, sheet in sheets.items() if sheet.case.unredacted]


def _sealed(ran: Ran) -> dict[str, str]:
    """The newest digest of each incident's evidence: what was sealed can't be taken away unseen."""
    newest = {note.id: ran.home.sealed(note.id)[-1:] for note in ran.locked.incidents}
    return {f"sealed:{name}": entry.chain for name, entries in newest.items() for entry in entries}


def _redaction(ran: Ran, digests: Mapping[str, str]) -> str:
    """Digest of what decides over a pseudonym: the version, the roster, the key, and what is exempt."""
    rules = {
        "tool": __version__,
        "customers": digests["customers"],
        "key": ran.home.key_check(),
        "pseudonyms": dump(ran.home.lock())["pseudonyms"],
        "unredacted": sorted(_unredacted(ran.sheets)),
    }
    return sha256(json.dumps(rules, sort_keys=True).encode())


def _previous(home: Project, workflow: str) -> str | None:
    """SHA-256 of the newest report of this workflow: with it none can be taken away or put in unseen."""
    for path in reversed(documents_in(folder_of(home, workflow))):
        raw = read_bytes(path, limit=path.stat().st_size)
        if _workflow_of(raw) == workflow:
            return sha256(raw)
    return None


def _workflow_of(raw: bytes) -> object:
    """Which workflow a report is about: two names may share a folder."""
    try:
        report = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return report.get("workflow") if isinstance(report, dict) else None


def command_line(workflow: str, *, trials: int | None, since: str | None, monitor: bool) -> Sequence[str]:
    """The gate's command line as it may be kept: what changes the verdict, and no paths."""
    return (
        "gate",
        workflow,
        *(["--trials", str(trials)] if trials else []),
        *(["--since", visible(since)] if since else []),
        *(["--monitor"] if monitor else []),
    )
