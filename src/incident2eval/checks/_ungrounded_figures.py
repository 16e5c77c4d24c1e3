"""Does the output hold a figure that nothing the run had would give it?"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.figures.grounds import Grounds, as_texts, held
from incident2eval.checks.figures.shown import Shown, shown_in
from incident2eval.checks.statements.support import Held, Support
from incident2eval.detection.text.wording import leaves, sentence
from incident2eval.model import JSON, CannotJudge, Finding, Findings, IncidentType, Observation, Run, is_empty

_MOST_SHOWN, _MOST_FOUND = 20_000, 200
"""How many figures of an output are looked at, and how many findings are named."""
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")


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
        is shown, in another unit, or worked out from like values in rows or a list (a count, sum,
        mean, median, least, most, share; a difference of two). A length of time or a share that is
        promised or a limit stands there as such, and of nothing else: 60 days are not 90 less 30, and a
        warranty of 90 days is no refund within 90.

    What this cannot see:
        A right figure in the wrong place where the sources do not say what theirs is of, promises without a
        figure (`ungrounded_statements`), ids and references, times of day, numbers of one digit without a
        unit, and figures that a model wrote into a hand-over or a tool that then returned them in other
        words. Of an output with more than 20,000 figures the first ones are read.
    """
    own = held(run)
    if not own and not sources and is_empty(run.input):
        raise CannotJudge(
            "nothing says what the run had to go by: no reading steps, no input, no sources in the case"
        )
    grounds = Grounds((run.input, *(own or sources or ())), days_of_run=(run.started, run.ended))
    shown = tuple(islice(shown_in(run.output), _MOST_SHOWN))
    support = Support(grounds)
    return Findings(
        tuple(islice(_found(shown, support, Held.NO), _MOST_FOUND)),
        judged=len(shown),
        doubtful=tuple(islice(_found(shown, support, Held.PERHAPS), _MOST_FOUND)),
    )


def _found(shown: Iterable[Shown], support: Support, wanted: Held) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for one in shown:
        if support.of(one) is not wanted:
            continue
        excerpt = sentence(one.text, one.figure.start, one.figure.end)
        if (one.words, excerpt) in seen:
            continue
        seen.add((one.words, excerpt))
        where = f" (at {one.path})" if one.path else ""
        yield Finding(
            check="ungrounded_figures",
            step=None,
            message=f"says '{one.words}'{where}, which {wanted.value}",
            excerpt=excerpt,
        )


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The recorded run's sources but for those that hold the wrong words; they hold for this input.

    A corrected run that shows no figure could not show that right figures pass, so nothing is proposed then.
    """
    run = known.recorded
    if is_empty(run.output) or (not held(run) and is_empty(run.input)):
        return None
    if known.corrected is not None and not any(True for _ in shown_in(known.corrected.output)):
        return None
    if not ungrounded_figures(run, sources=()):
        return None
    wrong = [words.casefold() for words in known.incident.wrong if words.strip()]
    texts = as_texts(held(run))
    return {"sources": [text for text in texts if not any(words in text.casefold() for words in wrong)]}


def variants(known: Known) -> Iterable[Run]:
    """The same text with other invented figures, in other clothes and in another place."""
    run = known.recorded
    given = "\n".join(as_texts((run.input, *held(run))))
    invented = [number for number in ("17", "43", "77", "360", "85.5", "2,340") if number not in given]
    for leaf, start, end in islice(_strange(known, given), 2):
        for words in invented:
            yield replace(run, output=_rewritten(run.output, leaf, leaf[:start] + words + leaf[end:]))
    for number in invented[:2]:
        yield replace(
            run, output=f"You get it within {number} working days, at £{number}.99, that is {number}% off."
        )
        yield replace(run, output=f"| item | amount |\n| --- | --- |\n| total | £{number}.45 |")
        yield replace(run, output={"summary": {"text": f"In all, {number} weeks remain."}})
    yield replace(run, output={"reply": {"body": run.output}})


def _strange(known: Known, given: str) -> Iterator[tuple[str, int, int]]:
    """Numbers of the output, those in words marked as wrong first, that stand nowhere in what the run had."""
    texts = [leaf for _, leaf in leaves(known.recorded.output) if isinstance(leaf, str)]
    wrong = " ".join(known.incident.wrong)
    numbers = [(leaf, match) for leaf in texts for match in _NUMBER.finditer(leaf) if match[0] not in given]
    for leaf, match in sorted(numbers, key=lambda one: one[1][0] not in wrong):
        yield leaf, *match.span()


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
