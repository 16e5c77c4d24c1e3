"""`root-cause`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from incident2eval.cli._command import FILE, command
from incident2eval.model import Category
from incident2eval.pipeline import explain
from incident2eval.pipeline._answer import Answer


@command
@click.argument("incident", required=False)
@click.option("--run", metavar="FILE", type=FILE, help="Judge the run in this file instead of an incident's.")
@click.option("--confirm", is_flag=True, help="Say that the proposal is right.")
@click.option("--overrule", is_flag=True, help="Say that the proposal is wrong, and what it was instead.")
@click.option("--by", metavar="NAME", help="Who confirms or overrules it.")
@click.option("--note", metavar="TEXT", help="With --confirm: what else to keep.")
@click.option("--because", metavar="TEXT", help="With --overrule: why the proposal is wrong.")
@click.option(
    "--category",
    metavar="CATEGORY",
    type=click.Choice([*map(str, Category)]),
    help="With --overrule: where the cause lies.",
)
@click.option("--step", metavar="ID", help="With --overrule: the step where it went wrong first.")
@click.option("--control", metavar="NAME", help="With --overrule: what should have stopped it.")
@click.option(
    "--out-of-order",
    metavar="REASON",
    help="Why a person says so before what comes first (level 2 and above).",
)
def root_cause(
    *,
    project: Path | None,
    incident: str | None,
    run: Path | None,
    confirm: bool,
    overrule: bool,
    **said: str | None,
) -> Answer:
    """Say where it went wrong first, and which control failed.

    Follows what the checks found back through the incident's run (or the run in a file) to the step where it
    came in, and says what had changed before and since when. That is a proposal until a person confirms or
    overrules it; both are kept in root-cause.yaml. From level 2 on it is first stopped, classified and its
    evidence sealed.
    """
    if (incident is None) == (run is None):
        raise _usage("Name an incident, or a file with --run.")
    if not (confirm or overrule):
        _refuse(said, said, "only goes with --confirm or --overrule")
        return explain.root_cause(project=project, incident=incident, run=run)
    if incident is None or (confirm and overrule):
        raise _usage("Confirm or overrule the proposal of one incident.")
    if not (by := (said["by"] or "").strip()):
        raise _usage("Say who you are with --by NAME.")
    if confirm:
        _refuse(said, ("because", "category", "step", "control"), "only goes with --overrule")
        return explain.confirm(
            project=project, incident=incident, by=by, note=said["note"], out_of_order=said["out_of_order"]
        )
    _refuse(said, ("note",), "only goes with --confirm")
    if not said["because"]:
        raise _usage("Say why the proposal is wrong with --because TEXT.")
    category = Category(said["category"]) if said["category"] else None
    instead = explain.Instead(category=category, step=said["step"], control=said["control"])
    return explain.overrule(
        project=project,
        incident=incident,
        by=by,
        because=said["because"],
        instead=instead,
        out_of_order=said["out_of_order"],
    )


def _refuse(said: Mapping[str, str | None], names: Iterable[str], why: str) -> None:
    for name in names:
        if said[name] is not None:
            raise _usage(f"--{name.replace('_', '-')} {why}.")


def _usage(message: str) -> click.UsageError:
    return click.UsageError(message, click.get_current_context())
