"""What people signed that a gate goes by: waivers, the last signed report, and the base branch in CI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident2eval.gate import Before, Change, Waivers, changes_since
from incident2eval.model import Approval, SignedApproval
from incident2eval.pipeline.gating.since import Base
from incident2eval.pipeline.signed.approvals import signed_approvals
from incident2eval.pipeline.signed.attested import Attested, last_signed
from incident2eval.pipeline.signed.trust import Trusted, trusted
from incident2eval.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Words that opened or shut the gate before today's workflow was called."""

    waivers: Waivers
    before: tuple[Before, ...]
    """Where cases are held that have to be there still."""
    problems: tuple[str, ...]
    """Signed reports that do not hold, or were taken away: each shuts the gate."""
    notes: tuple[str, ...]
    """Who was named after the incident, what of the settings nobody approved, which words do not count."""

    def changes(self, now: Mapping[str, str]) -> tuple[Change, ...]:
        """Every case that is gone or another one, and whether somebody signed for it.

        Args:
            now: The locked cases: case -> digest.
        """
        return tuple(change for before in self.before for change in changes_since(before, now, self.waivers))


def grounds_of(home: Project, workflow: str, base: Base | None, now: datetime) -> Grounds:
    """Read what people signed, before anything is called that could change it.

    Args:
        home: The project.
        workflow: Its name.
        base: The branch to compare with; an approver counts who was one there too.
        now: This moment, UTC.

    Raises:
        BadInput: The settings, or the approvals, cannot be read.
    """
    circles = [trusted(home, workflow), *([trusted(home, workflow, since=base.commit)] if base else [])]
    signed, unsigned = _counting(home, circles)
    last, problems = last_signed(home, workflow, home.settings.approvers)
    words = tuple(one.approval for one in signed)
    return Grounds(
        waivers=Waivers(words=words, now=now),
        before=(*_of_report(last), *_of_branch(base, signed)),
        problems=problems,
        notes=(
            *_late(circles),
            *_uncovered(circles),
            *(f"counts for nothing: {problem}" for problem in unsigned),
        ),
    )


def _counting(
    home: Project, circles: Sequence[Trusted]
) -> tuple[tuple[SignedApproval, ...], tuple[str, ...]]:
    """The words of those who count wherever trust starts, and the refusals of all who ever did."""
    approved, *others = (signed_approvals(home, circle.approvers)[0] for circle in circles)
    everywhere = [one for one in approved if all(one in other for other in others)]
    known = tuple(dict.fromkeys(one for circle in circles for one in circle.known))
    all_words, problems = signed_approvals(home, known)
    refused = [one for one in all_words if one.approval.decision != "approved"]
    return tuple(dict.fromkeys((*everywhere, *refused))), problems


def _of_report(last: Attested | None) -> tuple[Before, ...]:
    if last is None:
        return ()
    report = last.report
    cases = {case.id: report.case_digests.get(case.id, "") for case in report.decision.cases}
    # Approvals are dated to the second.
    at = report.finished.replace(microsecond=0)
    return (Before(source=f"the last signed report, {last.shown},", cases=cases, at=at),)


def _of_branch(base: Base | None, signed: Sequence[SignedApproval]) -> tuple[Before, ...]:
    if base is None:
        return ()
    spent: frozenset[Approval] = frozenset(one.approval for one in signed if one.file in base.approvals)
    return (Before(source=base.revision, cases=base.cases, spent=spent),)


def _late(circles: Sequence[Trusted]) -> tuple[str, ...]:
    """That nobody could be asked about those who sign."""
    return tuple(dict.fromkeys(circle.late for circle in circles if circle.late))


def _uncovered(circles: Sequence[Trusted]) -> tuple[str, ...]:
    found = (
        f"nobody approved this change since {circle.source}: {change}"
        for circle in circles
        for change in circle.changes
    )
    return tuple(dict.fromkeys(found))
