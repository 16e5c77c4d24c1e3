"""What a signature over a report says, for those who read in-toto and know nothing of us."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from incident2eval.model import CaseOutcome, Outcome, Report, Ruling, Trust
from incident2eval.report import render
from incident2eval.report.statement import PREDICATE_TYPE, statement_of, statement_over
from incident2eval.signing import statement

Make = Callable[..., Report]
LOCK, PROMPT = "ab" * 32, "cd" * 32


@pytest.fixture
def report(make_report: Make) -> Report:
    return make_report(
        CaseOutcome(id="INC-2026-0007::test_b", outcome=Outcome.PASSED, trials=5),
        CaseOutcome(id="INC-2026-0007::test_a", outcome=Outcome.PASSED, trials=5),
        CaseOutcome(id="INC-2026-0007::test_c", outcome=Outcome.FAILED, waived="Ana Pereira: broken"),
        CaseOutcome(id="INC-2026-0007::test_d", outcome=Outcome.SKIPPED),
        ruling=Ruling.PASS,
        commit="3fa91c2",
        digests={"lock": LOCK, "deployed.prompt": PROMPT, "deployed.data": "absent", "customers": "absent"},
    )


def test_the_commit_every_form_and_each_deployed_part_are_what_it_is_about(report: Report) -> None:
    said = statement_of(report, b"{}", {".xml": b"<x/>", ".html": b"page"})

    digest = {text: hashlib.sha256(text.encode()).hexdigest() for text in ("{}", "<x/>", "page")}
    assert said.predicate_type == PREDICATE_TYPE
    assert said.subjects == {
        "commit": {"gitCommit": "3fa91c2"},
        "deployed.prompt": {"sha256": PROMPT},
        "report.html": {"sha256": digest["page"]},
        "report.json": {"sha256": digest["{}"]},
        "report.xml": {"sha256": digest["<x/>"]},
    }


def test_what_passed_what_was_left_aside_and_what_did_not_pass_are_apart(report: Report) -> None:
    said = statement_of(report, b"{}", {}).predicate

    assert said["result"] == "PASSED"
    assert said["passedTests"] == ["INC-2026-0007::test_a", "INC-2026-0007::test_b"]
    assert said["warnedTests"] == ["INC-2026-0007::test_c"]
    assert said["failedTests"] == ["INC-2026-0007::test_d"]


def test_what_was_absent_is_named_and_has_no_digest(report: Report) -> None:
    configuration = statement_of(report, b"{}", {}).predicate["configuration"]

    assert configuration[:2] == [{"name": "customers"}, {"name": "lock", "digest": {"sha256": LOCK}}]


@pytest.mark.parametrize("ruling", [Ruling.BLOCKED, Ruling.ERROR])
def test_only_a_pass_is_a_pass(report: Report, ruling: Ruling) -> None:
    said = replace(report, decision=replace(report.decision, decision=ruling))

    assert statement_of(said, b"{}", {}).predicate["result"] == "FAILED"


def test_a_looser_policy_is_another_statement(report: Report) -> None:
    looser = replace(report, trust=Trust(policy={"trials": {"2": 1}}))

    configuration = (statement_of(one, b"{}", {}).predicate["configuration"][-1] for one in (report, looser))
    first, second = configuration
    assert (first["name"], first["digest"] != second["digest"]) == ("policy", True)


def test_the_same_report_is_signed_in_the_same_bytes_however_its_forms_are_listed(report: Report) -> None:
    document = render(report).json
    forms = {".xml": b"<x/>", ".html": b"page", ".md": b"words"}
    digests = {form: hashlib.sha256(data).hexdigest() for form, data in reversed(forms.items())}

    one, other = statement_of(report, document, forms), statement_over(report, document, digests)

    signed = [
        statement(subjects=said.subjects, predicate_type=said.predicate_type, predicate=said.predicate)
        for said in (one, other)
    ]
    assert signed[0] == signed[1]
    assert one.predicate["report"]["nonce"] == report.nonce
