"""How a workflow is called: where it runs, what it sees, and how its failures are told."""

import importlib.util
import marshal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import Outcome, Result
from incident2eval.workflows import Target, call

Workflow = Callable[..., Target]


def outcome(target: Target) -> Result:
    ((result,),) = call(target, [[{}]])
    return result


def output(target: Target) -> object:
    result = outcome(target)
    assert result.run is not None, result.message
    return result.run.output


def outputs(target: Target, trials: list[list[dict[str, object]]]) -> list[list[object]]:
    return [[result.run and result.run.output for result in trial] for trial in call(target, trials)]


def test_one_result_for_each_input_of_each_trial_in_order(workflow: Workflow) -> None:
    target = workflow("def run(input): return input['n']")

    assert outputs(target, [[{"n": 1}, {"n": 2}], [], [{"n": 3}]]) == [[1, 2], [], [3]]


def test_nothing_to_call_starts_nothing(workflow: Workflow) -> None:
    target = workflow("", python="there/is/no/python")

    assert call(target, []) == ()
    assert call(target, [[], []]) == ((), ())


def test_state_bleeds_between_the_inputs_of_a_trial_and_never_between_trials(workflow: Workflow) -> None:
    target = workflow("""
        import os
        seen = []

        def run(input):
            seen.append(input["n"])
            os.chdir("/")
            return list(seen)
        """)

    assert outputs(target, [[{"n": 1}, {"n": 2}], [{"n": 3}]]) == [[[1], [1, 2]], [[3]]]


def test_the_workflow_is_imported_once(workflow: Workflow, tmp_path: Path) -> None:
    target = workflow("""
        open("imports", "a").write("imported\\n")
        def run(input): return "x"
        """)

    call(target, [[{}], [{}], [{}]])

    assert (tmp_path / "imports").read_text() == "imported\n"


def test_the_project_is_the_working_directory_and_first_on_the_path(
    workflow: Workflow, tmp_path: Path
) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "desk.py").write_text("class Desk:\n    def draft(input): return 'drafted'\n")
    target = workflow("import os, sys\ndef run(input): return [os.getcwd(), sys.path[0], sys.argv[1:]]")
    nested = Target(address="python:acme.desk:Desk.draft", project=tmp_path)

    assert output(target) == [str(tmp_path), str(tmp_path), []]
    assert output(nested) == "drafted"


def test_our_own_modules_never_stand_in_for_the_workflows(workflow: Workflow) -> None:
    target = workflow("""
        import sys

        def run(input):
            return [name for name in ("_worker", "_python", "incident2eval") if name in sys.modules]
        """)

    assert output(target) == []


def test_a_project_may_be_given_by_a_relative_path(
    workflow: Workflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow("def run(input): return 'found'")
    monkeypatch.chdir(tmp_path.parent)

    assert output(Target(address="python:flows:run", project=Path(tmp_path.name))) == "found"


def test_the_environment_is_the_callers_without_that_of_python_and_pytest(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", "http://crm.example")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    target = workflow("import os\ndef run(input): return dict(os.environ)")

    environment = output(target)

    assert isinstance(environment, dict)
    assert environment["CRM_URL"] == "http://crm.example"
    assert environment["INCIDENT2EVAL_REPLAY"] == "1"
    assert not [name for name in environment if name.startswith(("PYTEST_", "PYTHON"))]


def test_the_interpreter_is_relative_to_the_project(workflow: Workflow, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    target = workflow("import sys\ndef run(input): return sys.executable", python="bin/python")

    assert output(target) == str(tmp_path / "bin" / "python")


def test_an_edited_workflow_is_never_the_one_before(workflow: Workflow, tmp_path: Path) -> None:
    assert output(workflow("def run(input): return 'before'")) == "before"
    assert output(workflow("def run(input): return 'behind'")) == "behind"
    assert not (tmp_path / "__pycache__").exists()


def test_bytecode_that_says_it_was_made_of_the_source_is_not_believed(
    workflow: Workflow, tmp_path: Path
) -> None:
    (tmp_path / "prices.py").write_text("PRICE = 'right'\n")
    target = workflow("import prices\ndef run(input): return prices.PRICE")
    source = tmp_path / "prices.py"
    code = compile("PRICE = 'forged'\n", str(source), "exec")
    seen = source.stat()
    header = importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, int(seen.st_mtime), seen.st_size)
    forged = Path(importlib.util.cache_from_source(str(source)))
    forged.parent.mkdir()
    forged.write_bytes(header + marshal.dumps(code))
    believed = subprocess.run(
        [sys.executable, "-c", "import prices; print(prices.PRICE)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert believed.stdout == "forged\n"
    assert output(target) == "right"


def test_whatever_it_prints_goes_to_standard_error(
    workflow: Workflow, capfd: pytest.CaptureFixture[str]
) -> None:
    target = workflow("""
        import os, subprocess, sys
        print("from the import")

        def run(input):
            print('{"outcome": "passed"}')
            os.write(1, b"raw\\n")
            subprocess.run(["echo", "from a child"], check=True)
            print("\\x1b]0;title\\x07", file=sys.stderr)
            return "x"
        """)

    assert output(target) == "x"

    printed = capfd.readouterr()
    assert printed.out == ""
    for line in ("from the import", '{"outcome": "passed"}', "raw", "from a child", "\\x1b]0;title\\x07"):
        assert f"{line}\n" in printed.err


def test_printing_a_lot_blocks_nothing(workflow: Workflow, capfd: pytest.CaptureFixture[str]) -> None:
    target = workflow("""
        def run(input):
            for _ in range(100):
                print("x" * 50_000)
            return "printed"
        """)

    assert output(target) == "printed"
    assert len(capfd.readouterr().err) == 100 * 50_001


def test_standard_input_is_empty(workflow: Workflow) -> None:
    assert output(workflow("import sys\ndef run(input): return sys.stdin.read()")) == ""
    assert outcome(workflow("def run(given): return input()")).message.startswith("EOFError")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise ConnectionError('crm-index: refused')", "ConnectionError: crm-index: refused (flows.py:5)"),
        ("return input['month']", "KeyError: 'month' (flows.py:5)"),
        ("raise Odd", "Odd (flows.py:5)"),
        ("sys.exit(3)", "SystemExit: 3 (flows.py:5)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt (flows.py:5)"),
        ("os._exit(0)", "the process ended without an answer (exit code 0)"),
        ("os.abort()", "the process ended without an answer (killed by SIGABRT)"),
        ("os.kill(0, 9)", "the process ended without an answer (killed by SIGKILL)"),
        ("os.kill(os.getpid(), 40)", "the process ended without an answer (killed by signal 40)"),
        ("os.closerange(3, 100)", "the process ended without an answer (exit code 1)"),
        (
            "print(int('9' * 5000))",
            "ValueError: Exceeds the limit (4300 digits) for integer string conversion: ",
        ),
        ("return 10 ** 5000", "ValueError: Exceeds the limit (4300 digits) for integer string conversion"),
        ("return run(input)", "RecursionError: maximum recursion depth exceeded (flows.py:5)"),
        (r"raise ValueError('two\n lines \x1b[31m')", r"ValueError: two lines \x1b[31m (flows.py:5)"),
    ],
)
def test_a_failure_is_one_line_that_says_what_happened(code: str, message: str, workflow: Workflow) -> None:
    target = workflow(f"""\
        import os, sys
        class Odd(Exception):
            def __str__(self): raise RuntimeError
        def run(input):
            {code}
        """)

    result = outcome(target)

    assert result.outcome is Outcome.ERRORED
    assert result.run is None
    assert result.message.startswith(message)
    assert "\n" not in result.message


def test_a_failure_is_placed_in_the_project_not_in_its_libraries(workflow: Workflow, tmp_path: Path) -> None:
    site = tmp_path / ".venv" / "site-packages"
    site.mkdir(parents=True)
    (site / "client.py").write_text("def get():\n    raise TimeoutError('crm')\n", encoding="utf-8")
    target = workflow("""\
        import sys
        sys.path.append(".venv/site-packages")
        import client
        def run(input): return client.get()
        """)

    assert outcome(target).message == "TimeoutError: crm (flows.py:4)"


def test_a_long_message_is_cut(workflow: Workflow) -> None:
    assert len(outcome(workflow("def run(input): raise ValueError('x' * 1_000_000)")).message) == 500


def test_the_inputs_after_an_exception_run_and_the_trials_after_a_death_run(workflow: Workflow) -> None:
    target = workflow("""
        import os

        def run(input):
            if input["n"] == 1:
                raise ValueError("one")
            if input["n"] == 2:
                os._exit(7)
            return input["n"]
        """)

    first, second = call(target, [[{"n": 1}, {"n": 0}, {"n": 2}, {"n": 3}], [{"n": 4}]])

    assert [result.outcome for result in first] == ["errored", "passed", "errored", "errored"]
    assert first[3].message == "not run: an earlier input ended the process (exit code 7)"
    assert second[0].run is not None


def test_descriptors_that_were_closed_and_opened_anew_are_not_written_to(
    workflow: Workflow, tmp_path: Path
) -> None:
    target = workflow("""
        import os

        def run(input):
            os.closerange(3, 100)
            for number in range(20):
                os.open(f"mine-{number}", os.O_CREAT | os.O_WRONLY)
            return "lost"
        """)

    assert outcome(target).outcome is Outcome.ERRORED
    assert {path.read_bytes() for path in tmp_path.glob("mine-*")} == {b""}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import no_such_module",
            "cannot import flows: ModuleNotFoundError: No module named 'no_such_module' (flows.py",
        ),
        ("def run(input) return 1", "cannot import flows: SyntaxError: "),
        ("import sys; sys.exit('no key')", "cannot import flows: SystemExit: no key (flows.py:1)"),
        ("import os; os._exit(3)", "cannot import python:flows:run: the worker ended (exit code 3)"),
        ("import os; os.abort()", "cannot import python:flows:run: the worker ended (killed by SIGABRT)"),
        (
            "run = {'not': 'callable'}",
            "cannot import flows: TypeError: flows:run is of type dict, not a callable",
        ),
        ("", "cannot import flows: AttributeError: module 'flows' has no attribute 'run'"),
    ],
)
def test_a_workflow_that_cannot_be_imported_fails_every_run(
    code: str, message: str, workflow: Workflow
) -> None:
    results = call(workflow(code), [[{}, {}], [{}]])

    assert [len(trial) for trial in results] == [2, 1]
    for result in (result for trial in results for result in trial):
        assert result.outcome is Outcome.ERRORED
        assert result.message.startswith(message)


def test_descriptors_closed_by_the_import_are_told(workflow: Workflow) -> None:
    target = workflow("import os, time\nos.closerange(3, 100)\ntime.sleep(60)")

    assert "the workflow closed its descriptors" in outcome(target).message


def test_an_interpreter_that_is_not_there_is_named(workflow: Workflow, tmp_path: Path) -> None:
    result = outcome(workflow("", python=".venv/bin/python"))

    assert result.outcome is Outcome.ERRORED
    assert result.message.startswith(f"cannot start {tmp_path}/.venv/bin/python: No such file or directory")


def test_a_project_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = outcome(Target(address="python:flows:run", project=tmp_path / "gone"))

    assert result.message.endswith(f"No such file or directory ({tmp_path}/gone)")


def test_threads_and_signal_handlers_of_the_import_are_in_nobodys_way(workflow: Workflow) -> None:
    target = workflow("""
        import signal, threading, time
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(name, signal.SIG_IGN)
        threading.Thread(target=time.sleep, args=(60,)).start()

        def run(input):
            return "fine"
        """)

    assert outputs(target, [[{}], [{}]]) == [["fine"], ["fine"]]


def test_a_stranger_that_reaps_our_children_is_in_nobodys_way(workflow: Workflow) -> None:
    target = workflow("""
        import os, signal
        signal.signal(signal.SIGCHLD, lambda *_: os.waitpid(-1, os.WNOHANG))

        def run(input):
            if input:
                os._exit(5)
            return "fine"
        """)

    dead, fine = call(target, [[{"die": True}], [{}]])

    assert dead[0].outcome is Outcome.ERRORED
    assert fine[0].outcome is Outcome.PASSED


def test_the_worker_needs_nothing_but_the_standard_library() -> None:
    from incident2eval.workflows import _worker

    code = "import runpy, sys; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    bare = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, _worker.__file__], capture_output=True, text=True, check=True
    )

    top = {name.partition(".")[0] for name in bare.stdout.split()}
    assert top <= sys.stdlib_module_names | {"__main__"}


def test_calls_leave_no_descriptor_open(workflow: Workflow) -> None:
    target = workflow("def run(input): return 'x'")
    call(target, [[{}]])
    before = len(list(Path("/proc/self/fd").iterdir()))

    call(target, [[{}], [{}]])

    assert len(list(Path("/proc/self/fd").iterdir())) == before
