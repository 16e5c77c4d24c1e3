"""Does the output lack a figure, a date or a name that should have been there?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.values.faces import faces
from incident2eval.checks.values.facts import Fact, facts_in, is_said, nearest
from incident2eval.checks.values.told import read
from incident2eval.checks.values.volatile import same_input
from incident2eval.detection.names.roster import names_of
from incident2eval.model import JSON, CannotJudge, Customers, Finding, Findings, Observation, Origin, Run

_MOST = 20


@check(absence=False)
def missing_facts(run: Run, *, required: Sequence[Mapping[str, JSON]], customers: Customers) -> Findings:
    """Figures, dates, times, names and ids that the output should hold for this input, and does not.

    Args:
        run: The run to judge.
        required: What must be said, such as `{figure: 30 days}`, `{date: 6 October 2026}`, `{time: 14:30}`,
            `{name: Leeds}`, `{id: PO-4711}`, `{customer: A1}` (a customer of the roster, by id).
        customers: The roster.

    Raises:
        CannotJudge: if the case does not say what is required.

    What went wrong:
        The output left out, or got wrong, what it had to say: the amount, the day, the place, the reference.

    What is right:
        Each of these facts is in the output, anywhere and in any words: figures may be written out, rounded
        or in another unit (two weeks are 14 days), dates spelt as they like.

    What this cannot see:
        Whether a fact is said of the right thing, wording without figures or names, names that are English
        words too, small numbers that count nothing, and whether more is said than should be.
    """
    if not isinstance(required, (list, tuple)) or not required:
        raise CannotJudge("nothing says which facts the output must hold")
    facts = [Fact.of(given) for given in required]
    names, output = names_of(customers or Customers()), read(run.output)
    found = tuple(
        Finding(
            check="missing_facts",
            step=None,
            message=f"does not say the {fact.kind} '{fact.said}'",
            excerpt=nearest(fact, output),
        )
        for fact in facts
        if not is_said(fact, output, names)
    )
    return Findings(found, judged=len(facts))


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The facts of the words that should have been there, as far as runs that are right hold them.

    A fact that the corrected run or a known-good one of the same input does without is not needed; a repaired
    run is of our own making and no witness of that. The run's own customer may be addressed in many ways.
    """
    names = names_of(known.customers)
    outputs = [read(run.output) for run in _right_runs(known)]
    said = dict.fromkeys(fact for text in known.incident.right for fact in facts_in(text, names))
    facts = [
        fact
        for fact in said
        if (fact.kind, fact.said) != ("customer", known.customer_id)
        and all(is_said(fact, output, names) for output in outputs)
    ]
    recorded = read(known.recorded.output)
    if all(is_said(fact, recorded, names) for fact in facts):
        return None
    return {"required": [fact.fact for fact in facts[:_MOST]]}


def _right_runs(known: Known) -> Iterator[Run]:
    """Runs of the same input that people hold to be right."""
    if known.origin is not Origin.REPAIRED:
        yield from (run for run in known.corrected_runs if same_input(run, known.recorded))
    yield from (run for run in known.good if run.input == known.recorded.input)


def variants(known: Known) -> Iterable[Run]:
    """The output that lacks them in other shapes, and with other figures or none where it has wrong ones."""
    return faces(known.recorded, known.corrected, known.incident.right)


CHECK = Check(
    judge=missing_facts,
    propose=propose,
    variants=variants,
    words=Words(
        test="output_says_what_it_must",
        found="gaps",
        message="a fact that had to be said is missing",
    ),
    control=False,
    needs=frozenset({Observation.OUTPUT}),
    this_input=frozenset({"required"}),
)
