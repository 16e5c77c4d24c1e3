"""`init`, and the demo's project."""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident2eval import formats
from incident2eval.checks import foreign_records
from incident2eval.model import BadInput, Integration, Policy, Settings
from incident2eval.pipeline.project import (
    INCIDENT,
    WORKFLOW,
    State,
    init,
    set_state,
    write_demo,
    write_skeleton,
)
from incident2eval.readiness import DEFINITION, MARKERS, MATRIX, POLICY_FILE
from incident2eval.store import Project, shipped_rules

INPUT = {"customer_id": "K-101", "as_of": "2026-11-12"}
Draft = Callable[..., dict[str, Any]]


# --- init ---


def test_init_writes_a_project_that_the_tool_accepts(tmp_path: Path) -> None:
    answer = init(folder=tmp_path / "mine")

    project = Project.find(tmp_path / "mine")
    assert answer.exit_code == 0
    assert answer.text.endswith("incident2eval.toml,\nand your customers in customers.csv.")
    assert dict(project.settings.workflows) == {}
    assert len(project.customers) == 0
    assert answer.data["written"] == [
        ".github/workflows/incident2eval.yml",
        ".gitignore",
        "POLICY.md",
        "RUNBOOK.md",
        "cases/.gitkeep",
        "customers.csv",
        "incident2eval.toml",
        "incidents/.gitkeep",
        "reports/.gitkeep",
    ]


def test_init_leaves_what_is_there_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("id,name,aliases\nK-1,Mine,\n")

    first = write_skeleton(tmp_path)
    second = write_skeleton(tmp_path)

    assert first.kept == ("customers.csv",)
    assert (tmp_path / "customers.csv").read_text() == "id,name,aliases\nK-1,Mine,\n"
    assert second.written == ()
    assert set(second.kept) == {*first.written, "customers.csv"}


def test_init_does_not_write_through_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "RUNBOOK.md").symlink_to(tmp_path / "elsewhere.md")

    assert write_skeleton(tmp_path).kept == ("RUNBOOK.md",)
    assert not (tmp_path / "elsewhere.md").exists()


def test_init_where_a_file_stands_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "cases").write_text("mine")

    for folder in (tmp_path / "file", tmp_path / "half"):
        with pytest.raises(BadInput, match="is a file, not a folder"):
            init(folder=folder)
    assert [path.name for path in (tmp_path / "half").iterdir()] == ["cases"]


def test_every_setting_of_the_skeleton_can_be_switched_on(tmp_path: Path) -> None:
    write_skeleton(tmp_path)
    settings = tmp_path / "incident2eval.toml"
    switched_on = re.sub(r"(?m)^#(?! )", "", settings.read_text())
    settings.write_text(switched_on)

    workflow = tomllib.loads(switched_on)["workflows"]["order-replies"]
    documented = set(Project.find(tmp_path).workflow("order-replies").__slots__)

    assert set(workflow) == documented
    assert set(tomllib.loads(switched_on)) == set(Settings.__slots__)
    (system,) = workflow["integrations"]
    assert set(system) == set(Integration.__slots__)
    assert set(tomllib.loads(switched_on)["policy"]) == set(Policy.__slots__)


@pytest.mark.requirement("R7")
def test_the_policy_of_the_skeleton_is_the_shipped_one(tmp_path: Path) -> None:
    write_skeleton(tmp_path)
    policy = " ".join((tmp_path / POLICY_FILE).read_text().split())

    said = [
        DEFINITION,
        *MARKERS,
        *(words for each in MATRIX.values() for words in (each.what, each.response)),
    ]
    assert [words for words in said if words not in policy] == []


def test_the_skeleton_asks_for_every_role_that_a_rule_hangs_on(tmp_path: Path) -> None:
    write_skeleton(tmp_path)
    settings = tmp_path / "incident2eval.toml"
    settings.write_text(re.sub(r"(?m)^#(?! )", "", settings.read_text()))

    asked = {role for rule in shipped_rules() for role in rule.scope.roles}
    assert set(Project.find(tmp_path).settings.organisation.roles) == asked


@pytest.mark.requirement("R143")
def test_the_ci_job_gates_every_workflow_and_is_red_where_there_is_none(tmp_path: Path) -> None:
    write_skeleton(tmp_path)
    job = yaml.safe_load((tmp_path / ".github/workflows/incident2eval.yml").read_text())["jobs"]["gate"]
    script = next(step["run"] for step in job["steps"] if step.get("name") == "Gate every workflow")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "incident2eval").write_text('#!/bin/sh\necho "gated $2"\ntest "$2" != bad\n')
    (tools / "incident2eval").chmod(0o755)
    (tools / "python").symlink_to(sys.executable)

    def ci(settings: str) -> tuple[int, str]:
        (tmp_path / "incident2eval.toml").write_text(settings)
        path = f"{tools}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=tmp_path,
            env={"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    assert ci("[workflows.bad]\n[workflows.good]\n") == (1, "gated bad\ngated good\n")
    assert ci("[workflows.good]\n") == (0, "gated good\n")
    assert ci("[project]\n")[0] == 1


def test_the_runbook_asks_the_four_questions(tmp_path: Path) -> None:
    write_skeleton(tmp_path)

    headings = re.findall(r"(?m)^## (.*)", (tmp_path / "RUNBOOK.md").read_text())

    assert headings == [
        "Who can switch it off",
        "What is reportable",
        "Where the logs are",
        'What "safe enough to switch on again" means',
    ]


# --- the demo: one folder for all tests that only read ---


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder


@pytest.fixture
def draft(demo: Path) -> Iterator[Draft]:
    """Draft in a state of deployment, in a process of its own, as a target is run."""

    def drafted(state: str = "faulty", **other: str) -> dict[str, Any]:
        set_state(demo, state)
        code = "import json, summaries, sys; print(json.dumps(summaries.draft(json.loads(sys.argv[1]))))"
        done = subprocess.run(
            [sys.executable, "-B", "-c", code, json.dumps({**INPUT, **other})],
            cwd=demo,
            env={**os.environ, "INCIDENT2EVAL_REPLAY": "1"},
            capture_output=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    yield drafted
    set_state(demo, State.FAULTY)


def owners(answer: dict[str, Any]) -> list[str]:
    return [record["owner"] for record in answer["steps"][0]["records"]]


def scope(answer: dict[str, Any]) -> str:
    return str(answer["steps"][0]["input"]["scope"])


def test_the_demo_is_written_within_two_seconds_and_every_time_the_same(tmp_path: Path) -> None:
    began = time.monotonic()
    written = write_demo(tmp_path / "one")
    took = time.monotonic() - began
    again = write_demo(tmp_path / "other")

    assert took < 2
    assert written == again
    assert all(
        (tmp_path / "one" / path).read_bytes() == (tmp_path / "other" / path).read_bytes() for path in written
    )
    assert not any("__pycache__" in path for path in written)


def test_the_demo_is_never_written_over_anything(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("mine")

    with pytest.raises(BadInput, match="not empty"):
        write_demo(tmp_path)
    with pytest.raises(BadInput, match="is a file"):
        write_demo(tmp_path / ".hidden")
    assert [path.name for path in tmp_path.iterdir()] == [".hidden"]


def test_the_demo_is_a_project_that_the_tool_accepts(demo: Path) -> None:
    project = Project.find(demo)
    loaded = project.incident(INCIDENT)

    assert loaded.warnings == ()
    assert loaded.incident.workflow.name == WORKFLOW
    assert project.workflow(WORKFLOW).replay_safe
    assert [customer.name for customer in project.customers if len(customer.name) < 5] == ["Apex", "Sky"]
    assert all(kept.listed for kept in project.evidence(INCIDENT))
    assert len(project.archive_files()) == 3


def test_as_deployed_one_note_of_the_restricted_account_reaches_the_draft(demo: Path, draft: Draft) -> None:
    answer = draft(State.FAULTY)
    wrong = Project.find(demo).incident(INCIDENT).incident.wrong

    assert scope(answer) == "workspace:W1"
    assert owners(answer) == ["K-101"] * 5 + ["K-102"]
    assert [words for words in wrong if words in answer["output"]] == list(wrong)


def test_fixed_the_service_reads_the_account_only(draft: Draft) -> None:
    answer = draft(State.FIXED)

    assert scope(answer) == "account:K-101"
    assert set(owners(answer)) == {"K-101"}
    assert "Eastfield" not in answer["output"]


def test_with_the_prompt_only_the_draft_is_clean_and_the_note_still_read(draft: Draft) -> None:
    answer = draft(State.PROMPT_ONLY)

    assert "K-102" in owners(answer)
    assert "Eastfield" not in answer["output"]
    assert "£31,650" not in answer["output"]
    assert answer["output"] == draft(State.FIXED)["output"]


def test_the_fault_shows_on_another_account_too(draft: Draft) -> None:
    assert set(owners(draft(State.FAULTY, customer_id="K-104"))) == {"K-104", "K-101"}
    assert set(owners(draft(State.FIXED, customer_id="K-104"))) == {"K-104"}


def test_a_right_draft_holds_words_that_only_look_like_customers(draft: Draft) -> None:
    assert "sky-high at the apex of demand" in draft(State.FIXED)["output"]


def test_a_state_is_one_line_of_one_file(demo: Path) -> None:
    files = [demo / "data" / "acl.json", demo / "prompts" / "summary.txt"]

    def lines(state: State) -> Counter[str]:
        set_state(demo, state)
        return Counter(chain.from_iterable(file.read_text().splitlines() for file in files))

    faulty, fixed, prompt_only = (lines(state) for state in State)
    set_state(demo, State.FAULTY)

    assert [line.strip() for line in fixed - faulty] == ['"read": "account:{customer_id}"']
    assert [line.strip() for line in faulty - fixed] == ['"read": "workspace:W1"']
    assert list(prompt_only - faulty) == ["Do not mention other customers."]
    assert not faulty - prompt_only


def test_nothing_is_queued_in_a_replay(demo: Path, tmp_path: Path, draft: Draft) -> None:
    draft()
    assert not (demo / "outbox").exists()

    write_demo(tmp_path / "live")
    code = f"import summaries; summaries.draft({INPUT})"
    quiet = {key: value for key, value in os.environ.items() if key != "INCIDENT2EVAL_REPLAY"}
    subprocess.run([sys.executable, "-B", "-c", code], cwd=tmp_path / "live", env=quiet, check=True)
    assert len((tmp_path / "live" / "outbox" / "for_review.jsonl").read_text().splitlines()) == 1


def test_every_note_holds_one_fact_found_nowhere_else(demo: Path) -> None:
    notes = [json.loads(line) for line in (demo / "data" / "notes.jsonl").read_text().splitlines()]
    with (demo / "data" / "tickets.csv").open(newline="") as file:
        tickets = list(csv.DictReader(file))
    facts = [re.findall(r"(?:[A-Z]{1,2}-)?\d+(?:[,.-]\d+)*", note["text"]) for note in notes]

    for rows, each in ((notes, 12), (tickets, 10)):
        accounts = [row["account_id"] for row in rows]
        assert {account: accounts.count(account) for account in accounts} == {
            f"K-10{n}": each for n in range(1, 7)
        }
    assert all(len(found) == 1 for found in facts)
    assert len({found[0] for found in facts}) == len(notes)
    assert not {found[0] for found in facts} & {ticket["minutes"] for ticket in tickets}


# --- the archive and the evidence ---


@pytest.fixture(scope="module")
def past(demo: Path) -> list[dict[str, Any]]:
    files = sorted((demo / "archive").glob("*.jsonl.gz"))
    return [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]


def test_the_archive_holds_the_120_drafts_of_the_60_days_before(past: list[dict[str, Any]]) -> None:
    days = {run["started"][:10] for run in past}

    assert len(past) == 120
    assert (len(days), min(days), max(days)) == (60, "2026-09-14", "2026-11-12")
    assert sum(run["started"] >= "2026-10-23T21:00" for run in past) == 40
    assert len({run["id"] for run in past}) == 120


def test_no_past_run_read_or_wrote_of_another_customer(demo: Path, past: list[dict[str, Any]]) -> None:
    names = {customer.id: customer.names for customer in Project.find(demo).customers}

    for run in past:
        own = run["subject"]["customer_id"]
        assert set(owners(run)) == {own}
        others = [name for customer, known in names.items() if customer != own for name in known]
        assert not [name for name in others if re.search(rf"\b{re.escape(name)}\b", run["output"])]
    assert any("apex of demand" in run["output"] for run in past)
    assert any("sky-high" in run["output"] for run in past)


def test_the_traces_tell_the_runs_as_the_workflow_reports_them(demo: Path, draft: Draft) -> None:
    evidence = demo / "incidents" / INCIDENT / "evidence"

    for name, state in (("trace.json", State.FAULTY), ("trace_after_fix.json", State.FIXED)):
        live = draft(state)
        reading = formats.read((evidence / name).read_bytes(), name=name)
        (run,) = reading.runs
        traced = [step for step in run.steps if step.kind in {"retrieval", "tool", "model"}]

        assert (reading.format, reading.skipped) == ("otlp", ())
        assert (run.input, run.output) == (INPUT, live["output"])
        assert [step.name for step in traced] == [step["name"] for step in live["steps"]]
        assert [record.id for record in traced[0].records] == [
            record["id"] for record in live["steps"][0]["records"]
        ]
        assert isinstance(traced[0].input, dict)
        assert traced[0].input["scope"] == scope(live)


def test_the_restricted_note_is_a_finding_on_the_incident_only(demo: Path) -> None:
    project = Project.find(demo)
    paths = project.workflow(WORKFLOW).subject

    def strays(name: str) -> int:
        (run,) = formats.read(
            (demo / "incidents" / INCIDENT / "evidence" / name).read_bytes(), name=name
        ).runs
        run = formats.with_owners(run, customers=project.customers, paths=paths, stated=None).run
        return len(foreign_records(run, customer=str(run.customer_id), customers=project.customers))

    assert strays("trace.json") == 1
    assert strays("trace_after_fix.json") == strays("trace_castlemead.json") == 0


def test_the_review_desk_stopped_the_draft(demo: Path) -> None:
    trace = demo / "incidents" / INCIDENT / "evidence" / "trace.json"

    (run,) = formats.read(trace.read_bytes(), name=trace.name).runs

    assert [
        step.output["decision"]
        for step in run.steps
        if step.kind == "review" and isinstance(step.output, dict)
    ] == ["rejected"]
