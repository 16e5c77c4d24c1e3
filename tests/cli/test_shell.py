"""The command line as a person meets it before any command runs."""

import subprocess
import sys

import click
import pytest

from incident2eval import __version__
from incident2eval.cli import COMMANDS, main, shell
from incident2eval.model import Matter


def test_help_lists_every_command_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0

    printed = capsys.readouterr().out
    for name, entry in COMMANDS.items():
        assert name in printed
        assert entry.does.split()[0] in printed


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_it_runs_as_a_module() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "incident2eval", "--version"], capture_output=True, text=True, check=True
    )

    assert __version__ in shown.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_and_the_commands_own_help_say_the_same(name: str) -> None:
    entry = COMMANDS[name]

    command = entry.load()

    assert command.name == name
    assert command.help
    assert command.help.splitlines()[0] == entry.does


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_project_and_json(name: str) -> None:
    options = {option for parameter in COMMANDS[name].load().params for option in parameter.opts}

    assert {"--project", "--json"} <= options


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name: str) -> None:
    options = [each for each in COMMANDS[name].load().params if isinstance(each, click.Option)]

    assert all(option.help for option in options)


def test_a_name_that_is_no_command_is_refused() -> None:
    assert shell.get_command(click.Context(shell), "drop-tables") is None


def test_what_can_be_approved_is_listed_under_one_short_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", "--help"]) == 0

    usage, *rest = capsys.readouterr().out.splitlines()
    assert usage.endswith("approve [OPTIONS] MATTER SUBJECT")
    listed = [line.split()[0] for line in rest if line.startswith("  ")]
    assert {str(one) for one in Matter if one is not Matter.RESTART} <= set(listed)
