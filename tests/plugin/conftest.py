"""A project with one case, and a toy workflow that notes every call."""

import json

import pytest

INCIDENT = "INC-2026-0142"

SETTINGS = """\
[workflows.monthly-summary]
target = "python:flows:{target}"
targets = {{silent = "python:flows:silent"}}
timeout = {timeout}
replay_safe = {replay_safe}
"""

FLOWS = """\
import json
import os
import time
from pathlib import Path


def _noted(input, *owners, output="A quiet month."):
    with Path(__file__).with_name("calls.txt").open("a") as calls:
        calls.write(json.dumps(input) + "\\n")
    time.sleep(0.2)
    records = [{"id": f"note-{owner}", "owner": owner} for owner in owners]
    steps = [{"id": "s1", "kind": "retrieval", "name": "search_notes", "records": records}]
    return {"output": output, "steps": steps, "subject": {"customer_id": "A2"}}


def fixed(input):
    return _noted(input, "A1")


def buggy(input):
    return _noted(input, "A1", "A2")


def silent(input):
    return _noted(input, "A1", output="")


def wordy(input):
    return _noted(input, "A1", output="no figures")


def loud(input):
    print("\\x1b]0;owned\\x07 on stdout")
    return _noted(input, "A1", "A2")


def crash(input):
    _noted(input)
    raise RuntimeError("no index \\x1b[31m today")


def tired(input):
    answer = flaky(input)
    if len(answer["steps"][0]["records"]) > 1:
        raise RuntimeError("enough for today")
    return answer


def slow(input):
    _noted(input)
    time.sleep(60)


def flaky(input):
    called_before = Path(__file__).with_name("calls.txt").exists()
    return _noted(input, "A1", *(["A2"] if called_before else []))
"""

CASE = """\
schema: incident2eval/case/1
incident: INC-2026-0142
workflow: monthly-summary
customer_id: A1
input: {"month": "2026-10", "customer_id": "A1"}
observes: [output, steps, records]
trials: 1
facts: {"approved_tools": ["search_notes"]}
"""

TESTS = '''\
"""INC-2026-0142: an output written for one customer named another."""

import pytest

from incident2eval.checks import foreign_records

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_retrieval_fetches_only_this_customers_records(replay, case, customers):
    run = replay()

    strays = foreign_records(run, customer=case.customer_id, customers=customers)

    assert not strays, f"another customer's records were fetched:\\n{strays}"


def test_all_of_them(replay, case, customers):
    for run in replay.all():
        strays = foreign_records(run, customer=case.customer_id, customers=customers)

        assert not strays, f"another customer's records were fetched:\\n{strays}"
'''


def _run(*owners: str, output: str = "A quiet month.") -> str:
    records = [{"id": f"note-{owner}", "owner": owner} for owner in owners]
    steps = [{"id": "s1", "kind": "retrieval", "name": "search_notes", "records": records}]
    return json.dumps({"schema": "incident2eval/run/1", "output": output, "steps": steps})


class Toy:
    """A project in pytester's folder."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.root = pytester.path
        self.folder = self.root / "cases" / INCIDENT
        self.folder.mkdir(parents=True)
        (self.root / "flows.py").write_text(FLOWS)
        (self.root / "customers.csv").write_text("id,name,aliases\nA1,Northwind Ltd,\nA2,Contoso,\n")
        (self.folder / "recorded.json").write_text(_run("A1", "A2"))
        (self.folder / "corrected.json").write_text(_run("A1", output="Three notes: 3."))
        self.settings()
        self.case(CASE)
        self.tests(TESTS)

    def settings(self, target: str = "fixed", *, timeout: float = 30, replay_safe: bool = True) -> None:
        """Write incident2eval.toml."""
        text = SETTINGS.format(target=target, timeout=timeout, replay_safe=str(replay_safe).lower())
        (self.root / "incident2eval.toml").write_text(text)

    def case(self, text: str) -> None:
        """Write case.yaml."""
        (self.folder / "case.yaml").write_text(text)

    def tests(self, source: str) -> None:
        """Write the test file."""
        (self.folder / "test_inc_2026_0142.py").write_text(source)

    def pytest(self, *arguments: str) -> pytest.RunResult:
        """Run pytest here, in a process of its own."""
        return self.pytester.runpytest_subprocess("-pno:cacheprovider", *(arguments or ["cases"]))

    @property
    def calls(self) -> list[str]:
        """Every call of the workflow so far: its input."""
        calls = self.root / "calls.txt"
        return calls.read_text().splitlines() if calls.exists() else []


@pytest.fixture
def toy(pytester: pytest.Pytester) -> Toy:
    """A project with one case; its workflow is mended."""
    return Toy(pytester)
