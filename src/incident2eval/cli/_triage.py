"""`triage`, `duty`, `task`, `close` and `status`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from incident2eval.cli._command import command
from incident2eval.cli._when import MOMENT, TIME
from incident2eval.model import Answer as Said
from incident2eval.model import DutyNote, Event, Happened, IncidentType, LogEntry, Severity
from incident2eval.pipeline import follow_up
from incident2eval.pipeline import status as register
from incident2eval.pipeline import triage as judging
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import now


@command
@click.argument("incident")
@click.option("--confirm", is_flag=True, help="Say that type and level are as suggested.")
@click.option("--severity", metavar="1-4", type=click.IntRange(1, 4), help="The level that you decide on.")
@click.option("--type", "types", metavar="TYPE", multiple=True, type=click.Choice([*map(str, IncidentType)]),
              help="The type that you decide on; the first one is the primary one.")  # fmt: skip
@click.option("--answer", "answers", metavar="QUESTION=ANSWER", multiple=True,
              help="Answer a question: yes, no or unknown, such as left_company=no.")  # fmt: skip
@click.option("--when", "moments", metavar="WHAT=TIME", multiple=True,
              help="When the firm became aware, such as aware=2026-11-18T09:05:00Z.")  # fmt: skip
@click.option("--outcome", metavar="WHAT", type=click.Choice([*map(str, Happened)]),
              help="Whether it had an effect: realised or near_miss.")  # fmt: skip
@click.option("--reason", metavar="TEXT", help="Why another level than the suggested one.")
@click.option("--by", metavar="NAME", help="Who says so.")
@click.option("--out-of-order", metavar="REASON",
              help="Why it is confirmed before it was stopped (level 2 and above).")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show every task and every rule, with all reasons.")
def triage(  # noqa: PLR0913 - one option each
    *,
    project: Path | None,
    incident: str,
    confirm: bool,
    severity: int | None,
    types: Sequence[str],
    answers: Sequence[str],
    moments: Sequence[str],
    outcome: str | None,
    reason: str | None,
    by: str | None,
    out_of_order: str | None,
    everything: bool,
) -> Answer:
    """Say what it is, how bad, what to do, and whom to tell by when.

    Shows the suggested type and level with reasons, the tasks of that level, and the duties to notify with
    their clocks. With --by a person confirms or overrules that, or answers questions; all of it is kept.
    """
    says = confirm or severity or types or answers or moments or outcome
    if not says:
        return judging.triage(project=project, incident=incident, everything=everything)
    if not (by or "").strip():
        raise _usage("Say who you are with --by NAME.")
    word = judging.Word(
        by=by or "",
        confirm=confirm,
        severity=Severity(severity) if severity else None,
        type=tuple(map(IncidentType, types)),
        outcome=Happened(outcome) if outcome else None,
        reason=reason,
        out_of_order=out_of_order,
        answers={name: _answer(said) for name, said in _pairs(answers, judging.ANSWERABLE).items()},
        moments={name: _moment(at) for name, at in _pairs(moments, judging.MOMENTS).items()},
    )
    return judging.triage(project=project, incident=incident, word=word, everything=everything)


@command
@click.argument("incident")
@click.argument("rule")
@click.option("--filed", is_flag=True, help="The notice was given.")
@click.option(
    "--not-required", is_flag=True, help="Nobody has to be told: a person's decision, with a reason."
)
@click.option("--reopen", is_flag=True, help="Neither after all: the clock runs again. Needs a reason too.")
@click.option("--by", metavar="NAME", required=True, help="Who filed or decided it.")
@click.option("--at", metavar="TIME", type=TIME, help="When; now if it is not given.")
@click.option("--reason", metavar="TEXT", help="Why; needed with --not-required.")
@click.option("--ref", metavar="TEXT", help="Where the notice is kept: a number, a file.")
def duty(*, project: Path | None, incident: str, rule: str, **given: Any) -> Answer:
    """Keep that a notice was filed, or decided not to be required.

    `triage` lists the rules. Only a named person decides, with a reason; nothing else stops a clock. This is
    no legal advice.
    """
    states = {"filed": follow_up.FILED, "not_required": follow_up.NOT_REQUIRED, "reopen": follow_up.OPEN}
    chosen = [state for option, state in states.items() if given.pop(option)]
    if len(chosen) != 1:
        raise _usage("Say one of --filed, --not-required and --reopen.")
    note = DutyNote(rule=rule, state=chosen[0], **given)
    return follow_up.duty(project=project, incident=incident, note=note)


@command
@click.argument("incident")
@click.argument("name", metavar="TASK")
@click.option("--done", is_flag=True, help="It is done.")
@click.option(
    "--at", "done_at", metavar="TIME", type=MOMENT, help="With --done: when; now if it is not given."
)
@click.option("--owner", metavar="NAME", help="Who does it from now on.")
@click.option("--due", metavar="TIME", type=MOMENT, help="By when.")
@click.option("--text", metavar="TEXT", help="A new task: what has to be done.")
@click.option("--kind", metavar="KIND", help="With --text: immediate, corrective, preventive, communication.")
@click.option("--reversed", "reversed", metavar="HOW", type=click.Choice(["yes", "no", "impossible"]),
              help="Whether an action of the workflow was taken back.")  # fmt: skip
@click.option("--evidence", metavar="TEXT", help="What shows it: a ticket, a commit.")
@click.option("--out-of-order", metavar="REASON",
              help="Why it is mended before what comes first (level 2 and above).")  # fmt: skip
@click.option("--by", metavar="NAME", required=True, help="Who says so.")
def task(
    *, project: Path | None, incident: str, name: str, done: bool, out_of_order: str | None, **given: Any
) -> Answer:
    """Say what became of a task, or add one.

    `triage` lists the tasks of an incident with their ids. From level 2 on the workflow is mended only after
    it was stopped and classified, its evidence sealed and the root cause confirmed.
    """
    told = {option: value for option, value in given.items() if option not in {"by", "done_at"}}
    if not done and not any(told.values()):
        raise _usage("Say what became of it: --done, --owner, --due, --reversed or --text.")
    at_once = now()
    done_at = (given["done_at"] or at_once) if done else None
    change = LogEntry(at=at_once, event=Event.ACTION, action=name, by=given["by"], done_at=done_at, **told)
    return follow_up.task(project=project, incident=incident, change=change, out_of_order=out_of_order)


@command
@click.argument("incident")
@click.option("--by", metavar="NAME", required=True, help="Who closes it.")
def close(*, project: Path | None, incident: str, by: str) -> Answer:
    """Close an incident, if nothing of it is open.

    Names everything that still is: tasks, duties, parts of the incident file.
    """
    return follow_up.close(project=project, incident=incident, by=by)


@command
@click.argument("workflow", required=False)
def status(*, project: Path | None, workflow: str | None) -> Answer:
    """List incidents, the clocks that run, and what is due next.

    With the stage of each. Times are shown in this machine's zone; --json has them in UTC. Of one workflow it
    says whether it may run: exit 1 where it is paused, 3 where that cannot be read.
    """
    return register.status(project=project, workflow=workflow)


def _pairs(given: Sequence[str], known: Sequence[str]) -> Mapping[str, str]:
    pairs = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or name not in known:
            raise _usage(f"{each!r} is no NAME=VALUE; the names are: {', '.join(known)}.")
        pairs[name] = value
    return pairs


def _answer(said: str) -> Said:
    if said not in set(Said):
        raise _usage(f"{said!r} is no answer: yes, no or unknown.")
    return Said(said)


def _moment(said: str) -> datetime:
    at = TIME.convert(said, None, click.get_current_context())
    assert isinstance(at, datetime)  # noqa: S101 - a bare date was refused
    return at


def _usage(message: str) -> click.UsageError:
    return click.UsageError(message, click.get_current_context())
