"""`customers`: what the roster holds, and judging by a roster of hashes where no name is in clear."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import BadInput, NotJudged
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.customers import customers
from incident2eval.pipeline.project import set_state
from incident2eval.store import Project

ROSTER = "id,name,aliases,mail\nA1,Apex,APX,ops@apex.example\nA2,Northgate Logistics,Northgate;NGL,\n"
CANARIES = "customer_id,text\nA2,the heron sleeps at noon\n"


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    """A project with two customers and a canary."""
    (tmp_path / "incident2eval.toml").write_text('[project]\ncustomers = "customers.csv"\n')
    (tmp_path / "customers.csv").write_text(ROSTER)
    (tmp_path / "canaries.csv").write_text(CANARIES)
    return tmp_path


def hash_only(folder: Path) -> None:
    """Hash the roster, and take it out of the project in clear."""
    customers(project=folder, hashed=True)
    settings = folder / "incident2eval.toml"
    settings.write_text(settings.read_text().replace('"customers.csv"', '"customers.hashed.json"'))
    (folder / "customers.csv").unlink()
    (folder / "canaries.csv").unlink(missing_ok=True)


def test_it_says_what_the_roster_holds(firm: Path) -> None:
    answer = customers(project=firm, hashed=False)

    assert answer.text == "The roster holds in clear: 2 customers, 3 aliases, 1 contacts, 1 canaries."
    assert not (firm / "customers.hashed.json").exists()


def test_names_that_tell_nobody_apart_are_named(firm: Path) -> None:
    (firm / "customers.csv").write_text("id,name,aliases\nA1,Apex,\nA2,Sky,apex\nA3,May,\n")
    (firm / "canaries.csv").unlink()

    said = customers(project=firm, hashed=False).text.splitlines()

    assert [line.partition(":")[0] for line in said[1:] if ":" in line] == ["apex", "A3"]


def test_the_file_holds_ids_and_no_names(firm: Path) -> None:
    answer = customers(project=firm, hashed=True)
    written = (firm / "customers.hashed.json").read_text()

    assert 'customers = "customers.hashed.json"' in " ".join(answer.text.split())
    assert any("history" in note for note in answer.notes)
    assert [row["id"] for row in json.loads(written)["customers"]] == ["A1", "A2"]
    key = (firm / ".incident2eval" / "key").read_text().strip()
    for told in ("apex", "northgate", "logistics", "ngl", "apx", "ops@", "example", "heron", key):
        assert told not in written.casefold()


def test_the_same_roster_and_key_make_the_same_file(firm: Path) -> None:
    customers(project=firm, hashed=True)
    before = (firm / "customers.hashed.json").read_bytes()
    customers(project=firm, hashed=True)

    assert (firm / "customers.hashed.json").read_bytes() == before


def test_hashes_count_as_well(firm: Path) -> None:
    hash_only(firm)

    assert "as hashes: 2 customers" in customers(project=firm, hashed=False).text


def test_hashes_are_made_of_names_in_clear_only(firm: Path) -> None:
    hash_only(firm)
    with pytest.raises(BadInput, match=r"customers\.csv: there is no such file"):
        customers(project=firm, hashed=True)

    (firm / "customers.csv").write_text("id,name,aliases\nA1,Apex,\nA2,Sky,\nA3,Rowan Care,\n")
    customers(project=firm, hashed=True)
    assert len(Project.find(firm).customers) == 3


def test_without_the_key_nothing_is_judged(firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hash_only(firm)
    key = (firm / ".incident2eval" / "key").read_text()
    (firm / ".incident2eval" / "key").unlink()
    with pytest.raises(NotJudged, match="key") as raised:
        _ = Project.find(firm).customers
    assert "INCIDENT2EVAL_KEY" in (raised.value.hint or "")

    monkeypatch.setenv("INCIDENT2EVAL_KEY", "0" * 64)
    with pytest.raises(BadInput, match=r"another key.*INCIDENT2EVAL_KEY"):
        _ = Project.find(firm).customers

    monkeypatch.setenv("INCIDENT2EVAL_KEY", key)
    assert len(Project.find(firm).customers) == 2


def without_names(project: Path) -> None:
    """Take every name out of the project's roster; the workflow itself asks a system that has the names."""
    workflow = project / "summaries.py"
    workflow.write_text(workflow.read_text().replace('"customers.csv"', '"crm.csv"'))
    (project / "crm.csv").write_bytes((project / "customers.csv").read_bytes())
    hash_only(project)
    assert not any(row.names for row in Project.find(project).customers)


def test_the_faulty_workflow_is_blocked_and_the_mended_one_passes(
    project: Path, ask: Callable[[Path], Answer]
) -> None:
    without_names(project)
    assert ask(project).exit_code == 0

    set_state(project, "faulty")
    answer = ask(project)

    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked")
    assert "names customer 'K-" in json.dumps(answer.data)


def test_the_gate_without_the_key_does_not_pass(project: Path, ask: Callable[[Path], Answer]) -> None:
    without_names(project)
    (project / ".incident2eval" / "key").unlink()

    with pytest.raises(NotJudged):
        ask(project)
