"""`root-cause`: which flags go together."""

import pytest

from incident2eval.cli import main


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "Name an incident, or a file with --run."),
        (["INC-2026-001", "--by", "Ana"], "--by only goes with --confirm or --overrule."),
        (["INC-2026-001", "--confirm"], "Say who you are with --by NAME."),
        (["INC-2026-001", "--confirm", "--by", " "], "Say who you are with --by NAME."),
        (
            ["INC-2026-001", "--confirm", "--overrule", "--by", "Ana"],
            "Confirm or overrule the proposal of one incident.",
        ),
        (
            ["INC-2026-001", "--confirm", "--by", "Ana", "--category", "data"],
            "--category only goes with --overrule.",
        ),
        (
            ["INC-2026-001", "--overrule", "--by", "Ana", "--because", "b", "--note", "n"],
            "--note only goes with --confirm.",
        ),
        (
            ["INC-2026-001", "--overrule", "--by", "Ana"],
            "Say why the proposal is wrong with --because TEXT.",
        ),
        (
            ["INC-2026-001", "--overrule", "--by", "Ana", "--category", "bad luck"],
            "Invalid value for '--category': 'bad luck' is not one of",
        ),
    ],
)
def test_flags_that_do_not_go_together_are_one_clear_line(
    flags: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["root-cause", *flags]) == 2

    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
