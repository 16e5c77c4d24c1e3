"""What each level asks for: with everything there nothing is missing, and each thing alone is named."""

from dataclasses import replace
from typing import Any

import pytest
from clearance.asks import DONE, LOOKED, NOW, ask, concern, missing, report, word

from incident2eval.clearance import Neighbour, Peer, demands
from incident2eval.model import (
    LEVELS,
    Answer,
    CaseOutcome,
    Decision,
    Outcome,
    Ruling,
    Severity,
    Stage,
    Task,
    TaskKind,
    WorkflowSettings,
)
from incident2eval.model.incident import Action, Affected, Questions, Recipient

LOW, CAUGHT, IMPACT, SEVERE = Severity
WAIVED = CaseOutcome(
    id="INC-2026-0001::test_a", outcome=Outcome.FAILED, waived="by Ana: broken, until Friday"
)


def told(level: Severity, **more: Any) -> dict[str, Any]:
    """An ask of that level with another incident."""
    return {"concerns": (concern(level, **more),)}


@pytest.mark.parametrize("level", Severity)
def test_with_everything_there_nothing_is_missing(level: Severity) -> None:
    assert not missing(ask(level))


@pytest.mark.requirement("R137")
@pytest.mark.parametrize("level", Severity)
def test_without_signatures_no_level_opens(level: Severity) -> None:
    assert "signatures" in missing(ask(level, words=()))


def _report(ruling: Ruling = Ruling.PASS, **more: Any) -> dict[str, Any]:
    decision = Decision(workflow="monthly-summary", decision=ruling, cases=more.pop("cases", ()))
    return {"report": report(report={"decision": decision, **more.pop("of", {})}, **more)}


OPEN_ACTION = Task(id="action/1", kind=TaskKind.ACTION, text="Stop the queue", stage=Stage.CONTAINED)
RECIPIENT = Task(id="recipient/1", kind=TaskKind.RECIPIENT, text="Assess", stage=Stage.REMEDIATED)

LACKS = [
    (CAUGHT, "stopped and classified", told(CAUGHT, order=("nothing shows that it was stopped",))),
    (LOW, "evidence unchanged", told(LOW, seal=("trace.json was changed",))),
    (CAUGHT, "evidence kept", told(CAUGHT, file={"sealed": 0})),
    (CAUGHT, "root cause", told(CAUGHT, incident={"root_cause": None})),
    pytest.param(
        CAUGHT,
        "what changed",
        told(CAUGHT, incident={"actions": ()}),
        marks=pytest.mark.requirement("R153"),
    ),
    (CAUGHT, "what changed", told(CAUGHT, incident={"actions": (replace(DONE, done_at=None),)})),
    (CAUGHT, "what changed", told(CAUGHT, incident={"actions": (replace(DONE, text="-"),)})),
    (LOW, "immediate actions", told(LOW, file={"tasks": (OPEN_ACTION,)})),
    (IMPACT, "affected put right", told(IMPACT, file={"tasks": (RECIPIENT,)})),
    (LOW, "a case each", told(LOW, cases=())),
    (CAUGHT, "no case set aside", _report(cases=(WAIVED,))),
    (IMPACT, "who shares the fault", {"peers": (Peer(workflow="b", shares="t", trouble="no report"),)}),
    (CAUGHT, "look-back", told(CAUGHT, file={"entries": ()})),
    (IMPACT, "look-back", told(IMPACT, file={"entries": (replace(LOOKED, hits=2),)})),
    pytest.param(LOW, "pass report", {"report": None}, marks=pytest.mark.requirement("R138")),
    (LOW, "pass report", _report(Ruling.BLOCKED)),
    (LOW, "pass report", _report(problems=("is older than it may be",))),
    (CAUGHT, "pass report", _report(is_signed=False)),
    pytest.param(CAUGHT, "pass report", _report(of={"commit": None}), marks=pytest.mark.requirement("R144")),
    (LOW, "signed reports", {"unsound": ("a.json: gone",)}),
    (SEVERE, "a second machine", {"runners": ("a",)}),
    (LOW, "settings as approved", {"untrusted": ("Max is a new approver",)}),
    (LOW, "nobody refused", {"refusals": (word("Lee", "functional_leader", decision="refused"),)}),
    (CAUGHT, "signatures", {"words": (word("Ana", "workflow_owner"),)}),
    (CAUGHT, "not only who mended it", {"fixers": ("ANA", "lee")}),
    (
        SEVERE,
        "an executive who does not own it",
        {
            "settings": WorkflowSettings(owner="Kim", safe_to_reenable="All cases pass"),
            "words": (word("Kim", "executive"), word("Noor", "legal")),
        },
    ),
    (CAUGHT, "monitor plan", {"settings": WorkflowSettings(safe_to_reenable="All cases pass")}),
    (
        SEVERE,
        "related workflows",
        {"neighbours": (Neighbour(workflow="b", shares=("x",), looked_back=True),)},
    ),
    (SEVERE, "related workflows", {"neighbours": (Neighbour(workflow="b", shares=("x",), is_stopped=True),)}),
    (SEVERE, "staged start", {"throttle": None}),
    pytest.param(
        CAUGHT,
        "safe to re-enable",
        {"settings": WorkflowSettings(owner="Ana")},
        marks=pytest.mark.requirement("R141"),
    ),
    (IMPACT, "safe to re-enable", {"safe": None}),
]


@pytest.mark.parametrize(("level", "name", "lack"), LACKS)
def test_each_thing_that_is_missing_is_named_with_what_to_do(
    level: Severity, name: str, lack: dict[str, Any]
) -> None:
    found = missing(ask(level, **lack))
    assert name in found
    assert set(found) - {name} <= {"signatures"}
    assert found[name].why
    assert found[name].todo


def test_level_1_asks_for_no_paper() -> None:
    bare = told(LOW, incident={"root_cause": None, "actions": ()}, file={"sealed": 0, "entries": ()})
    unsigned = report(is_signed=False, report={"commit": None})
    settings = WorkflowSettings()
    assert not missing(ask(LOW, **bare, report=unsigned, safe=None, settings=settings))


def test_at_level_2_the_signatures_say_that_it_is_safe() -> None:
    assert not missing(ask(CAUGHT, safe=None))


def test_a_step_of_the_list_that_nobody_took_up_keeps_nothing_closed() -> None:
    step = Task(id="data_exposure/stop-use", kind=TaskKind.IMMEDIATE, text="Stop", stage=Stage.CLASSIFIED)
    taken = Action(kind="immediate", text="Stop", id=step.id, owner="Ana")
    assert not missing(ask(CAUGHT, **told(CAUGHT, file={"tasks": (step,)})))
    lack = told(CAUGHT, file={"tasks": (step,)}, incident={"actions": (DONE, taken)})
    assert set(missing(ask(CAUGHT, **lack))) == {"immediate actions"}


@pytest.mark.parametrize("answer", [Answer.UNKNOWN, Answer.YES])
def test_legal_signs_unless_both_questions_are_answered_with_no(answer: Answer) -> None:
    asked = Questions(
        **dict.fromkeys(Questions.__dataclass_fields__, Answer.NO) | {"obligation_possible": answer}
    )
    words = (word("Kim", "executive_sponsor"), word("Ana", "workflow_owner"))
    lacking = missing(ask(IMPACT, **told(IMPACT, questions=asked), words=words))
    assert "legal" in lacking["signatures"].why
    assert not missing(ask(IMPACT, words=words))


def test_security_signs_where_the_ai_acted() -> None:
    asked = replace(concern(IMPACT).questions, took_action=Answer.YES)
    words = (word("Kim", "executive_sponsor"), word("Noor", "legal"))
    assert "security" in missing(ask(IMPACT, **told(IMPACT, questions=asked), words=words))["signatures"].why


def test_one_person_in_two_roles_is_one_person() -> None:
    words = (word("Ana", "workflow_owner"), word("ana ", "functional_leader"))
    assert "1 of 2 different people" in missing(ask(CAUGHT, words=words))["signatures"].why


def test_the_owner_of_another_workflow_does_not_sign_for_this_one() -> None:
    settings = WorkflowSettings(owner="Ana", safe_to_reenable="All cases pass")
    lacking = missing(ask(LOW, settings=settings, words=(word("Zoe", "workflow_owner"),)))
    assert "workflow owner of monthly-summary" in lacking["signatures"].why


def test_somebody_who_was_hit_and_was_assessed_is_put_right() -> None:
    hit = replace(LOOKED, hits=1, affected=(Affected(kind="customer", ref="K-7"),))
    lack = told(IMPACT, file={"entries": (hit,)})
    assert "K-7" in missing(ask(IMPACT, **lack))["look-back"].why
    assessed = {"recipients": (Recipient(ref="K-7", assessed="read nothing of it"),)}
    assert not missing(ask(IMPACT, **told(IMPACT, file={"entries": (hit,)}, incident=assessed)))


def test_an_action_since_puts_right_whom_it_names() -> None:
    hit = replace(LOOKED, hits=1, affected=(Affected(kind="customer", ref="K-7"),))
    action = Action(kind="communication", text="K-7 got the right figures", done_at=NOW)
    told_them = told(IMPACT, file={"entries": (hit,)}, incident={"actions": (DONE, action)})
    assert not missing(ask(IMPACT, **told_them))


def test_order_goes_ahead_with_a_name_and_a_reason_and_says_so() -> None:
    lack = told(CAUGHT, incident={"root_cause": None})
    asked = ask(CAUGHT, **lack, skipped={"root cause": "by Ana: trace is lost", "signatures": "by Ana: no"})
    assert not missing(asked)
    (cause,) = (one for one in demands(asked) if one.name == "root cause")
    assert "by Ana: trace is lost" in cause.why


@pytest.mark.parametrize("name", ["signatures", "pass report", "a case each", "what changed"])
def test_no_name_and_reason_stands_for_signatures_report_or_cases(name: str) -> None:
    lack = told(CAUGHT, cases=(), incident={"actions": ()})
    asked = ask(CAUGHT, **lack, words=(), report=None, skipped={name: "by Ana: now"})
    assert name in missing(asked)


def test_a_policy_of_the_settings_is_asked_for() -> None:
    policy = replace(LEVELS[CAUGHT], signatures=LEVELS[LOW].signatures, people=1)
    assert not missing(ask(CAUGHT, policy=policy, words=(word("Ana", "workflow_owner"),)))
