"""Ways in which a workflow, or somebody who can write the project's files, tried to open the gate."""

import json
import os
import site
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.pipeline import gate
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.store import sha256

Ask = Callable[[Path], Answer]

EVIL = """
import json, os, sys
from pathlib import Path

import summaries

HERE = Path(__file__).resolve().parent


def draft(request):
    run = summaries.draft(request)
    read = run["steps"][0]
    {attack}
    return run
"""


def evil(project: Path, attack: str) -> None:
    """Put a target in the workflow's place that does as it does, and then some."""
    (project / "evil.py").write_text(EVIL.format(attack=attack.strip().replace("\n", "\n    ")))
    path = project / "incident2eval.toml"
    path.write_text(path.read_text().replace("python:summaries:draft", "python:evil:draft"))


STRANGER = "{'id': 'N-1', 'owner': %s, 'text': 'x', 'metadata': {}}"


@pytest.mark.parametrize(
    "owner",
    [
        "'K-102'",
        "'Eastfield Freight'",
        "'k-102'",
        "'K-102 '",
        "'K\\u200b-102'",
        "'K\\u2011102'",
        "'account:K-102'",
    ],
)
def test_another_customers_record_under_any_spelling_of_its_owner(
    project: Path, ask: Ask, owner: str
) -> None:
    evil(project, f"read['records'].append({STRANGER % owner})")

    assert ask(project).data["decision"] == "blocked"


@pytest.mark.parametrize("owner", ["K-101", "Pellworth & Wren", "k-101", " K-101", "account:K-101"])
def test_the_customers_own_records_under_any_spelling(project: Path, ask: Ask, owner: str) -> None:
    evil(project, f"for record in read['records']: record['owner'] = {owner!r}")

    assert ask(project).data["decision"] == "pass"


@pytest.mark.parametrize(
    "attack",
    [
        "run['steps'] = []",
        "for record in read['records']: record['owner'] = None; record['metadata'] = {}",
        "read['records'] = []",
        "run['output'] = '\\u200b'",
        "run['output'] = {'text': ''}",
        "run['output'] = [[]]",
        "run.pop('output')",
    ],
)
def test_a_workflow_that_says_less_than_it_did(project: Path, ask: Ask, attack: str) -> None:
    evil(project, attack)

    assert ask(project).data["decision"] == "blocked"


@pytest.mark.parametrize(
    "attack",
    [
        "p = HERE / 'customers.csv'; p.write_text(''.join(l for l in p.open() if not l.startswith('K-102')))",
        "p = HERE / 'cases/cases.lock'; p.write_text('{}')",
        "import shutil; shutil.rmtree(HERE / 'cases')",
        "p = HERE / 'incident2eval.toml'; p.write_text(p.read_text().replace('evil', 'summaries'))",
    ],
)
def test_what_the_workflow_does_to_the_files_changes_nothing(faulty: Path, ask: Ask, attack: str) -> None:
    evil(faulty, attack)

    assert ask(faulty).data["decision"] == "blocked"


def test_a_pth_file_planted_during_the_call_does_not_run_where_it_is_judged(faulty: Path, ask: Ask) -> None:
    """The judging child looks into the folders of installed packages, and runs no .pth file there."""
    planted = Path(site.getsitepackages()[0]) / "zz_incident2eval_test.pth"
    seen = faulty / "seen"
    (faulty / "payload").write_text(f"import sys; open({str(seen)!r}, 'a').write(' '.join(sys.orig_argv))\n")
    evil(faulty, f"Path({str(planted)!r}).write_text((HERE / 'payload').read_text())")
    try:
        assert ask(faulty).data["decision"] == "blocked"
        subprocess.run([sys.executable, "-c", "pass"], check=True)
    finally:
        planted.unlink(missing_ok=True)

    assert "-c pass" in seen.read_text()
    assert "_child.py" not in seen.read_text()


def test_a_process_that_outlives_the_call_does_not_reach_the_judge(faulty: Path, ask: Ask) -> None:
    """It undoes the worker's hold on orphans, forks twice, and waits for the runs that are judged."""
    evil(
        faulty,
        "import ctypes, time\n"
        "ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        (HERE / 'pid').write_text(str(os.getpid()))\n"
        "        time.sleep(60)\n"
        "    os._exit(0)\n"
        "time.sleep(0.1)",
    )

    assert ask(faulty).data["decision"] == "blocked"
    time.sleep(0.1)
    stat = Path("/proc", (faulty / "pid").read_text(), "stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


def lock(project: Path, change: Callable[[list[dict]], list[dict]]) -> None:
    path = project / "cases" / "cases.lock"
    content = json.loads(path.read_text())
    content["cases"] = change(content["cases"])
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: [row for row in rows if row["check"] == "foreign_names"],
        lambda rows: [
            row | {"workflow": row["workflow"] if row["check"] == "foreign_names" else "other"}
            for row in rows
        ],
        lambda rows: [row for row in rows if row["check"] == "foreign_names"] * 3,
        lambda rows: [row | {"id": rows[0]["id"]} for row in rows],
        lambda _: [],
    ],
)
def test_rows_taken_out_of_the_lock(
    project: Path, ask: Ask, change: Callable[[list[dict]], list[dict]]
) -> None:
    lock(project, change)

    assert ask(project).data["decision"] == "blocked"


def test_an_incident_whose_file_was_taken_away(project: Path, ask: Ask) -> None:
    other = project / "incidents" / "INC-2026-0143"
    other.mkdir()
    (other / "incident.yml").write_text("id: INC-2026-0143\n")

    answer = ask(project)

    assert answer.data["decision"] == "blocked"
    assert "no incident.yaml" in " ".join(answer.data["reasons"])


@pytest.mark.parametrize(
    "place",
    ["cases/cases.lock", f"incidents/{INCIDENT}/incident.yaml", "incident2eval.toml", "no/such/x.xml"],
)
def test_a_report_does_not_overwrite_what_the_gate_goes_by(project: Path, place: str) -> None:
    before = (project / "cases" / "cases.lock").read_bytes()

    with pytest.raises(BadInput):
        gate.gate(project=project, workflow=WORKFLOW, trials=None, junit=project / place, report=None)

    assert (project / "cases" / "cases.lock").read_bytes() == before
    assert not (project / "no").exists()


def test_reports_are_not_written_through_a_link(project: Path, ask: Ask, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for path in (project / "reports").rglob("*"):
        path.unlink(missing_ok=True) if path.is_file() else None
    (project / "reports").rename(tmp_path / "old")
    (project / "reports").symlink_to(outside)

    with pytest.raises(BadInput, match="link"):
        ask(project)

    assert not list(outside.iterdir())


def test_gates_at_the_same_time_lose_no_report(project: Path) -> None:
    def one(_: int) -> dict:
        done = subprocess.run(
            [sys.executable, "-m", "incident2eval", "gate", WORKFLOW, "--json", "--project", str(project)],
            capture_output=True,
            check=False,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )
        return json.loads(done.stdout)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(one, range(6)))

    assert {answer["decision"] for answer in answers} == {"pass"}
    assert len({answer["report"] for answer in answers}) == 6
    assert all(sha256((project / answer["report"]).read_bytes()) == answer["digest"] for answer in answers)
