"""What a report says, in each of its four forms."""

import hashlib
import html
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
        assert {"id", "outcome", "trials", "failed_trials", "message"} <= set(document["cases"][0])
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


class TestEveryForm:
    @pytest.mark.parametrize("form", ["junit", "markdown", "html"])
    def test_names_the_digest_of_the_document(self, quarantined: Report, form: str) -> None:
        rendered = render(quarantined)

        shown = getattr(rendered, form)
        text = shown if isinstance(shown, str) else shown.decode()
        assert hashlib.sha256(rendered.json).hexdigest() in text

    @pytest.mark.parametrize("form", ["junit", "markdown", "html"])
    def test_names_what_the_decision_rests_on(self, quarantined: Report, form: str) -> None:
        shown = getattr(render(quarantined), form)
        text = html.unescape(shown if isinstance(shown, str) else shown.decode()).replace("\\", "")

        for words in (
            "n quarantine",
            "by Ana Pereira until 26 November 2026, 09:00 UTC: the roster is being rebuilt",
            "workflow owner",
            "functional leader, security",
            "trials at level 3: 10 instead of 5",
            "fixed before its root cause was confirmed",
            "failure rate below 25.9 % (95 % confidence)",
            "b7" * 32,
            "build 4711",
        ):
            assert words in text, words

    def test_has_all_of_the_new_fields_in_the_document(self, quarantined: Report) -> None:
        document = json.loads(render(quarantined).json)

        assert document["expires"] == "2026-11-20T14:02:07Z"
        assert document["approvals"][0]["matter"] == "quarantine"
        assert document["cases"][0]["bound"] == 0.2589
        assert document["trust"]["approvers"][0]["public_key"] == "ssh-ed25519 AAAA"


@pytest.mark.parametrize(
    ("bound", "trials", "says"),
    [
        (0.95, 1, "0 of 1 failed: failure rate below 95 % (95 % confidence)"),
        (0.45072, 5, "0 of 5 failed: failure rate below 45.1 % (95 % confidence)"),
        (0.25887, 10, "0 of 10 failed: failure rate below 25.9 % (95 % confidence)"),
        (0.45, 5, "0 of 5 failed: failure rate below 45 % (95 % confidence)"),
    ],
)
def test_a_bound_is_never_rounded_down(
    make_report: Callable[..., Report], bound: float, trials: int, says: str
) -> None:
    case = CaseOutcome(id="A-2026-001::test_x", outcome=Outcome.PASSED, trials=trials, bound=bound)

    assert says in render(make_report(case, ruling=Ruling.PASS)).html


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

    def test_a_case_in_quarantine_is_skipped_with_who_and_why(self, quarantined: Report) -> None:
        suites = parsed(quarantined)

        passed, aside = suites.iter("testcase")
        assert next(problem.tag for problem in aside) == "skipped"
        assert aside.find("skipped").get("message").startswith("In quarantine: by Ana Pereira until")
        assert passed.find("skipped") is None
        assert passed.get("time") == "1.250"
        assert (suites.get("failures"), suites.get("skipped")) == ("0", "1")

    def test_a_blocked_gate_is_red_though_all_that_failed_is_in_quarantine(self, quarantined: Report) -> None:
        blocked = replace(quarantined, decision=replace(quarantined.decision, decision=Ruling.BLOCKED))

        assert parsed(blocked).get("failures") == "1"


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

    def test_a_comment_full_of_markup_stays_short_enough_too(
        self, make_report: Callable[..., Report]
    ) -> None:
        cases = [
            CaseOutcome(id=f"A-2026-{number:04}::{'*' * 300}", outcome=Outcome.FAILED, message="_" * 9_000)
            for number in range(500)
        ]

        text = render(make_report(*cases, notes=("#" * 400,) * 100)).markdown

        assert len(text) < 65_536
        assert "Cut here: the report has all of it." in text
        assert text.endswith("This report is not legal advice.\n")


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

    def test_a_pass_with_a_case_aside_does_not_say_that_nothing_is_left(self, quarantined: Report) -> None:
        page = render(quarantined).html

        assert "no longer shows any of the failures" not in page
        assert "1 case is in quarantine and does not count" in page
        assert '<span class="badge waived">In quarantine</span>' in page
        assert "Counts until" in page
        assert "for what was deployed then, and no longer" in page

    def test_what_does_not_pass_counts_until_no_time(self, blocked: Report) -> None:
        assert "Counts until" not in render(replace(blocked, expires=blocked.finished)).html

    def test_a_control_that_broke_today_outweighs_the_proof_of_then(self, blocked: Report) -> None:
        first, second = blocked.decision.cases
        blind = replace(second, outcome=Outcome.BLIND, recorded=Outcome.PASSED)
        page = render(replace(blocked, decision=replace(blocked.decision, cases=(first, blind)))).html

        assert '<td data-name="Red on the incident"><span class="bad">no</span></td>' in page
        assert "1 of 2 red on the incident and green on the corrected run" in page

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
        assert summary(blocked) == (
            "BLOCKED: monthly-summary\n"
            "At least one failure is still there, or nothing shows that it is gone. The\n"
            "workflow must not go live until every case passes.\n"
            "\n"
            "- another customer's records were fetched\n"
            "\n"
            "failed  0/5   INC-2026-0007::test_retrieval_fetches_only_this_customers_records\n"
            "passed  5/5   INC-2026-0007::test_draft_names_no_other_customer\n"
            "\n"
            "controls: 2 of 2 red on the incident and green on the corrected run"
        )

    def test_names_who_put_a_case_aside_and_what_the_pass_rests_on(self, quarantined: Report) -> None:
        assert summary(quarantined) == (
            "PASS: monthly-summary\n"
            "Every case that counts passed. 1 case is in quarantine and does not count:\n"
            "nothing shows that what it stands for is gone. This is about the cases only:\n"
            "whether it may restart is a decision of its own.\n"
            "\n"
            "- another customer's records were fetched\n"
            "\n"
            "failed  0/5   INC-2026-0007::test_draft_names_no_other_customer\n"
            "  in quarantine: by Ana Pereira until 26 November 2026, 09:00 UTC: the roster is\n"
            "  being rebuilt\n"
            "passed  10/10 INC-2026-0011::test_amount\n"
            "\n"
            "A daily run after a restart: it watches whether the failure comes back.\n"
            "controls: 2 of 2 red on the incident and green on the corrected run\n"
            "trials: 0 of 10 failed: failure rate below 25.9 % (95 % confidence)\n"
            "level 3: had an impact; the report counts until 20 November 2026, 14:02 UTC\n"
            "approval: Quarantine (INC-2026-0007::test_draft_names_no_other_customer),\n"
            "  approved by Ana Pereira (workflow owner) on 18 November 2026, 14:02 UTC, until\n"
            "  26 November 2026, 14:02 UTC: the roster is being rebuilt\n"
            "policy: trials at level 3: 10 instead of 5\n"
            "note: INC-2026-0011: fixed before its root cause was confirmed (Lee Okafor: a\n"
            "  bank holiday)"
        )

    def test_no_line_is_wider_than_a_terminal(self, filled: Callable[[str], Report]) -> None:
        text = summary(filled("a long, long reason. " * 50 + "x" * 200))

        assert max(map(len, text.splitlines())) <= 80
