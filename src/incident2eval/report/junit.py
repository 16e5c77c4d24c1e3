"""The report as JUnit XML. CI reads `skipped` as green, so nothing here is ever skipped."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from incident2eval.model import CaseOutcome, Outcome, Report, Ruling
from incident2eval.report.wording import OUTCOMES, RULINGS, plain, trials, utc

_ERRORS = frozenset({Outcome.ERRORED, Outcome.TIMEOUT})


def junit(report: Report) -> bytes:
    """The report as JUnit XML: one test case per case, and one for a verdict that no case tells of."""
    decision = report.decision
    cases = [*map(_testcase, decision.cases), *_verdict(report)]
    totals = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "skipped": "0",
        "time": f"{(report.finished - report.started).total_seconds():.3f}",
    }
    suites = ET.Element("testsuites", totals)
    named = {"name": plain(decision.workflow), "timestamp": f"{utc(report.started):%Y-%m-%dT%H:%M:%S}"}
    suite = ET.SubElement(suites, "testsuite", named | totals)
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("decision", decision.decision),
        ("commit", report.commit or ""),
        ("nonce", report.nonce),
    ):
        ET.SubElement(properties, "property", name=name, value=plain(value))
    suite.extend(cases)
    ET.indent(suites)
    xml: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def _testcase(case: CaseOutcome) -> ET.Element:
    incident, _, test = case.id.partition("::")
    element = ET.Element("testcase", classname=plain(incident), name=plain(test or incident))
    if case.outcome is not Outcome.PASSED:
        kind = "error" if case.outcome in _ERRORS else "failure"
        told = case.message or OUTCOMES[case.outcome].meaning
        problem = ET.SubElement(element, kind, type=case.outcome, message=plain(told))
        problem.text = plain(
            f"{OUTCOMES[case.outcome].label}. Trials that were right: {trials(case)}.\n{told}"
        )
    return element


def _verdict(report: Report) -> Iterator[ET.Element]:
    """A decision may be no pass though every case passed, or none is there: CI has to see that too."""
    decision = report.decision
    if decision.decision is Ruling.PASS or any(case.outcome is not Outcome.PASSED for case in decision.cases):
        return
    element = ET.Element("testcase", classname="gate", name=plain(decision.workflow))
    kind = "error" if decision.decision is Ruling.ERROR else "failure"
    problem = ET.SubElement(element, kind, type=decision.decision, message=plain("; ".join(decision.reasons)))
    problem.text = plain("\n".join((RULINGS[decision.decision].meaning, *decision.reasons)))
    yield element
