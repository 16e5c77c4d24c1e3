"""The child sees nothing of where it was started from, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from proving.small_case import HONEST, INCIDENT, TEST, Judge

from incident2eval import proving
from incident2eval.model import Outcome

CASE = "def test_it(replay):\n"
IT = f"{INCIDENT}::test_it"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTHONOPTIMIZE", "2"),
        ("PYTHONSTARTUP", "/nowhere"),
        ("PYTHONHOME", "/nowhere"),
        ("PYTHONWARNINGS", "error"),
        ("PYTEST_PLUGINS", "nowhere"),
        ("PYTEST_THEME", "nowhere"),
        ("PYTEST_DEBUG_TEMPROOT", "/nowhere"),
    ],
)
def test_the_callers_environment_has_no_say(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    assert [outcome for outcome, _ in judge().values()] == [Outcome.FAILED, Outcome.PASSED, Outcome.PASSED]


def test_secrets_do_not_reach_a_test(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", "hunter2")

    told = judge(CASE + "    import os\n    assert 'CRM_TOKEN' not in os.environ\n")

    assert told[IT, "live-1"][0] is Outcome.PASSED


@pytest.mark.parametrize(
    "planted", ["pytest", "incident2eval", "json", "sitecustomize", "usercustomize", "conftest"]
)
def test_modules_beside_the_caller_are_not_imported(
    judge: Judge, planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{planted}.py").write_text("import os\nos._exit(0)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert judge()[TEST, "recorded"][0] is Outcome.FAILED


def test_the_child_is_isolated_and_light(judge: Judge) -> None:
    told = judge(
        CASE + "    import sys\n"
        "    assert sys.flags.isolated and '' not in sys.path\n"
        "    assert not {'pandas', 'numpy', 'jinja2', 'rich', 'click', 'yaml'} & set(sys.modules)\n"
    )

    assert told[IT, "live-1"] == (Outcome.PASSED, "")


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(0)",
        "import os; os.kill(os.getpid(), 9)",
        "import pytest; pytest.exit('enough', returncode=0)",
        "raise KeyboardInterrupt",
    ],
)
def test_a_child_that_ends_early_has_said_nothing(judge: Judge, code: str) -> None:
    assert judge({"test_a.py": HONEST, "test_b.py": f"{CASE}    {code}\n"}) == {}
    assert (IT, "live-1") not in judge({"test_a.py": HONEST, "test_b.py": f"{code}\n{CASE}    pass\n"})


def test_an_endless_test_is_killed_with_all_it_started(judge: Judge, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    source = (
        "import subprocess, pathlib\n" + CASE + "    child = subprocess.Popen(['sleep', '600'])\n"
        f"    pathlib.Path({str(pid)!r}).write_text(str(child.pid))\n    while True: pass\n"
    )
    started = time.monotonic()

    assert judge(source, timeout=3) == {}

    assert time.monotonic() - started < 20
    assert not _alive(int(pid.read_text()))


def test_what_a_test_leaves_running_ends_with_the_child(judge: Judge, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    source = (
        "import subprocess, pathlib, threading, time\n"
        + CASE
        + "    child = subprocess.Popen(['sleep', '600'])\n"
        f"    pathlib.Path({str(pid)!r}).write_text(str(child.pid))\n"
        "    threading.Thread(target=time.sleep, args=(600,)).start()\n"
    )
    started = time.monotonic()

    judge(source, timeout=100)

    assert time.monotonic() - started < 50
    assert not _alive(int(pid.read_text()))


def test_huge_output_goes_nowhere(judge: Judge) -> None:
    told = judge(
        CASE + "    import os\n    for _ in range(500): print('x' * 100_000); os.write(2, b'y' * 100_000)\n"
    )

    assert told[IT, "live-1"][0] is Outcome.PASSED


def test_a_forged_outcome_without_the_nonce_is_not_believed(judge: Judge) -> None:
    forged = f"""{{"planned": 1, "ran": 1, "end": "", "verdicts": [{{"case": "{IT}", "runs": "live-1",
        "outcome": "passed", "message": "", "judged": 1, "weighed": {{}}}}]}}"""
    write = f"pathlib.Path('outcomes.json').write_text('''{forged}''')"
    source = f"{CASE}    import os, pathlib\n    {write}\n    os._exit(0)\n"

    assert judge(source) == {}


def test_nothing_is_left_behind(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    judge()

    assert list(tmp_path.iterdir()) == []


def test_a_child_that_stands_ready_has_nothing_to_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    before = set(_children())

    with proving.Judge():
        (ready,) = set(_children()) - before
        told = Path(f"/proc/{ready}/cmdline").read_bytes() + Path(f"/proc/{ready}/environ").read_bytes()
        place = Path(f"/proc/{ready}/cwd").readlink()

        assert list(tmp_path.iterdir()) == []
        assert place == Path("/")
        assert os.fsencode(tmp_path) not in told

    assert not _alive(ready)


def test_a_child_that_stands_ready_ends_with_its_caller() -> None:
    source = (
        "import os, time\n"
        "from incident2eval.proving import Judge\n"
        "ready = Judge()\n"
        "print(ready._child.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )

    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)

    assert not _alive(int(done.stdout))


def test_a_child_judges_once(judge: Judge) -> None:
    with proving.Judge() as ready:
        assert judge(by=ready.prove)[TEST, "recorded"][0] is Outcome.FAILED
        with pytest.raises(ValueError, match="judges once"):
            judge(by=ready.prove)


def test_a_child_that_was_ended_while_it_stood_ready_says_nothing(judge: Judge) -> None:
    with proving.Judge() as ready:
        os.kill(ready._child.pid, signal.SIGKILL)

        assert judge(by=ready.prove) == {}


def _children() -> list[int]:
    """The processes that this one has started."""
    own = os.getpid()
    return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]


def _alive(pid: int) -> bool:
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return False
        time.sleep(0.1)
    return True
