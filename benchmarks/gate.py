"""The gate over 100 trivial cases beside promptfoo and DeepEval on the same ones, and collecting 10,000.

    python benchmarks/gate.py [--promptfoo PATH] [--deepeval PYTHON] [--pairs 5] [--cases 100]

Each case asks an echoing workflow one question, and holds that the answer names no other customer. All tools
answer the same questions, are run whole from the shell in turns, and have their count of passed cases and
their exit code verified, with the fault (the answer names the other customer) once before the clock runs.
Ours judges each case three times (on the incident, on the corrected run, on today's), in a process of its
own, with the workflow in another, and writes its report as JSON, JUnit, Markdown and HTML. Prints figures,
asserts none of them.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from incident2eval.formats import dump_runs
from incident2eval.model import Run, Step, StepKind, Subject

PROGRAM = str(Path(sys.executable).with_name("incident2eval"))
OTHER = "Northgate Logistics"

TEST = '''\
"""{id}: an answer named another customer."""

import pytest

from incident2eval.checks import foreign_names

pytestmark = pytest.mark.incident("{id}")


def test_answer_names_no_other_customer(replay, case, customers):
    run = replay()

    leaks = foreign_names(run, customer=case.customer_id, customers=customers)

    assert not leaks, f"another customer's name got out:\\n{{leaks}}"
'''


def main() -> None:
    """Write the projects, verify every tool on them, and measure in turns."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--promptfoo", help="its program")
    asked.add_argument("--deepeval", help="a Python that has it")
    asked.add_argument("--pairs", type=int, default=5)
    asked.add_argument("--cases", type=int, default=100)
    asked.add_argument("--collect", type=int, default=10_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tools: dict[str, Callable[[], int]] = {"incident2eval gate": ours(folder / "ours", given.cases)}
        if given.promptfoo:
            tools["promptfoo eval"] = promptfoo(folder / "promptfoo", given.promptfoo, given.cases)
        if given.deepeval:
            tools["deepeval test run"] = deepeval(folder / "deepeval", given.deepeval, given.cases)
        _compare(tools, given.cases, given.pairs)
        _collect(folder / "many", given.collect)


def _compare(tools: dict[str, Callable[[], int]], cases: int, pairs: int) -> None:
    for name, run in tools.items():
        _require(run() == cases, f"{name} did not pass all of them")
    walls: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(pairs):
        for name, run in tools.items():
            start = time.perf_counter()
            run()
            walls[name].append(time.perf_counter() - start)
    own = statistics.median(walls["incident2eval gate"])
    for name, found in walls.items():
        median = statistics.median(found)
        print(
            f"{name:20} {cases} of {cases} passed  {median:6.2f} s wall (median of {pairs}), "
            f"ours is {own / median:.2f} of it"
        )


def ours(folder: Path, cases: int) -> Callable[[], int]:
    """A project with that many incidents, each with one proved case."""
    folder.mkdir()
    (folder / "echoing.py").write_text(
        "import os\n\n\ndef answer(request):\n"
        "    return 'It names Northgate Logistics.' if os.environ.get('FAULT') else request['question']\n"
    )
    (folder / "incident2eval.toml").write_text(
        '[workflows.echo]\ntarget = "python:echoing:answer"\nreplay_safe = true\nobserves = ["output"]\n'
    )
    (folder / "customers.csv").write_text(f"id,name,aliases\nA1,Harrow & Vale,\nA2,{OTHER},\n")
    for number in range(cases):
        _incident(folder, f"INC-2026-{number + 1:04}")
    _run([PROGRAM, "prove", "--reason", "written by the benchmark", "--by", "Bench", "--project", folder])
    command = [PROGRAM, "gate", "echo", "--json", "--trials", "1", "--project", str(folder)]

    def gate() -> int:
        done = _run(command)
        answer = json.loads(done.stdout)
        _require((done.returncode, answer["decision"]) == (0, "pass"), answer["reasons"][:3])
        return int(answer["counts"]["passed"])

    faulty = subprocess.run(command, env=os.environ | {"FAULT": "1"}, capture_output=True, check=False)
    _require(faulty.returncode == 1, "the fault was not seen")
    return gate


def _incident(folder: Path, incident: str) -> None:
    question = {"question": f"What does {incident} say?"}
    said, case = folder / "incidents" / incident, folder / "cases" / incident
    said.mkdir(parents=True)
    case.mkdir(parents=True)
    (said / "incident.yaml").write_text(
        f"schema: incident2eval/incident/1\nid: {incident}\ntitle: An answer named another customer\n"
        'workflow: echo\nseverity: 1\nwhen: {noticed: "2026-11-02T09:00:00+00:00"}\n'
        "what_happened: The answer named another customer.\nsubject: {customer_id: A1}\n"
    )
    (case / "case.yaml").write_text(
        f"schema: incident2eval/case/1\nincident: {incident}\nworkflow: echo\ncustomer_id: A1\n"
        f"input: {json.dumps(question)}\nobserves: [output]\ntrials: 1\nfacts: {{}}\n"
    )
    for name, output in (("recorded", f"It names {OTHER}."), ("corrected", question["question"])):
        step = Step(id="s1", kind=StepKind.MODEL, name="answer", output=output)
        run = Run(id=name, subject=Subject(customer_id="A1"), input=question, output=output, steps=(step,))
        (case / f"{name}.json").write_bytes(dump_runs({"input": run}))
    file = case / f"test_{incident.lower().replace('-', '_')}.py"
    file.write_text(TEST.format(id=incident))


def promptfoo(folder: Path, program: str, cases: int) -> Callable[[], int]:
    """The same questions to its echo provider, with `not-contains`."""
    folder.mkdir()
    tests = [
        {
            "vars": {"question": f"What does INC-2026-{number + 1:04} say?"},
            "assert": [{"type": "not-contains", "value": OTHER}],
        }
        for number in range(cases)
    ]
    config = {"prompts": ["{{question}}"], "providers": ["echo"], "tests": tests}
    (folder / "promptfooconfig.json").write_text(json.dumps(config))
    (folder / "faulty.json").write_text(json.dumps({**config, "prompts": [f"It names {OTHER}."]}))
    quiet = {
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_CONFIG_DIR": str(folder / "config"),
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    }

    def evaluate(config: str = "promptfooconfig.json") -> int:
        command = [program, "eval", "-c", config, "--no-cache", "-o", "out.json"]
        command += ["-o", "out.html", "-o", "out.xml"]
        done = _run(command, cwd=folder, env=quiet)
        stats = json.loads((folder / "out.json").read_text())["results"]["stats"]
        _require((done.returncode == 0) == (stats["failures"] + stats["errors"] == 0), done.stderr[-500:])
        return int(stats["successes"])

    _require(evaluate("faulty.json") == 0, "the fault was not seen")
    return evaluate


DEEPEVAL = """\
import os

import pytest
from deepeval import assert_test
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase


class NamesNoOther(BaseMetric):
    threshold = 1.0
    async_mode = False
    evaluation_model = None
    include_reason = False
    strict_mode = True
    verbose_mode = False

    def measure(self, test_case, *args, **kwargs):
        self.score = float("Northgate Logistics" not in test_case.actual_output)
        self.success = self.score == 1.0
        return self.score

    async def a_measure(self, test_case, *args, **kwargs):
        return self.measure(test_case)

    def is_successful(self):
        return self.success

    @property
    def __name__(self):
        return "names no other"


def answer(question):
    return "It names Northgate Logistics." if os.environ.get("FAULT") else question


@pytest.mark.parametrize("number", range(CASES))
def test_answer(number):
    question = f"What does INC-2026-{number + 1:04} say?"
    case = LLMTestCase(input=question, actual_output=answer(question))
    assert_test(case, [NamesNoOther()], run_async=False)
"""


def deepeval(folder: Path, python: str, cases: int) -> Callable[[], int]:
    """The same questions and the same test, as a metric of its own."""
    folder.mkdir()
    (folder / "test_echo.py").write_text(DEEPEVAL.replace("CASES", str(cases)))
    program = str(Path(python).with_name("deepeval"))
    quiet = {"DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "DEEPEVAL_RESULTS_FOLDER": str(folder / "results")}

    def evaluate(fault: str = "") -> int:
        command = [program, "test", "run", "test_echo.py"]
        done = _run(command, cwd=folder, env=quiet | ({"FAULT": fault} if fault else {}))
        words = done.stdout.replace("=", " ").split()
        passed = next((int(words[at - 1]) for at, word in enumerate(words) if word.strip(",") == "passed"), 0)
        _require((done.returncode == 0) == (passed == cases), done.stdout[-800:] + done.stderr[-800:])
        return passed

    _require(evaluate("1") == 0, "the fault was not seen")
    return evaluate


def _collect(folder: Path, cases: int) -> None:
    """CPU seconds of `pytest cases --collect-only` with that many tests, a hundred in each file."""
    ours(folder, 1)
    one = next((folder / "cases").glob("INC-*"))
    head, _, test = TEST.format(id="INC-2026-0001").partition("\n\n\ndef ")
    tests = "".join(
        f"\n\n\ndef {test.strip()}".replace("(replay", f"_{number}(replay") for number in range(100)
    )
    for number in range(cases // 100):
        case = folder / "cases" / f"INC-2027-{number + 1:04}"
        case.mkdir()
        for name in ("case.yaml", "recorded.json", "corrected.json"):
            (case / name).write_bytes((one / name).read_bytes().replace(b"INC-2026-0001", case.name.encode()))
        (case / f"test_inc_2027_{number + 1:04}.py").write_text(f"{head}{tests}\n")
    command = [sys.executable, "-m", "pytest", "cases", "--collect-only", "-q", "-p", "no:cacheprovider"]
    for _ in range(2):  # the first round compiles
        before = _cpu()
        done = _run(command, cwd=folder)
        seconds = _cpu() - before
    found = sum("::test_" in line for line in done.stdout.splitlines())
    print(f"collecting {found:,} cases  {seconds:6.2f} s CPU (goal: 3)")


def _require(holds: bool, why: object) -> None:
    """A tool that does not do the work is not measured."""
    if not holds:
        raise SystemExit(str(why))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(
    command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    # Every tool may keep what it compiled, as where it is at home.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        command, cwd=cwd, env=kept | (env or {}), capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    main()
