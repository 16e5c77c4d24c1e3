"""What the gate has to go by: a workflow's locked cases, and whether their files are as they were proved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches

from incident2eval.evalcase import checks_in, proofread
from incident2eval.gate import Waivers, differences, incidents_without_case
from incident2eval.model import Approval, EvalCase, Incident2EvalError, IncidentNote, Matter
from incident2eval.pipeline._cause_note import with_cause
from incident2eval.pipeline._level import severity_of
from incident2eval.pipeline.gating.case_digests import case_digests, folder_digest
from incident2eval.store import Loaded, Project, read_bytes, sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """The locked cases of one workflow, and how they lie on disk."""

    cases: tuple[EvalCase, ...]
    incidents: tuple[IncidentNote, ...]
    """Every incident of the workflow, with or without a case."""
    edited: Mapping[str, str]
    """Incident -> how its files differ from what was proved, in words."""
    digests: Mapping[str, str]
    """What the decision rests on, by name."""
    strangers: tuple[str, ...]
    """What concerns this workflow and was never proved: unlocked cases, incidents that misspell its name."""
    case_digests: Mapping[str, str] = field(default_factory=dict)
    """Case -> what it is, as a digest; a case whose files cannot be read has none."""
    without: Mapping[str, Approval] = field(default_factory=dict)
    """Incident without a case -> who signed that it needs none."""
    accepted: Mapping[str, Approval] = field(default_factory=dict)
    """Incident -> who signed for tests that do not pass the proofreader."""
    loaded: Mapping[str, Loaded] = field(default_factory=dict)
    """Every incident of the workflow as it was read, by id."""

    @property
    def sound(self) -> tuple[str, ...]:
        """Incidents whose files are as they were proved."""
        return tuple(dict.fromkeys(case.incident for case in self.cases if case.incident not in self.edited))

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Incidents that no locked case stands for, and nobody signed that they need none."""
        asked = [note.id for note in self.incidents if note.id not in self.without]
        return incidents_without_case(asked, self.cases)

    def changed_since(self, before: "Locked") -> Mapping[str, str]:
        """What became of the cases in the meantime: incident -> words."""
        if self.cases != before.cases:
            return {case.incident: "the lock changed while the gate ran" for case in before.cases}
        return {
            incident: f"changed while the gate ran: {words}"
            for incident, words in self.edited.items()
            if incident not in before.edited
        }


def read_locked(home: Project, workflow: str, waivers: Waivers | None = None) -> Locked:
    """Hold the cases of a workflow against the lock.

    Args:
        home: The project.
        workflow: Its name.
        waivers: What people signed that opens one or the other; without it nothing does.

    Raises:
        BadInput: The lock or an incident file cannot be used.
    """
    lock = home.lock()
    cases = tuple(case for case in lock.cases if case.workflow == workflow)
    mine = {case.incident for case in cases}
    elsewhere = {case.incident for case in lock.cases} - mine
    folders = [folder.name for folder in home.case_folders() if folder.name not in elsewhere]
    found = {
        path: digest for name in folders if name in mine for path, digest in home.case_digests(name).items()
    }
    locked = {path: digest for path, digest in lock.files.items() if path.split("/", 1)[0] in mine}
    waivers = waivers or Waivers(now=datetime.now(UTC))
    accepted = {incident: word for incident in sorted(mine) if (word := _accepted(home, incident, waivers))}
    edited = dict(differences(locked, found))
    for incident in mine - set(edited):
        # Rows of other workflows count too: a case that was moved to another one is a case taken away.
        rows = [case for case in lock.cases if case.incident == incident]
        if fault := _fault(home, incident, locked, rows, is_accepted=incident in accepted):
            edited[incident] = fault
    loaded = {incident_id: home.incident(incident_id) for incident_id in home.incident_ids()}
    concerned = {name: one for name, one in loaded.items() if one.incident.workflow.name == workflow}
    incidents = tuple(_note(home, one) for one in concerned.values())
    lacking = incidents_without_case([note.id for note in incidents], cases)
    told = {case: digest for name in sorted(mine) for case, digest in _digests(home, name).items()}
    return Locked(
        cases=cases,
        incidents=incidents,
        edited=edited,
        case_digests={case.id: told[case.id] for case in cases if case.id in told},
        without={incident: word for incident in lacking if (word := _without(home, incident, waivers))},
        accepted=accepted,
        loaded=concerned,
        digests=home.digests(home.workflow(workflow)),
        strangers=(
            *(
                _not_locked(home, name)
                for name in folders
                if name not in mine and _speaks_of(home, name, workflow)
            ),
            *_misnamed(home, loaded, workflow),
            *(f"incidents/{name} has evidence and no incident.yaml" for name in home.fileless_incidents()),
        ),
    )


def _digests(home: Project, incident: str) -> Mapping[str, str]:
    """The digests of an incident's cases; of what cannot be read there are none to sign for."""
    try:
        return case_digests(home, incident)
    except Incident2EvalError:
        return {}


def _without(home: Project, incident: str, waivers: Waivers) -> Approval | None:
    """Who signed that an incident, as its file tells it now, needs no case."""
    raw = read_bytes(home.folder(incident) / "incident.yaml", file=f"incidents/{incident}/incident.yaml")
    return waivers.given(Matter.NO_CASE, incident, sha256(raw))


def _accepted(home: Project, incident: str, waivers: Waivers) -> Approval | None:
    """Who signed for tests, as they are now, that do not pass the proofreader; nobody where they do."""
    if not any(proofread(source) for source in home.tests(incident).values()):
        return None
    return waivers.given(Matter.EDITED_TEST, incident, folder_digest(home, incident))


def _fault(
    home: Project,
    incident: str,
    locked: Mapping[str, str],
    cases: Sequence[EvalCase],
    *,
    is_accepted: bool,
) -> str | None:
    """Why files that fit the lock cannot be trusted all the same."""
    if not any(path.startswith(f"{incident}/") for path in locked):
        return "the lock holds no digest of its files"
    files = home.tests(incident)
    faults = [f"{name}: {fault}" for name, source in files.items() for fault in proofread(source)]
    if faults and not is_accepted:
        return f"the tests do not pass the proofreader, and no approver signed for them: {faults[0]}"
    written = sorted(test for source in files.values() for test, _ in checks_in(source))
    if written != sorted(case.test for case in cases):
        return f"the lock names other tests than cases/{incident} holds"
    case = home.case(incident)
    named = {(row.incident, row.workflow, row.id) for row in cases}
    if named != {(case.incident, case.workflow, f"{case.incident}::{test}") for test in written}:
        return f"the lock and cases/{incident}/case.yaml do not speak of the same cases"
    return None


def _not_locked(home: Project, incident: str) -> str:
    """Why a folder that the lock knows no test of shuts the gate, and what opens it."""
    try:
        draft = home.case(incident).draft
    except Incident2EvalError:
        draft = False
    if draft:
        return f"cases/{incident} is a draft: finish it, then: incident2eval prove {incident}"
    return f"cases/{incident} is not in the lock: prove it, or remove it"


def _speaks_of(home: Project, incident: str, workflow: str) -> bool:
    """Whether an unlocked folder is about this workflow; one that cannot be read is taken to be."""
    try:
        return home.case(incident).workflow == workflow
    except Incident2EvalError:
        return True


def _misnamed(home: Project, loaded: Mapping[str, Loaded], workflow: str) -> Iterator[str]:
    """Incidents that a slip of the pen would take out of the gate: an unknown workflow, nearly this one."""
    for incident_id, one in loaded.items():
        named = one.incident.workflow.name
        near = get_close_matches(named.casefold(), [workflow.casefold()])
        if named not in home.settings.workflows and near:
            yield f"{incident_id} names the unknown workflow {named!r}: is it {workflow!r}?"


def _note(home: Project, loaded: Loaded) -> IncidentNote:
    incident = loaded.incident
    severity = int(severity_of(home, loaded))
    return with_cause(home, IncidentNote(id=incident.id, title=incident.title, severity=severity))
