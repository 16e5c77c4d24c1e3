"""The register of failure types: what the tool writes stays, what people write in it stays word for word."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.store import RegisteredType, add_types, name_type, read_types

Faults = Callable[[Callable[[], object]], list[tuple[int | None, str | None, str]]]

LEAK = RegisteredType(
    id="FT-1234abcd",
    checks=("foreign_records", "foreign_names"),
    control="retrieval scope",
    step_kind="retrieval",
    tool="search_notes",
    words="the draft quoted a note about",
    incidents={"INC-2026-0007": "5f2c81aa"},
)
TONE = RegisteredType(id="FT-99", words="the tone was off", incidents={"INC-2026-0008": None})

BY_HAND = """\
# ours since March
schema: incident2eval/failure-types/1
owner: the platform team   # of another program
FT-1234abcd:
  label: "Reads beyond the client"  # as the board calls it
  words: the draft quoted a note about
  # moved here in June
  incidents:
    INC-2026-0007: "5f2c81aa"

# the small ones
FT-99:
  label:
  words: the tone was off
  ticket: OPS-17
  incidents: {INC-2026-0008: }
"""


@pytest.fixture
def incidents(tmp_path: Path) -> Path:
    """The folder with all incidents."""
    folder = tmp_path / "incidents"
    folder.mkdir()
    return folder


@pytest.fixture
def by_hand(incidents: Path) -> Path:
    """The same, with a register that people worked on."""
    (incidents / "failure-types.yaml").write_text(BY_HAND)
    return incidents


def register(incidents: Path) -> str:
    return (incidents / "failure-types.yaml").read_text()


def test_types_come_back_as_they_were_registered(incidents: Path) -> None:
    assert read_types(incidents) == ()

    assert add_types(incidents, [LEAK, TONE])
    assert read_types(incidents) == (LEAK, TONE)


def test_nothing_is_written_where_nothing_is_new(incidents: Path) -> None:
    assert not add_types(incidents, [])
    assert list(incidents.iterdir()) == []

    add_types(incidents, [LEAK, TONE])
    before = (incidents / "failure-types.yaml").stat().st_mtime_ns
    assert not add_types(incidents, [TONE, LEAK])
    assert (incidents / "failure-types.yaml").stat().st_mtime_ns == before


def test_only_the_lines_of_what_changed_change(by_hand: Path) -> None:
    new = RegisteredType(id="FT-77", control="approval", incidents={"INC-2026-0011": "a1b2c3d4"})
    wordy = replace(LEAK, checks=(), control=None, step_kind=None, tool=None)
    more = replace(wordy, incidents={"INC-2026-0007": "5f2c81aa", "INC-2026-0010": "77aa77aa"})

    assert add_types(by_hand, [more, TONE, new])
    assert register(by_hand) == BY_HAND.replace(
        '    INC-2026-0007: "5f2c81aa"\n', '    INC-2026-0007: "5f2c81aa"\n    INC-2026-0010: "77aa77aa"\n'
    ) + ("FT-77:\n  label: null\n  control: approval\n  incidents:\n    INC-2026-0011: a1b2c3d4\n")


def test_a_type_of_words_alone_learns_what_failed(by_hand: Path) -> None:
    assert add_types(by_hand, [LEAK])

    held = next(one for one in read_types(by_hand) if one.id == LEAK.id)
    assert (held.checks, held.control, held.label) == (LEAK.checks, LEAK.control, "Reads beyond the client")
    assert "# as the board calls it" in register(by_hand)


def test_a_label_goes_where_one_is_wanted(by_hand: Path) -> None:
    name_type(by_hand, "FT-99", label="Tone: too harsh", by="Ana Pereira")

    assert register(by_hand) == BY_HAND.replace(
        "  label:\n", '  label: "Tone: too harsh"\n  by: Ana Pereira\n'
    )
    assert [(one.label, one.by) for one in read_types(by_hand)] == [
        ("Reads beyond the client", None),
        ("Tone: too harsh", "Ana Pereira"),
    ]


def test_another_name_takes_the_first_ones_place(by_hand: Path) -> None:
    name_type(by_hand, "FT-99", label="Harsh", by="Ana")
    name_type(by_hand, "FT-99", label="Cold", by=None)

    assert [(one.label, one.by) for one in read_types(by_hand)][1] == ("Cold", None)
    assert "Ana" not in register(by_hand)


@pytest.mark.parametrize(
    "written",
    [
        '{"schema": "incident2eval/failure-types/1", "FT-99": {"label": null, "words": "w", "x": "kept"}}',
        "FT-99: {label: , words: w, extra: kept}\n",
        "FT-99:\n     label: |-\n       two\n       # lines\n     words: w\n     extra: kept",
    ],
)
def test_however_it_is_laid_out_nothing_is_lost(incidents: Path, written: str) -> None:
    (incidents / "failure-types.yaml").write_text(written)

    add_types(incidents, [LEAK, replace(TONE, incidents={"INC-2026-0009": "5f2c81aa"})])
    name_type(incidents, "FT-99", label="Harsh", by=None)

    tone, leak = read_types(incidents)
    assert (tone.label, tone.words, tone.incidents) == ("Harsh", "w", {"INC-2026-0009": "5f2c81aa"})
    assert leak == LEAK
    assert "kept" in register(incidents)


def test_labels_are_text_whatever_they_look_like(incidents: Path) -> None:
    (incidents / "failure-types.yaml").write_text("FT-1:\n  label: 4.10\nFT-2:\n  label: no\n")
    assert [one.label for one in read_types(incidents)] == ["4.10", "no"]


def test_every_fault_is_named_with_its_line(incidents: Path, faults: Faults) -> None:
    (incidents / "failure-types.yaml").write_text("FT-1: a text\nFT-2:\n  label: [two, labels]\n")

    assert faults(lambda: read_types(incidents)) == [
        (1, "FT-1", "should hold fields of its own"),
        (3, "label", "should be text"),
    ]
    with pytest.raises(BadInput):
        add_types(incidents, [LEAK])
    assert register(incidents) == "FT-1: a text\nFT-2:\n  label: [two, labels]\n"


def test_a_type_that_is_not_there_cannot_be_named(by_hand: Path) -> None:
    with pytest.raises(BadInput, match=r"there is no type 'FT-1234abcx'.*did you mean"):
        name_type(by_hand, "FT-1234abcx", label="L", by=None)


def test_a_link_is_not_followed(incidents: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text("FT-1:\n  label: theirs\n")
    (incidents / "failure-types.yaml").symlink_to(tmp_path / "elsewhere.yaml")

    with pytest.raises(BadInput, match="is a link"):
        read_types(incidents)
