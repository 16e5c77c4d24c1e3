"""Whatever goes wrong ends in one clear line and the right exit code."""

import errno
import json
from collections.abc import Callable

import pytest

from incident2eval.cli import main
from incident2eval.model import BadInput, CannotJudge, Fault, NotJudged, NotProvable
from incident2eval.pipeline import check, gate
from incident2eval.pipeline._answer import Answer

TWO_FAULTS = BadInput(
    Fault(file="incident.yaml", line=4, field="when.noticed", message="no time zone", hint="add +00:00"),
    Fault(file="incident.yaml", line=9, field="severity", message="5 is no severity"),
)


def raising(error: BaseException) -> Callable[..., Answer]:
    def fail(**_: object) -> Answer:
        raise error

    return fail


def errors_in(printed: tuple[str, str]) -> list[dict[str, object]]:
    """The faults of `--json`: one object on stdout and nothing on stderr."""
    out, err = printed
    assert err == ""
    errors: list[dict[str, object]] = json.loads(out)["errors"]
    return errors


def test_every_fault_is_one_line_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "check", raising(TWO_FAULTS))

    assert main(["check"]) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "error: incident.yaml:4: when.noticed: no time zone (add +00:00)",
        "error: incident.yaml:9: severity: 5 is no severity",
    ]


def test_json_holds_every_fault_with_file_line_and_field(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "check", raising(TWO_FAULTS))

    assert main(["check", "--json"]) == 2

    first, second = errors_in(capsys.readouterr())
    assert first == {
        "file": "incident.yaml",
        "line": 4,
        "field": "when.noticed",
        "message": "no time zone",
        "hint": "add +00:00",
    }
    assert second["hint"] is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotProvable("no test is red"), 1),
        (BadInput(Fault(message="bad")), 2),
        (NotJudged("the workflow cannot be reached"), 3),
        (CannotJudge("the output is empty"), 3),
        (OSError(errno.ENOSPC, "No space left on device", "report.json"), 3),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 3),
        (ZeroDivisionError("of ours"), 3),
        (RecursionError("too deep"), 3),
        (MemoryError(), 3),
        (EOFError(), 3),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_error_passes_and_none_shows_a_traceback(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "gate", raising(error))
    monkeypatch.setattr("incident2eval.cli._failure.silence", lambda: None)

    assert main(["gate", "w"]) == code

    printed = capfd.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) <= 1
    assert "Traceback" not in printed.err


def test_a_fault_of_ours_says_so_and_where_to_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "gate", raising(ZeroDivisionError("of ours")))

    main(["gate", "w"])
    assert "this is a fault of incident2eval" in capsys.readouterr().err

    monkeypatch.setenv("INCIDENT2EVAL_DEBUG", "1")
    main(["gate", "w"])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Missing command"),
        (["gat"], "No such command"),
        (["gate"], "Missing argument"),
        (["gate", "w", "--trials", "0"], "--trials"),
        (["gate", "w", "--trials", "many"], "--trials"),
        (["gate", "w", "--tials", "3"], "No such option"),
        (["read", "not-there.json"], "not-there.json"),
        (["read"], "Missing argument"),
        (["collect", "INC-2026-0142", "--trace", "not-there.json"], "not-there.json"),
        (["check", "--project", "not-there"], "not-there"),
        (["root-cause"], "--run"),
    ],
)
def test_bad_usage_is_exit_2_in_both_faces(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    assert len(printed.err.splitlines()) == 1

    assert main([*arguments, "--json"]) == 2
    (fault,) = errors_in(capsys.readouterr())
    assert set(fault) == {"file", "line", "field", "message", "hint"}


def test_bad_usage_says_where_the_help_is(capsys: pytest.CaptureFixture[str]) -> None:
    main(["gate"])

    assert "(see `incident2eval gate --help`)" in capsys.readouterr().err


def test_an_error_with_line_breaks_stays_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "gate", raising(NotJudged("first\nerror: forged\x1b[2J")))

    main(["gate", "w"])

    assert capsys.readouterr().err == "error: first error: forged\\x1b[2J\n"


def test_on_a_terminal_a_long_fault_goes_on_under_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = BadInput(Fault(file="incident2eval.toml", message="is not right " * 9, hint="say it " * 9))
    monkeypatch.setattr(check, "check", raising(long))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    assert main(["check"]) == 2

    first, *rest = capsys.readouterr().err.splitlines()
    assert first.startswith("error: incident2eval.toml: is not right")
    assert rest
    assert all(line.startswith("  ") for line in rest)
    assert max(map(len, [first, *rest])) <= 80


def test_a_choice_that_is_missing_lists_the_others_without_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve"]) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: Missing argument 'MATTER'. Choose from: no_case, changed_case, ")
