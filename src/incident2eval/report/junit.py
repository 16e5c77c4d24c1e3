"""The report as JUnit XML. CI reads `skipped` as green: only a case in quarantine is ever that."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from incident2eval.model import CaseOutcome, Outcome, Report, Ruling
from incident2eval.report.wording import (
    OUTCOMES,
    QUARANTINED,
    RULINGS,
    approved,
    bound,
    plain,
    role,
    trials,
    utc,
)

_ERRORS = frozenset({Outcome.ERRORED, Outcome.TIMEOUT})


def junit(report: Report, digest: str) -> bytes:
    """The report as JUnit XML: one test case per case, and one for a verdict that no case tells of.

    Args:
        report: What is told.
        digest: SHA-256 of its JSON.
    """
    decision = report.decision
    cases = [*map(_testcase, decision.cases), *_verdict(report)]
    totals = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "skipped": str(sum(case.find("skipped") is not None for case in cases)),
        "time": f"{(report.finished - report.started).total_seconds():.3f}",
    }
    suites = ET.Element("testsuites", totals)
    named = {"name": plain(decision.workflow), "timestamp": f"{utc(report.started):%Y-%m-%dT%H:%M:%S}"}
    suite = ET.SubElement(suites, "testsuite", named | totals)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report, digest):
        ET.SubElement(properties, "property", name=plain(name), value=plain(value))
    suite.extend(cases)
    ET.indent(suites)
    xml: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def _properties(report: Report, digest: str) -> Iterator[tuple[str, str]]:
    """What the whole report says, by name; a name may stand there more than once."""
    yield "report_sha256", digest
    yield "decision", report.decision.decision
    yield "commit", report.commit or ""
    yield "nonce", report.nonce
    yield "severity", "" if report.severity is None else str(report.severity)
    yield "expires", "" if report.expires is None else f"{utc(report.expires):%Y-%m-%dT%H:%M:%SZ}"
    yield "previous_sha256", report.previous or ""
    yield "monitor", "true" if report.monitor else "false"
    for who in report.trust.approvers:
        yield "approver", f"{who.name}: {', '.join(map(role, who.roles))}"
    for approval in report.approvals:
        yield "approval", approved(approval)
    for override in report.overrides:
        yield "policy_override", override
    for note in report.notes:
        yield "note", note
    for name, value in sorted(report.environment.items()):
        yield f"environment.{name}", value


def _testcase(case: CaseOutcome) -> ET.Element:
    incident, _, test = case.id.partition("::")
    element = ET.Element(
        "testcase", classname=plain(incident), name=plain(test or incident), time=f"{case.seconds:.3f}"
    )
    told = case.message or OUTCOMES[case.outcome].meaning
    at_length = plain(f"{OUTCOMES[case.outcome].label}. Trials that were right: {trials(case)}.\n{told}")
    if case.waived:
        aside = ET.SubElement(element, "skipped", message=plain(f"{QUARANTINED.label}: {case.waived}"))
        aside.text = at_length
    elif case.outcome is not Outcome.PASSED:
        kind = "error" if case.outcome in _ERRORS else "failure"
        problem = ET.SubElement(element, kind, type=case.outcome, message=plain(told))
        problem.text = at_length
    if seen := "\n".join(_seen(case)):
        ET.SubElement(element, "system-out").text = plain(seen)
    return element


def _seen(case: CaseOutcome) -> Iterator[str]:
    """What the trials bound, and what came of the two controls, where they ran."""
    if case.bound is not None:
        yield bound(case)
    if case.recorded is not None:
        yield f"On the incident: {case.recorded} (failed is right)"
    if case.corrected is not None:
        yield f"On the corrected run: {case.corrected} (passed is right)"


def _verdict(report: Report) -> Iterator[ET.Element]:
    """A decision may be no pass though every case passed, or none is there: CI has to see that too."""
    decision = report.decision
    told = any(case.outcome is not Outcome.PASSED and not case.waived for case in decision.cases)
    if decision.decision is Ruling.PASS or told:
        return
    element = ET.Element("testcase", classname="gate", name=plain(decision.workflow))
    kind = "error" if decision.decision is Ruling.ERROR else "failure"
    problem = ET.SubElement(element, kind, type=decision.decision, message=plain("; ".join(decision.reasons)))
    problem.text = plain("\n".join((RULINGS[decision.decision].meaning, *decision.reasons)))
    yield element
