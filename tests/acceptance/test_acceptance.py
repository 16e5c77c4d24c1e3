"""The acceptance incidents, end to end. The table is printed whatever it says; see `nox -s acceptance`."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from acceptance.runner import Score, score, table


@pytest.fixture(scope="module")
def scores(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Score]:
    workplace = tmp_path_factory.mktemp("acceptance")
    folders = sorted((shared / "acceptance" / "incidents").iterdir())
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for commands, one after the other
        return list(pool.map(partial(score, workplace=workplace), folders))


def test_the_table_is_printed(scores: list[Score], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n" + table(scores))

    assert len(scores) == 8


def test_neither_silence_nor_a_crash_ever_passes(scores: list[Score]) -> None:
    passed = {
        (one.slug, name)
        for one in scores
        for name in ("empty", "crash")
        if one.gates[name].get("decision") == "pass"
    }

    assert not passed


@pytest.mark.requirement("R13")
def test_every_gate_and_every_type_is_right(scores: list[Score]) -> None:
    wrong = [(one.slug, name) for one in scores for name in one.gates if not one.gate_right(name)]

    assert not wrong
    assert {one.slug: one.run["type"] for one in scores} == {one.slug: one.labels["type"] for one in scores}


@pytest.mark.requirement("R91")
def test_every_cause_and_every_severity_is_right(scores: list[Score]) -> None:
    wrong = [one.slug for one in scores if one.cause_right != (True, True)]

    assert not wrong
    assert {one.slug: one.run["severity"]["suggested"] for one in scores} == {
        one.slug: one.labels["severity"] for one in scores
    }


@pytest.mark.requirement("R118")
def test_every_case_is_red_on_the_incident_and_green_on_the_fix(scores: list[Score]) -> None:
    for one in scores:
        assert one.run["cases"], one.slug
        assert all(case["red"] and case["green"] and not case["blind"] for case in one.run["cases"])


def test_decision_and_exit_code_agree(scores: list[Score]) -> None:
    codes = {"pass": 0, "blocked": 1, "error": 3}
    answers = [answer for one in scores for answer in one.gates.values() if "decision" in answer]

    assert all(codes[answer["decision"]] == answer["exit"] for answer in answers)
