"""The archive: what goes in comes out the same, whole or in parts, and what is broken costs itself only."""

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident2eval.formats import (
    ArchiveWriter,
    Skipped,
    archive_content,
    archived,
    archived_again,
    archived_times,
    dump_run,
    parts,
    read,
    row_groups,
)
from incident2eval.formats.files import _parquet
from incident2eval.formats.files._parquet_pages import Pages
from incident2eval.model import JSON, BadInput, Record, Run, Status, Step, StepKind, Subject

_TEXT = st.text(max_size=20)
_NUMBER = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_JSON: st.SearchStrategy[JSON] = st.recursive(
    st.none() | st.booleans() | _NUMBER | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_TIME = st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0))
_ATTRIBUTES = st.dictionaries(_TEXT, _JSON, max_size=2)
_RECORD = st.builds(Record, id=_TEXT, owner=st.none() | _TEXT, text=_TEXT, metadata=_ATTRIBUTES)
_STEP = st.builds(
    Step,
    id=st.text(min_size=1, max_size=5),
    parent=st.none() | _TEXT,
    kind=st.sampled_from(StepKind),
    name=_TEXT,
    agent=st.none() | _TEXT,
    started=_TIME,
    ended=_TIME,
    input=_JSON,
    output=_JSON,
    status=st.sampled_from(Status),
    error=st.none() | _TEXT,
    records=st.lists(_RECORD, max_size=2).map(tuple),
    attributes=_ATTRIBUTES,
)
_SUBJECT = st.builds(Subject, customer=st.none() | _TEXT, customer_id=st.none() | _TEXT)
RUNS = st.lists(
    st.builds(
        Run,
        id=_TEXT,
        workflow=st.none() | _TEXT,
        version=st.none() | _TEXT,
        model=st.none() | _TEXT,
        started=_TIME,
        ended=_TIME,
        subject=st.none() | _SUBJECT,
        input=_JSON,
        output=_JSON,
        steps=st.lists(_STEP, max_size=2).map(tuple),
        attributes=_ATTRIBUTES,
    ),
    min_size=1,
    max_size=8,
)
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
AT = datetime(2026, 11, 3, 8, tzinfo=UTC)


def written(runs: Sequence[Run]) -> bytes:
    file = io.BytesIO()
    writer = ArchiveWriter(file)
    for run in runs:
        writer.add(archived(run))
    content = writer.close()
    assert archive_content(file) == content
    return file.getvalue()


def some(number: int) -> list[Run]:
    return [
        Run(id=f"run-{at}", started=AT + timedelta(seconds=at), output=f"Note {at} of the day.")
        for at in range(number)
    ]


def in_groups(monkeypatch: pytest.MonkeyPatch, runs: Sequence[Run], *, of: int) -> bytes:
    monkeypatch.setattr("incident2eval.formats._archive.GROUP_RUNS", of)
    return written(runs)


@SLOW
@given(RUNS)
def test_any_runs_come_back_as_they_went_in(runs: list[Run]) -> None:
    data = written(runs)

    reading = read(data, name="a.parquet")

    assert repr(reading.runs) == repr(tuple(runs))
    assert (reading.format, reading.skipped) == ("run", ())
    assert list(archived_times(io.BytesIO(data))) == [(run.id, run.started) for run in runs]


@SLOW
@given(RUNS)
def test_a_run_is_kept_as_run_json_says_it(runs: list[Run]) -> None:
    for run in runs:
        kept = archived(run)
        assert json.loads(kept.run) == dump_run(run)
        assert archived_again(kept.run) == kept


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("nan"), "holds what Run JSON cannot say"),
        (float("-inf"), "holds what Run JSON cannot say"),
        ("\ud800", "holds what JSON cannot say"),
        ({1: "a number for a key"}, "holds what Run JSON cannot say"),
    ],
)
def test_what_would_not_come_back_the_same_is_refused(value: JSON, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        archived(Run(id="1", output="said", input=value))


def nested(depth: int) -> JSON:
    value: JSON = "deep"
    for _ in range(depth):
        value = [value]
    return value


def test_a_run_may_be_nested_as_deep_as_one_that_was_read_from_a_trace() -> None:
    runs = [Run(id="1", output="said", input=nested(180))]

    assert list(read(written(runs), name="x").runs) == runs
    with pytest.raises(ValueError, match="cannot say"):
        archived(Run(id="1", output="said", input=nested(250)))


def test_row_groups_can_be_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = some(25)
    file = io.BytesIO(in_groups(monkeypatch, runs, of=10))

    assert row_groups(file) == 3
    for groups, told in ((range(1), runs[:10]), (range(1, 2), runs[10:20]), (range(1, 3), runs[10:])):
        file.seek(0)
        assert [each for part in parts(file, name="x", groups=groups) for each in part.found] == told


def test_other_files_have_no_row_groups() -> None:
    table = io.BytesIO()
    pq.write_table(pa.table({"n": [1, 2]}), table)

    for data in (b'{"steps": []}\n', b"", b"PAR1", written(some(3))[:-9], table.getvalue()):
        assert row_groups(io.BytesIO(data)) is None


def test_row_groups_that_are_gone_are_not_read_as_others() -> None:
    table = io.BytesIO()
    pq.write_table(pa.table({"n": [1, 2]}), table)

    for data in (b'{"steps": []}\n', written(some(3)), table.getvalue()):
        with pytest.raises(BadInput, match="has changed"):
            list(parts(io.BytesIO(data), name="x", groups=range(1, 2)))


def test_a_row_group_is_bounded_in_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incident2eval.formats._archive.GROUP_BYTES", 10_000)
    runs = [Run(id=str(at), output="x" * 4000) for at in range(9)] + [Run(id="long", output="x" * 50_000)]

    data = written(runs)

    assert row_groups(io.BytesIO(data)) == 6
    assert list(read(data, name="x").runs) == runs


def test_a_corrupt_page_costs_its_row_group_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = some(30)
    data = bytearray(in_groups(monkeypatch, runs, of=10))
    column = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(1).column(6)
    data[column.data_page_offset + column.total_compressed_size // 2] ^= 1

    found = list(next(parts(io.BytesIO(data), name="x")).found)

    assert [each for each in found if isinstance(each, Run)] == [*runs[:10], *runs[20:]]
    (skipped,) = (each for each in found if isinstance(each, Skipped))
    assert (skipped.where, skipped.why[:14]) == ("rows 11 to 20", "cannot be read")


def test_where_every_page_is_corrupt_there_is_one_clear_line() -> None:
    data = bytearray(written(some(30)))
    column = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(6)
    data[column.data_page_offset + column.total_compressed_size // 2] ^= 1

    with pytest.raises(BadInput, match="x: is no parquet file that can be read"):
        list(next(parts(io.BytesIO(data), name="x")).found)


def test_a_truncated_archive_is_named() -> None:
    data = written(some(30))

    for cut in (len(data) - 1, len(data) // 2, 5):
        with pytest.raises(BadInput, match="x: is no parquet file that can be read"):
            read(data[:cut], name="x")


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"id": ["1"]}),
        pa.table({"run": [1]}),
        pa.table({"run": [["a"]]}),
    ],
    ids=["without runs", "numbers for runs", "lists for runs"],
)
def test_what_says_it_is_an_archive_and_is_none_is_named(table: pa.Table) -> None:
    file = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"schema": _parquet.ARCHIVE}), file)

    with pytest.raises(BadInput, match="it says it is incident2eval/archive/1 and has no column 'run'"):
        read(file.getvalue(), name="x")


def foreign_archive(cells: Sequence[bytes | None], **how: object) -> bytes:
    """An archive as nobody here writes it."""
    file = io.BytesIO()
    table = pa.table({"run": pa.array(cells, pa.binary())}).replace_schema_metadata(
        {"schema": _parquet.ARCHIVE}
    )
    pq.write_table(table, file, **how)
    return file.getvalue()


def test_a_row_that_is_no_run_costs_itself_only() -> None:
    good = archived(some(1)[0]).run
    cells = [
        b"{torn",
        good,
        None,
        b"[1]",
        b'{"schema": "incident2eval/run/9"}',
        good.replace(b"run-0", b"run-1"),
    ]

    reading = read(foreign_archive(cells), name="x")

    assert [run.id for run in reading.runs] == ["run-0", "run-1"]
    assert [each.where for each in reading.skipped] == ["row 1", "row 3", "row 4", "row 5"]


def test_honest_runs_that_are_alike_are_no_bomb() -> None:
    """A hundredth is not enough for these: 40 MB of notes of which only the ids differ."""
    runs = [Run(id=f"run-{at}", output="The same note as ever. " * 4000) for at in range(450)]
    data = written(runs)
    assert len(data) * 100 < 40_000_000

    assert len(read(data, name="x").runs) == 450


def test_a_bomb_that_says_it_is_an_archive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for how in ({"use_dictionary": False}, {"use_dictionary": True}):
        with pytest.raises(BadInput, match="more than any archive does"):
            read(foreign_archive([b" " * 60_000_000], compression="zstd", **how), name="x")
    monkeypatch.setattr(_parquet, "MAX_ARCHIVE", 20_000_000)
    many = foreign_archive([b" " * 8_000_000] * 3, compression="zstd", use_dictionary=False, row_group_size=1)
    with pytest.raises(BadInput, match="it unpacks to 22 MB, more than any archive does"):
        read(many, name="x")


def test_a_bomb_of_one_text_many_times_over_is_refused() -> None:
    """What a dictionary says once, and its pages a million times."""
    data = foreign_archive([b" " * 1_000_000] * 200, compression="zstd", use_dictionary=True)
    assert len(data) < 100_000

    with pytest.raises(BadInput, match="it unpacks to more than it says"):
        read(data, name="x")


@pytest.mark.parametrize("metadata", [{"schema": _parquet.ARCHIVE}, {}], ids=["archive", "another tool's"])
def test_a_footer_that_lies_about_sizes_is_not_believed(
    metadata: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages say themselves what they unpack to, before any is unpacked."""
    size = 120_000_000
    table = pa.table({"run": pa.array([b" " * size], pa.binary())}).replace_schema_metadata(metadata)
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", use_dictionary=False, write_statistics=False)
    group = pq.ParquetFile(file).metadata.row_group(0)
    data = file.getvalue()
    cut = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    footer = data[cut:]
    for said in {group.total_byte_size, group.column(0).total_uncompressed_size}:
        assert varint(said) in footer
        footer = footer.replace(varint(said), varint(1000, as_long_as=said))
    assert pq.ParquetFile(io.BytesIO(data[:cut] + footer)).metadata.row_group(0).total_byte_size == 1000
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", pytest.fail)

    with pytest.raises(BadInput, match="it unpacks to more than it says"):
        read(data[:cut] + footer, name="x")


def varint(number: int, *, as_long_as: int | None = None) -> bytes:
    """An integer as Thrift's compact protocol writes it; drawn out where it must take as much place."""
    number, length = 2 * number, len(varint(as_long_as)) if as_long_as is not None else 1
    said = bytearray()
    while number > 127 or len(said) + 1 < length:
        said.append(number & 127 | 128)
        number >>= 7
    return bytes([*said, number])


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"data_page_version": "2.0", "compression": "gzip"},
        {"use_dictionary": False, "compression": "none", "write_page_checksum": True},
        {"row_group_size": 100, "data_page_size": 500, "write_page_index": True},
    ],
)
def test_what_pages_unpack_to_is_read_off_them(how: dict[str, object]) -> None:
    table = pa.table(
        {
            "text": ["x" * (at % 70) for at in range(3000)],
            "number": [at / 3 for at in range(3000)],
            "deep": [[{"a": at, "b": [None, at % 2 == 0]}] for at in range(3000)],
        }
    )
    file = io.BytesIO()
    pq.write_table(table, file, **how)
    metadata = pq.ParquetFile(file).metadata

    for group in range(metadata.num_row_groups):
        for at in range(metadata.num_columns):
            column = metadata.row_group(group).column(at)
            size = Pages(file).unpacked(group, at)
            assert 0 < size < column.total_uncompressed_size
            if column.compression == "UNCOMPRESSED":
                assert size < column.total_compressed_size


@given(st.binary(min_size=1, max_size=60), st.binary(max_size=20))
def test_what_is_no_footer_and_no_page_is_told(footer: bytes, page: bytes) -> None:
    file = io.BytesIO(b"PAR1" + page + footer + len(footer).to_bytes(4, "little") + b"PAR1")

    with contextlib.suppress(ValueError):
        assert Pages(file).unpacked(0) >= 0


def test_an_archive_that_is_packed_once_more_is_read_too() -> None:
    import gzip

    runs = some(5)
    assert list(read(gzip.compress(written(runs)), name="x").runs) == runs
    assert row_groups(io.BytesIO(gzip.compress(written(runs)))) is None


def test_no_changed_byte_goes_unnoticed_and_loses_a_run() -> None:
    """Pages carry checksums; of what surrounds them a change shows, or changes nothing that is read."""
    runs = [replace(run, workflow="notes", version="7") for run in some(6)]
    data = written(runs)
    lost = []

    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= 1 << at % 8
        try:
            reading = read(bytes(broken), name="x")
        except BadInput:
            continue
        if list(reading.runs) != runs and not reading.skipped:
            lost.append(at)
    assert lost == []
