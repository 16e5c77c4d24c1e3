"""`duty`, `task` and `close`: what people did is kept, and nothing closes while anything is open."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pipeline.followed import ID, SETTINGS, project

from incident2eval.model import Answer, BadInput, DutyNote, Event, LogEntry
from incident2eval.pipeline._word import now
from incident2eval.pipeline.follow_up import close, duty, task
from incident2eval.pipeline.triage import Word, triage

RULE = "ukgdpr-33-1"


def tasks(folder: Path) -> dict[str, dict[str, object]]:
    """The tasks of the incident, by id."""
    return {one["id"]: one for one in triage(project=folder, incident=ID).data["tasks"]}


def done(name: str, **more: object) -> LogEntry:
    """A person's word that a task is done."""
    return LogEntry(at=now(), event=Event.ACTION, by="Ana Pereira", action=name, done_at=now(), **more)


@pytest.mark.requirement("R80")
def test_only_a_named_person_with_a_reason_stops_a_clock(tmp_path: Path) -> None:
    folder = project(tmp_path)

    with pytest.raises(BadInput, match="is missing"):
        duty(project=folder, incident=ID, note=DutyNote(rule=RULE, state="not_required", by="Kit Lowe"))
    with pytest.raises(BadInput, match="is no name"):
        duty(project=folder, incident=ID, note=DutyNote(rule=RULE, state="not_required", by=" ", reason="no"))
    note = DutyNote(rule=RULE, state="not_required", by="Kit Lowe", reason="made-up data only")
    said = duty(project=folder, incident=ID, note=note)

    assert said.exit_code == 0
    assert said.data["duty"]["state"] == "decided_not_required"
    assert said.data["duty"]["decided_by"] == "Kit Lowe"


def test_a_notice_that_came_late_is_said_to_be_late(tmp_path: Path) -> None:
    said = duty(
        project=project(tmp_path),
        incident=ID,
        note=DutyNote(rule=RULE, state="filed", by="Kit Lowe", ref="A-1"),
    )

    assert (said.data["duty"]["state"], said.data["duty"]["late"]) == ("filed", True)


def test_an_unknown_rule_and_an_unknown_task_name_the_known_ones(tmp_path: Path) -> None:
    folder = project(tmp_path)

    with pytest.raises(BadInput, match="there is no rule 'gdpr'"):
        duty(project=folder, incident=ID, note=DutyNote(rule="gdpr", state="filed", by="Kit Lowe"))
    with pytest.raises(BadInput, match="there is no task 'tidy'"):
        task(project=folder, incident=ID, change=done("tidy"))
    assert not (folder / "incidents" / ID / "log.jsonl").exists()


@pytest.mark.requirement("R107")
def test_the_tasks_of_a_type_are_there_at_once_and_are_ticked_off(tmp_path: Path) -> None:
    folder = project(tmp_path, type="data_exposure")
    name = "data_exposure/permissions"
    assert tasks(folder)[name]["owner"]
    assert tasks(folder)[name]["due"]

    change = LogEntry(at=now(), event=Event.ACTION, by="Ana Pereira", action=name, owner="Femke Vos")
    task(project=folder, incident=ID, change=change)
    change = done(name, evidence="commit 3fa91c2")
    said = task(project=folder, incident=ID, change=change, out_of_order="it leaked while we looked")

    assert said.exit_code == 0
    assert tasks(folder)[name]["done"]
    assert tasks(folder)[name]["owner"] == "Femke Vos"


def test_a_task_of_the_teams_own_is_added_and_done(tmp_path: Path) -> None:
    folder = project(tmp_path)
    added = LogEntry(
        at=now(),
        event=Event.ACTION,
        by="Ana Pereira",
        action="call",
        text="Call the client",
        kind="immediate",
    )

    task(project=folder, incident=ID, change=added)
    assert [one for one in tasks(folder).values() if one["text"] == "Call the client" and not one["done"]]

    task(project=folder, incident=ID, change=done("call"))
    assert [one for one in tasks(folder).values() if one["text"] == "Call the client" and one["done"]]


@pytest.mark.requirement("R48", "R63")
def test_close_names_everything_that_is_open(tmp_path: Path) -> None:
    folder = project(tmp_path)

    said = close(project=folder, incident=ID, by="Ana Pereira")

    assert said.exit_code == 1
    assert said.data["stage"] == "reported"
    assert any("sealed" in why for why in said.data["open"])
    assert any(RULE in why for why in said.data["open"])
    assert not (folder / "incidents" / ID / "log.jsonl").exists()


@pytest.mark.requirement("R4", "R59")
def test_a_slip_is_closed_once_its_few_tasks_are_done(tmp_path: Path) -> None:
    questions = dict.fromkeys(
        "left_company exposed_information took_action approved_wrongly could_affect_more recent_change "
        "obligation_possible".split(),
        "no",
    )
    facts = dict.fromkeys(["personal_data", "client_harmed"], "no")
    abroad = SETTINGS.replace('["UK"]', '["US"]')
    folder = project(
        tmp_path, abroad, severity=1, outcome=None, questions=questions, circumstances=facts,
        reporter={"name": "Ana Pereira"}, updates=[{"kind": "case", "ref": "by hand"}],
    )  # fmt: skip
    evidence = folder / "incidents" / ID / "evidence"
    evidence.mkdir()
    (evidence / "note.txt").write_text("seen in review", encoding="utf-8")
    from incident2eval.store import Project

    Project.find(folder).seal(ID, by="Ana Pereira")
    for name, one in tasks(folder).items():
        if not one["done"]:
            task(project=folder, incident=ID, change=done(name))

    said = close(project=folder, incident=ID, by="Ana Pereira")

    assert said.data["open"] == [], said.text
    assert said.data["stage"] == "closed"
    again = close(project=folder, incident=ID, by="Ana Pereira")
    lines = (folder / "incidents" / ID / "log.jsonl").read_text("utf-8").splitlines()
    assert again.exit_code == 0
    assert sum(json.loads(line)["event"] == "closed" for line in lines) == 1


def test_only_an_action_can_be_taken_back(tmp_path: Path) -> None:
    folder = project(tmp_path, type="data_exposure")
    taken_back = LogEntry(
        at=now(), event=Event.ACTION, by="Ana Pereira", action="data_exposure/permissions", reversed="yes"
    )

    with pytest.raises(BadInput, match="is no action of the workflow that could be taken back"):
        task(project=folder, incident=ID, change=taken_back)


@pytest.mark.parametrize("by", [".", "-", "123", "\u3164"])
def test_what_shows_no_letter_is_no_name(tmp_path: Path, by: str) -> None:
    with pytest.raises(BadInput, match="is no name"):
        close(project=project(tmp_path), incident=ID, by=by)


def test_what_is_dated_at_a_time_to_come_has_not_happened(tmp_path: Path) -> None:
    folder = project(
        tmp_path,
        containment=[
            {"at": "2099-01-01T00:00:00Z", "by": "Lee Okafor", "action": "stopped", "did": "by hand"}
        ],
        communications=[{"to": "K-1", "at": "2099-01-01T00:00:00Z"}],
    )

    said = triage(project=folder, incident=ID)

    assert said.data["stage"] == "reported"
    assert not tasks(folder)["correction/1"]["done"]
    assert any("in the future" in odd for odd in said.data["doubts"])


def test_what_a_yes_asked_for_is_still_to_be_done_when_somebody_says_no(tmp_path: Path) -> None:
    yes = {"left_company": "yes", "exposed_information": "yes"}
    folder = project(tmp_path, outcome=None, questions=yes)
    before = set(tasks(folder))

    triage(project=folder, incident=ID, word=Word(by="anybody", answers=dict.fromkeys(yes, Answer.NO)))

    assert before
    assert before <= set(tasks(folder))


def test_the_earliest_moment_that_anybody_stated_counts(tmp_path: Path) -> None:
    folder = project(tmp_path)
    due = next(one["due"] for one in rules(folder) if one["rule"] == RULE)

    later = Word(by="anybody", moments={"aware": now()})
    triage(project=folder, incident=ID, word=later)

    assert next(one["due"] for one in rules(folder) if one["rule"] == RULE) == due
    early = Word(by="anybody", moments={"aware": datetime(2020, 1, 1, tzinfo=UTC)})
    with pytest.raises(BadInput, match="is before"):
        triage(
            project=project(
                tmp_path / "other", when={"noticed": "2026-11-18T10:05:00Z", "happened": "2026-11-17"}
            ),
            incident=ID,
            word=early,
        )


def rules(folder: Path) -> list[dict[str, object]]:
    """The duties of the incident as `--json` has them."""
    listed: list[dict[str, object]] = triage(project=folder, incident=ID).data["obligations"]
    return listed
