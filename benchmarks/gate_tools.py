"""What `gate.py` measures: one workflow, asked the same by the gate, by promptfoo and by DeepEval."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from incident2eval.formats import dump_runs
from incident2eval.model import Run, Step, StepKind, Subject

PROGRAM = str(Path(sys.executable).with_name("incident2eval"))
JOBS = 4
"""Calls at once, as promptfoo makes by itself; DeepEval makes one after the other."""

FIELD = "[CLIENT NAME]"
FAULT = f"Dear {FIELD}, all is well."

WORKFLOW = f"""\
import os


def answer(request):
    if "COUNTED" in os.environ:
        with open(os.environ["COUNTED"], "a") as calls:
            calls.write("called\\n")
    return {FAULT!r} if "FAULT" in os.environ else request["question"]
"""
"""The workflow that every tool calls, word for word: it answers with the question."""

TEST = '''\
"""{id}: a field of a letter was left unfilled."""

import pytest

from incident2eval.checks import unfilled_placeholders

pytestmark = pytest.mark.incident("{id}")


def test_every_field_is_filled(replay, case):
    run = replay()

    gaps = unfilled_placeholders(run, fields=case["template_fields"])

    assert not gaps, f"a field of the letter was left unfilled:\\n{{gaps}}"
'''

QUESTIONS = (
    "left_company", "exposed_information", "took_action", "approved_wrongly", "could_affect_more",
    "recent_change", "obligation_possible",
)  # fmt: skip
"""All answered no: the incidents stay at level 1, which asks for one trial."""

PROVIDER = """\
from echoing import answer


def call_api(prompt, options, context):
    return {"output": answer({"question": prompt})}
"""

DEEPEVAL = """\
import pytest
from deepeval import assert_test
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase

from echoing import answer


class EveryFieldIsFilled(BaseMetric):
    threshold = 1.0
    async_mode = False
    evaluation_model = None
    include_reason = False
    strict_mode = True
    verbose_mode = False

    def measure(self, test_case, *args, **kwargs):
        self.score = float("[CLIENT NAME]" not in test_case.actual_output)
        self.success = self.score == 1.0
        return self.score

    async def a_measure(self, test_case, *args, **kwargs):
        return self.measure(test_case)

    def is_successful(self):
        return self.success

    @property
    def __name__(self):
        return "every field is filled"


@pytest.mark.parametrize("trial", range(TRIALS))
@pytest.mark.parametrize("number", range(CASES))
def test_answer(number, trial):
    question = f"What does INC-2026-{number + 1:04} say?"
    case = LLMTestCase(input=question, actual_output=answer({"question": question}))
    assert_test(case, [EveryFieldIsFilled()], run_async=False)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a tool says came of its run."""

    passed: int
    failed: int
    code: int


class Tool(Protocol):
    """Asks every question so many times, and writes its reports."""

    def __call__(self, trials: int, variables: Mapping[str, str]) -> Told:
        """Run the tool whole, as from a shell, with these variables beside those of the caller."""


def question(number: int) -> str:
    """What the workflow is asked in one case, by every tool."""
    return f"What does {_incident(number)} say?"


def ours(folder: Path, cases: int) -> Tool:
    """The gate: a project with that many incidents of level 1, each with one proved case."""
    folder.mkdir()
    (folder / "echoing.py").write_text(WORKFLOW)
    (folder / "incident2eval.toml").write_text(
        '[workflows.echo]\ntarget = "python:echoing:answer"\nreplay_safe = true\nobserves = ["output"]\n'
    )
    (folder / "customers.csv").write_text("id,name,aliases\nA1,Harrow & Vale,\n")
    for number in range(cases):
        _write_incident(folder, number)
    proved = run([PROGRAM, "prove", "--reason", "written by the benchmark", "--by", "Bench"], folder, {})
    if proved.returncode:
        raise SystemExit(proved.stdout[-800:] + proved.stderr[-800:])

    def gate(trials: int, variables: Mapping[str, str]) -> Told:
        asked = ["--json", "--jobs", str(JOBS), "--trials", str(trials)]
        done = run([PROGRAM, "gate", "echo", *asked], folder, variables)
        answer = json.loads(done.stdout)
        failed = sum(case["failed_trials"] for case in answer["cases"])
        made = sum(case["trials"] for case in answer["cases"])
        passes = answer["decision"] == "pass" and answer["counts"]["passed"] == cases
        return Told(passed=made - failed if passes else 0, failed=failed, code=done.returncode)

    return gate


def promptfoo(folder: Path, program: str, cases: int, *, provider: str | None = None) -> Tool:
    """Its `eval` with `not-contains` and a provider in Python; or with one of its own, by name."""
    folder.mkdir()
    (folder / "echoing.py").write_text(WORKFLOW)
    (folder / "provider.py").write_text(PROVIDER)
    holds = [{"type": "not-contains", "value": FIELD}]
    tests = [{"vars": {"question": question(number)}, "assert": holds} for number in range(cases)]
    config = {"prompts": ["{{question}}"], "providers": [provider or "file://provider.py"], "tests": tests}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "faulty.json").write_text(json.dumps({**config, "prompts": [FAULT]}))
    quiet = {
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_CONFIG_DIR": str(folder / "kept"),
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        "PROMPTFOO_PYTHON": sys.executable,
        # Its log of what it does now and then breaks off a run that has passed, with exit code 1.
        "PROMPTFOO_DISABLE_DEBUG_LOG": "1",
        "PROMPTFOO_DISABLE_ERROR_LOG": "1",
    }

    def evaluate(trials: int, variables: Mapping[str, str]) -> Told:
        # A provider of its own calls no workflow, so the fault has to be in the question.
        config = "faulty.json" if provider and "FAULT" in variables else "config.json"
        asked = ["--no-cache", "--max-concurrency", str(JOBS), "--repeat", str(trials)]
        command = [program, "eval", "-c", config, *asked]
        outputs = ("-o", "out.json", "-o", "out.html", "-o", "out.xml")
        (folder / "out.json").unlink(missing_ok=True)
        done = run([*command, *outputs], folder, {**quiet, **variables})
        stats = json.loads((folder / "out.json").read_text())["results"]["stats"]
        failed = stats["failures"] + stats["errors"]
        return Told(passed=stats["successes"], failed=failed, code=done.returncode)

    return evaluate


def deepeval(folder: Path, python: str, cases: int) -> Tool:
    """Its `test run` with a metric of three lines; it calls the workflow within its own process."""
    folder.mkdir()
    (folder / "echoing.py").write_text(WORKFLOW)
    results = folder / "results"
    quiet = {
        "DEEPEVAL_TELEMETRY_OPT_OUT": "YES",
        "DEEPEVAL_RESULTS_FOLDER": str(results),
        "PYTHONPATH": str(folder),
    }

    def evaluate(trials: int, variables: Mapping[str, str]) -> Told:
        file = folder / f"test_{trials}.py"
        if not file.exists():
            file.write_text(DEEPEVAL.replace("TRIALS", str(trials)).replace("CASES", str(cases)))
        before = set(results.glob("*.json"))
        program = str(Path(python).with_name("deepeval"))
        done = run([program, "test", "run", file.name], folder, {**quiet, **variables})
        (written,) = set(results.glob("*.json")) - before
        told = json.loads(written.read_text())
        return Told(passed=told["testPassed"], failed=told["testFailed"], code=done.returncode)

    return evaluate


def run(command: list[str], folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; every tool may keep what it compiled, as where it is at home."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        command, cwd=folder, env={**kept, **variables}, capture_output=True, text=True, check=False
    )


def _incident(number: int) -> str:
    return f"INC-2026-{number + 1:04}"


def _write_incident(folder: Path, number: int) -> None:
    incident, asked = _incident(number), {"question": question(number)}
    said, case = folder / "incidents" / incident, folder / "cases" / incident
    said.mkdir(parents=True)
    case.mkdir(parents=True)
    (said / "incident.yaml").write_text(
        f"schema: incident2eval/incident/1\nid: {incident}\ntitle: A field of a letter was left unfilled\n"
        'workflow: echo\nseverity: 1\nwhen: {noticed: "2026-11-02T09:00:00+00:00"}\n'
        "what_happened: A field of the letter was left unfilled; it was seen before it was sent.\n"
        "impact: {acted_on: no, domains: [operational]}\n"
        f"questions: {{{', '.join(f'{name}: no' for name in QUESTIONS)}}}\n"
        "subject: {customer_id: A1}\n"
    )
    (case / "case.yaml").write_text(
        f"schema: incident2eval/case/1\nincident: {incident}\nworkflow: echo\ncustomer_id: A1\n"
        f"input: {json.dumps(asked)}\nobserves: [output]\ntrials: 1\n"
        "facts: {template_fields: [client name]}\n"
    )
    for name, output in (("recorded", FAULT), ("corrected", asked["question"])):
        step = Step(id="s1", kind=StepKind.MODEL, name="answer", output=output)
        evidence = Run(id=name, subject=Subject(customer_id="A1"), input=asked, output=output, steps=(step,))
        (case / f"{name}.json").write_bytes(dump_runs({"input": evidence}))
    (case / f"test_{incident.lower().replace('-', '_')}.py").write_text(TEST.format(id=incident))
