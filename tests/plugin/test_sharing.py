"""All tests of a case share the stored runs: one call per trial and input; none outlives the session."""

from pathlib import Path

import pytest
from plugin.conftest import Toy


def test_one_call_for_all_tests_of_a_case(toy: Toy) -> None:
    toy.pytest("cases").assert_outcomes(passed=2)

    assert len(toy.calls) == 1


@pytest.mark.parametrize("trials", [1, 3])
def test_one_call_for_all_workers(toy: Toy, trials: int) -> None:
    more = "".join(f"\n\ndef test_{n}(replay):\n    replay()\n" for n in range(8))
    toy.tests((toy.folder / "test_inc_2026_0142.py").read_text() + more)

    result = toy.pytest("cases", "-n", "2", "--trials", str(trials))

    result.assert_outcomes(passed=10 * trials)
    assert len(toy.calls) == trials


def test_a_crash_is_shared_too(toy: Toy) -> None:
    toy.settings("crash")

    toy.pytest("cases", "-n", "2").assert_outcomes(errors=2)

    assert len(toy.calls) == 1


def test_nothing_is_reused_or_left_behind(toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for session in (1, 2):
        toy.pytest("cases", "-n", "2").assert_outcomes(passed=2)

        assert len(toy.calls) == session
    assert not list(tmp_path.glob("incident2eval-*"))
