"""Incident files: what they say, and every fault of them at once."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident2eval.model import BadInput, IncidentType, Severity
from incident2eval.store import Project
from incident2eval.store._moments import UnclearMoment, moment

ID = "INC-2026-0142"


LEAST = f"id: {ID}\ntitle: T\nworkflow: summary\nwhen: {{noticed: 2026-11-18T10:05:00Z}}\nwhat_happened: W\n"


def said(extra: str = "") -> str:
    """An incident file of five lines, and what is added below them."""
    return LEAST + extra


def test_the_least_that_an_incident_needs(write: Callable[..., Project]) -> None:
    loaded = write().incident(ID)
    assert loaded.incident.workflow.name == "summary"
    assert loaded.incident.when.noticed == datetime(2026, 11, 18, 10, 5, tzinfo=UTC)
    assert loaded.warnings == ()


def test_one_item_may_stand_for_a_list(write: Callable[..., Project]) -> None:
    incident = write(said("type: data_exposure\nwrong: some words\nseverity: 2\n")).incident(ID).incident
    assert incident.type == (IncidentType.DATA_EXPOSURE,)
    assert incident.wrong == ("some words",)
    assert incident.severity is Severity.MATERIAL_CAUGHT


def test_what_is_left_blank_is_not_given(write: Callable[..., Project]) -> None:
    incident = write(said("type:\nevidence:\nimpact:\nseverity: ~\n")).incident(ID).incident
    assert (incident.type, incident.evidence, incident.severity) == ((), (), None)


def test_texts_stay_what_was_written(write: Callable[..., Project]) -> None:
    text = said(
        "subject: {customer: NO, customer_id: 007}\nquestions: {took_action: no}\nnoticed_by: client\n"
    )
    incident = write(
        text.replace("workflow: summary", "workflow: {name: s, version: 4.10, model: 1e3}")
    ).incident(ID)
    assert incident.incident.subject is not None
    assert (incident.incident.subject.customer, incident.incident.subject.customer_id) == ("NO", "007")
    assert (incident.incident.workflow.version, incident.incident.workflow.model) == ("4.10", "1e3")
    assert incident.incident.questions.took_action == "no"


def test_a_bare_date_stays_a_date_and_a_time_is_read_in_utc(write: Callable[..., Project]) -> None:
    text = said("changes: [{at: 2026-11-18, kind: data}, {at: 2026-11-18T01:30:00+05:30, kind: prompt}]\n")
    changes = write(text).incident(ID).incident.changes
    assert [change.at for change in changes] == [date(2026, 11, 18), datetime(2026, 11, 17, 20, tzinfo=UTC)]


FAULTY = """\
schema: incident2eval/incident/9
id: INC-2026-0143
titel: Two faults in one line
workflow: {version: 4.10}
when: {noticed: 2026-11-18T09:41:07, aware: 2026-11-18, happened: 2026-02-30}
what_happened: "  "
type: [data_exposure, data_leak, workflow drift]
severity: 5
outcome: [realised]
questions: {took_action: maybe}
affected:
  - {kind: customer, count: many}
  - just text
evidence:
  - {file: ../../etc/passwd, kind: trace}
  - {file: /etc/passwd, kind: trace}
  - {kind: trace}
containment: [{at: 2026-11-18, by: Ana}]
actions: [{kind: corrective, text: T, reversed: perhaps}]
wrong: [{a: b}]
"""


def test_every_fault_of_a_file_at_once_with_line_and_field(
    write: Callable[..., Project], faults: Callable
) -> None:
    assert faults(lambda: write(FAULTY).incident(ID)) == [
        (1, "schema", "'incident2eval/incident/9' is not what this version reads"),
        (1, "title", "is missing"),
        (2, "id", "'INC-2026-0143' is not the folder's name"),
        (4, "workflow.name", "is missing"),
        (5, "when.noticed", "'2026-11-18T09:41:07' has no offset from UTC, so the moment is not clear"),
        (5, "when.aware", "'2026-11-18' is only a date; a time is needed here"),
        (5, "when.happened", "'2026-02-30' is a date or time that does not exist"),
        (6, "what_happened", "is empty"),
        (7, "type.1", "'data_leak' is not a value that is known here"),
        (7, "type.2", "'workflow drift' is not a value that is known here"),
        (8, "severity", "'5' is not a value that is known here"),
        (9, "outcome", "'['realised']' is not a value that is known here"),
        (10, "questions.took_action", "'maybe' is not a value that is known here"),
        (12, "affected.0.count", "'many' should be a whole number"),
        (13, "affected.1", "should hold fields of its own"),
        (15, "evidence.0.file", "'../../etc/passwd' leads out of the incident's folder"),
        (16, "evidence.1.file", "'/etc/passwd' is not relative"),
        (17, "evidence.2", "names no file"),
        (18, "containment.0.at", "'2026-11-18' is only a date; a time is needed here"),
        (19, "actions.0.reversed", "'perhaps' is not a value that is known here"),
        (20, "wrong.0", "should be text"),
    ]


def test_the_faults_say_what_to_do(write: Callable[..., Project]) -> None:
    with pytest.raises(BadInput) as raised:
        write(FAULTY).incident(ID)
    hints = {fault.field: fault.hint for fault in raised.value.faults}
    assert hints["title"] == "'titel' stands there; is it meant?"
    assert hints["when.noticed"] == "add the offset: 2026-11-18T09:41:07+00:00 if it is UTC"
    assert hints["severity"] == "one of: 1, 2, 3, 4"
    assert str(hints["type.2"]).startswith("did you mean workflow_drift? one of: data_exposure, ")
    assert {fault.file for fault in raised.value.faults} == {f"incidents/{ID}/incident.yaml"}


def test_unknown_keys_and_open_values_are_kept_and_warned_about(write: Callable[..., Project]) -> None:
    text = said(
        "ticket: OPS-1\nfailure_modes: [halucination]\nimpact: {domain: [legal]}\nnoticed_by: the cat\n"
    )
    loaded = write(text).incident(ID)
    file = f"incidents/{ID}/incident.yaml"
    assert loaded.incident.failure_modes == ("halucination",)
    assert [warning.split(" (")[0] for warning in loaded.warnings] == [
        f"{file}:6: ticket: is not known and has no effect",
        f"{file}:7: failure_modes.0: 'halucination' is not a value that is known here, and is kept",
        f"{file}:8: impact.domain: is not known and has no effect",
        f"{file}:9: noticed_by: 'the cat' is not a value that is known here, and is kept",
    ]
    assert "did you mean hallucination?" in loaded.warnings[1]
    assert "did you mean domains?" in loaded.warnings[2]


ROWS = {
    "kind: approval": "names no file",
    'kind: approval, absent_reason: " "': "gives no reason",
    "kind: approval, file: ~": "names no file",
    "kind: approval, file: evidence/a.txt, absent_reason: none": "names a file and says why there is none",
    "absent_reason: nobody approves drafts here": "does not say of which kind there is no evidence",
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_a_file_or_says_why_there_is_none(
    write: Callable[..., Project], faults: Callable, row: str
) -> None:
    project = write(said(f"evidence:\n  - {{{row}}}\n"))
    assert faults(lambda: project.incident(ID)) == [(7, "evidence.0", ROWS[row])]


def test_what_is_absent_for_a_reason_is_no_file(write: Callable[..., Project]) -> None:
    rows = ("approval", "timestamp", "model_version")
    listed = ", ".join(f"{{kind: {kind}, absent_reason: nobody kept it}}" for kind in rows)
    project = write(said(f"evidence: [{listed}]\n"))
    loaded = project.incident(ID)
    assert [(row.kind, row.absent_reason) for row in loaded.incident.evidence] == [
        (kind, "nobody kept it") for kind in rows
    ]
    assert (loaded.warnings, project.evidence(ID), project.seal(ID, by="Ana")) == ((), (), ())


def test_messages_drive_no_terminal(write: Callable[..., Project], faults: Callable) -> None:
    text = said('severity: "\\e[2J\\n5"\n"a\\e[1mb\\n": x\n"type\\r": y\n')
    ((_, _, message),) = faults(lambda: write(text).incident(ID))
    assert message == "'\\x1b[2J 5' is not a value that is known here"


HOSTILE_IDS = [
    *(
        "../../x",
        "..",
        ".",
        "",
        "/etc",
        "~root",
        "..\\..\\x",
        "C:INC-2026-0142",
        "%2e%2e%2fx",
        "CON",
        "A" * 300,
    ),
    *("INC-2026-0142/", "INC-2026-0142/../../x", "INC-2026-0142\n", "INC-2026-0142\0", "INC-2026-0142.yaml"),
    *("inc-2026-0142", "INC_2026_0142", "INC 2026 0142", "INC-2026-01", "INC-2026-0142-x", "I-2026-0142"),
    *("INC-2026-\u0661\u0662\u0663", "\uff29\uff2e\uff23-2026-0142"),
]


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
def test_what_is_no_id_reaches_no_disk(write: Callable[..., Project], hostile: str, tmp_path: Path) -> None:
    project = write()
    before = sorted(tmp_path.rglob("*"))
    for ask in (
        project.incident,
        project.folder,
        project.evidence,
        project.case,
        project.case_digests,
        project.sealed,
    ):
        with pytest.raises(BadInput, match="is no incident id"):
            ask(hostile)
    with pytest.raises(BadInput, match="is no incident id"):
        project.seal(hostile, by="Ana")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("hostile", ["../../x", "inc-2026-0142", "INC-2026-0142/../x", "INC-2026-9999"])
def test_the_id_in_the_file_is_the_folders_name(
    write: Callable[..., Project], faults: Callable, hostile: str
) -> None:
    ((line, field, message),) = faults(lambda: write(said().replace(ID, hostile)).incident(ID))
    assert (line, field, "is no" in message) == (1, "id", True)


OUTSIDE = [
    *("../x", "evidence/../../x", "..", ".", "", " ", "/x", "//x", "~/x", "~root/x", "C:/x", "C:x"),
    *("evidence\\\\x", "a\\0b", "a\\nb", "evidence/link", "linked/trace.json"),
]


@pytest.mark.parametrize("hostile", OUTSIDE)
def test_evidence_lies_inside_the_incidents_folder(
    write: Callable[..., Project], faults: Callable, hostile: str, tmp_path: Path
) -> None:
    project = write(said(f'evidence: [{{file: "{hostile}", kind: trace}}]\n'))
    (project.folder(ID) / "evidence").mkdir()
    (tmp_path / "trace.json").write_text("{}")
    (project.folder(ID) / "evidence" / "link").symlink_to(tmp_path / "trace.json")
    (project.folder(ID) / "linked").symlink_to(tmp_path)
    ((line, field, _),) = faults(lambda: project.incident(ID))
    assert (line, field) == (6, "evidence.0.file")


@given(st.text())
def test_no_text_at_all_is_taken_for_a_moment_that_it_does_not_say(text: str) -> None:
    with pytest.raises(UnclearMoment):
        moment(text, bare_date=True)


NO_MOMENTS = [
    *("20261118", "2026-W47", "2026-322", "1790000000", "tomorrow", "2026-13-01", "\uff12026-11-18"),
    *("2026-11-18 09:41", "2026-11-18T09:41:07 UTC", "2026-11-18T24:00:00Z", "2026-11-18T09:41:60Z"),
    "0001-01-01T00:00:00+01:00",
]


@pytest.mark.parametrize("written", NO_MOMENTS)
def test_a_moment_is_written_in_one_way(written: str) -> None:
    with pytest.raises(UnclearMoment):
        moment(written, bare_date=True)


def test_an_incident_that_is_not_there_is_named_with_one_that_is(write: Callable[..., Project]) -> None:
    with pytest.raises(BadInput, match=r"no such incident \(did you mean INC-2026-0142\?\)"):
        write().incident("INC-2026-0124")


def test_an_id_in_small_letters_is_told_how_it_is_written(write: Callable[..., Project]) -> None:
    with pytest.raises(BadInput, match=r"is no incident id \(did you mean INC-2026-0142\?\)"):
        write().incident("inc-2026-0142")


def test_the_ids_are_the_folders_with_an_incident_file(write: Callable[..., Project]) -> None:
    project = write(
        files={"incidents/QA-2026-001/incident.yaml": "", "incidents/INC-2026-0099/evidence/a.txt": ""}
    )
    assert project.incident_ids() == (ID, "QA-2026-001")


@pytest.mark.parametrize("name", ["inc-2026-0142", "INC-2026-0142 (copy)", "draft"])
def test_an_incident_in_a_folder_of_another_name_is_not_passed_over(
    write: Callable[..., Project], faults: Callable, name: str
) -> None:
    project = write(files={f"incidents/{name}/incident.yaml": ""})
    assert [message for _, _, message in faults(project.incident_ids)] == [
        "the folder's name is no incident id"
    ]


def test_a_linked_incident_is_refused(
    write: Callable[..., Project], faults: Callable, tmp_path: Path
) -> None:
    project = write(files={"elsewhere/incident.yaml": said()})
    (tmp_path / "incidents" / "INC-2026-0200").symlink_to(tmp_path / "elsewhere")
    assert faults(project.incident_ids) == [(None, None, "is a link, and links are not followed")]


def test_an_incident_file_may_be_json(write: Callable[..., Project], faults: Callable) -> None:
    text = '{\n\t"id": "INC-2026-0142",\n\t"title": "T", "workflow": "summary",\n\t"what_happened": "W"'
    incident = write(f'{text},\n\t"when": {{"noticed": "2026-11-18T10:05:00Z"}}\n}}').incident(ID).incident
    assert incident.what_happened == "W"
    assert faults(lambda: write(text + "\n}").incident(ID)) == [(1, "when", "is missing")]


@pytest.mark.parametrize("name", ["full", "minimal"])
def test_the_examples_load_without_faults_or_warnings(
    write: Callable[..., Project], shared: Path, name: str
) -> None:
    raw = (shared / "examples" / f"incident-{name}.yaml").read_bytes()
    incident_id = {"full": "INC-2026-0031", "minimal": "INC-2026-0042"}[name]
    loaded = write(files={f"incidents/{incident_id}/incident.yaml": raw}).incident(incident_id)
    assert loaded.warnings == ()


def test_every_acceptance_project_loads_without_faults_or_warnings(shared: Path) -> None:
    folders = sorted((shared / "acceptance" / "incidents").iterdir())
    assert len(folders) == 8
    for folder in folders:
        project = Project.find(folder / "project")
        (incident_id,) = project.incident_ids()
        loaded = project.incident(incident_id)
        assert (loaded.warnings, project.warnings) == ((), ())
        assert project.workflow(loaded.incident.workflow.name).target == "python:flows:buggy"
        assert len(project.customers) >= 2
        assert all(kept.listed for kept in project.evidence(incident_id))
