"""What the gate has to go by: a workflow's locked cases, and whether their files are as they were proved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from incident2eval.evalcase import checks_in, proofread
from incident2eval.gate import differences, incidents_without_case
from incident2eval.model import EvalCase, Incident2EvalError, IncidentNote
from incident2eval.pipeline._cause_note import with_cause
from incident2eval.pipeline._level import severity_of
from incident2eval.store import Project


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

    @property
    def sound(self) -> tuple[str, ...]:
        """Incidents whose files are as they were proved."""
        return tuple(dict.fromkeys(case.incident for case in self.cases if case.incident not in self.edited))

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Incidents that no locked case stands for."""
        return incidents_without_case([note.id for note in self.incidents], self.cases)

    def changed_since(self, before: "Locked") -> Mapping[str, str]:
        """What became of the cases in the meantime: incident -> words."""
        if self.cases != before.cases:
            return {case.incident: "the lock changed while the gate ran" for case in before.cases}
        return {
            incident: f"changed while the gate ran: {words}"
            for incident, words in self.edited.items()
            if incident not in before.edited
        }


def read_locked(home: Project, workflow: str) -> Locked:
    """Hold the cases of a workflow against the lock.

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
    edited = dict(differences(locked, found))
    for incident in mine - set(edited):
        # Rows of other workflows count too: a case that was moved to another one is a case taken away.
        rows = [case for case in lock.cases if case.incident == incident]
        if fault := _fault(home, incident, locked, rows):
            edited[incident] = fault
    return Locked(
        cases=cases,
        incidents=_incidents(home, workflow),
        edited=edited,
        digests=home.digests(home.workflow(workflow)),
        strangers=(
            *(
                _not_locked(home, name)
                for name in folders
                if name not in mine and _speaks_of(home, name, workflow)
            ),
            *_misnamed(home, workflow),
            *(f"incidents/{name} has evidence and no incident.yaml" for name in home.fileless_incidents()),
        ),
    )


def _fault(home: Project, incident: str, locked: Mapping[str, str], cases: Sequence[EvalCase]) -> str | None:
    """Why files that fit the lock cannot be trusted all the same."""
    if not any(path.startswith(f"{incident}/") for path in locked):
        return "the lock holds no digest of its files"
    files = home.tests(incident)
    faults = [f"{name}: {fault}" for name, source in files.items() for fault in proofread(source)]
    if faults:
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


def _misnamed(home: Project, workflow: str) -> Iterator[str]:
    """Incidents that a slip of the pen would take out of the gate: an unknown workflow, nearly this one."""
    for incident_id in home.incident_ids():
        named = home.incident(incident_id).incident.workflow.name
        near = get_close_matches(named.casefold(), [workflow.casefold()])
        if named not in home.settings.workflows and near:
            yield f"{incident_id} names the unknown workflow {named!r}: is it {workflow!r}?"


def _incidents(home: Project, workflow: str) -> tuple[IncidentNote, ...]:
    notes = []
    for incident_id in home.incident_ids():
        loaded = home.incident(incident_id)
        if loaded.incident.workflow.name == workflow:
            severity = int(severity_of(home, loaded))
            note = IncidentNote(id=incident_id, title=loaded.incident.title, severity=severity)
            notes.append(with_cause(home, note))
    return tuple(notes)
