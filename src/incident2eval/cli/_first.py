"""`new` and `contain`: the first minutes."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from incident2eval.cli._command import command
from incident2eval.cli._when import MOMENT, TIME
from incident2eval.model import KNOWN_VALUES, Event, LogEntry
from incident2eval.model import Answer as Said
from incident2eval.pipeline import contain as stopping
from incident2eval.pipeline import new as reporting
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import now
from incident2eval.pipeline.intake import whoami


class _Question(NamedTuple):
    """What is asked where a flag is missing, or may be left out."""

    flag: str
    asks: str
    choices: tuple[str, ...] = ()
    default: str | None = None
    """None where there has to be an answer."""


_NOTICED_BY = ("client", "reviewer", "monitoring", "staff", "other")
_MARKERS = ("none", *reporting.MARKERS, reporting.UNKNOWN)
_ACTIONS = click.Choice(sorted(KNOWN_VALUES["containment.action"]))


@command
@click.option("--workflow", metavar="W", help="Which workflow; not needed where the settings know only one.")
@click.option("--what", metavar="TEXT", help="What happened, in a sentence or two.")
@click.option(
    "--wrong", metavar="WORDS", multiple=True, help="Words of the output that are wrong, as they stand there."
)
@click.option("--noticed-by", metavar="WHO", type=click.Choice(_NOTICED_BY), help=", ".join(_NOTICED_BY))
@click.option(
    "--outside",
    metavar="ANSWER",
    type=click.Choice([*map(str, Said)]),
    help="Did it reach anyone outside? yes, no, unknown",
)
@click.option("--by", metavar="NAME", help="Who reports it; for a note the account's name if not given.")
@click.option("--title", metavar="TEXT", help="Its name in lists; the first sentence if not given.")
@click.option("--happened", metavar="TIME", type=MOMENT, help="When it happened: a time, or a date.")
@click.option("--noticed", metavar="TIME", type=MOMENT, help="When it was noticed; now if not given.")
@click.option("--aware", metavar="TIME", type=TIME, help="When the firm knew; as --noticed if not given.")
@click.option("--note", metavar="TEXT", help="Only a slip (level 1): note it in one line. Needs --markers.")
@click.option(
    "--markers",
    metavar="LIST",
    help=f"With --note, what is true of it: {', '.join(_MARKERS)}; several with commas.",
)
def new(*, project: Path | None, note: str | None, markers: str | None, **said: Any) -> Answer:
    """Write an incident down, start its clocks, and say what to do now.

    On a terminal it asks for what no flag says, six questions at most; elsewhere a missing flag is bad usage.
    With --note a small slip is noted as level 1, unless it is more than that: then exit 1.
    """
    known = reporting.workflows(project)
    if note is None:
        if markers is not None:
            raise _usage("--markers goes with --note.")
        asked = _asked(said, _incident_questions(known))
        return reporting.new(project=project, report=_report(asked))
    if said["what"] is not None:
        raise _usage("--note and --what do not go together: a note says what happened itself.")
    asked = _asked({**said, "what": note, "markers": markers}, _note_questions(known))
    true = _true_of(asked.pop("markers"))
    asked["by"], asked["outside"] = asked["by"] or whoami(), asked["outside"] or Said.NO
    return reporting.note(project=project, report=_report(asked), markers=true)


@command
@click.argument("incident")
@click.option("--action", metavar="ACTION", type=_ACTIONS, required=True, help=", ".join(_ACTIONS.choices))
@click.option("--by", metavar="NAME", required=True, help="Who stopped it.")
@click.option("--did", metavar="TEXT", help="What exactly, and how more harm is kept away meanwhile.")
@click.option("--at", metavar="TIME", type=TIME, help="When; now if it is not given.")
@click.option("--workflow", metavar="W", help="Another workflow than the incident's own.")
def contain(*, project: Path | None, incident: str, at: Any, **said: Any) -> Answer:
    """Note that a workflow was stopped, and run its on_pause.

    Works before anything else is known of the incident. From now on until `restart` the workflow counts as
    paused. Exit 1 where on_pause failed; the line in the log stays.
    """
    stop = LogEntry(at=now(), event=Event.CONTAINED, **said)
    return stopping.contain(project=project, incident=incident, stop=stop, at=at)


def _incident_questions(known: Sequence[str]) -> tuple[_Question, ...]:
    """The six, the first one only where there is a choice."""
    return (
        *_which(known),
        _Question("what", "What happened, in a sentence or two?"),
        _Question("wrong", "Which words of it were wrong, exactly? (Enter: not known)", default=""),
        _Question("noticed_by", "Who noticed?", _NOTICED_BY),
        _Question("outside", "Did it reach anyone outside the company?", tuple(map(str, Said))),
        _Question("by", "Your name?"),
    )


def _note_questions(known: Sequence[str]) -> tuple[_Question, ...]:
    return (
        *_which(known),
        _Question(
            "markers", f"Is any of this true of it: {', '.join(reporting.MARKERS)}? (or none, unknown)"
        ),
    )


def _which(known: Sequence[str]) -> tuple[_Question, ...]:
    return () if len(known) == 1 else (_Question("workflow", "Which workflow?", tuple(known)),)


def _asked(said: Mapping[str, Any], questions: Sequence[_Question]) -> dict[str, Any]:
    """What was said, with answers to what was not; nobody is asked where nothing has to be.

    Raises:
        click.UsageError: Flags are missing and there is no terminal; all of them are named.
    """
    missing = [one for one in questions if one.default is None and not (said[one.flag] or "").strip()]
    if not missing:
        return dict(said)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise _usage(f"Nobody can be asked here; missing: {', '.join(map(_named, missing))}.")
    open_ones = [one for one in questions if not said[one.flag]]
    answers = {
        one.flag: _answer(one, f"{number}/{len(open_ones)} {one.asks}")
        for number, one in enumerate(open_ones, start=1)
    }
    if "wrong" in answers:
        answers["wrong"] = tuple(filter(None, [answers["wrong"].strip()]))
    return {**said, **answers}


def _answer(question: _Question, prompt: str) -> Any:
    """Ask on stderr, so that stdout holds the answer of the command only."""
    kind = click.Choice(question.choices, case_sensitive=False) if question.choices else None
    while True:
        given = click.prompt(
            prompt, type=kind, default=question.default, show_default=False, prompt_suffix=" ", err=True
        )
        if question.default is not None or given.strip():
            return given


def _named(question: _Question) -> str:
    flag = f"--{question.flag.replace('_', '-')}"
    return f"{flag} ({'|'.join(question.choices)})" if question.choices else flag


def _report(said: Mapping[str, Any]) -> reporting.Report:
    return reporting.Report(**{**said, "wrong": tuple(said["wrong"]), "outside": Said(said["outside"])})


def _true_of(written: str) -> frozenset[str]:
    """The markers in a list; none of them for `none`."""
    given = frozenset(word.strip().casefold().replace("-", "_") for word in written.split(",")) - {""}
    if strange := sorted(given - set(_MARKERS)):
        raise _usage(f"{strange[0]!r} is no marker: {', '.join(_MARKERS)}.")
    if "none" in given and len(given) > 1:
        raise _usage("--markers says none and names one.")
    if not given:
        raise _usage("--markers is empty: say none if none of them is true.")
    return given - {"none"}


def _usage(message: str) -> click.UsageError:
    return click.UsageError(message, click.get_current_context())
