"""`cluster`: its options ask for different things, and are told apart."""

import json
from pathlib import Path

import pytest

from incident2eval.cli import main


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Two failures of one kind."""
    path = tmp_path / "failures.jsonl"
    path.write_text('{"id": "a", "text": "Timeout at 10:02"}\n{"id": "b", "text": "Timeout at 11:40"}\n')
    return path


def test_a_person_gets_a_table_and_a_script_one_object(
    rows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cluster", "--failures", str(rows)]) == 0
    assert capsys.readouterr().out.startswith("2 failures, 1 failure type\n")

    assert main(["cluster", "--failures", str(rows), "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["assignment"]) == ["a", "b"]


def test_bad_rows_are_one_clear_line(rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows.write_text('{"id": "a"}\n')

    assert main(["cluster", "--failures", str(rows)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"error: {rows}:1: text: is missing (")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--archive", "--name", "FT-1", "Scope"], "Give one of --failures, --archive and --name."),
        (["--by", "Ana"], "--by goes with --name."),
        (["--name", "FT-1"], "Option '--name' requires 2 arguments."),
    ],
)
def test_options_that_do_not_go_together_are_bad_usage(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cluster", *options]) == 2
    assert message in capsys.readouterr().err
