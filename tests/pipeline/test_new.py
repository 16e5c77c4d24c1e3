"""`new`: an incident in the first minute, or a note of a slip that is no more than one."""

import json
import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from incident2eval.model import Answer as Said
from incident2eval.model import BadInput, Happened, Severity
from incident2eval.pipeline import new as reporting
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.new import MARKERS, Report, title_of
from incident2eval.readiness import MARKERS as POLICY
from incident2eval.store import Project
from incident2eval.triage import triage

SETTINGS = """\
[workflows.replies]
owner = "Inga Holm"
deputy = "Samir Nasser"
fallback = "The service desk answers"
log_location = "trace store, project replies"
deployed = {model = "small-2026-06"}

[workflows.quotes]
deployed = {model = "env:MODEL"}
"""
WHAT = "The reply quoted another customer's order. It was sent on Monday."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incident2eval.toml").write_text(SETTINGS)
    return tmp_path


def said(**more: object) -> Report:
    fields = {"what": WHAT, "by": "Ana Pereira", "workflow": "replies", "noticed_by": "client"}
    return Report(**{**fields, "outside": Said.YES, **more})  # type: ignore[arg-type]


def new(folder: Path, **more: object) -> Answer:
    return reporting.new(project=folder, report=said(**more))


def slip(folder: Path, *markers: str, **more: object) -> Answer:
    fields = {"what": "Tone off in an internal draft", "noticed_by": None, "outside": Said.NO, **more}
    return reporting.note(project=folder, report=said(**fields), markers=markers)


class TestIncident:
    """A file that `contain` and `collect` go on with."""

    @pytest.mark.requirement("R41", "R75")
    def test_the_file_says_what_was_said(self, folder: Path) -> None:
        answer = new(folder, wrong=("order 7781",))
        incident = Project.find(folder).incident(str(answer.data["incident"])).incident
        assert incident.title == "The reply quoted another customer's order"
        assert incident.what_happened == WHAT
        assert incident.reporter is not None
        assert incident.reporter.name == "Ana Pereira"
        assert (incident.noticed_by, incident.wrong) == ("client", ("order 7781",))
        assert (incident.workflow.name, incident.workflow.model) == ("replies", "small-2026-06")

    @pytest.mark.requirement("R56")
    def test_what_nobody_was_asked_is_unknown(self, folder: Path) -> None:
        answer = new(folder)
        questions = Project.find(folder).incident(str(answer.data["incident"])).incident.questions
        assert questions.left_company is Said.YES
        assert questions.exposed_information is questions.took_action is Said.UNKNOWN

    @pytest.mark.requirement("R78")
    def test_the_clocks_start_when_it_was_noticed(self, folder: Path) -> None:
        noticed = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        answer = new(folder, noticed=noticed)
        assert answer.data["aware"] == "2026-11-02T09:00:00Z"
        assert isinstance(answer.data["clocks"], list)
        due = {one["rule"]: one["due"] for one in answer.data["clocks"] if isinstance(one, dict)}
        assert due["ukgdpr-33-1"] == "2026-11-05T09:00:00Z"
        assert "not legal advice" in answer.text

    def test_that_it_was_noticed_now_is_an_assumption_and_is_said(self, folder: Path) -> None:
        assumed, known = new(folder), new(folder, noticed=datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
        assert (assumed.data["noticed_assumed"], known.data["noticed_assumed"]) == (True, False)
        assert "Nobody said when it was noticed, so now is assumed" in assumed.text
        assert f"triage {assumed.data['incident']} --when aware=TIME --by NAME" in assumed.text
        assert "assumed" not in known.text

    @pytest.mark.requirement("R2")
    def test_what_was_caught_in_time_is_a_near_miss(self, folder: Path) -> None:
        answer = new(folder, outside=Said.NO, near_miss=True, noticed_by="reviewer")
        incident = Project.find(folder).incident(str(answer.data["incident"])).incident
        assert (incident.outcome, incident.questions.left_company) == (Happened.NEAR_MISS, Said.NO)
        assert triage(incident, ()).suggested is Severity.MATERIAL_CAUGHT
        assert Project.find(folder).incident(str(new(folder).data["incident"])).incident.outcome is None

    def test_a_date_alone_starts_no_clock_and_that_is_said(self, folder: Path) -> None:
        answer = new(folder, noticed=date(2026, 11, 2))
        assert answer.data["aware"] is None
        assert "--when aware=TIME" in answer.text

    @pytest.mark.requirement("R30", "R37")
    def test_it_says_first_who_stops_it_and_then_where_the_logs_are(self, folder: Path) -> None:
        answer = new(folder)
        stop, keep = answer.text.index("Inga Holm can switch it off"), answer.text.index("trace store")
        assert stop < keep
        assert "deputy: Samir Nasser" in answer.text
        assert "Meanwhile: The service desk answers" in answer.text
        assert "trace store" in (folder / str(answer.data["file"])).read_text()
        assert max(map(len, answer.text.splitlines())) <= 80

    def test_a_workflow_without_a_plan_is_no_reason_to_wait(self, folder: Path) -> None:
        answer = new(folder, workflow="quotes")
        assert "Nobody is named who can switch it off" in answer.text
        assert "no fallback is written down" in answer.text
        assert "model" not in (folder / str(answer.data["file"])).read_text()

    def test_a_project_without_workflows_takes_any_name(self, tmp_path: Path) -> None:
        (tmp_path / "incident2eval.toml").write_text("")
        assert new(tmp_path, workflow="chat in the browser").data["workflow"] == "chat in the browser"

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"workflow": "replys"}, "did you mean replies"),
            ({"workflow": None}, "one of: replies, quotes"),
            ({"what": " \n"}, "--what: is empty"),
            ({"by": "Ana\nPereira"}, "is no name"),
            ({"noticed": datetime.now(UTC) + timedelta(hours=2)}, "--noticed: .* is still to come"),
            ({"happened": datetime.now(UTC).date() + timedelta(days=2)}, "--happened: .* is still to come"),
            ({"what": "half \udc80"}, "half a character"),
            ({"near_miss": True}, "--near-miss: says that it was caught in time, and --outside says yes"),
            ({"near_miss": True, "outside": Said.UNKNOWN}, "--outside says unknown"),
        ],
    )
    def test_bad_input_writes_nothing(self, folder: Path, fields: dict[str, object], message: str) -> None:
        with pytest.raises(BadInput, match=message):
            new(folder, **fields)
        assert Project.find(folder).incident_ids() == ()

    def test_hostile_words_stay_words(self, folder: Path) -> None:
        what = "'; rm -rf / #\n---\nseverity: 1\nquestions: {left_company: no}\n\x1b[2J{{ 7*7 }}"
        answer = new(folder, what=what)
        incident = Project.find(folder).incident(str(answer.data["incident"])).incident
        assert incident.what_happened == what
        assert incident.severity is None
        assert incident.questions.left_company is Said.YES


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("One. Two.", "One"),
        ("It cost 3.50 too much. Then more", "It cost 3.50 too much"),
        ("Really?! Yes", "Really?!"),
        ("first line\nsecond", "first line"),
        ("It wrote e.g. a price. Then", "It wrote e.g. a price"),
        ('He said "stop." Then left.', 'He said "stop."'),
        ("  spaces   between\twords ", "spaces between words"),
    ],
)
def test_the_title_is_the_first_sentence(what: str, title: str) -> None:
    assert title_of(what) == title


@pytest.mark.parametrize("what", ["word " * 80, "x" * 500])
def test_a_title_is_not_longer_than_200(what: str) -> None:
    assert 100 < len(title_of(what)) <= 200
    assert title_of(what).endswith("…")


class TestNote:
    """A slip is noted in one line, and an incident does not pass as one."""

    @pytest.mark.requirement("R4", "R59")
    def test_a_slip_is_level_1_by_its_own_answers(self, folder: Path) -> None:
        answer = slip(folder)
        assert (answer.exit_code, answer.data["severity"]) == (0, 1)
        incident = Project.find(folder).incident(str(answer.data["incident"])).incident
        assert incident.severity is triage(incident, ()).suggested is Severity.LOW

    def test_markers_are_said_as_the_policy_says_them(self) -> None:
        assert set(MARKERS.values()) < set(POLICY)

    @pytest.mark.requirement("R5")
    @pytest.mark.parametrize("marker", [*reporting.MARKERS, reporting.UNKNOWN])
    def test_one_marker_makes_it_more(self, folder: Path, marker: str) -> None:
        answer = slip(folder, marker)
        assert answer.exit_code == 1
        assert f"({marker})" in answer.text
        assert "incident2eval new --workflow replies" in answer.text
        assert Project.find(folder).incident_ids() == ()

    @pytest.mark.requirement("R5")
    @pytest.mark.parametrize(
        "fields", [{"noticed_by": "client"}, {"outside": Said.YES}, {"outside": Said.UNKNOWN}]
    )
    def test_what_was_seen_outside_is_more(self, folder: Path, fields: dict[str, object]) -> None:
        assert slip(folder, **fields).exit_code == 1

    @pytest.mark.requirement("R6")
    def test_repeats_are_counted(self, folder: Path) -> None:
        assert [slip(folder).exit_code for _ in range(4)] == [0, 0, 0, 1]
        assert "it is repeated: 3 of its type came before" in slip(folder).text
        assert slip(folder, what="A table lost its heading").exit_code == 0

    @pytest.mark.requirement("R6")
    def test_the_settings_say_how_many_are_too_many(self, folder: Path) -> None:
        (folder / "incident2eval.toml").write_text(SETTINGS + "\n[policy]\nrepeated = 1\n")
        assert [slip(folder).exit_code for _ in range(2)] == [0, 1]

    def test_the_command_that_opens_it_is_safe_to_paste(self, folder: Path) -> None:
        what = "It said 'hi'; $(touch /tmp/x)\nagain"
        command = str(slip(folder, "visible", what=what).data["command"])
        assert slip(folder, "visible", what="Tone off").text.splitlines()[-2:] == [
            "",
            "incident2eval new --workflow replies --what 'Tone off' --by 'Ana Pereira' --outside yes",
        ]
        assert shlex.split(command)[4:] == ["--what", what, "--by", "Ana Pereira", "--outside", "yes"]

    def test_the_command_that_opens_it_keeps_when_its_clocks_start(self, folder: Path) -> None:
        noticed = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        command = str(slip(folder, "visible", noticed=noticed).data["command"])
        assert shlex.split(command)[-2:] == ["--noticed", "2026-11-02T09:00:00Z"]

    @pytest.mark.requirement("R3")
    def test_an_incident_that_cannot_be_read_stops_no_note_and_is_named(self, folder: Path) -> None:
        broken = folder / "incidents/INC-2026-0100/incident.yaml"
        broken.parent.mkdir(parents=True)
        broken.write_text("id: [")
        answer = slip(folder)
        assert answer.exit_code == 0
        assert "INC-2026-0100" in " ".join(answer.notes)
        assert json.dumps(dict(answer.data))
