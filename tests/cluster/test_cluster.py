"""Cluster: failures of the same checks belong together; words help where the checks do not decide."""

import re

from incident2eval.cluster import group, place
from incident2eval.model import Customer, Customers, Failure

ROSTER = Customers(
    rows=(
        Customer(id="A1", name="Harrow & Vale", aliases=("H&V",)),
        Customer(id="A2", name="Northgate Logistics", aliases=("Northgate",)),
        Customer(id="A5", name="Brightwater Dental"),
    )
)

LEAK = Failure(
    id="INC-2026-0007",
    workflow="monthly-summary",
    text="The October draft for Harrow & Vale quoted a note about Northgate",
    checks=("foreign_records", "foreign_names"),
)
LATER_LEAK = Failure(
    id="INC-2026-0030",
    workflow="engagement-report",
    text="Week 45: someone else's savings stood in the report",
    checks=("foreign_names", "foreign_records"),
)
OVERREACH = Failure(
    id="INC-2026-0019",
    workflow="account-review",
    text="The agent overwrote an address",
    checks=("unauthorised_tools",),
)


def worded(failure_id: str, text: str) -> Failure:
    return Failure(id=failure_id, text=text)


class TestGroup:
    def test_one_incident_is_enough(self) -> None:
        (cluster,) = group([LEAK]).clusters

        assert (cluster.size, cluster.members, cluster.exemplar) == (1, (LEAK.id,), LEAK.id)

    def test_none_is_none(self) -> None:
        assert group([]).clusters == ()

    def test_same_checks_belong_together_whatever_the_workflow_and_the_words(self) -> None:
        clustering = group([LEAK, OVERREACH, LATER_LEAK])

        assert [cluster.members for cluster in clustering.clusters] == [
            (LEAK.id, LATER_LEAK.id),
            (OVERREACH.id,),
        ]
        assert clustering.assignment[LATER_LEAK.id] == clustering.clusters[0].id

    def test_disjoint_checks_never_do_even_with_the_same_words(self) -> None:
        same_words = Failure(id="INC-2026-0020", text=LEAK.text, checks=("ungrounded_figures",))

        assert len(group([LEAK, same_words]).clusters) == 2

    def test_without_checks_words_decide_once_names_and_numbers_are_masked(self) -> None:
        first = worded("A-2026-001", "The reply for Harrow & Vale promised a refund of £189 on order 4471")
        second = worded(
            "A-2026-002", "The reply for Brightwater Dental promised a refund of £20 on order B-17"
        )
        other = worded("A-2026-003", "Two lines of the batch went without second approval")

        clustering = group([first, second, other], customers=ROSTER)

        assert [cluster.members for cluster in clustering.clusters] == [(first.id, second.id), (other.id,)]

    def test_customers_in_common_are_no_likeness(self) -> None:
        first = worded("A-2026-001", "Northgate Logistics Northgate A2: late")
        second = worded("A-2026-002", "Northgate Logistics Northgate A2: wrong")

        assert len(group([first, second], customers=ROSTER).clusters) == 2

    def test_labels_are_plain_words(self) -> None:
        strange = Failure(id="A-2026-001", text="x", checks=("our_own_check",))
        unchecked = worded("A-2026-002", "A reply\x1b[2J promised too much. " * 9)

        labels = [cluster.label for cluster in group([LEAK, strange, unchecked]).clusters]

        assert "another customer's records were fetched" in labels[0]
        assert labels[1] == "our own check"
        assert labels[2].startswith("A reply\\x1b[2J promised too much.")
        assert len(labels[2]) <= 80

    def test_ids_stay_when_others_come_in(self) -> None:
        before = group([LEAK]).assignment[LEAK.id]
        after = group([LEAK, OVERREACH, LATER_LEAK]).assignment[LEAK.id]

        assert before == after
        assert re.fullmatch(r"FT-[0-9a-f]{8}", before)


class TestPlace:
    def test_the_first_incident_founds_a_type(self) -> None:
        placed = place(LEAK, [])

        assert placed.new
        assert placed.similar == ()

    def test_a_later_one_joins_it(self) -> None:
        placed = place(LATER_LEAK, [LEAK, OVERREACH])

        assert not placed.new
        assert placed.id == place(LEAK, []).id
        assert [similar.incident for similar in placed.similar] == [LEAK.id]
        assert placed.similar[0].score > 50
        assert placed.similar[0].because.startswith("both failed foreign_names, foreign_records")

    def test_an_incident_is_no_earlier_one_of_its_own(self) -> None:
        assert place(LEAK, [LEAK]).new

    def test_same_input_same_answer(self) -> None:
        assert place(LATER_LEAK, [LEAK, OVERREACH]) == place(LATER_LEAK, [LEAK, OVERREACH])


def test_codes_alone_are_told_apart_and_nothing_at_all_is_a_type_too() -> None:
    said = ("404", "500", "404", "", "")
    found = group([Failure(id=str(number), text=text) for number, text in enumerate(said)]).assignment

    assert found["0"] == found["2"] != found["1"]
    assert found["3"] == found["4"] not in {found["0"], found["1"]}
