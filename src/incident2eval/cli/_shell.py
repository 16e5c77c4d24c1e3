"""The table of commands, and a click group that reads it and imports a command only when it is called."""

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

import click

from incident2eval import __version__


class Entry(NamedTuple):
    """One command: where it is written, and what it does in one line."""

    module: str
    function: str
    does: str

    def load(self) -> click.Command:
        """The command itself; this imports the part of the pipeline that it calls."""
        command = getattr(import_module(f"incident2eval.cli.{self.module}"), self.function)
        assert isinstance(command, click.Command)  # noqa: S101 - a slip in the table below, not a matter of input
        return command


COMMANDS: Mapping[str, Entry] = {
    "init": Entry("_project", "init", "Write the skeleton of a project."),
    "demo": Entry("_demo", "demo", "Write a small real project and walk it through every stage."),
    "new": Entry("_first", "new", "Write an incident down, start its clocks, and say what to do now."),
    "contain": Entry("_first", "contain", "Note that a workflow was stopped, and run its on_pause."),
    "read": Entry("_intake", "read", "Show the runs that trace files hold."),
    "triage": Entry("_triage", "triage", "Say what it is, how bad, what to do, and whom to tell by when."),
    "duty": Entry("_triage", "duty", "Keep that a notice was filed, or decided not to be required."),
    "task": Entry("_triage", "task", "Say what became of a task, or add one."),
    "collect": Entry("_intake", "collect", "Seal an incident's evidence and read its runs."),
    "cluster": Entry("_cluster", "cluster", "Group failures into types, and say which came back."),
    "root-cause": Entry("_explain", "root_cause", "Say where it went wrong first, and which control failed."),
    "eval-case": Entry("_cases", "eval_case", "Write the incident's tests, each proved red and green."),
    "run": Entry("_run", "run", "Take an incident through every stage in one go."),
    "prove": Entry("_cases", "prove", "Prove cases again, and lock them as they are now."),
    "gate": Entry("_gate", "gate", "Run every locked case of a workflow and decide whether it may go live."),
    "archive": Entry("_archive", "archive", "Keep past runs as compact files, by workflow and day."),
    "look-back": Entry("_look_back", "look_back", "Look for the same failure in past runs."),
    "sign-off": Entry("_sign", "sign_off", "Sign a pass report, so that its workflow may run again."),
    "approve": Entry("_sign", "approve", "Put your name to one thing as it is now."),
    "restart": Entry("_restart", "restart", "Start a workflow again, with what its severity asks for."),
    "verify": Entry("_intake", "verify", "Say whether a report holds, or an incident's evidence does."),
    "retention": Entry("_intake", "retention", "List what expires, and on what basis it is kept."),
    "customers": Entry("_intake", "customers", "Say what the roster holds, or write it as keyed hashes."),
    "close": Entry("_triage", "close", "Close an incident, if nothing of it is open."),
    "status": Entry("_triage", "status", "List incidents, the clocks that run, and what is due next."),
    "report": Entry("_report", "report", "Show an incident to people who are no engineers."),
    "review": Entry("_review", "review", "Work out the figures of a quarter, each with its records."),
    "check": Entry("_check", "check", "Say what is missing in incident files and settings."),
    "runbook": Entry("_runbook", "runbook", "Print one page for the wall: who does what when it goes wrong."),
    "schema": Entry("_schema", "schema", "Print the JSON Schema of a file format."),
}
"""Every command, in the order in which an incident meets them."""


class Shell(click.Group):
    """A group whose commands stand in `COMMANDS`; listing them imports none."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now, or None."""
        entry = COMMANDS.get(cmd_name)
        return entry.load() if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.does) for name, entry in COMMANDS.items()])


shell = Shell(
    name="incident2eval",
    help="Turn an AI incident into regression tests, and hold the restart until they pass.",
    epilog="Exit codes: 0 it holds, 1 it does not, 2 bad usage or bad input, 3 it could not be judged.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,  # a call without a command is bad usage: a script must not take it for a pass
)
click.version_option(__version__, prog_name="incident2eval")(shell)
