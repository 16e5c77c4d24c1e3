"""What a person is about to sign, in plain words: nobody signs what they were not told."""

from collections.abc import Iterator
from datetime import datetime

from incident2eval.model import Approval, Outcome, Report
from incident2eval.pipeline.shown.clock_lines import left, shown
from incident2eval.pipeline.shown.layout import counted
from incident2eval.pipeline.signed.attested import Attested
from incident2eval.pipeline.signed.signer import Signatory
from incident2eval.pipeline.signed.trust import Trusted


def what_is_signed(
    read: Attested,
    trusted: Trusted,
    who: Signatory,
    *,
    at: datetime,
    refuse: str | None,
) -> Iterator[str]:
    """What a signature under a report says, a line each.

    Args:
        read: The report.
        trusted: Whose signatures count, and what else this one covers.
        who: Who signs.
        at: When, UTC.
        refuse: Why they refuse it; None where they sign.
    """
    report = read.report
    workflow = report.decision.workflow
    if refuse is not None:
        yield f"{who.words} refuses to let {workflow} run again on {read.shown}: {refuse}"
        return
    yield f"{who.words} signs that {workflow} may run again, on this report: {read.shown}"
    yield f"  decision: {report.decision.decision}; {_passed(report)}"
    dirty = ", with changes that are not committed" if report.dirty else ""
    yield f"  commit: {report.commit or 'none'}{dirty}"
    yield f"  {_age(report, at)}"
    if report.severity is not None:
        yield f"  highest severity of its incidents: {report.severity}"
    for case in report.decision.cases:
        if case.waived:
            yield f"  does not count: {case.id}: {case.waived}"
    for word in report.approvals:
        yield f"  rests on {_word(word)}"
    for override in report.overrides:
        yield f"  overrides the policy: {override}"
    if trusted.late:
        yield f"  {trusted.late}"
    for change in trusted.changes:
        yield f"  also covers a change of the settings: {change}"
    yield f"  digest: {read.digest}"


def _passed(report: Report) -> str:
    cases = report.decision.cases
    passed = sum(case.outcome is Outcome.PASSED for case in cases)
    trials = {case.trials for case in cases if case.outcome is Outcome.PASSED}
    each = f", {counted(trials.pop(), 'trial')} each" if len(trials) == 1 else ""
    return f"{passed} of {counted(len(cases), 'case')} passed{each}"


def _age(report: Report, at: datetime) -> str:
    minutes = int((at - report.finished).total_seconds()) // 60
    age = counted(minutes, "minute") if minutes < 120 else f"{minutes // 60} hours"
    expires = (
        f"; it holds until {shown(report.expires)}, {left(report.expires, at)}" if report.expires else ""
    )
    return f"age: {age}, finished {shown(report.finished)}{expires}"


def _word(word: Approval) -> str:
    until = f", until {shown(word.until)}" if word.until else ""
    matter = word.matter.replace("_", " ")
    return f"{word.by} ({word.role.replace('_', ' ')}), {matter} {word.subject}: {word.reason}{until}"
