"""What may be written: an incident in pseudonyms, and a roster that knows them."""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from incident2eval.checks import Known
from incident2eval.model import (
    JSON,
    Customers,
    Incident,
    NotJudged,
    Pseudonyms,
    Run,
)
from incident2eval.redaction import Disguise, Redactor, needs_key
from incident2eval.store import Project, dump

_ID = re.compile(r"(?=.*[\d_])[\w.:/#-]{2,80}")
"""What is an id by its form."""
_PEOPLE = ("owner", "deputy", "switch_off_by")


def redactor_of(project: Project, *, runs: Iterable[Run] = (), key: bytes | None = None) -> Redactor:
    """The redactor of a project; without a key at hand its pseudonyms hold for this one process only.

    Args:
        project: Whose key, roster and settings.
        runs: Runs whose ids stay as they are.
        key: The key, where it was just made.
    """
    key = key or project.key() or secrets.token_bytes(32)
    known = {name for each in project.lock().pseudonyms.values() for name in (*each.names, *each.contacts)}
    redactor = Redactor(key, project.customers, kept={*known, *_ids(project, runs)})
    redactor.learn({"contact": name} for name in _staff(project))
    return redactor


def _ids(project: Project, runs: Iterable[Run]) -> Iterator[str]:
    """What is never replaced, whatever it looks like: ids, names of tools, steps and workflows."""
    yield from (row.id for row in project.customers)
    for name, workflow in project.settings.workflows.items():
        yield from (name, *(workflow.approved_tools or ()), *workflow.needs_approval)
    for run in runs:
        said = [run.id, run.model, run.version, run.customer_id]
        for step in run.steps:
            said += [
                step.id,
                step.name,
                *(one for record in step.records for one in (record.id, record.owner)),
            ]
        # Some traces have names and addresses where ids belong: these are no reason to leave them in texts.
        yield from (one for one in said if one and _ID.fullmatch(one))


def _staff(project: Project) -> Iterator[str]:
    yield from (approver.name for approver in project.settings.approvers)
    for workflow in project.settings.workflows.values():
        yield from filter(None, (getattr(workflow, field) for field in _PEOPLE))


def learn_incident(redactor: Redactor, incident: Incident, runs: Iterable[Run]) -> None:
    """Let a redactor read an incident's file and runs: it then knows who is named there."""
    redactor.learn([dump(incident)])
    for run in runs:
        redactor.learn(said_in(run))
        redactor.learn_names(_owners(run))
    if incident.subject and incident.subject.customer:
        redactor.learn_names([incident.subject.customer])


def _owners(run: Run) -> Iterator[str]:
    """What a trace calls customers: without a roster, names stand where ids belong."""
    said = [run.subject.customer, run.subject.customer_id] if run.subject else []
    said += [record.owner for step in run.steps for record in step.records]
    yield from (one for one in said if one and " " in one and one[:1].isupper())


def said_in(run: Run) -> Iterator[JSON]:
    """Every value of a run that may identify somebody."""
    yield from (run.input, run.output, dict(run.attributes))
    for step in run.steps:
        yield from (step.input, step.output, step.error, dict(step.attributes))
        for record in step.records:
            yield from (record.text, dict(record.metadata))


def redacted_known(known: Known, redactor: Redactor, customers: Customers) -> Known:
    """All that is known of an incident, in pseudonyms."""
    runs = {id(run): redactor.run(run) for run in _runs_of(known)}

    def hidden(run: Run) -> Run:
        return runs[id(run)]

    return replace(
        known,
        incident=redacted_incident(known.incident, redactor),
        recorded=hidden(known.recorded),
        corrected=hidden(known.corrected) if known.corrected else None,
        good=tuple(map(hidden, known.good)),
        all_recorded=tuple(map(hidden, known.all_recorded)),
        all_corrected=tuple(map(hidden, known.all_corrected)),
        before=tuple(map(hidden, known.before)),
        since=tuple(map(hidden, known.since)),
        customers=customers,
    )


def _runs_of(known: Known) -> Iterator[Run]:
    yield from (known.recorded, *([known.corrected] if known.corrected else []))
    yield from (*known.good, *known.all_recorded, *known.all_corrected, *known.before, *known.since)


def redacted_incident(incident: Incident, redactor: Redactor) -> Incident:
    """An incident with its words in pseudonyms."""
    return replace(
        incident,
        title=redactor.text(incident.title),
        what_happened=redactor.text(incident.what_happened),
        wrong=tuple(map(redactor.text, incident.wrong)),
        right=tuple(map(redactor.text, incident.right)),
        corrected_output=redactor.text(incident.corrected_output) if incident.corrected_output else None,
    )


def with_pseudonyms(customers: Customers, pseudonyms: Mapping[str, Pseudonyms]) -> Customers:
    """The roster with what stands for its customers in the cases as more aliases and addresses."""
    rows = []
    for row in customers:
        more = pseudonyms.get(row.id, Pseudonyms())
        rows.append(
            replace(
                row,
                aliases=tuple(dict.fromkeys([*row.aliases, *more.names])),
                contacts=tuple(dict.fromkeys([*row.contacts, *more.contacts])),
            )
        )
    return replace(customers, rows=tuple(rows))


def roster_of(project: Project) -> Customers:
    """The roster as cases are judged with it: with the pseudonyms that the lock holds."""
    return with_pseudonyms(project.customers, project.lock().pseudonyms)


def nameless(customers: Customers) -> Customers:
    """The same roster for a report: every customer goes by the id, which tells who needs to know."""
    rows = (replace(row, name="", aliases=row.names) for row in customers)
    return replace(customers, rows=tuple(rows))


def disguised(run: Run, project: Project, named: tuple[str, ...], *, incident: str) -> Run:
    """A run of today with what the case's facts name put into the case's words.

    Raises:
        NotJudged: The facts name somebody, and the key is not at hand.
    """
    return disguise(project, named, incident=incident)(run)


def disguise(project: Project, named: tuple[str, ...], *, incident: str) -> Callable[[Run], Run]:
    """What puts runs into a case's words, for many of them.

    Raises:
        NotJudged: The facts name somebody, and the key is not at hand.
    """
    if not named:
        return _as_it_is
    key = project.key()
    if key is None and needs_key(named):
        raise NotJudged(
            f"cases/{incident} names somebody by a pseudonym, and the key that tells whom is not at hand",
            hint="give it as INCIDENT2EVAL_KEY: the line in .incident2eval/key where the case was written",
        )
    pseudonyms = project.lock().pseudonyms
    return Disguise(key, project.customers, named=named, pseudonyms=pseudonyms).run


def _as_it_is(run: Run) -> Run:
    return run
