"""Rows of docs/requirements.md that no test of a room shows by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from incident2eval.cli import main
from incident2eval.duties import duties
from incident2eval.model import (
    Answer,
    BadInput,
    Category,
    Incident,
    IncidentFile,
    IncidentType,
    Level,
    Organisation,
    Severity,
)
from incident2eval.model.incident import Impact, Questions, Update, When, WorkflowVersion
from incident2eval.pipeline import explain
from incident2eval.pipeline.project import INCIDENT, write_demo
from incident2eval.stages import minimum
from incident2eval.store import Loaded, Project, shipped_rules
from incident2eval.triage import triage

# --- what an incident file holds ---

ID = "INC-2026-0001"
LEAST = f"id: {ID}\ntitle: T\nwhen: {{noticed: 2026-11-18T10:05:00Z}}\nwhat_happened: W\n"

Read = Callable[[str], Loaded]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads an incident file of the least that one needs, and what is added to it."""

    def loaded(more: str) -> Loaded:
        folder = tmp_path / "incidents" / ID
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "incident2eval.toml").write_text("[workflows.letters]\n")
        workflow = "" if more.startswith("workflow:") else "workflow: letters\n"
        (folder / "incident.yaml").write_text(LEAST + workflow + more)
        return Project.find(tmp_path).incident(ID)

    return loaded


@pytest.mark.requirement("R8")
def test_there_are_six_types_and_the_first_one_given_leads(read: Read) -> None:
    assert {str(one) for one in IncidentType} == {
        "data_exposure",
        "incorrect_external_output",
        "unauthorised_action",
        "biased_or_inconsistent_decision",
        "workflow_drift",
        "human_review_failure",
    }
    incident = read("type: [workflow_drift, data_exposure]\n").incident
    assert triage(incident, ()).type is IncidentType.WORKFLOW_DRIFT
    with pytest.raises(BadInput, match="not a value that is known"):
        read("type: hiccup\n")


@pytest.mark.requirement("R9")
def test_failure_modes_are_known_and_another_one_is_kept_with_a_warning(read: Read) -> None:
    known = (
        "goal_drift, context_loss, cascading_error, tool_misuse, retry_loop, silent_degradation, "
        "hallucination, wrong_record, wrong_recipient, template_error, wrong_data, scope_too_broad, other"
    )

    assert not read(f"failure_modes: [{known}]\n").warnings
    odd = read("failure_modes: [gremlins]\n")
    assert odd.incident.failure_modes == ("gremlins",)
    assert "gremlins" in odd.warnings[0]


@pytest.mark.requirement("R24")
def test_each_way_of_stopping_it_has_a_time_and_a_name(read: Read) -> None:
    ways = (
        "stopped throttled workflow_disabled api_keys_revoked tool_access_revoked human_only "
        "related_workflows_stopped"
    ).split()
    rows = "".join(f"  - {{at: 2026-11-18T10:07:00Z, by: Ana, action: {way}}}\n" for way in ways)

    loaded = read(f"containment:\n{rows}")

    assert not loaded.warnings
    assert [row.action for row in loaded.incident.containment] == ways
    for nobody_or_never in ("{at: 2026-11-18T10:07:00Z, action: stopped}", "{by: Ana, action: stopped}"):
        with pytest.raises(BadInput, match="is missing"):
            read(f"containment: [{nobody_or_never}]\n")


@pytest.mark.requirement("R38")
def test_what_it_depends_on_outside_is_recorded_with_vendor_and_version(read: Read, tmp_path: Path) -> None:
    incident = read("workflow: {name: letters, version: 4.10, model: m-1}\n").incident
    (tmp_path / "incident2eval.toml").write_text(
        '[workflows.letters]\ntarget = "http://127.0.0.1:8080/draft"\nlog_location = "s3://traces"\n'
        '[[workflows.letters.integrations]]\nname = "crm"\nvendor = "Acme CRM"\n'
    )
    workflow = Project.find(tmp_path).workflow("letters")

    assert (incident.workflow.version, incident.workflow.model) == ("4.10", "m-1")
    assert (workflow.target, workflow.log_location) == ("http://127.0.0.1:8080/draft", "s3://traces")
    assert [(each.name, each.vendor) for each in workflow.integrations] == [("crm", "Acme CRM")]


@pytest.mark.requirement("R133")
def test_rules_and_training_are_linked_to_their_incident(read: Read) -> None:
    updates = "updates: [{kind: policy, ref: mail rules 4}, {kind: training, ref: intake course}]\n"

    loaded = read(updates)

    assert not loaded.warnings
    assert loaded.incident.updates == (
        Update(kind="policy", ref="mail rules 4"),
        Update(kind="training", ref="intake course"),
    )


@pytest.mark.requirement("R151")
def test_one_file_holds_the_harm_and_the_technical_facts(read: Read) -> None:
    incident = read(
        "impact: {domains: [customer, financial], text: Two refunds, acted_on: yes}\n"
        "failure_modes: [retry_loop]\n"
        "changes: [{at: 2026-11-02, kind: model, what: m-1 to m-2}]\n"
    ).incident

    assert incident.impact == Impact(
        domains=("customer", "financial"), text="Two refunds", acted_on=Answer.YES
    )
    assert incident.failure_modes == ("retry_loop",)
    assert incident.changes[0].what == "m-1 to m-2"


@pytest.mark.requirement("R1")
def test_from_level_2_on_the_file_says_which_part_of_the_business_it_touched(read: Read) -> None:
    every = "customer, employee, financial, legal, security, operational, reputational"
    assert not read(f"impact: {{domains: [{every}]}}\n").warnings

    def lacking(level: Severity) -> bool:
        said = Level(suggested=level, given=level, highest=level, counts=level)
        file = IncidentFile(
            incident=read("impact: {text: Two refunds, acted_on: yes}\n").incident, level=said
        )
        return any("impact.domains" in line for item in minimum(file) for line in item.missing)

    assert [level for level in Severity if lacking(level)] == [2, 3, 4]


# --- the seven questions ---

ALL_NO = Questions(**dict.fromkeys(Questions.__dataclass_fields__, Answer.NO))
SLIP = Incident(
    id=ID,
    title="A typo in an internal draft",
    what_happened="Caught in normal review.",
    workflow=WorkflowVersion(name="letters"),
    when=When(noticed=datetime(2026, 11, 18, 10, 5, tzinfo=UTC)),
    questions=ALL_NO,
    impact=Impact(acted_on=Answer.NO),
)


@pytest.mark.parametrize("answer", [Answer.YES, Answer.UNKNOWN])
@pytest.mark.parametrize(
    "question",
    [
        pytest.param("left_company", marks=pytest.mark.requirement("R49")),
        pytest.param("exposed_information", marks=pytest.mark.requirement("R50")),
        pytest.param("took_action", marks=pytest.mark.requirement("R51")),
        pytest.param("approved_wrongly", marks=pytest.mark.requirement("R52")),
        pytest.param("could_affect_more", marks=pytest.mark.requirement("R53")),
        pytest.param("recent_change", marks=pytest.mark.requirement("R54")),
        pytest.param("obligation_possible", marks=pytest.mark.requirement("R55")),
    ],
)
def test_each_of_the_seven_questions_alone_makes_it_more_than_a_slip(question: str, answer: Answer) -> None:
    asked = replace(SLIP, questions=replace(ALL_NO, **{question: answer}))

    assert triage(SLIP, ()).suggested is Severity.LOW
    assert triage(asked, ()).suggested > Severity.LOW


@pytest.mark.requirement("R77")
def test_the_facts_that_duties_hang_on_are_asked_until_they_are_answered() -> None:
    untold = replace(SLIP, questions=Questions(), impact=Impact())

    asked = " ".join(triage(untold, ()).unknown)
    assert all(f"({name})" in asked for name in ("exposed_information", "took_action", "impact.acted_on"))
    (breach,) = (rule for rule in shipped_rules() if rule.id == "ukgdpr-33-1")
    (duty,) = duties(
        untold, Organisation(), [breach], now=datetime(2026, 11, 18, 12, tzinfo=UTC), severity=Severity(2)
    )
    assert any(why.startswith("personal_data is unknown") for why in duty.because)


# --- the steps as commands ---


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo project as it is written, untouched by any other command."""
    folder = tmp_path_factory.mktemp("rows") / "demo"
    write_demo(folder)
    return folder


@pytest.mark.requirement("R117")
def test_the_four_steps_are_commands(demo: Path) -> None:
    for command in (["collect", INCIDENT], ["root-cause", INCIDENT], ["cluster"], ["eval-case", INCIDENT]):
        assert main([*command, "--project", str(demo)]) == 0, command

    project = Project.find(demo)
    assert project.sealed(INCIDENT)
    assert project.read_cause(INCIDENT)
    assert project.lock().cases


@pytest.mark.requirement("R97")
def test_a_near_miss_that_a_reviewer_caught_still_asks_for_the_control(demo: Path) -> None:
    incident = Project.find(demo).incident(INCIDENT).incident
    assert (incident.outcome, incident.noticed_by) == ("near_miss", "reviewer")
    assert main(["root-cause", INCIDENT, "--project", str(demo)]) == 0

    answer = explain.overrule(
        project=demo,
        incident=INCIDENT,
        by="Lee Okafor",
        because="the notes had no owner",
        instead=explain.Instead(category=Category.DATA),
        out_of_order="the level is settled tomorrow",
    )

    assert answer.notes == ("at severity 2 the control that failed is asked for: add --control",)
