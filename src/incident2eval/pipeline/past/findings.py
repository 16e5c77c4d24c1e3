"""Findings in past runs: what the locked cases test, asked of every run of the archive."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from incident2eval.lookback import Reach, Seen, Watch
from incident2eval.model import (
    JSON,
    BadInput,
    Failure,
    Fault,
    Finding,
    NotJudged,
    Run,
)
from incident2eval.pipeline._given import Given
from incident2eval.pipeline.past.pieces import Piece
from incident2eval.pipeline.past.watch import WHOSE, Judge, runs_in, watches
from incident2eval.pipeline.shown.layout import counted
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
    asked = [one for one in watches(home) if one.reach is Reach.ANY_RUN]
    if not asked:
        raise NotJudged(
            "no locked case tests what could be asked of any run",
            hint="write cases first: incident2eval run <ID>",
        )
    past = PastFindings(
        checks=len({(one.workflow, one.check.name, _facts_of(one)) for one in asked}),
        incidents=len({one.incident for one in asked}),
    )
    judge = Judge(home, asked)
    ids: set[str] = set()
    for path in files:
        for found in runs_in(Piece(file=Given(path=path, named=False), shown=path.name, size=0)):
            if isinstance(found, Fault):
                past.unreadable.append(found)
            else:
                _take(past, found, judge, name=_own_name(found, path.name, ids))
    return past


def _facts_of(one: Watch) -> str:
    facts = {name: one.facts.get(one.check.fact(name)) for name in one.check.parameters}
    return json.dumps(facts, sort_keys=True)


def _own_name(run: Run, file: str, ids: set[str]) -> str:
    """The run's id; with its file, and a number, where another run is called the same."""
    numbered = (f"{file}:{run.id}:{number}" for number in count(2))
    name = next(name for name in chain((run.id, f"{file}:{run.id}"), numbered) if name and name not in ids)
    ids.add(name)
    return name


def _take(past: PastFindings, run: Run, judge: Judge, *, name: str) -> None:
    """Count a run, and note what was found in it."""
    past.read += 1
    seen = judge(run, name)
    verdict = [(one, said.found) for one, said in (seen.said if seen else ()) if not isinstance(said, str)]
    if not verdict:
        past.why_not[_why_not(seen)] += 1
        return
    past.judged += 1
    if red := [(one, found) for one, found in verdict if found]:
        past.flagged.append(_flagged(run, red, name=name))


def _why_not(seen: Seen | None) -> str:
    if seen is None:
        return "no locked case is about their workflow"
    if all(said == WHOSE for _, said in seen.said):
        return "they do not say whose they are"
    return "they hold nothing that the checks look at"


def _flagged(run: Run, verdict: Sequence[tuple[Watch, tuple[Finding, ...]]], *, name: str) -> Flagged:
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
