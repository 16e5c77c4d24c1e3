"""What is dumped is read back as just what it was, by us and by any other YAML reader."""

import math
import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from incident2eval.model import JSON, BadInput, Fault
from incident2eval.store import dump_yaml
from incident2eval.store._yaml import as_json, as_text, read_yaml

AWKWARD = [
    *("NO", "4.10", "14:32", "007", "null", "~", "", " ", "y", "1e3", "=", "<<", "?", "|", ">\n-"),
    *("a: b", "- a", "# a", "a #b", "x\n", "\nx", "a\n\n", " a\nb", "a\n b\n", "a\n\tb", "a\n  \nb"),
    *("a\r\nb\n", "---\n...\n", "%TAG\nx"),
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(AWKWARD)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
FILES = st.dictionaries(TEXTS, VALUES, max_size=6)


@given(FILES)
@example({"k" * 2000: "v", "x" * 130: {"y" * 130: ["z"]}})
@example({"a": [[[]], [{}], [["b", ["c"]]], [{"d": "e\nf"}]]})
@example({"a": "one\ntwo\n", "b": "one\n\n  two", "c": "\u2028\u0085\ufeff\x7f\x00\x1b"})
def test_what_is_dumped_is_read_back(value: dict[str, JSON]) -> None:
    assert read_yaml(dump_yaml(value), file="x", plain=as_json).data == value


@given(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS, max_size=3), max_size=6))
def test_texts_are_texts_to_every_reader(value: dict[str, JSON]) -> None:
    dumped = dump_yaml(value)
    assert read_yaml(dumped, file="x", plain=as_text).data == value
    assert yaml.safe_load(dumped) == value


@given(FILES)
def test_the_same_value_is_the_same_bytes_and_every_byte_can_be_seen(value: dict[str, JSON]) -> None:
    dumped = dump_yaml(value)
    assert dumped == dump_yaml(read_yaml(dumped, file="x", plain=as_json).data)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]", dumped.decode())


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode(errors="surrogatepass")))
def test_whatever_the_bytes_are_there_is_data_or_one_clear_line(raw: bytes) -> None:
    for plain in (as_text, as_json):
        faults: tuple[Fault, ...] = ()
        try:
            assert isinstance(read_yaml(raw, file="x", plain=plain).data, dict)
        except BadInput as error:
            faults = error.faults
        assert len(faults) <= 1
        assert not any("\n" in str(fault) for fault in faults)


def test_long_texts_stand_in_blocks_and_plain_words_without_quotes() -> None:
    value = {
        "workflow": "monthly-summary",
        "version": "4.10",
        "notes": ["one\ntwo\n", {"a": 1, "b": []}],
        "input": {},
    }
    assert dump_yaml(value).decode() == (
        "workflow: monthly-summary\n"
        'version: "4.10"\n'
        "notes:\n"
        "  - |\n"
        "    one\n"
        "    two\n"
        "  - a: 1\n"
        "    b: []\n"
        "input: {}\n"
    )


def test_half_a_character_cannot_be_written() -> None:
    with pytest.raises(BadInput, match="half a character"):
        dump_yaml({"a": "\ud800"})


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_json_cannot_say_is_not_written(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump_yaml({"a": number})
