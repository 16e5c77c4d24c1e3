"""The report that a restart rests on: the one that is named, or the best that there is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from incident2eval.clearance import Shown
from incident2eval.model import Incident2EvalError, LevelPolicy, Policy, Ruling, Severity
from incident2eval.pipeline.gating.reports import documents_in, folder_of
from incident2eval.pipeline.signed.attested import Attested, attested
from incident2eval.pipeline.signed.stale import stale
from incident2eval.pipeline.signed.trust import Trusted
from incident2eval.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a report has to come up to."""

    level: LevelPolicy
    """What the highest level among the incidents asks for."""
    now: datetime
    spent: frozenset[str] = frozenset()
    """Digests of what the workflow ran on before it was stopped again."""
    voices: Mapping[str, int] = field(default_factory=dict)
    """Digest of a report -> how many words let the workflow run on it."""


def shown_report(
    home: Project, workflow: str, named: Path | None, trusted: Trusted, bar: Bar
) -> Shown | None:
    """The report for a restart, with everything that speaks against it.

    Args:
        home: The project.
        workflow: Its name.
        named: The report that somebody names; without one the signed one that holds and has the most words
            for it, the newest of several; else the newest that passes, else the newest.
        trusted: Whose signatures count.
        bar: What it has to come up to.

    Returns:
        None where there is none at all.

    Raises:
        BadInput: The report that is named is not there, or cannot be read as one.
    """
    if named is not None:
        return _shown(home, attested(home, named, trusted.approvers), bar)
    holding: list[Shown] = []
    newest: Shown | None = None
    passing: Shown | None = None
    for read in _newest_first(home, workflow, trusted):
        shown = _shown(home, read, bar)
        if shown.is_signed and not shown.problems:
            holding.append(shown)
        newest = newest or shown
        if read.report.decision.decision is Ruling.PASS:
            passing = passing or shown
        if passing and not _is_young(read, bar):
            break  # what is older is too old as well
    most = max(holding, key=lambda one: bar.voices.get(one.digest, 0), default=None)
    return most or passing or newest


def runners(home: Project, shown: Shown, trusted: Trusted, bar: Bar) -> tuple[str, ...]:
    """The machines on which the same version passed, each by a report that is signed and not stale.

    Args:
        home: The project.
        shown: The report.
        trusted: Whose signatures count.
        bar: What a report has to come up to.
    """
    found: dict[str, None] = {}
    for read in _newest_first(home, shown.report.decision.workflow, trusted):
        if not _is_young(read, bar):
            break
        where = read.report.environment.get("runner")
        # The commit may be another one, where only records came in between: what is stale is not the same.
        is_same = read.report.case_digests == shown.report.case_digests
        if where and is_same and read.signed and not _shown(home, read, bar).problems:
            found[where] = None
    return tuple(found)


def newest_trouble(home: Project, workflow: str, trusted: Trusted, bar: Bar) -> str | None:
    """Why the newest report of a workflow does not show that it passes now; None where it does.

    Args:
        home: The project.
        workflow: Its name.
        trusted: Whose signatures count.
        bar: What a report has to come up to.
    """
    paths = documents_in(folder_of(home, workflow))
    if not paths:
        return "it has no report"
    try:
        read = attested(home, paths[-1], trusted.approvers)
    except Incident2EvalError as error:
        return str(error)
    if read.report.decision.decision is not Ruling.PASS:
        return f"{read.shown} is {read.report.decision.decision}"
    problems = _shown(home, read, bar).problems
    return f"{read.shown}: {problems[0]}" if problems else None


def _newest_first(home: Project, workflow: str, trusted: Trusted) -> Iterator[Attested]:
    for path in reversed(documents_in(folder_of(home, workflow))):
        try:
            yield attested(home, path, trusted.approvers)
        except Incident2EvalError:
            continue  # it is named where it matters: beside the report that is shown


def _is_young(read: Attested, bar: Bar) -> bool:
    return bar.now - read.report.finished <= timedelta(hours=bar.level.report_hours)


def _shown(home: Project, read: Attested, bar: Bar) -> Shown:
    try:
        old = stale(home, read, now=bar.now, levels=_at_least(home.settings.policy, bar.level))
    except Incident2EvalError as error:
        old = tuple(map(str, error.faults or (error,)))
    again = ["the workflow ran on it before, and was stopped again since"] if read.digest in bar.spent else []
    return Shown(
        report=read.report,
        path=read.shown,
        digest=read.digest,
        is_signed=read.signed,
        problems=(*read.problems, *old, *again),
    )


def _at_least(policy: Policy, level: LevelPolicy) -> Policy:
    """The policy, no report older than the level that counts lets it be."""
    hours = {str(int(one)): min(policy.level(one).report_hours, level.report_hours) for one in Severity}
    return replace(policy, report_hours=hours)
