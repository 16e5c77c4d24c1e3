"""`new` and `contain`: the first minutes."""

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
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


class _Words(click.Choice[str]):
    """Words to choose from, in any case, and what people say in their place."""

    def __init__(self, words: Sequence[str], **also: str) -> None:
        super().__init__(words, case_sensitive=False)
        self._also = also

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """The word in small letters; of two that mean the same the one that files hold."""
        word = super().normalize_choice(choice, ctx).strip()
        return self._also.get(word, word)


class _Markers(click.ParamType[str]):
    """What is true of a slip: none, unknown, or markers with commas between them."""

    name = "markers"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The words as files hold them, with commas; fails for what is no answer."""
        given = {word.strip().casefold().replace("-", "_") for word in str(value).split(",")} - {""}
        given = {_NONE if word in {"n", "no"} else word for word in given}
        if strange := sorted(given - set(_MARKERS)):
            self.fail(f"{strange[0]!r} is no marker: {', '.join(_MARKERS)}.", param, ctx)
        if _NONE in given and len(given) > 1:
            self.fail("it says none and names one.", param, ctx)
        if not given:
            self.fail("it is empty: say none if none of them is true.", param, ctx)
        return ",".join(sorted(given))


class _Question(NamedTuple):
    """What is asked where a flag is missing, or may be left out."""

    flag: str
    asks: str
    kind: click.ParamType[str] | None = None
    """None where any words will do."""
    default: str | None = None
    """None where there has to be an answer."""


_NEEDED = frozenset({"workflow", "what", "markers"})
"""Without these nothing is written down where nobody can be asked."""

_NONE = "none"
_MARKERS = (_NONE, *reporting.MARKERS, reporting.UNKNOWN)
_CAUGHT = "caught"
_NOTICED_BY = _Words(("client", "reviewer", "monitoring", "staff", "other"), customer="client")
_OUTSIDE = _Words((*map(str, Said), _CAUGHT), y="yes", n="no", **{"no, caught in time": _CAUGHT})
_ACTIONS = click.Choice(sorted(KNOWN_VALUES["containment.action"]))


@command
@click.option("--workflow", metavar="W", help="Which workflow; not needed where the settings know only one.")
@click.option("--what", metavar="TEXT", help="What happened, in a sentence or two.")
@click.option(
    "--wrong", metavar="WORDS", multiple=True, help="Words of the output that are wrong, as they stand there."
)
@click.option("--noticed-by", metavar="WHO", type=_NOTICED_BY, help=", ".join(_NOTICED_BY.choices))
@click.option(
    "--outside",
    metavar="ANSWER",
    type=_OUTSIDE,
    help="Did it reach anyone outside? yes, no, unknown, or caught: no, it was caught in time.",
)
@click.option("--near-miss", is_flag=True, help="It was caught in time: the same as --outside caught.")
@click.option("--by", metavar="NAME", help="Who reports it; for a note the account's name if not given.")
@click.option("--title", metavar="TEXT", help="Its name in lists; the first sentence if not given.")
@click.option("--happened", metavar="TIME", type=MOMENT, help="When it happened: a time, or a date.")
@click.option("--noticed", metavar="TIME", type=MOMENT, help="When it was noticed; now if not given.")
@click.option("--aware", metavar="TIME", type=TIME, help="When the firm knew; as --noticed if not given.")
@click.option("--note", metavar="TEXT", help="Only a slip (level 1): note it in one line. Needs --markers.")
@click.option(
    "--markers",
    metavar="LIST",
    type=_Markers(),
    help=f"With --note, what is true of it: {', '.join(_MARKERS)}; several with commas.",
)
def new(
    *, project: Path | None, note: str | None, markers: str | None, near_miss: bool, **said: Any
) -> Answer:
    """Write an incident down, start its clocks, and say what to do now.

    On a terminal it asks for what no flag says, six questions at most; elsewhere --what is enough (with
    --workflow, where there are several), and the rest is unknown.
    With --note a small slip is noted as level 1, unless it is more than that: then exit 1.
    """
    known = reporting.workflows(project)
    if near_miss and said["outside"] in {None, str(Said.NO)}:
        said["outside"] = _CAUGHT
    if note is None:
        if markers is not None:
            raise _usage("--markers goes with --note.")
        asked = _asked(said, _incident_questions(known))
        return reporting.new(project=project, report=_report(asked, near_miss=near_miss))
    if said["what"] is not None:
        raise _usage("--note and --what do not go together: a note says what happened itself.")
    if near_miss or said["outside"] == _CAUGHT:
        raise _usage("A near miss is more than a slip: say --what in place of --note.")
    asked = _asked({**said, "what": note, "markers": markers}, _note_questions(known))
    true = frozenset(asked.pop("markers").split(",")) - {_NONE}
    asked["by"], asked["outside"] = asked["by"] or whoami(), asked["outside"] or Said.NO
    return reporting.note(project=project, report=_report(asked), markers=true)


@command
@click.argument("incident")
@click.option("--action", metavar="ACTION", type=_ACTIONS, required=True, help=", ".join(_ACTIONS.choices))
@click.option("--by", metavar="NAME", required=True, help="Who stopped it.")
@click.option("--did", metavar="TEXT", help="What exactly, and how more harm is kept away meanwhile.")
@click.option("--at", metavar="TIME", type=TIME, help="When; now if it is not given.")
@click.option("--workflow", metavar="W", help="Another workflow than the incident's own.")
@click.option("--by-hand", is_flag=True, help="Somebody stopped it: on_pause is not run.")
def contain(*, project: Path | None, incident: str, at: Any, by_hand: bool, **said: Any) -> Answer:
    """Note that a workflow was stopped, and run its on_pause.

    Works before anything else is known of the incident. From now on until `restart` the workflow counts as
    paused. Exit 1 where on_pause failed: then it counts as contained once somebody says --by-hand.
    """
    stop = LogEntry(at=now(), event=Event.CONTAINED, **said)
    return stopping.contain(project=project, incident=incident, stop=stop, at=at, by_hand=by_hand)


def _incident_questions(known: Sequence[str]) -> tuple[_Question, ...]:
    """The six, the first one only where there is a choice."""
    return (
        *_which(known),
        _Question("what", "What happened, in a sentence or two?"),
        _Question("wrong", "Which words of it were wrong, exactly? (Enter: not known)", default=""),
        _Question("noticed_by", "Who noticed?", _NOTICED_BY),
        _Question(
            "outside",
            f"Did it reach anyone outside the company?\n    {_CAUGHT}: no, it was caught in time",
            _OUTSIDE,
        ),
        _Question("by", "Your name?"),
    )


def _note_questions(known: Sequence[str]) -> tuple[_Question, ...]:
    sentences = "\n".join(f"    {name:<14}  {words}" for name, words in reporting.MARKERS.items())
    asks = f"Is any of this true of it?\n{sentences}\n    (none, unknown, or words on the left, with commas)"
    return (*_which(known), _Question("markers", asks, _Markers()))


def _which(known: Sequence[str]) -> tuple[_Question, ...]:
    return () if len(known) == 1 else (_Question("workflow", "Which workflow?", _Words(known)),)


def _asked(said: Mapping[str, Any], questions: Sequence[_Question]) -> dict[str, Any]:
    """What was said, with answers to what was not; nobody is asked where nothing has to be.

    Raises:
        click.UsageError: Needed flags are missing and there is no terminal; all that are missing are named.
    """
    missing = [one for one in questions if one.default is None and not (said[one.flag] or "").strip()]
    if not missing:
        return dict(said)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        if _NEEDED.isdisjoint(one.flag for one in missing):
            # Unknown is not no: the rest can be said later, and the level is the higher for it.
            return {**said, "outside": said["outside"] or Said.UNKNOWN, "by": said["by"] or whoami()}
        raise _usage(f"Nobody can be asked here; missing: {', '.join(map(_named, missing))}.")
    open_ones = [one for one in questions if not said[one.flag]]
    answers: dict[str, Any] = {}
    try:
        for number, one in enumerate(open_ones, start=1):
            answers[one.flag] = _answer(one, f"{number}/{len(open_ones)} {one.asks}")
    except click.Abort:
        so_far = shlex.join(_command_with(answers))
        click.echo(f"\nNothing is written yet. To go on from here:\n{so_far}", err=True)
        raise
    if "wrong" in answers:
        answers["wrong"] = tuple(filter(None, [answers["wrong"].strip()]))
    return {**said, **answers}


def _answer(question: _Question, prompt: str) -> Any:
    """Ask on stderr, so that stdout holds the answer of the command only."""
    while True:
        given = click.prompt(
            prompt,
            type=question.kind,
            default=question.default,
            show_default=False,
            prompt_suffix=" ",
            err=True,
        )
        if question.default is not None or given.strip():
            return given


def _command_with(answers: Mapping[str, Any]) -> Iterator[str]:
    """The command as it was called, with what was answered since as flags."""
    context = click.get_current_context()
    flags = {one.name: one.opts[0] for one in context.command.params}
    yield from context.command_path.split()
    for name, value in {**context.params, **answers}.items():
        if value is True:
            yield flags[name]
        elif value not in {None, False, "", ()}:
            for one in value if isinstance(value, tuple) else (value,):
                yield from (flags[name], one.isoformat() if isinstance(one, date) else str(one))


def _named(question: _Question) -> str:
    flag = f"--{question.flag.replace('_', '-')}"
    return f"{flag} ({'|'.join(question.kind.choices)})" if isinstance(question.kind, _Words) else flag


def _report(said: Mapping[str, Any], *, near_miss: bool = False) -> reporting.Report:
    """What was said; that it was caught in time is a no, and a near miss."""
    caught = said["outside"] == _CAUGHT
    told = {"wrong": tuple(said["wrong"]), "outside": Said.NO if caught else Said(said["outside"])}
    return reporting.Report(**{**said, **told, "near_miss": near_miss or caught})


def _usage(message: str) -> click.UsageError:
    return click.UsageError(message, click.get_current_context())
