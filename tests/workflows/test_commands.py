"""`command:` targets: any program that reads JSON and prints its answer."""

import shlex
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import Observation, Outcome, Result
from incident2eval.workflows import Target, _command, call, observations

Command = Callable[..., Target]
Pids = Callable[[], list[int]]
Alive = Callable[[int], bool]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """A target that runs a line of shell, or a script of Python where it is one."""

    def write(code: str, *, python: bool = False, timeout: float = 10.0) -> Target:
        script = tmp_path / "draft"
        script.write_text(f"#!{sys.executable if python else '/bin/sh'}\n{code}\n", encoding="utf-8")
        script.chmod(stat.S_IRWXU)
        return Target(address="command:./draft --json", project=tmp_path, timeout=timeout)

    return write


def answer(target: Target, given: dict[str, object] | None = None) -> Result:
    ((result,),) = call(target, [[given or {}]])
    return result


def output(target: Target, given: dict[str, object] | None = None) -> object:
    result = answer(target, given)
    assert result.run is not None, result.message
    return result.run.output


def test_the_input_is_json_on_standard_input_and_the_answer_is_what_it_prints(command: Command) -> None:
    run = answer(command("cat"), {"month": "2026-10", "name": "Größe 💶"}).run

    assert run is not None
    assert run.output == run.input == {"month": "2026-10", "name": "Größe 💶"}
    assert run.started is not None
    assert run.ended is not None
    assert run.started <= run.ended


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("A quiet month.\n", "A quiet month."),
        ("two\nlines\n\n", "two\nlines"),
        ('{"class": "B"}', {"class": "B"}),
        ("[1, 2]\n", [1, 2]),
        ('"quoted"', "quoted"),
        ('"Yes," she said.', '"Yes," she said.'),
        ("{not json}", "{not json}"),
        ("42", "42"),
        ("null", "null"),
        ("true", "true"),
        ("", ""),
    ],
)
def test_text_and_json(printed: str, said: object, command: Command, tmp_path: Path) -> None:
    (tmp_path / "answer").write_text(printed, encoding="utf-8")

    assert output(command("cat answer")) == said


def test_it_may_tell_its_steps(command: Command) -> None:
    step = '{"kind": "retrieval", "name": "search", "records": [{"id": "note-1"}]}'
    run = answer(command(f"""echo '{{"output": "Quiet.", "steps": [{step}]}}'""")).run

    assert run is not None
    assert run.output == "Quiet."
    assert observations(run) == (Observation.OUTPUT, Observation.STEPS, Observation.RECORDS)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("echo fine; exit 3", "CommandError: exit code 3"),
        ("kill -SEGV $$", "CommandError: ended by SIGSEGV"),
        ("printf '\\377\\376'", "the answer is not UTF-8 text"),
        ("""echo '{"output": "x", "steps": [{"kind": "tool"}]}'""", "the answer: steps.0.name: "),
        ("echo '[NaN]'", "the answer cannot be used: answer.0 is nan"),
        ("yes '[' | tr -d '\\n' | head -c 200000", "RecursionError"),
        ("yes", "it printed more than 50 MB"),
    ],
)
def test_a_failure_is_one_line_that_says_what_happened(code: str, message: str, command: Command) -> None:
    result = answer(command(code))

    assert (result.outcome, result.run) == (Outcome.ERRORED, None)
    assert message in result.message
    assert "\n" not in result.message


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = answer(Target(address="command:./gone --json", project=tmp_path))

    assert result.message == "CommandError: cannot start ./gone: No such file or directory"


def test_words_reach_the_program_as_they_are_and_no_shell_reads_them(tmp_path: Path) -> None:
    code = "import json, sys; print(json.dumps(sys.argv[1:]))"
    words = ["$HOME", "a;b", "*", "two words", "--json"]
    target = Target(address=f"command:{shlex.join([sys.executable, '-c', code, *words])}", project=tmp_path)

    assert output(target) == words


def test_it_runs_in_the_project_in_a_session_of_its_own_without_what_is_ours(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTEST_ADDOPTS", "PYTHONPATH", "INCIDENT2EVAL_KEY", "CRM_URL"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("INCIDENT2EVAL_SHARED", raising=False)  # these tests', and nothing to the tool
    code = "import json, os; print(json.dumps([os.getcwd(), os.getsid(0) == os.getpid(), dict(os.environ)]))"

    found = output(command(code, python=True))

    assert isinstance(found, list)
    where, leads, environment = found
    assert (where, leads) == (str(tmp_path), True)
    assert (environment["INCIDENT2EVAL_REPLAY"], environment["CRM_URL"]) == ("1", "x")
    left = [name for name in environment if name.startswith(("PYTEST_", "PYTHON", "INCIDENT2EVAL_"))]
    assert left == ["INCIDENT2EVAL_REPLAY"]


def test_every_input_is_given_to_a_process_of_its_own_in_order(command: Command) -> None:
    target = command('read given; echo "$$ $given" >> log; echo "$given"')

    ((first, second),) = call(target, [[{"n": 1}, {"n": 2}]])

    assert [result.run and result.run.output for result in (first, second)] == [{"n": 1}, {"n": 2}]
    lines = [line.split(" ", 1) for line in (target.project / "log").read_text().splitlines()]
    assert [given for _, given in lines] == ['{"n": 1}', '{"n": 2}']
    assert len({pid for pid, _ in lines}) == 2


def test_a_failing_input_ends_no_other(command: Command) -> None:
    target = command('read given; case "$given" in *1*) exit 1;; esac; echo fine')

    ((first, second),) = call(target, [[{"n": 1}, {"n": 2}]])

    assert (first.outcome, second.outcome) == (Outcome.ERRORED, Outcome.PASSED)


def test_standard_error_is_passed_on_made_visible(
    command: Command, capfd: pytest.CaptureFixture[str]
) -> None:
    assert output(command(r"printf 'looking \033]0;x\007up\n' >&2; echo fine")) == "fine"

    printed = capfd.readouterr()
    assert printed.out == ""
    assert r"looking \x1b]0;x\x07up" in printed.err


def test_it_need_not_read_its_input(command: Command) -> None:
    assert output(command("echo fine"), {"long": "x" * 1_000_000}) == "fine"


def test_a_large_answer_arrives(command: Command) -> None:
    assert output(command("head -c 20000000 /dev/zero | tr '\\0' x")) == "x" * 20_000_000


BACKGROUND = "sleep 300 & echo $! >> pids"
DAEMON = "(setsid sh -c 'echo $$ >> pids; exec sleep 300' &)\nwhile [ ! -s pids ]; do sleep 0.01; done"


@pytest.mark.parametrize("start", [BACKGROUND, DAEMON], ids=["background", "daemon"])
def test_what_it_leaves_running_neither_holds_up_the_answer_nor_outlives_it(
    start: str, command: Command, noted_pids: Pids, is_alive: Alive
) -> None:
    before = time.monotonic()

    assert output(command(f"{start}\necho fine")) == "fine"

    assert time.monotonic() - before < 5, "the output that it still holds open is not waited for"
    assert len(noted_pids()) == 1
    assert not [pid for pid in noted_pids() if is_alive(pid)]


@pytest.mark.parametrize("start", [BACKGROUND, DAEMON], ids=["background", "daemon"])
def test_past_its_time_it_is_killed_with_all_that_it_started(
    start: str, command: Command, noted_pids: Pids, is_alive: Alive
) -> None:
    target = command(f"trap '' TERM INT HUP\n{start}\necho $$ >> pids\nsleep 300", timeout=0.5)

    ((first, second),) = call(target, [[{}, {}]])

    assert (first.outcome, first.message) == (Outcome.TIMEOUT, "no answer within 0.5 s, the run was killed")
    assert (second.outcome, second.message) == (Outcome.TIMEOUT, "not run: an earlier input timed out")
    assert len(noted_pids()) == 2
    assert not [pid for pid in noted_pids() if is_alive(pid)]


def test_one_that_closes_its_output_is_waited_for(command: Command) -> None:
    assert answer(command("echo fine; exec >&-; sleep 0.3; exit 4")).message == "CommandError: exit code 4"


def test_the_projects_files_stand_in_for_no_library_of_ours(command: Command, tmp_path: Path) -> None:
    for name in ("subprocess", "tempfile", "json", "select"):
        (tmp_path / f"{name}.py").write_text("raise ImportError\n", encoding="utf-8")

    assert output(command("echo fine")) == "fine"


def test_the_runner_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    code = "import runpy, sys; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    words = [sys.executable, "-I", "-S", "-c", code, _command.__file__]

    loaded = output(Target(address=f"command:{shlex.join(words)}", project=tmp_path))

    assert isinstance(loaded, str)
    assert {name.partition(".")[0] for name in loaded.split()} <= sys.stdlib_module_names | {"__main__"}


def test_calls_leave_no_descriptor_and_no_file_behind(command: Command, tmp_path: Path) -> None:
    target = command("echo fine")
    call(target, [[{}]])
    before = len(list(Path("/proc/self/fd").iterdir()))

    call(target, [[{}], [{}]])

    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert [path.name for path in tmp_path.iterdir()] == ["draft"]
