"""Bringing together what belongs together: the same in memory and by way of temporary files."""

import gc
import json
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from formats.traces import envelope, lines, span
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import tries

from incident2eval.formats import read
from incident2eval.formats.files import _gather
from incident2eval.formats.files._gather import gathered
from incident2eval.formats.spans._trace import Span
from incident2eval.model import JSON, Record, Run, Status, Step, StepKind

KEYS = st.text(max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the folder itself is one of them


@settings(max_examples=tries(100), deadline=None)
@given(st.lists(st.tuples(KEYS, OBJECTS), max_size=40), st.integers(0, 300))
def test_every_item_comes_once_under_its_key_in_order(items: list[tuple[str, JSON]], held: int) -> None:
    expected: dict[str, list[JSON]] = {}
    for key, item in items:
        expected.setdefault(key, []).append(item)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_gather, "MOST_HELD", held)
        found = list(gathered(iter(items), dict))

    assert len(found) == len(expected)
    assert {key: repr(group) for key, group in found} == {key: repr(each) for key, each in expected.items()}


def test_a_span_comes_back_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_gather, "MOST_HELD", 0)
    when = datetime(2026, 11, 18, 9, 41, 7, 123456, tzinfo=UTC)
    step = Step(
        id="\t\n\0\u2028é",
        kind=StepKind.RETRIEVAL,
        name="",
        parent="x",
        agent="a",
        started=when,
        ended=when,
        input={"n": 10**60, "f": 1e-9, "list": [[], {}, None, True]},
        output=0.1,
        status=Status.ERROR,
        error="e",
        records=(Record(id="r", owner=None, text="t", metadata={"__class__": 1}),),
        attributes={"__proto__": {"": []}},
    )
    spans = [Span(trace="t", step=step, resource={"r": 1}, position=7, partial=True)] * 2

    assert list(gathered([("t", each) for each in spans], Span)) == [("t", spans)]


def test_large_files_are_gathered_in_little_memory_and_leave_nothing_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_gather.tempfile, "tempdir", str(tmp_path))
    keys = [f"trace {at * 7 % 3000}" for at in range(30_000)]
    before = open_files()
    tracemalloc.start()

    found = gathered(((key, {"text": key * 300}) for key in keys), dict)
    sizes = [len(group) for _, group in found]

    assert tracemalloc.get_traced_memory()[1] < 25_000_000
    tracemalloc.stop()
    assert sizes == [10] * 3000
    assert open_files() == before
    assert list(tmp_path.iterdir()) == []


def test_whoever_stops_half_way_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_gather, "MOST_HELD", 10)
    before = open_files()

    found = gathered(((str(at), {"n": at}) for at in range(100)), dict)
    next(found)
    assert open_files() > before
    del found
    gc.collect()

    assert open_files() == before


# Ids: nothing is merged that differs, but for the case of hex digits; nothing is lost that is alike.


def twins() -> list[str]:
    """Ten thousand ids of which many look alike."""
    bases = ["INC-1", "inc-1", "INC_1", "INC 1", "ﬁ", "fi", "é", "e\u0301", "Å", "\u212b", "ß", "ss", "SS"]
    odd = ["1", "１", "01", "1.0", "\u200b1", "a/b", "a\\b", "..", "ı", "i", "I", "İ", "K", "\u212a"]
    return [f"{base}-{at}" for at in range(400) for base in [*bases, *odd]][:10_000]


def test_ten_thousand_trace_ids_of_which_many_look_alike() -> None:
    ids = twins()
    assert len(set(ids)) == 10_000

    told = read(lines(*(envelope(span("a", trace=each)) for each in ids)), name="x")
    plain = read(lines(*({"run_id": each, "kind": "tool", "name": "a"} for each in ids)), name="x")
    own = read(
        json.dumps(
            {"schema": "incident2eval/runs/1", "runs": {each: {"output": "x"} for each in ids}}
        ).encode(),
        name="x",
    )

    for reading in (told, plain, own):
        assert sorted(run.id for run in reading.runs) == sorted(ids)
        assert reading.skipped == ()


def test_ten_thousand_span_ids_of_which_many_look_alike() -> None:
    ids = twins()

    (run,) = read(lines(*(envelope(span(each, id=each)) for each in ids)), name="x").runs

    assert sorted(step.id for step in run.steps) == sorted(ids)
    assert all(step.id == step.name for step in run.steps)


def test_hex_ids_are_one_in_any_case() -> None:
    data = lines(
        *(envelope(span(each, trace=each, id=each)) for each in ("0AF7651916CD43DD", "0af7651916cd43dd"))
    )

    (run,) = read(data, name="x").runs

    assert [(step.id, step.name) for step in run.steps] == [
        ("0af7651916cd43dd", "0AF7651916CD43DD"),
        ("0af7651916cd43dd", "0af7651916cd43dd"),
    ]


def test_two_steps_of_one_id_are_both_kept() -> None:
    first, second = span("first", {"app.output": "one"}), span("second", {"app.output": "two"}, start=1)

    for data in (json.dumps(envelope(first, second)).encode(), lines(envelope(first), envelope(second))):
        (run,) = read(data, name="x").runs
        assert [step.name for step in run.steps] == ["first", "second"]
    rows = [
        {"schema": "incident2eval/run/1", "id": "1", "steps": [{"id": "s", "kind": "tool", "name": name}] * 2}
        for name in ("a", "b")
    ]
    found: tuple[Run, ...] = read(lines(*rows), name="x").runs
    assert [[step.id for step in run.steps] for run in found] == [["s", "s"], ["s", "s"]]
