"""Types keep their ids, whatever comes later; a register hands them on; labels and exemplars."""

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident2eval.cluster import KnownType, explain, group, nearest, place
from incident2eval.model import Customer, Customers, Failure

ROSTER = Customers(rows=(Customer(id="A1", name="Harrow & Vale"),))
WORDS = st.sampled_from("refund report reprot missing filter session account the Northgate 4471 late".split())
FAULTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "text": st.one_of(st.lists(WORDS, max_size=7).map(" ".join), st.text(max_size=12)),
        "checks": st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True).map(tuple),
        "control": st.sampled_from([None, "scope", "sign-off"]),
        "tool": st.sampled_from([None, "send", "post"]),
        "workflow": st.sampled_from([None, "one", "two"]),
    }
)
FAILURES = st.lists(FAULTS, max_size=25).map(
    lambda rows: [Failure(id=f"F{at}", **row) for at, row in enumerate(rows)]
)


@settings(deadline=None)
@given(FAILURES, FAILURES)
def test_what_comes_later_moves_nothing(earlier: list[Failure], later: list[Failure]) -> None:
    before = group(earlier).assignment
    later = [Failure(id=f"L{at}", text=row.text, checks=row.checks) for at, row in enumerate(later)]
    after = group([*earlier, *later]).assignment

    assert {name: after[name] for name in before} == before


@settings(deadline=None)
@given(FAILURES)
def test_every_failure_is_in_one_type_and_ids_are_unique(failures: list[Failure]) -> None:
    clustering = group(iter(failures))

    ids = [cluster.id for cluster in clustering.clusters]
    assert len(ids) == len(set(ids))
    placed = {member: cluster.id for cluster in clustering.clusters for member in cluster.members}
    assert placed == clustering.assignment == {failure.id: placed[failure.id] for failure in failures}
    assert all({one.exemplar, one.edge} <= set(one.members) for one in clustering.clusters)


def test_the_types_are_the_same_in_every_process() -> None:
    """Whatever the order is in which the process keeps its sets."""
    code = """
import random
from incident2eval.cluster import group
from incident2eval.model import Failure
chance = random.Random(7)
words = "refund report reprot repotr missing misisng filter fitler session late latte draft draught".split()
texts = (" ".join(chance.choices(words, k=chance.randint(2, 9))) for _ in range(400))
print(group(Failure(id=str(at), text=text) for at, text in enumerate(texts)))
"""
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(printed) == 1


def test_a_register_keeps_ids_and_labels() -> None:
    old = Failure(id="A", text="The reply promised a refund of 20 pounds to Harrow & Vale")
    (kept,) = group([old], customers=ROSTER).clusters
    known = KnownType(id=kept.id, label="Promised refunds", words=kept.known.words)

    again = group([Failure(id="B", text="The reply promised a refund of 999 pounds")], known=[known])

    assert [(one.id, one.label) for one in again.clusters] == [(kept.id, "Promised refunds")]
    assert "arrow" not in kept.known.words


def test_types_of_one_digest_stay_two() -> None:
    failure = Failure(id="A", text="", checks=("a",))
    (cluster,) = group([failure]).clusters
    taken = KnownType(id=cluster.id, checks=("something_else",))

    (longer,) = group([failure], known=[taken]).clusters

    assert longer.id.startswith(cluster.id)
    assert len(longer.id) > len(cluster.id)


def test_known_types_that_nothing_joins_are_left_out() -> None:
    assert group([], known=[KnownType(id="FT-00000000")]).clusters == ()


def test_the_exemplar_is_in_the_middle_and_the_edge_is_not() -> None:
    texts = {
        "A": "savings of somebody else in a letter",
        "B": "the report quoted a note of another account",
        "C": "the report quoted a note of some other account",
        "D": "the report has quoted a note of another account",
    }
    (cluster,) = group([Failure(id=name, text=text, checks=("a",)) for name, text in texts.items()]).clusters

    assert cluster.exemplar in {"B", "C", "D"}
    assert cluster.edge == "A"


def test_no_customer_stands_in_a_label() -> None:
    (cluster,) = group([Failure(id="A", text="Harrow & Vale's reply was late")], customers=ROSTER).clusters

    assert cluster.label == "a customer reply was late"


@pytest.mark.parametrize(
    ("fault", "label"),
    [
        (
            {"checks": ("foreign_records", "foreign_names"), "control": "record scope", "tool": "search"},
            "record scope: another customer's records were fetched",
        ),
        (
            {"checks": ("foreign_records",), "tool": "search"},
            "another customer's records were fetched (search)",
        ),
        ({"checks": ("our_own_check", "foreign_names")}, "our own check"),
        ({"control": "record scope"}, "record scope failed"),
    ],
)
def test_a_label_names_the_control_and_what_failed_first(fault: dict[str, Any], label: str) -> None:
    assert group([Failure(id="A", text="", **fault)]).clusters[0].label == label


def test_the_nearest_come_first_with_reasons() -> None:
    one = Failure(id="A", text="The export dropped the currency", control="schema check", tool="export")
    like = Failure(id="B", text="the currency was droped by the export", control="schema check")
    other = Failure(id="C", text="The export took an hour")

    found = nearest(one, [other, like, one])

    assert [similar.incident for similar in found] == ["B", "C"]
    assert found[0].score > found[1].score
    assert explain(one, like) == "same control: schema check; both say currency, dropped, export"
    assert explain(one, Failure(id="D", text="unlike")) == "nothing in common"


def test_a_placed_failure_counts_its_type() -> None:
    earlier = [Failure(id=name, text="", checks=("a",)) for name in "AB"]

    placed = place(Failure(id="C", text="", checks=("a",)), earlier)

    assert (placed.size, placed.new) == (3, False)
