"""What a report says, in each of its four forms."""

import json
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from incident2eval.model import CaseOutcome, Outcome, Report, Ruling
from incident2eval.report import render, summary


def test_same_report_gives_same_bytes(blocked: Report) -> None:
    assert render(blocked) == render(blocked)


class TestJson:
    def test_scripts_find_the_gates_answer_at_the_top(self, blocked: Report) -> None:
        document = json.loads(render(blocked).json)

        assert document["workflow"] == "monthly-summary"
        assert document["decision"] == "blocked"
        assert document["counts"]["failed"] == 1
        assert document["commit"] == "3fa91c2"
        assert set(document["cases"][0]) == {"id", "outcome", "trials", "failed_trials", "message"}
        assert document["schema"] == "incident2eval/report/1"
        assert document["started"] == "2026-11-19T14:02:07Z"
        assert document["proofs"][0]["variants"] == {"made": 6, "caught": 6}

    def test_is_canonical(self, blocked: Report) -> None:
        text = render(blocked).json.decode()

        assert text.endswith("}\n")
        assert list(json.loads(text)) == sorted(json.loads(text))

    def test_a_lone_surrogate_is_spelt_out(self, filled: Callable[[str], Report]) -> None:
        document = json.loads(render(filled("a\ud800b")).json.decode("utf-8"))

        assert document["notes"] == ["a\\ud800b"]


def parsed(report: Report) -> ET.Element:
    return ET.fromstring(render(report).junit)


class TestJunit:
    @pytest.mark.parametrize("outcome", Outcome)
    def test_only_a_pass_is_green(self, make_report: Callable[..., Report], outcome: Outcome) -> None:
        ruling = Ruling.PASS if outcome is Outcome.PASSED else Ruling.BLOCKED
        suites = parsed(make_report(CaseOutcome(id="A-2026-001::test_x", outcome=outcome), ruling=ruling))

        (case,) = suites.iter("testcase")
        kind = {Outcome.PASSED: [], Outcome.ERRORED: ["error"], Outcome.TIMEOUT: ["error"]}.get(
            outcome, ["failure"]
        )
        assert [problem.tag for problem in case] == kind
        assert [problem.get("type") for problem in case] == [outcome.value] * len(kind)
        for counted in (suites, suites[0]):
            assert counted.get("tests") == "1"
            assert int(counted.get("failures")) + int(counted.get("errors")) == len(kind)
            assert counted.get("skipped") == "0"

    @pytest.mark.parametrize(("ruling", "kind"), [(Ruling.BLOCKED, "failure"), (Ruling.ERROR, "error")])
    def test_a_decision_that_no_case_tells_of_is_not_green_either(
        self, make_report: Callable[..., Report], ruling: Ruling, kind: str
    ) -> None:
        suites = parsed(make_report(ruling=ruling))

        (case,) = suites.iter("testcase")
        assert case.find(kind).get("message") == "another customer's records were fetched"
        assert suites.get("tests") == "1"


class TestMarkdown:
    def test_verdict_first_then_what_failed(self, blocked: Report) -> None:
        text = render(blocked).markdown

        assert text.startswith("## BLOCKED: monthly-summary\n")
        assert text.index("**Failed**") < text.index("| Passed |")
        assert "not legal advice" in text

    def test_a_comment_stays_short_enough_to_post(self, make_report: Callable[..., Report]) -> None:
        cases = [
            CaseOutcome(id=f"A-2026-{number:04}::test_x", outcome=Outcome.FAILED, message="x" * 9_000)
            for number in range(500)
        ]

        text = render(make_report(*cases)).markdown

        assert len(text) < 65_536
        assert "and 440 more cases, in the report" in text


class TestPage:
    def test_reasons_name_the_incident_and_leave_the_details_to_the_case(self, blocked: Report) -> None:
        failed = blocked.decision.cases[1]
        reasons = (
            f"{failed.id}: {failed.message} (5 of 5 trials)",
            "INC-2026-0009: this incident has no locked case",
        )
        page = render(replace(blocked, decision=replace(blocked.decision, reasons=reasons))).html

        assert "<li>Another customer&#39;s records were fetched (INC-2026-0007)</li>" in page
        assert "<li>INC-2026-0009: this incident has no locked case</li>" in page

    @pytest.mark.requirement("R154")
    def test_says_in_words_what_should_hold(self, blocked: Report) -> None:
        page = render(blocked).html

        assert "Every record that a step reads belongs to the run&#39;s own customer or to nobody" in page
        assert "Draft names no other customer." in page
        assert "6 of 6" in page
        assert "0 of 3" in page
        assert "made by the tool" in page
        assert "Steps are as reported by the workflow itself. This report is not legal advice." in page

    @pytest.mark.parametrize(
        ("ruling", "verdict"),
        [(Ruling.PASS, "PASS"), (Ruling.BLOCKED, "BLOCKED"), (Ruling.ERROR, "COULD NOT BE JUDGED")],
    )
    def test_verdict_is_title_and_banner(
        self, make_report: Callable[..., Report], ruling: Ruling, verdict: str
    ) -> None:
        page = render(make_report(ruling=ruling)).html

        assert f"<title>{verdict}: monthly-summary</title>" in page
        assert f'<p class="ruling">{verdict}</p>' in page

    def test_an_overlong_message_is_cut_and_says_so(self, make_report: Callable[..., Report]) -> None:
        case = CaseOutcome(id="A-2026-001::test_x", outcome=Outcome.FAILED, message="x" * 100_000)

        page = render(make_report(case)).html

        assert len(page) < 40_000
        assert "cut here, the JSON report has all of it" in page


class TestSummary:
    def test_reads_at_a_glance(self, blocked: Report) -> None:
        assert summary(blocked.decision) == (
            "BLOCKED: monthly-summary\n"
            "At least one failure is still there, or nothing shows that it is gone. The\n"
            "workflow must not go live until every case passes.\n"
            "\n"
            "- another customer's records were fetched\n"
            "\n"
            "failed  0/5   INC-2026-0007::test_retrieval_fetches_only_this_customers_records\n"
            "passed  5/5   INC-2026-0007::test_draft_names_no_other_customer"
        )

    def test_no_line_is_wider_than_a_terminal(self, filled: Callable[[str], Report]) -> None:
        text = summary(filled("a long, long reason. " * 50 + "x" * 200).decision)

        assert max(map(len, text.splitlines())) <= 80
