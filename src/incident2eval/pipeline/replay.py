"""Today's runs of a workflow: what `pytest cases` and the gate judge."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from incident2eval.formats import dump_run, load_run, with_owners
from incident2eval.model import (
    BadInput,
    CaseFile,
    Customers,
    Fault,
    Incident2EvalError,
    NotJudged,
    Outcome,
    Result,
    RunSet,
    Subject,
)
from incident2eval.pipeline._redacting import disguised, nameless, roster_of
from incident2eval.proving import CaseSheet, Given
from incident2eval.store import Project, write_atomically
from incident2eval.workflows import Target, call_all, target_for

LIVE = "live-"
"""How the names of sets of today's runs begin."""

Results = Sequence[Sequence[Result]]
"""One entry a trial, one result an input."""


def replay_today(project: Project, case: CaseFile, *, trials: int) -> Results:
    """Call today's workflow with a case's inputs.

    Args:
        project: Where the workflow lives.
        case: What to replay.
        trials: How often; each trial in a fresh worker, its inputs in order.

    Returns:
        One entry a trial, one result an input; runs have the case's subject and know who owns their records.

    Raises:
        BadInput: if the settings name no such workflow or target.
        NotJudged: if the workflow is paused and its settings do not say that a replay is safe.
    """
    return replay_all(project, {case.incident: case}, {case.incident: trials})[case.incident]


def replay_all(
    project: Project,
    cases: Mapping[str, CaseFile],
    trials: Mapping[str, int],
    *,
    jobs: int = 1,
    told: Callable[[int], None] | None = None,
) -> Mapping[str, Results]:
    """Call today's workflow with the inputs of several cases, so many trials at a time.

    Args:
        project: Where the workflow lives.
        cases: What to replay, by any name.
        trials: How often, by the same names; every trial starts afresh, its inputs in order.
        jobs: How many trials may run at a time, of all cases together.
        told: Is told after each trial how many are done; one call at a time, from any thread.

    Returns:
        By name what `replay_today` returns.

    Raises:
        BadInput: as `replay_today`; then nothing was called.
        NotJudged: likewise.
    """
    _refuse_paused(project, {case.workflow for case in cases.values()})
    grouped: dict[Target, list[str]] = {}
    for name, case in cases.items():
        grouped.setdefault(_target(project, case), []).extend([name] * trials[name])
    calls = [
        (target, [tuple(cases[name].named_inputs.values()) for name in names])
        for target, names in grouped.items()
    ]
    found: dict[str, list[tuple[Result, ...]]] = {name: [] for name in cases}
    for names, results in zip(grouped.values(), call_all(calls, jobs=jobs, told=told), strict=True):
        for name, trial in zip(names, results, strict=True):
            found[name].append(tuple(_attributed(result, project, cases[name]) for result in trial))
    return {name: tuple(results) for name, results in found.items()}


def _refuse_paused(project: Project, workflows: Collection[str]) -> None:
    """Call nothing while one of these workflows is stopped, unless a replay of it is safe."""
    for workflow in sorted(workflows):
        paused = project.paused(workflow)
        if paused and not project.workflow(workflow).replay_safe:
            hint = "let its target honour INCIDENT2EVAL_REPLAY=1 and say replay_safe = true in its settings"
            raise NotJudged(f"{workflow} is paused ({paused}) and was not called", hint=hint)


def _target(project: Project, case: CaseFile) -> Target:
    """What a case calls."""
    return target_for(project.workflow(case.workflow), project=project.root, name=case.target)


def live_sets(case: CaseFile, results: Results) -> tuple[RunSet, ...]:
    """The trials that gave a run for every input, as sets of runs to judge: `live-1`, `live-2` ..."""
    return tuple(
        RunSet(
            name=f"{LIVE}{number}",
            runs={
                name: result.run for name, result in zip(case.named_inputs, trial, strict=True) if result.run
            },
            live=True,
        )
        for number, trial in enumerate(results, start=1)
        if not _silent(trial)
    )


def _silent(trial: Sequence[Result]) -> Result | None:
    """The first call of a trial that gave no run."""
    return next(
        (result for result in trial if result.run is None or result.outcome is not Outcome.PASSED), None
    )


def _attributed(result: Result, project: Project, case: CaseFile) -> Result:
    """The result with its records' owners filled in; whose run it is, the case says and not the workflow."""
    if result.run is None:
        return result
    subject = Subject(customer_id=case.customer_id) if case.customer_id is not None else None
    paths = project.workflow(case.workflow).subject
    owned = with_owners(result.run, customers=project.customers, paths=paths, stated=subject).run
    told = disguised(owned, project, case.named, incident=case.incident)
    return replace(result, run=replace(told, subject=subject, workflow=case.workflow))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """A case laid out for its tests."""

    sheet: CaseSheet
    customers: Customers
    unanswered: Mapping[str, Incident2EvalError]
    """Trials that gave no runs, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Lays out what the tests of a user's cases are given; each workflow is called once for all of them."""

    trials: int
    """Trials of today's workflow; with 0 nothing is called, only stored evidence is judged."""
    shared: Path | None = None
    """Folder where the workers of this test session share their runs; None where there is one process."""
    _projects: dict[Path, Project] = field(default_factory=dict)
    _laid: dict[Path, _Laid] = field(default_factory=dict)

    def given(self, folder: Path, runs: str) -> Given:
        """What a test in the folder of a case is given to judge the set of runs called `runs`.

        Raises:
            BadInput: if the case or the settings cannot be used.
            NotJudged: if the workflow gave no answer, or may not be called.
        """
        if folder not in self._laid:
            self._laid[folder] = self._lay_out(folder)
        laid = self._laid[folder]
        if runs in laid.unanswered:
            raise laid.unanswered[runs]
        return Given.of(laid.sheet, runs, customers=laid.customers, unanswered=laid.unanswered)

    def _lay_out(self, folder: Path) -> _Laid:
        found = Project.find(folder)
        project = self._projects.setdefault(found.root, found)
        if folder.resolve() != (project.root / "cases" / folder.name).resolve():
            raise BadInput(Fault(file=str(folder), message=f"is not among the cases of {project.root}"))
        case = project.case(folder.name)
        sets = [
            RunSet(name="recorded", runs=project.recorded(folder.name)),
            RunSet(name="corrected", runs=project.corrected(folder.name)),
        ]
        unanswered: dict[str, Incident2EvalError] = {}
        if self.trials:
            try:
                results = self._shared(case.incident, lambda: replay_today(project, case, trials=self.trials))
            except NotJudged as error:
                unanswered = {f"{LIVE}{number}": error for number in range(1, self.trials + 1)}
            else:
                sets += live_sets(case, results)
                unanswered = _unanswered(project, case, results)
        sheet = CaseSheet(case=case, sets=tuple(sets))
        customers = roster_of(project)
        if not self.trials:  # stored evidence is in pseudonyms, and what is said of it is, too
            customers = nameless(customers)
        return _Laid(sheet=sheet, customers=customers, unanswered=unanswered)

    def _shared(self, incident: str, make: Callable[[], Results]) -> Results:
        """The results of one case, made by the first worker that needs them."""
        if self.shared is None:
            return make()
        from filelock import FileLock  # noqa: PLC0415 - only under pytest-xdist

        self.shared.mkdir(mode=0o700, exist_ok=True)
        path = self.shared / f"{incident}.json"
        with FileLock(path.with_suffix(".lock")):
            if path.exists():
                return _load(path.read_bytes())
            results = make()
            write_atomically(path, _dump(results))
            return results


def _unanswered(project: Project, case: CaseFile, results: Results) -> dict[str, Incident2EvalError]:
    reasons: dict[str, Incident2EvalError] = {}
    for number, trial in enumerate(results, start=1):
        if silent := _silent(trial):
            reasons[f"{LIVE}{number}"] = _no_answer(project, case, silent, number)
    return reasons


def _no_answer(project: Project, case: CaseFile, result: Result, number: int) -> NotJudged:
    settings = project.workflow(case.workflow)
    address = settings.targets[case.target] if case.target else settings.target
    if result.outcome is Outcome.TIMEOUT:
        more = f"more than {settings.timeout:g} s: timeout under [workflows.{case.workflow}]"
        hint = f"make it faster, or give it {more}"
    else:
        hint = f"nothing is judged until it answers the input in cases/{case.incident}/case.yaml"
    return NotJudged(f"{address} gave no answer in trial {number}: {result.message}", hint=hint)


def _dump(results: Results) -> bytes:
    return json.dumps(
        [
            [
                {
                    "outcome": one.outcome,
                    "message": one.message,
                    "run": dump_run(one.run) if one.run else None,
                }
                for one in trial
            ]
            for trial in results
        ]
    ).encode()


def _load(data: bytes) -> Results:
    return [
        [
            Result(
                outcome=Outcome(one["outcome"]),
                message=one["message"],
                run=load_run(one["run"], what="a shared run") if one["run"] else None,
            )
            for one in trial
        ]
        for trial in json.loads(data)
    ]
