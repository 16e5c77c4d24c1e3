"""Do the right values stand where the recorded run had wrong ones?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.values.expectation import Expectation, expectations
from incident2eval.checks.values.faces import faces
from incident2eval.checks.values.proposing import Sides
from incident2eval.checks.values.proposing import expected as differing
from incident2eval.checks.values.verdict import misses
from incident2eval.checks.values.volatile import same_input
from incident2eval.detection.names.roster import names_of
from incident2eval.detection.names.use import LEGAL_FORM
from incident2eval.model import JSON, Customers, Finding, Findings, Observation, Origin, Run, texts

_MOST = 40
"""So many values say enough about one input; a longer list is read by nobody."""


@check(absence=False)
def expected_values(run: Run, *, expected: Sequence[Mapping[str, JSON]], customers: Customers) -> Findings:
    """Values of the output that are not what they should be for this input.

    Args:
        run: The run to judge.
        expected: What should stand where: of each `item` (its ids) the `field`, or what a text says `about`
            something, with the right `value` and the wrong one that stood there `instead_of` it.
        customers: The roster: an item that is a customer may stand there by name.

    Raises:
        CannotJudge: if the case does not say what is expected.

    What went wrong:
        A figure, a date, a decision or a class in the output was wrong. It looked like all the others, and
        somebody acts on it.

    What is right:
        The values of the corrected run stand where the recorded run had others, in the output itself: in the
        item's field, in its row of a table, in what a text says of it. Shape, order, wording, currency
        spelling and rounding are free, and so are more fields, rows and figures. The old value is free
        wherever it is about something else.

    What this cannot see:
        Text of several words, values that only the corrected run has and nobody named, rows that nothing
        tells apart, times of other zones, other words than the field's own for a choice (`referred` for
        `manual`), and what only a step of the run says. In a text it goes by the words around a figure: a
        right figure among quite other words passes.
    """
    wanted = expectations(expected)
    called = _called(customers or Customers(), run)
    found = tuple(
        Finding(
            check="expected_values", step=None, message=" ".join(miss.message.split()), excerpt=miss.excerpt
        )
        for _, miss in misses(run.output, wanted, called)
    )
    return Findings(found, judged=len(wanted))


def _called(customers: Customers, run: Run) -> dict[str, tuple[str, ...]]:
    """What each customer is called: with and without a legal form, with `&` and with `and`.

    Of a roster that holds hashes it is what the output calls them.
    """
    called: dict[str, tuple[str, ...]] = {}
    if customers.is_hashed:
        index = names_of(customers)
        for _, text in texts(run.output):
            for one in index.foreign(text, ""):
                called[one.customer] = (*called.get(one.customer, ()), text[one.start : one.end])
        return called
    for row in customers:
        names = (*row.names, *(LEGAL_FORM.sub("", name) for name in row.names))
        called[row.id] = (*names, *(name.replace("&", "and") for name in names if "&" in name))
    return called


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The values that the corrected run has in places where the recorded one has others; of this input.

    A value that a known-good run of the same input does not have varies from run to run. A repaired run is
    of our own making and no witness of what is right.
    """
    corrected = next((run for run in known.corrected_runs if same_input(run, known.recorded)), None)
    if corrected is None or known.origin is Origin.REPAIRED:
        return None
    incident = known.incident
    sides = Sides(
        recorded=known.recorded,
        corrected=corrected,
        wrong=incident.wrong,
        right=incident.right,
        names=names_of(known.customers),
    )
    good = (corrected, *(run for run in known.good if run.input == known.recorded.input))
    found = islice(_telling(differing(sides), known, good), _MOST)
    facts = [wanted.fact for wanted in found]
    return {"expected": facts} if facts else None


def _telling(found: Iterable[Expectation], known: Known, good: Sequence[Run]) -> Iterator[Expectation]:
    """The expectations that good runs meet and the recorded one does not, each once."""
    called = _called(known.customers, known.recorded)
    wanted = tuple({repr(one.fact): one for one in found}.values())
    varying = {repr(one.fact) for run in good for one, _ in misses(run.output, wanted, called)}
    missed = {repr(one.fact) for one, _ in misses(known.recorded.output, wanted, called)}
    yield from (one for one in wanted if repr(one.fact) in missed - varying)


def variants(known: Known) -> Iterable[Run]:
    """The wrong output in other shapes, and with other wrong values or none in the places that differ."""
    return faces(known.recorded, known.corrected, known.incident.right)


CHECK = Check(
    judge=expected_values,
    propose=propose,
    variants=variants,
    words=Words(
        test="output_holds_the_right_values",
        found="mistakes",
        message="a value is not what it should be",
    ),
    control=False,
    needs=frozenset({Observation.OUTPUT}),
    this_input=frozenset({"expected"}),
)
