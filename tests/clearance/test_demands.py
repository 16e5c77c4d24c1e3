"""What each level asks for: with everything there nothing is missing, and each thing alone is named."""

from dataclasses import replace
from typing import Any

import pytest
from clearance.asks import DONE, LOOKED, NO, NOW, ask, concern, missing, report, word

from incident2eval.clearance import Neighbour, Peer, demands
from incident2eval.model import (
    LEVELS,
    Answer,
    CaseOutcome,
    ClockState,
    Decision,
    Duty,
    Event,
    Level,
    LogEntry,
    LookBack,
    Matter,
    Outcome,
    Rule,
    Ruling,
    Severity,
    Stage,
    Task,
    TaskKind,
    WorkflowSettings,
)
from incident2eval.model.incident import Action, Affected, Communication, Containment, Questions, Recipient

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
FIX = Task(id="data_exposure/permissions", kind=TaskKind.FIX, text="Narrow it", stage=Stage.REMEDIATED)
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
    (CAUGHT, "not only who mended it", {"fixers": None}),
    (CAUGHT, "not only who mended it", {"fixers": ("Ána", "lee@example.org")}),
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


OUT = replace(NO, left_company=Answer.YES)
HIT = (Affected(kind="customer", ref="K-7"),)
RULE = Rule(
    id="ukgdpr-34",
    version="1",
    name="Tell the people",
    article="34",
    quote="q",
    source="s",
    seen="secondary",
    checked=NOW.date(),
    review_by=NOW.date(),
    tell="the people concerned",
    counsel=True,
)


def duty(state: ClockState, name: str = "ukgdpr-34") -> Duty:
    return Duty(rule=replace(RULE, id=name), state=state, because=(), decided_by="Noor")


@pytest.mark.parametrize(
    ("incident", "why"),
    [
        ({}, "nobody is named who got it"),
        ({"affected": (Affected(kind="customer", count=3),)}, "nobody is named who got it"),
        ({"affected": HIT}, "K-7 was not told"),
        ({"affected": HIT, "communications": (Communication(to="K-7"),)}, "K-7 was not told"),
    ],
)
@pytest.mark.parametrize("answer", ["left_company", "exposed_information"])
def test_what_got_out_asks_who_got_it_and_whether_they_were_told(
    incident: dict[str, Any], why: str, answer: str
) -> None:
    lack = told(IMPACT, questions=replace(NO, **{answer: Answer.YES}), incident=incident)
    assert why in missing(ask(IMPACT, **lack))["affected put right"].why
    assert "affected put right" not in missing(ask(CAUGHT, **told(CAUGHT, questions=OUT, incident=incident)))


@pytest.mark.parametrize(
    "more",
    [
        {"incident": {"affected": HIT, "communications": (Communication(to="K-7", at=NOW),)}},
        {"incident": {"affected": HIT}, "file": {"duties": (duty(ClockState.DECIDED_NOT_REQUIRED),)}},
        {"incident": {"recipients": (Recipient(ref="K-9", assessed="deleted it"),)}},
    ],
    ids=["told", "decided by name", "assessed"],
)
def test_whoever_was_told_or_need_not_be_is_put_right(more: dict[str, Any]) -> None:
    assert "affected put right" not in missing(ask(IMPACT, **told(IMPACT, questions=OUT, **more)))


@pytest.mark.parametrize(("back", "met"), [("yes", True), ("impossible", True), ("no", False), (None, False)])
def test_what_the_ai_did_is_taken_back_or_said_to_be_impossible(back: str | None, met: bool) -> None:
    acted = replace(NO, took_action=Answer.YES)
    action = replace(DONE, reversed=back)
    lack = told(IMPACT, questions=acted, incident={"actions": (DONE, action)})
    assert ("affected put right" not in missing(ask(IMPACT, **lack))) is met


@pytest.mark.parametrize("kind", [TaskKind.RECIPIENT, TaskKind.REVERSAL, TaskKind.CORRECTION])
def test_open_tasks_about_people_keep_it_closed(kind: TaskKind) -> None:
    task = Task(id=f"{kind}/1", kind=kind, text="Do it", stage=Stage.REMEDIATED)
    assert set(missing(ask(IMPACT, **told(IMPACT, file={"tasks": (task,)})))) == {"affected put right"}
    assert not missing(ask(IMPACT, **told(IMPACT, file={"tasks": (replace(task, done=True),)})))


def none_needed(name: str = "Ana", role: str = "workflow_owner") -> dict[str, Any]:
    said = word(name, role, matter=Matter.NO_CASE, subject="INC-2026-0001", reason="A typing slip")
    return {"cases": (), "no_case": (said,)}


def test_at_level_1_the_owners_word_that_no_case_is_needed_stands_for_report_and_signature() -> None:
    bare: dict[str, Any] = {"report": None, "words": (), "is_caseless": True}
    assert not missing(ask(LOW, **told(LOW, **none_needed()), **bare))
    by_other = missing(ask(LOW, **told(LOW, **none_needed("Lee", "functional_leader")), **bare))
    assert set(by_other) == {"signatures"}
    assert "approve no_case INC-2026-0001" in by_other["signatures"].todo


def test_where_a_case_is_locked_that_word_stands_for_no_report() -> None:
    lack = told(LOW, **none_needed())
    assert {"pass report", "signatures"} == set(missing(ask(LOW, **lack, report=None, words=())))


@pytest.mark.parametrize("level", [CAUGHT, IMPACT, SEVERE])
def test_above_level_1_that_word_stands_for_nothing(level: Severity) -> None:
    lack = told(level, **none_needed())
    found = missing(ask(level, **lack, report=None, words=(), is_caseless=True))
    assert {"pass report", "signatures"} <= set(found)


def test_every_incident_needs_that_word() -> None:
    both = (concern(LOW, **none_needed()), concern(LOW, cases=()))
    found = missing(ask(LOW, concerns=both, report=None, words=(), is_caseless=True))
    assert {"a case each", "pass report", "signatures"} == set(found)


def test_an_incident_is_asked_for_what_its_own_level_asks_for() -> None:
    low = Level(suggested=LOW, given=LOW, highest=LOW, counts=LOW)
    slip = concern(
        IMPACT,
        incident={"id": "INC-2026-0002", "root_cause": None, "actions": ()},
        file={"level": low, "sealed": 0, "entries": (), "duties": (duty(ClockState.DUE),)},
        questions=OUT,
        look_back=LookBack.OPTIONAL,
    )
    words = (word("Kim", "executive_sponsor"), word("Noor", "legal"))
    assert not missing(ask(IMPACT, concerns=(concern(IMPACT), slip), words=words))


def test_what_stops_it_is_named_with_its_command_alone() -> None:
    unconfirmed = {"incident": {"severity": None}}
    (only,) = missing(ask(CAUGHT, **told(CAUGHT, **unconfirmed))).values()
    assert only.todo == "incident2eval triage INC-2026-0001 --confirm --by NAME"
    (both,) = missing(ask(CAUGHT, **told(CAUGHT, order=("nothing shows a stop",), **unconfirmed))).values()
    assert "incident2eval contain INC-2026-0001 --action workflow_disabled" in both.todo


def test_a_stop_that_the_file_alone_tells_is_history_and_said_to_be() -> None:
    row = {"containment": (Containment(at=NOW, by="Ana"),)}
    stop = LogEntry(at=NOW, event=Event.CONTAINED, by="Ana")

    def why(**file: Any) -> str:
        asked = demands(ask(CAUGHT, **told(CAUGHT, incident=row, file=file)))
        return next(one.why for one in asked if one.name == "stopped and classified")

    assert "the file alone tells the stop" in why()
    assert "the file alone" not in why(entries=(LOOKED, stop))


def test_a_report_that_only_lacks_signatures_is_signed_and_not_made_again() -> None:
    (lacks,) = missing(ask(CAUGHT, **_report(is_signed=False))).values()
    assert lacks.todo.startswith("incident2eval sign-off monthly-summary --report reports/x.json")


def test_safe_to_re_enable_asks_for_what_is_missing_of_it() -> None:
    assert missing(ask(IMPACT, safe=None))["safe to re-enable"].todo == "--safe TEXT: how it was met"
    unset = missing(ask(IMPACT, settings=WorkflowSettings(owner="Ana")))["safe to re-enable"]
    assert unset.todo.startswith("write safe_to_reenable in incident2eval.toml")


def test_the_look_back_says_by_which_rows_it_is_put_right() -> None:
    hit = replace(LOOKED, hits=1, affected=HIT)
    todo = missing(ask(IMPACT, **told(IMPACT, file={"entries": (hit,)})))["look-back"].todo
    for row in ("recipients: {ref: <customer id>, assessed}", "{to: <customer id>, at}", "--gap"):
        assert row in todo


def test_duties_are_one_line_an_incident_and_their_ids_are_details() -> None:
    states = [*[ClockState.SCOPE_NOT_DECLARED] * 24, ClockState.DUE]
    duties = tuple(duty(state, f"rule-{number}") for number, state in enumerate(states))
    found = missing(ask(IMPACT, **told(IMPACT, file={"duties": duties})))["duties decided"]
    waiting = "24 duties wait for [organisation] in incident2eval.toml: where and what you are"
    assert found.why == f"INC-2026-0001: {waiting}, 1 due"
    assert found.todo.startswith("[organisation]")
    assert len(found.details) == 25
    assert "INC-2026-0001: rule-24 is due" in found.details


def test_a_role_is_asked_for_in_words_by_what_was_answered() -> None:
    asked = replace(NO, exposed_information=Answer.YES)
    people = {"recipients": (Recipient(ref="K-9", assessed="deleted it"),)}
    lack = told(IMPACT, questions=asked, incident=people)
    why = missing(ask(IMPACT, **lack, words=()))["signatures"].why
    assert "not signed by legal, as information got out" in why
    unknown = told(IMPACT, questions=replace(NO, obligation_possible=Answer.UNKNOWN))
    assert "nobody has ruled out" in missing(ask(IMPACT, **unknown, words=()))["signatures"].why


def test_the_fix_of_a_task_is_a_way_to_say_what_changed() -> None:
    todo = missing(ask(CAUGHT, **told(CAUGHT, incident={"actions": ()})))["what changed"].todo
    assert "incident2eval task INC-2026-0001 TASK --done" in todo


@pytest.mark.parametrize(
    ("name", "level", "task"),
    [
        ("what changed", CAUGHT, FIX),
        ("immediate actions", LOW, OPEN_ACTION),
        ("affected put right", IMPACT, RECIPIENT),
    ],
)
def test_the_one_task_that_is_open_stands_in_the_command(name: str, level: Severity, task: Task) -> None:
    def todo(*tasks: Task) -> str:
        undone = {"incident": {"actions": ()}} if task is FIX else {}
        return missing(ask(level, **told(level, file={"tasks": tasks}, **undone)))[name].todo

    assert f"incident2eval task INC-2026-0001 {task.id} --done" in todo(task)
    assert "incident2eval task INC-2026-0001 TASK --done" in todo(task, replace(task, id="another/2"))
    assert "INC-2026-0001 'x; rm ID' --done" in todo(replace(task, id="x; rm ID"))


def test_the_one_duty_that_waits_stands_in_the_command() -> None:
    def todo(*duties: Duty) -> str:
        return missing(ask(IMPACT, **told(IMPACT, file={"duties": duties})))["duties decided"].todo

    filed, due = duty(ClockState.FILED, "rule-1"), duty(ClockState.DUE, "rule-2")
    assert todo(filed, due).startswith("incident2eval duty INC-2026-0001 rule-2 --filed, or")
    assert "duty INC-2026-0001 RULE --filed" in todo(due, duty(ClockState.OVERDUE, "rule-3"))


def test_a_report_of_no_commit_says_what_to_do_about_it() -> None:
    (lacks,) = missing(ask(CAUGHT, **_report(of={"commit": None}))).values()
    assert "git commit, then run the gate again" in lacks.why
