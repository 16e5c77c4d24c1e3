"""`triage`: what a person says counts, is kept, and is never taken for more than it is."""

import json
from pathlib import Path

import pytest
from pipeline.followed import ID, project

from incident2eval.model import Answer, BadInput, Severity
from incident2eval.pipeline._word import now
from incident2eval.pipeline.triage import Word, triage
from incident2eval.store import Project

STOPPED = [{"at": "2026-11-18T10:30:00Z", "by": "Lee Okafor", "action": "stopped"}]


def log(folder: Path) -> list[dict[str, object]]:
    """The lines of the incident's log."""
    path = folder / "incidents" / ID / "log.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_from_the_first_minute_the_file_alone_is_judged(tmp_path: Path) -> None:
    said = triage(project=project(tmp_path), incident=ID)

    assert said.data["stage"] == "reported"
    assert said.data["severity"]["suggested"] == 2
    assert said.data["tasks"]
    assert [note for note in said.notes if note.startswith("judged without a run")]
    assert not log(tmp_path), "looking writes nothing"


@pytest.mark.requirement("R66")
def test_another_level_than_the_suggested_one_needs_a_reason(tmp_path: Path) -> None:
    folder = project(tmp_path)

    with pytest.raises(BadInput, match="needs a reason"):
        triage(project=folder, incident=ID, word=Word(by="Ana Pereira", severity=Severity.IMPACT))
    assert not log(folder)

    word = Word(by="Ana Pereira", severity=Severity.IMPACT, reason="the client saw it on a screen")
    said = triage(project=folder, incident=ID, word=word)

    assert said.data["severity"]["counts"] == 3
    assert log(folder)[0]["reason"] == "the client saw it on a screen"


@pytest.mark.requirement("R65", "R66")
def test_what_was_once_held_is_not_forgotten(tmp_path: Path) -> None:
    folder = project(tmp_path, severity=3, containment=STOPPED)

    lower = Word(by="Ana Pereira", severity=Severity.LOW, reason="nobody complained")
    said = triage(project=folder, incident=ID, word=lower)

    assert said.data["severity"] | {"because": []} == {
        "given": 1,
        "suggested": 2,
        "highest": 3,
        "counts": 3,
        "confirmed_by": None,
        "because": [],
    }


@pytest.mark.requirement("R56", "R79")
def test_an_answer_counts_with_who_gave_it_and_when(tmp_path: Path) -> None:
    folder = project(tmp_path)
    rules = {one["rule"]: one for one in triage(project=folder, incident=ID).data["obligations"]}
    assert rules["ukgdpr-33-1"]["state"] == "overdue"
    assert rules["ukgdpr-33-1"]["due"] == "2026-11-21T10:12:00Z"

    word = Word(by="Kit Lowe", answers={"personal_data": Answer.NO})
    said = triage(project=folder, incident=ID, word=word)

    rules = {one["rule"]: one for one in said.data["obligations"]}
    assert rules["ukgdpr-33-1"]["state"] == "not_applicable"
    assert "personal_data" in " ".join(rules["ukgdpr-33-1"]["because"])
    assert log(folder)[0] | {"at": "", "previous": ""} == {
        "event": "answered",
        "by": "Kit Lowe",
        "answers": {"personal_data": "no"},
        "at": "",
        "previous": "",
    }


def test_the_gate_goes_by_the_level_that_counts(tmp_path: Path) -> None:
    folder = project(tmp_path, severity=4, containment=STOPPED)
    triage(
        project=folder,
        incident=ID,
        word=Word(by="Ana Pereira", severity=Severity.LOW, reason="it was only a draft"),
    )

    from incident2eval.pipeline._level import severity_of

    home = Project.find(folder)
    assert severity_of(home, home.incident(ID)) == 4


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    folder = project(tmp_path)

    for by in ("", "  ", "Ana\nPereira"):
        with pytest.raises(BadInput, match="is no name"):
            triage(project=folder, incident=ID, word=Word(by=by, confirm=True))
    assert not log(folder)


def test_confirmed_is_what_the_answers_given_with_it_make_of_it(tmp_path: Path) -> None:
    folder = project(tmp_path, outcome=None)

    word = Word(by="Ana Pereira", confirm=True, answers={"left_company": Answer.YES})
    triage(project=folder, incident=ID, word=word)

    answered, triaged = log(folder)
    assert (answered["event"], triaged["event"]) == ("answered", "triaged")
    assert (triaged["suggested"], triaged["severity"]) == (3, 3)


def test_the_same_word_twice_is_kept_once(tmp_path: Path) -> None:
    folder = project(tmp_path, containment=STOPPED)
    word = Word(by="Ana Pereira", confirm=True, answers={"personal_data": Answer.NO})

    triage(project=folder, incident=ID, word=word)
    triage(project=folder, incident=ID, word=word)

    assert [line["event"] for line in log(folder)] == ["answered", "triaged"]


@pytest.mark.requirement("R65", "R66")
def test_a_yes_is_not_taken_back_by_an_answer(tmp_path: Path) -> None:
    folder = project(tmp_path)
    no = Word(by="anybody", answers={"exposed_information": Answer.NO})

    said = triage(project=folder, incident=ID, word=no)

    rules = {one["rule"]: one["state"] for one in said.data["obligations"]}
    assert rules["ukgdpr-33-1"] == "overdue"
    assert said.data["severity"]["counts"] == 2
    assert "a yes stands" in " ".join(said.text.split())


@pytest.mark.requirement("R152")
def test_what_is_said_of_duties_carries_the_notice_and_the_date(tmp_path: Path) -> None:
    text = triage(project=project(tmp_path), incident=ID).text

    assert "not legal advice" in " ".join(text.split())
    assert "Rules as checked on 2026-" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_the_next_thing_to_do_is_a_command_that_names_it(tmp_path: Path) -> None:
    folder = project(tmp_path, containment=STOPPED)
    triage(project=folder, incident=ID, word=Word(by="Ana Pereira", confirm=True))
    said = triage(project=folder, incident=ID)
    *_, task, done, by, name = said.text.split()
    assert (done, by, name) == ("--done", "--by", "NAME")
    assert any(f"({task}," in one for one in said.data["blockers"])


def test_what_runs_again_is_shown_as_that_with_its_monitoring_and_what_is_left(tmp_path: Path) -> None:
    folder = project(tmp_path, containment=STOPPED)
    again = {"at": now().isoformat(), "event": "restarted", "by": "Ana Pereira"}
    Project.find(folder).log(ID, {**again, "event": "contained", "action": "stopped"})
    assert triage(project=folder, incident=ID).data["restarted"] is None
    Project.find(folder).log(ID, again)
    said = triage(project=folder, incident=ID)
    told = " ".join(said.text.split())
    assert said.data["restarted"]
    assert "UTC by Ana Pereira; monitoring: 14 of 14 days left, no run yet" in told
    assert "incident2eval gate letters --monitor before it is closed:" in told
    assert f"incident2eval task {ID} " in told.split("next: ")[-1]
