"""Does the output say again, in whatever words, what was wrong the first time?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.acts.tool_names import Tools
from incident2eval.checks.failures.calls import failed_calls
from incident2eval.checks.statements.entries import Entry, entries_of, entry_in
from incident2eval.checks.statements.rewording import reworded
from incident2eval.checks.statements.same import said_in
from incident2eval.model import JSON, CannotJudge, Finding, Findings, Origin, Run, StepKind

_CALLS = {StepKind.TOOL, StepKind.OUTPUT}


@check(absence=True)
def said_again(run: Run, *, statements: Sequence[JSON]) -> Findings:
    """Wrong statements of the incident that the run makes again.

    Args:
        run: The run to judge.
        statements: What was wrong: of each what it `says`, its `figures` and telling `words`, what it was
            said `of`, the words `beside` it, and where it stood if not in the output (`calls`). With
            `only_while_a_call_fails` it is wrong as long as a call stays unanswered: an answer may make it
            true.

    Raises:
        CannotJudge: if the case holds no statement.

    What went wrong:
        The workflow stated something that is not so: a refund nobody grants, a search result nobody got, a
        result that was not normal. A mended workflow may word everything anew, and so may one that is as
        wrong as before: looking for the old sentence would pass it.

    What is right:
        No sentence says the same of the same thing: the same telling words or others for them, the same
        figures in whatever spelling (`sixty days`, `two months`, `no fee` for `£0.00`), the same yes or no.
        The same figure said of something else is free, and so is the statement denied, asked, doubted,
        made to depend on something else, or taken back.

    What this cannot see:
        The statement in words that share nothing with it, spread over a paragraph, or in another language;
        the same fault with another figure (`ungrounded_figures` and `expected_values` look for that). Where
        it is not sure, it finds nothing.
    """
    if not statements:
        raise CannotJudge("the case holds no statement that was wrong")
    entries = [entry for one in statements if (entry := entry_in(one))]
    if len(entries) < len(statements):
        raise CannotJudge("a statement in the case has neither words nor figures to be recognised by")
    settled = bool(run.steps) and not failed_calls(run, tools=Tools(()))
    found: dict[tuple[str | None, str], Finding] = {}
    for entry in entries:
        if not (settled and entry.only_while_a_call_fails):
            for finding in _found(run, entry):
                found.setdefault((finding.step, finding.excerpt), finding)
    return Findings(tuple(found.values()), judged=len(entries))


def _found(run: Run, entry: Entry) -> Iterator[Finding]:
    places: list[tuple[str | None, JSON]] = [(None, run.output)]
    tools = Tools(entry.calls)
    places += [(step.id, step.input) for step in run.steps if step.kind in _CALLS and step.name in tools]
    for step, text in places:
        for words in said_in(text, entry.claim):
            yield Finding(
                check="said_again",
                step=step,
                message=f"says again what was wrong: '{entry.says}'",
                excerpt=words,
            )


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The statements marked as wrong that the recorded run makes and the corrected one does not."""
    right = [*known.corrected_runs, *(run for run in known.good if run.input == known.recorded.input)]
    kept = [
        fact
        for entry in entries_of(known)
        if (fact := {**entry.fact, **_standing(known)})
        and said_again(known.recorded, statements=[fact])
        and not any(not run.is_empty and said_again(run, statements=[fact]) for run in right)
    ]
    return {"statements": kept} if kept else None


def _standing(known: Known) -> Mapping[str, JSON]:
    """Whether it is wrong for want of an answer only: nobody knows what the answer would have been."""
    witnesses = [known.recorded]
    if known.corrected is not None and known.origin is not Origin.REPAIRED:
        witnesses.append(known.corrected)
    open_still = all(failed_calls(run, tools=Tools(())) for run in witnesses)
    return {"only_while_a_call_fails": True} if open_still else {}


def variants(known: Known) -> Iterable[Run]:
    """The wrong words in other clothes, other places and other words."""
    run, wrong = known.recorded, known.incident.wrong
    said = [replace(run, output=words) for words in reworded(wrong, run.output)]
    yield from said
    for at, step in enumerate(() if said else run.steps):
        if step.kind in _CALLS:
            for words in reworded(wrong, step.input):
                given = {"body": words} if isinstance(words, str) else words
                yield replace(run, steps=(*run.steps[:at], replace(step, input=given), *run.steps[at + 1 :]))


CHECK = Check(
    judge=said_again,
    propose=propose,
    variants=variants,
    words=Words(
        test="what_was_wrong_is_not_said_again",
        found="repeats",
        message="what was wrong is said again",
    ),
    control=False,
    this_input=frozenset({"statements"}),
)
