"""Does the output hold a figure that nothing the run had would give it?"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.figures.dates import Day, days
from incident2eval.checks.figures.figures import Figure, figures
from incident2eval.checks.figures.grounds import Grounds, as_texts, held
from incident2eval.checks.figures.units import tells_apart, unit_of_key
from incident2eval.checks.text.wording import embedded, key_words, leaves, sentence, with_plain_digits
from incident2eval.model import JSON, CannotJudge, Finding, Findings, IncidentType, Observation, Run, is_empty


@check(absence=False)
def ungrounded_figures(run: Run, *, sources: Sequence[str]) -> Findings:
    """Figures in the output that stand nowhere in what the run had.

    Args:
        run: The run to judge.
        sources: What the recorded run had to go by, for runs that do not report their own reading steps.

    Raises:
        CannotJudge: if neither the run nor the case says what it had to go by.

    What went wrong:
        An amount, a percentage, a period, a date or a count was made up, or taken from somewhere the workflow
        does not work from. It reads like all the others, and somebody acts on it.

    What is right:
        Every figure comes from somewhere. Each one in the output stands in the run's input, in what
        its tools and retrievals returned or in what was handed over: as it is, rounded as far as it
        is shown, in another unit, or worked out from like values in the rows of a tool (a count, sum,
        mean, median, least, most, share; a difference of two).

    What this cannot see:
        A right figure in the wrong place, promises without a figure, ids and references, times of day,
        numbers of one digit without a unit, and figures that a model wrote into a hand-over or a tool that
        then returned them in other words.
    """
    own = held(run)
    if not own and not sources and is_empty(run.input):
        raise CannotJudge(
            "nothing says what the run had to go by: no reading steps, no input, no sources in the case"
        )
    grounds = Grounds((run.input, *(own or sources or ())), days_of_run=(run.started, run.ended))
    shown = tuple(_shown(run.output))
    return Findings(tuple(_found(shown, grounds)), judged=len(shown))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure or date where the output shows it."""

    path: str
    leaf: str
    """The text as it stands in the output."""
    text: str
    """The same with plain digits."""
    figure: Figure | Day

    @property
    def words(self) -> str:
        """The figure as it stands there."""
        return self.text[self.figure.start : self.figure.end].strip()


def _shown(output: JSON) -> Iterator[Shown]:
    """Every figure and date of an output."""
    for path, leaf in leaves((embedded(output) or output) if isinstance(output, str) else output):
        words = key_words(path)
        if leaf is None or isinstance(leaf, bool) or tells_apart(words):
            continue
        plain = leaf if isinstance(leaf, str) else json.dumps(leaf)
        text = with_plain_digits(plain)
        unit = unit_of_key(words) if not isinstance(leaf, str) else None
        yield from (
            Shown(path=path, leaf=plain, text=text, figure=figure) for figure in figures(text, unit=unit)
        )
        yield from (Shown(path=path, leaf=plain, text=text, figure=day) for day in days(text))


def _found(shown: Iterable[Shown], grounds: Grounds) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for one in shown:
        if _is_held(one.figure, grounds):
            continue
        excerpt = sentence(one.text, one.figure.start, one.figure.end)
        if (one.words, excerpt) in seen:
            continue
        seen.add((one.words, excerpt))
        where = f" (at {one.path})" if one.path else ""
        yield Finding(
            check="ungrounded_figures",
            step=None,
            message=f"says '{one.words}'{where}, which stands in nothing that the run had to go by",
            excerpt=excerpt,
        )


def _is_held(figure: Figure | Day, grounds: Grounds) -> bool:
    return grounds.hold_day(figure) if isinstance(figure, Day) else grounds.hold(figure)


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The recorded run's sources but for those that hold the wrong words; they hold for this input.

    A corrected run that shows no figure could not show that right figures pass, so nothing is proposed then.
    """
    run = known.recorded
    if is_empty(run.output) or (not held(run) and is_empty(run.input)):
        return None
    if known.corrected is not None and not any(True for _ in _shown(known.corrected.output)):
        return None
    if not ungrounded_figures(run, sources=()):
        return None
    wrong = [words.casefold() for words in known.incident.wrong if words.strip()]
    texts = as_texts(held(run))
    return {"sources": [text for text in texts if not any(words in text.casefold() for words in wrong)]}


def variants(known: Known) -> Iterable[Run]:
    """The same text with other invented figures, in other clothes and in another place."""
    run = known.recorded
    sources = (run.input, *held(run))
    given = "\n".join(as_texts(sources))
    grounds = Grounds(sources, days_of_run=(run.started, run.ended))
    stray = next((one for one in _shown(run.output) if not _is_held(one.figure, grounds)), None)
    if stray is None:
        return
    numbers = [number for number in ("17", "43", "77", "360", "85.5", "2,340") if number not in given]
    is_date = isinstance(stray.figure, Day)
    start, end = (
        (stray.figure.start, stray.figure.end) if isinstance(stray.figure, Day) else stray.figure.number
    )
    for words in ("3 March 2031", "2031-03-03", "4 May 2032") if is_date else numbers:
        yield replace(
            run, output=_rewritten(run.output, stray.leaf, stray.text[:start] + words + stray.text[end:])
        )
    for number in numbers[:2]:
        yield replace(
            run, output=f"You get it within {number} working days, at £{number}.99, that is {number}% off."
        )
        yield replace(run, output=f"| item | amount |\n| --- | --- |\n| total | £{number}.45 |")
        yield replace(run, output={"summary": {"text": f"In all, {number} weeks remain."}})
    yield replace(run, output={"reply": {"body": run.output}})


def _rewritten(value: JSON, old: str, new: str) -> JSON:
    """The value with one text of it replaced."""
    if isinstance(value, str):
        return new if value == old else value.replace(old, new)
    if isinstance(value, Mapping):
        return {key: _rewritten(inner, old, new) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rewritten(inner, old, new) for inner in value]
    return value


CHECK = Check(
    judge=ungrounded_figures,
    propose=propose,
    variants=variants,
    words=Words(
        test="every_figure_stands_in_the_sources",
        found="inventions",
        message="a figure came from nowhere",
    ),
    control=False,
    needs=frozenset({Observation.OUTPUT}),
    this_input=frozenset({"sources"}),
    type=IncidentType.INCORRECT_EXTERNAL_OUTPUT,
)
