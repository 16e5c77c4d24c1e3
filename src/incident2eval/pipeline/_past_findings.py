"""Findings in past runs: what the locked cases test, asked of every run of the archive."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from incident2eval import formats
from incident2eval.checks import SHELF, Check
from incident2eval.model import (
    JSON,
    BadInput,
    CannotJudge,
    Customers,
    Failure,
    Fault,
    Finding,
    NotJudged,
    Run,
    WorkflowSettings,
)
from incident2eval.pipeline._archive import attribute
from incident2eval.pipeline._given import Given
from incident2eval.pipeline._layout import counted
from incident2eval.pipeline._redacting import disguised, roster_of
from incident2eval.store import Project, dump

_QUOTED = 5
"""So many findings of a run make up its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """A past run that a locked case would have been red on."""

    failure: Failure
    incidents: tuple[str, ...]
    """Whose cases flag it."""


@dataclass(slots=True, kw_only=True)
class PastFindings:
    """What judging the archive came to."""

    checks: int
    """How many checks with facts that hold for any run there were to judge with."""
    incidents: int
    """Of how many incidents."""
    read: int = 0
    judged: int = 0
    flagged: list[Flagged] = field(default_factory=list)
    why_not: Counter[str] = field(default_factory=Counter)
    """Why runs were not judged -> how many."""
    unreadable: list[Fault] = field(default_factory=list)

    def counts(self) -> dict[str, JSON]:
        """As `--json` prints them."""
        return {
            "runs": self.read,
            "judged": self.judged,
            "flagged": len(self.flagged),
            "not_judged": dict(self.why_not),
            "checks": self.checks,
            "unreadable": [dump(fault) for fault in self.unreadable],
        }

    def lines(self) -> Iterator[str]:
        """In words."""
        judges = f"{counted(self.checks, 'check')} of {counted(self.incidents, 'incident')}"
        yield (
            f"{counted(self.read, 'past run')} read, {self.judged:,} judged by {judges}, "
            f"{len(self.flagged):,} flagged"
        )
        yield from (f"  not judged: {counted(number, 'run')}: {why}" for why, number in self.why_not.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    """A check of a locked case, with facts that hold for any run of its workflow."""

    incident: str
    workflow: str
    check: Check
    facts: Mapping[str, JSON]
    named: tuple[str, ...]


def past_findings(home: Project) -> PastFindings:
    """Judge every run of the archive that the settings name.

    Raises:
        BadInput: The settings name no archive, or no file is there.
        NotJudged: No locked case holds facts for any run; or the facts name somebody, and the key is absent.
    """
    files = home.archive_files()
    if not files:
        message, hint = "there are no past runs", 'name their files: archive = ["archive/*"] under [project]'
        raise BadInput(Fault(file="incident2eval.toml", field="project.archive", message=message, hint=hint))
    watches = list(_watches(home))
    if not watches:
        raise NotJudged(
            "no locked case tests what could be asked of any run",
            hint="write cases first: incident2eval run <ID>",
        )
    past = PastFindings(
        checks=len({(one.workflow, one.check.name, _facts_of(one)) for one in watches}),
        incidents=len({one.incident for one in watches}),
    )
    judge = _Judge(home, watches)
    ids: set[str] = set()
    for path in files:
        try:
            for run in _runs_in(Given(path=path, named=False), past):
                _take(past, run, judge, name=_own_name(run, path.name, ids))
        except BadInput as error:
            past.unreadable += error.faults
    return past


def _watches(home: Project) -> Iterator[_Watch]:
    shelf = {check.name: check for check in SHELF}
    lock = home.lock()
    for incident in dict.fromkeys(case.incident for case in lock.cases):
        case = home.case(incident)
        for name in dict.fromkeys(row.check for row in lock.cases if row.incident == incident):
            check = shelf.get(name)
            if check and not check.all_runs and not _of_one_input(check, case.facts):
                yield _Watch(
                    incident=incident,
                    workflow=case.workflow,
                    check=check,
                    facts=case.facts,
                    named=case.named,
                )


def _of_one_input(check: Check, facts: Mapping[str, JSON]) -> bool:
    return any(facts.get(check.fact(name)) for name in check.this_input)


def _facts_of(one: _Watch) -> str:
    facts = {name: one.facts.get(one.check.fact(name)) for name in one.check.parameters}
    return json.dumps(facts, sort_keys=True)


def _runs_in(file: Given, past: PastFindings) -> Iterator[Run]:
    with file.opened() as stream:
        for part in formats.parts(stream, name=file.path.name):
            for found in part.found:
                if isinstance(found, Run):
                    yield found
                else:
                    where = f"{file.path.name}: {found.where}"
                    past.unreadable.append(Fault(file=where, message=found.why))


def _own_name(run: Run, file: str, ids: set[str]) -> str:
    """The run's id; with its file, and a number, where another run is called the same."""
    numbered = (f"{file}:{run.id}:{number}" for number in count(2))
    name = next(name for name in chain((run.id, f"{file}:{run.id}"), numbered) if name and name not in ids)
    ids.add(name)
    return name


def _take(past: PastFindings, run: Run, judge: "_Judge", *, name: str) -> None:
    """Count a run, and note what was found in it."""
    past.read += 1
    verdict = judge(run)
    if isinstance(verdict, str):
        past.why_not[verdict] += 1
        return
    past.judged += 1
    if verdict:
        past.flagged.append(_flagged(run, verdict, name=name))


class _Judge:
    """Asks every check that speaks of a run."""

    def __init__(self, home: Project, watches: Sequence[_Watch]) -> None:
        self._home = home
        self._watches = watches
        self._customers: Customers = roster_of(home)
        self._settings = home.settings.workflows

    def __call__(self, run: Run) -> str | list[tuple[_Watch, tuple[Finding, ...]]]:
        """The findings by watch, or why nobody could judge the run."""
        mine = [one for one in self._watches if run.workflow in {None, one.workflow}]
        if not mine:
            return "no locked case is about their workflow"
        owned = attribute(run, self._home, self._settings.get(mine[0].workflow, WorkflowSettings()))
        speaking = [one for one in mine if "customer" not in one.check.parameters or owned.customer_id]
        if not speaking:
            return "they do not say whose they are"
        verdicts = [(one, found) for one in speaking if (found := self._ask(one, owned)) is not None]
        return (
            [row for row in verdicts if row[1]] if verdicts else "they hold nothing that the checks look at"
        )

    def _ask(self, one: _Watch, run: Run) -> tuple[Finding, ...] | None:
        said = disguised(run, self._home, one.named, incident=one.incident)
        try:
            return tuple(
                one.check(said, facts=one.facts, customer_id=run.customer_id, customers=self._customers)
            )
        except CannotJudge:
            return None


def _flagged(run: Run, verdict: Sequence[tuple[_Watch, tuple[Finding, ...]]], *, name: str) -> Flagged:
    """The run as a failure: the earliest step that a finding names is where it failed first."""
    places = {step.id: number for number, step in enumerate(run.steps)}
    last = len(places)
    found = sorted(
        ((watch, finding) for watch, findings in verdict for finding in findings),
        key=lambda row: places.get(row[1].step or "", last),
    )
    watch, first = found[0]
    step = run.step(first.step) if first.step in places else None
    failure = Failure(
        id=name,
        text="\n".join(dict.fromkeys(finding.message for _, finding in found[:_QUOTED])),
        workflow=watch.workflow,
        checks=tuple(dict.fromkeys(finding.check for _, finding in found)),
        control=watch.check.blames.control if watch.check.blames else None,
        step_kind=step.kind if step else None,
        tool=step.name if step else None,
        at=run.started,
    )
    return Flagged(failure=failure, incidents=tuple(dict.fromkeys(one.incident for one, _ in verdict)))
