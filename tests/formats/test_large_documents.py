"""A large JSON document a piece at a time: the same as when it is read as a whole, whatever its form."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from formats.test_any_bytes import WORDS
from formats.traces import attribute, envelope, span
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import tries

from incident2eval.formats import Row, Skipped, dump_run, read
from incident2eval.formats.files import _documents, _rows, _scanner
from incident2eval.formats.files._documents import pieces
from incident2eval.model import JSON, BadInput

KEYS = st.sampled_from(WORDS.split()) | st.text(max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | KEYS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=40,
)
SOUND = st.lists(VALUES) | st.dictionaries(KEYS, VALUES)
FORMS: dict[str, Callable[[JSON], str]] = {
    "compact": lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False),
    "usual": json.dumps,
    "pretty": lambda value: json.dumps(value, indent=2),
    "with tabs": lambda value: json.dumps(value, indent="\t").replace("\n", "\r\n"),
}


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every document were large, and the window very small."""
    monkeypatch.setattr(_rows, "WHOLE", 1)
    monkeypatch.setattr(_scanner, "_BLOCK", 700)


def found(data: bytes | str) -> tuple[list[JSON], list[Skipped]]:
    each = list(pieces(io.BytesIO(data.encode() if isinstance(data, str) else data)))
    values = [row.value for row in each if isinstance(row, Row)]
    return values, [skip for skip in each if isinstance(skip, Skipped)]


def whole(spelling: str = "camel") -> JSON:
    text = '"},{\\ é'
    spans = [span(f"s{at}", {"n": at, "text": text}, id=f"{at + 1:016x}") for at in range(40)]
    parted = [spans[:15], spans[15:16], spans[16:]]
    envelopes = [
        {
            "resource": {"attributes": [attribute("service.name", f"service {at}")]},
            "scopeSpans": [{"scope": {"name": f"scope {at}"}, "spans": part}, {"spans": []}],
        }
        for at, part in enumerate(parted)
    ]
    value: JSON = {"resourceSpans": envelopes}
    text = json.dumps(value)
    if spelling == "snake":
        text = text.replace("resourceSpans", "resource_spans").replace("scopeSpans", "scope_spans")
    parsed: JSON = json.loads(text)
    return parsed


def turned(value: JSON) -> JSON:
    """The same with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(each) for each in value] if isinstance(value, list) else value


def runs(data: str | bytes) -> list[dict[str, JSON]]:
    reading = read(data.encode() if isinstance(data, str) else data, name="x")
    assert reading.skipped == ()
    return [dump_run(run) for run in reading.runs]


@pytest.mark.parametrize("spelling", ["camel", "snake"])
@pytest.mark.parametrize("form", FORMS)
def test_an_envelope_reads_the_same_as_a_whole_and_in_pieces(
    form: str, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = FORMS[form](whole(spelling))
    in_pieces = runs(text)
    monkeypatch.setattr(_rows, "WHOLE", 10**9)

    assert in_pieces == runs(text)
    assert len(found(text)[0]) == 40


@pytest.mark.parametrize("form", FORMS)
def test_what_stands_behind_the_spans_is_theirs_too(form: str) -> None:
    assert runs(FORMS[form](turned(whole()))) == runs(FORMS[form](whole()))


def test_what_waits_for_its_resource_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_documents, "_HELD", 100)

    values, skipped = found(json.dumps(turned(whole())))

    assert (len(values), skipped) == (40, [])
    assert all("resource" in json.dumps(value) for value in values)


def test_an_envelope_of_another_make_is_read_as_it_is() -> None:
    mixed = {"resourceSpans": [{"scope_spans": [{"spans": [span("a")]}]}, {"resource": {}}, "x", None]}
    text = json.dumps(mixed)

    assert [value["resourceSpans"][0] for value in found(text)[0]] == mixed["resourceSpans"]


@pytest.mark.parametrize("form", FORMS)
def test_of_a_document_that_is_cut_off_all_before_is_read(form: str) -> None:
    text = FORMS[form](whole())
    second = text.index("service 1")

    for cut in (len(text) // 2, len(text) - 1, second, second + 500):
        reading = read(text[:cut].encode(), name="x")
        steps = [step for run in reading.runs for step in run.steps]
        complete = len(re.findall(r'"status"\s*:\s*\{\}\s*\}', text[:cut]))

        assert len(steps) == complete > 10
        assert [skip.why for skip in reading.skipped] == ["is cut off"]
        assert reading.skipped[0].where.startswith("what follows resourceSpans ")


def test_a_document_that_is_broken_in_the_middle() -> None:
    text = json.dumps(whole()).replace('"s20"', '"s20" 7')

    reading = read(text.encode(), name="x")

    assert sum(len(run.steps) for run in reading.runs) == 20
    (skip,) = reading.skipped
    assert (skip.where, skip.why) == (
        "what follows resourceSpans 3, scopeSpans 1, spans 4",
        "is no JSON: Expecting ',' delimiter",
    )


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (b'"name": NaN', "holds NaN, which is no JSON"),
        (b'"name": "a", "name": "b"', "holds the key 'name' twice in one object"),
        (b'"name": "caf\xe9"', "is not UTF-8 text"),
        (b'"name": 1e999', "holds the number 1e999, which is too large"),
        (b'"name": ' + b"[" * 95 + b"]" * 95, "is nested deeper than 94 levels"),
        (b'"name": ' + b"9" * 5000, None),
    ],
)
def test_a_span_that_is_no_good_costs_itself_only(spoilt: bytes, why: str | None) -> None:
    data = json.dumps(whole()).encode().replace(b'"name": "s20"', spoilt)

    reading = read(data, name="x")

    steps = sum(len(run.steps) for run in reading.runs)
    if why:
        assert (steps, [skip.why for skip in reading.skipped]) == (39, [why])
    else:  # where such a number ends is not found out
        assert (steps, len(reading.skipped)) == (20, 1)


def test_a_number_or_a_word_at_the_edge_of_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [1234567, -1.5e-10, True, False, None, 'a\\u00e9\\"', [], {}, "é", 0]
    for block in range(1, 60):
        monkeypatch.setattr(_scanner, "_BLOCK", block)
        assert found(json.dumps(values)) == (values, [])
        assert found(json.dumps({"data": values}))[0] == [{"data": [each]} for each in values]


@settings(max_examples=tries(150), deadline=None)
@given(SOUND, st.sampled_from(sorted(FORMS)), st.integers(1, 200))
def test_any_document(value: JSON, form: str, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_scanner, "_BLOCK", block)
        values, skipped = found(FORMS[form](value))

    assert skipped == []
    if isinstance(value, list):
        assert values == value
    elif not value.keys() & {*_documents._NESTED, *_documents._LISTS}:
        assert values == [value]


@settings(max_examples=tries(100), deadline=None)
@given(st.lists(VALUES, min_size=1), st.integers(1, 300), st.sampled_from(sorted(FORMS)))
def test_any_document_cut_anywhere(values: list[JSON], cut: int, form: str) -> None:
    text = FORMS[form](values)

    there, skipped = found(text[: max(1, len(text) - cut)])

    assert there == values[: len(there)]
    assert [skip.why for skip in skipped] == ["is cut off"]


@pytest.mark.parametrize("number", ["12", "1.5", "-0.25", "1e5", "2.5e-7", "3E+10"])
def test_a_number_is_never_read_in_part(number: str) -> None:
    for end in range(1, len(number) + 1):
        values, skipped = found(f'["a",{number[:end]}')
        assert (values, [skip.why for skip in skipped]) == (["a"], ["is cut off"])


@pytest.mark.parametrize("form", ["compact", "usual", "pretty"])
@pytest.mark.parametrize("between", ["", "\n", "\n\n"])
def test_several_documents_one_after_another(form: str, between: str) -> None:
    values = [{"n": at, "text": "x" * 200} for at in range(10)]

    assert found(between.join(map(FORMS[form], values))) == (values, [])


def test_after_a_document_that_breaks_off_the_next_that_begins_a_line_is_read() -> None:
    values = [json.dumps({"n": at, "text": "x" * 200}, indent=1) for at in range(5)]
    values[2] = values[2][:-9]

    there, skipped = found("\n".join(values))

    assert [value["n"] for value in there] == [0, 1, 3, 4]
    assert [(skip.where, skip.why) for skip in skipped] == [
        ("what follows document 2", "is no JSON: Invalid control character at")
    ]


def test_a_list_with_an_item_a_line_loses_the_broken_one() -> None:
    items = [json.dumps({"n": at, "text": "x" * 200}) for at in range(9)]
    items[4] = items[4][:-9]

    there, skipped = found("[\n" + ",\n".join(items) + "\n]\n")

    assert [value["n"] for value in there] == [0, 1, 2, 3, 5, 6, 7, 8]
    assert len(skipped) == 1


def test_what_stands_around_a_list_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_documents, "MAX_DOCUMENT", 5000)

    there, skipped = found(json.dumps({str(at): "x" * 500 for at in range(100)}))

    assert (there, [skip.why for skip in skipped]) == ([], ["is longer than 0 MB"])


def test_every_real_file_reads_the_same_as_a_whole_and_in_pieces(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0
    for path in sorted((shared / "data" / "trace_formats").rglob("*.*")):
        if not path.is_file() or path.stat().st_size > 300_000:
            continue
        readings = []
        for size in (10**9, 1):
            monkeypatch.setattr(_rows, "WHOLE", size)
            try:
                readings.append(read(path.read_bytes(), name=path.name))
            except BadInput:
                break
        if len(readings) == 2:
            count += 1
            assert readings[0].skipped == readings[1].skipped, path
            assert readings[0].runs == readings[1].runs, path
    print(f"{count} real files read the same as a whole and in pieces")
    assert count > 100


CHILD = """
import re, sys
from pathlib import Path
from incident2eval.formats import Skipped, parts

steps, skipped = 0, []
with open(sys.argv[1], "rb") as file:
    for part in parts(file, name="large.json"):
        for found in part.found:
            if isinstance(found, Skipped):
                skipped.append(found.where + " " + found.why)
            else:
                steps += len(found.steps)
peak = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(steps, peak, *skipped, sep="\\n")
"""


@pytest.mark.parametrize(("megabytes", "indent"), [(5, None), (20, 2), (30, None)])
def test_a_large_envelope_in_little_memory(megabytes: int, indent: int | None, tmp_path: Path) -> None:
    """Whole, and without its second half."""
    path = tmp_path / "large.json"
    spans = [
        span("call", {"text": "x" * 1500, "n": at}, id=f"{at + 1:016x}", trace=f"{at // 50 + 1:032x}")
        for at in range(megabytes * (450 if indent else 520))
    ]
    data = json.dumps(envelope(*spans), indent=indent).encode()

    for cut in (len(data), len(data) // 2):
        path.write_bytes(data[:cut])
        command = [sys.executable, "-c", CHILD, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        steps, peak, *skipped = done.stdout.strip().splitlines()

        print(f"{cut / 1e6:.0f} MB: {steps} steps, peak {peak} MB; {skipped}")
        assert int(peak) < 100
        assert len(spans) * cut // len(data) - 20 <= int(steps) <= len(spans)
        assert len(skipped) == (cut < len(data))
        assert all("is cut off" in each for each in skipped)
