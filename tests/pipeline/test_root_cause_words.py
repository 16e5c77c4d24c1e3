"""A proposal is confirmed or overruled by a person; both are kept."""

import json
import shutil
from pathlib import Path

import pytest

from incident2eval.model import BadInput, Category
from incident2eval.pipeline import explain
from incident2eval.pipeline.explain import Instead
from incident2eval.pipeline.project import INCIDENT
from incident2eval.pipeline.triage import Word, triage


@pytest.fixture
def project(project: Path) -> Path:
    """The demo, stopped and sealed, and with a level that a person confirmed: the cause is next."""
    triage(project=project, incident=INCIDENT, word=Word(by="Ana Pereira", confirm=True))
    return project


def written(project: Path) -> str:
    return (project / "incidents" / INCIDENT / "root-cause.yaml").read_text()


def logged(project: Path) -> list[dict[str, object]]:
    log = project / "incidents" / INCIDENT / "log.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()]


def overrule(
    project: Path, *, because: str = "the roles were made anew", **instead: object
) -> explain.Answer:
    return explain.overrule(
        project=project,
        incident=INCIDENT,
        by="Lee Okafor",
        because=because,
        instead=Instead(**instead),  # type: ignore[arg-type]
    )


def test_a_confirmed_proposal_is_what_counts(project: Path) -> None:
    answer = explain.confirm(project=project, incident=INCIDENT, by="Ana Pereira", note="as the log says")

    again = explain.root_cause(project=project, incident=INCIDENT, run=None)
    assert "confirmed by Ana Pereira" in answer.text
    assert "confirmed by Ana Pereira" in again.text
    assert again.data["standing"] == "confirmed"
    assert again.data["root_cause"] == again.data["proposed"]
    assert (logged(project)[-1]["event"], logged(project)[-1]["by"]) == ("cause_confirmed", "Ana Pereira")


def test_a_persons_word_counts_and_the_proposal_is_still_told(project: Path) -> None:
    overrule(project, category=Category.DATA, control="owner of each note")

    answer = explain.root_cause(project=project, incident=INCIDENT, run=None)
    cause, proposed = answer.data["root_cause"], answer.data["proposed"]
    assert (cause["category"], cause["control"]["name"]) == ("data", "owner of each note")
    assert (proposed["category"], proposed["control"]["name"]) == ("workflow_design", "retrieval scope")
    assert answer.text.startswith("root cause: data; the control that failed: owner of each note\n")
    assert "overruled by Lee Okafor" in answer.text
    assert "the tool proposed: workflow design" in " ".join(answer.text.split())
    assert logged(project)[-1]["because"] == ["the roles were made anew"]


def test_the_step_is_named_as_the_run_names_it(project: Path) -> None:
    proposed = explain.root_cause(project=project, incident=INCIDENT, run=None).data["root_cause"]
    other = proposed["ranked"][1]["step"]

    answer = overrule(project, step=other)

    assert answer.data["root_cause"]["step"] == other
    assert answer.data["root_cause"]["name"]


def test_what_people_say_of_customers_is_written_in_pseudonyms(project: Path) -> None:
    names = [line.split(",")[1] for line in (project / "customers.csv").read_text().splitlines()[1:]]

    overrule(project, because=f"{names[0]} was moved", category=Category.DATA, control="owner of each note")

    log = (project / "incidents" / INCIDENT / "log.jsonl").read_text()
    assert names[0] not in written(project) + log


def test_what_changed_and_where_it_went_is_written_in_pseudonyms(project: Path) -> None:
    names = [line.split(",")[1] for line in (project / "customers.csv").read_text().splitlines()[1:]]

    answer = explain.root_cause(project=project, incident=INCIDENT, run=None)

    assert [name for name in names if name in json.dumps(answer.data)]
    assert not [name for name in names if name in written(project)]


@pytest.mark.requirement("R92")
def test_a_category_without_a_control_is_noted_from_severity_2_on(project: Path) -> None:
    assert overrule(project, category=Category.DATA).notes == (
        "at severity 2 the control that failed is asked for: add --control",
    )
    assert overrule(project, category=Category.DATA, control="owner of each note").notes == ()


@pytest.mark.requirement("R92")
@pytest.mark.parametrize(
    "symptom",
    [
        "output was wrong",
        "The answer is wrong.",
        "wrong output",
        "the model",
        "the LLM hallucinated",
        "hallucination",
    ],
)
def test_a_symptom_is_no_cause(project: Path, symptom: str) -> None:
    before = written(project)
    with pytest.raises(BadInput, match="is no cause"):
        overrule(project, category=Category.MODEL, control=symptom)
    with pytest.raises(BadInput, match="is no cause"):
        overrule(project, because=symptom, category=Category.MODEL)

    assert written(project) == before


@pytest.mark.parametrize(
    "control", ["grounding of the answer", "output filter", "model choice", "prompt review"]
)
def test_a_control_that_speaks_of_the_output_is_one(project: Path, control: str) -> None:
    assert overrule(project, control=control).data["root_cause"]["control"]["name"] == control


def test_a_step_that_the_run_has_not_is_refused(project: Path) -> None:
    with pytest.raises(BadInput, match="--step: 'nowhere' is no step of run") as caught:
        overrule(project, step="nowhere")

    assert "\n" not in str(caught.value)


def test_nothing_in_its_place_is_refused(project: Path) -> None:
    with pytest.raises(BadInput, match="says nothing in the proposal's place"):
        overrule(project)


def test_without_a_proposal_there_is_nothing_to_say(project: Path) -> None:
    (project / "incidents" / INCIDENT / "root-cause.yaml").unlink()

    with pytest.raises(BadInput, match="holds no proposal yet"):
        explain.confirm(project=project, incident=INCIDENT, by="Ana", note=None)
    with pytest.raises(BadInput, match="holds no proposal yet"):
        overrule(project, category=Category.DATA)
    assert [line["event"] for line in logged(project)] == ["triaged"]


def test_a_proposal_is_confirmed_where_the_evidence_is_not(project: Path) -> None:
    shutil.rmtree(project / "incidents" / INCIDENT / "evidence")

    answer = explain.confirm(project=project, incident=INCIDENT, by="Ana", note=None)

    assert answer.data["standing"] == "confirmed"


def test_the_cause_waits_for_what_comes_first(proved: Path, tmp_path: Path) -> None:
    shutil.copytree(proved, tmp_path / "early")
    early = tmp_path / "early"

    refused = overrule(early, category=Category.DATA, control="owner of each note")
    assert refused.exit_code == 1
    assert [one["stage"] for one in refused.data["first"]] == ["classified"]
    assert "overruled" not in written(early)

    said = explain.confirm(
        project=early, incident=INCIDENT, by="Ana Pereira", note=None, out_of_order="the owner is away"
    )
    assert said.exit_code == 0
    events = [line["event"] for line in logged(early)]
    assert events[-2:] == ["out_of_order", "cause_confirmed"]
