"""What failed first decides: checks, control, kind of step, tool; words only where these do not tell."""

import pytest

from incident2eval.cluster import group
from incident2eval.model import Failure

SAME_WORDS = "The reply promised a refund that nobody had approved"
OTHER_WORDS = "Somebody else's savings stood in the weekly report"


def together(one: dict[str, object], other: dict[str, object], *, words: bool = True) -> bool:
    first = Failure(id="A", text=SAME_WORDS, **one)  # type: ignore[arg-type]
    second = Failure(id="B", text=SAME_WORDS if words else OTHER_WORDS, **other)  # type: ignore[arg-type]
    return len(group([first, second]).clusters) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"checks": ("foreign_records",)}, {"checks": ("unreviewed",)}),
        ({"control": "record scope"}, {"control": "sign-off"}),
        ({"checks": ("unreviewed",), "control": "sign-off"}, {"checks": ("unreviewed",), "control": "grant"}),
        ({"step_kind": "tool"}, {"step_kind": "retrieval"}),
        ({"tool": "send_mail"}, {"tool": "search"}),
        ({"checks": ("a", "c")}, {"checks": ("b", "c")}),
    ],
)
def test_the_same_words_with_different_faults_are_two_types(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert not together(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"checks": ("a", "b")}, {"checks": ("b", "a")}),
        ({"checks": ("a",)}, {"checks": ("a",), "control": "record scope"}),
        ({"control": "record scope"}, {"control": "record scope", "workflow": "another"}),
    ],
)
def test_different_words_with_the_same_fault_are_one(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert together(one, other, words=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"checks": ("unapproved_actions",)}),
        ({"checks": ("a", "b")}, {"checks": ("a",)}),
        ({"control": "sign-off", "tool": "post"}, {"control": "sign-off", "tool": "send"}),
    ],
)
def test_where_what_failed_leaves_it_open_words_tell(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert together(one, other)
    assert not together(one, other, words=False)


def test_what_a_later_failure_knows_besides_holds_for_the_type() -> None:
    vague = Failure(id="A", text="", checks=("a",))
    told = Failure(id="B", text="", checks=("a",), control="record scope")
    elsewhere = Failure(id="C", text="", checks=("a",), control="sign-off")

    clusters = group([vague, told, elsewhere]).clusters

    assert [cluster.members for cluster in clusters] == [("A", "B"), ("C",)]
    assert clusters[0].id != clusters[1].id
