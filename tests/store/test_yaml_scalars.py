"""YAML is read so that nothing changes meaning."""

import json

import pytest

from incident2eval.store._yaml import as_json, as_text, read_yaml

TABLE = """
4.10 1.0 4. .5 1e3 1E3 6.02e23 1e999 12e03 1_000 1,000 1__0 -1_0 +.5 685_230.15 0.1.2 v1.2
0 42 -7 +7 -0 007 08 0777 0x1F 0o17 0b101 14:32 14:32:07 190:20:30
2026-11-18 2026-11-18T09:41:07Z 2026-11 01/02/2026
NO No no N n YES Yes yes Y y ON On on OFF Off off TRUE True true FALSE False false
NULL Null None nil = NaN .nan .NaN .inf -.inf Infinity -Infinity
"""
WRITTEN = TABLE.split()


@pytest.mark.parametrize("written", WRITTEN)
def test_in_an_incident_file_every_scalar_is_the_text_that_was_written(written: str) -> None:
    assert read_yaml(f"a: {written}\n".encode(), file="x").data == {"a": written}


def test_the_table_of_scalars_is_long() -> None:
    assert len(set(WRITTEN)) >= 60


@pytest.mark.parametrize("written", ["", "~", "null"])
@pytest.mark.parametrize("plain", [as_text, as_json])
def test_nothing_is_nothing_unless_it_is_quoted(written: str, plain: type) -> None:
    assert read_yaml(f"a: {written}\nb: '{written}'\n".encode(), file="x", plain=plain).data == {
        "a": None,
        "b": written,
    }


@pytest.mark.parametrize("written", ["true", "false", "0", "42", "-7", "0.5", "-0.0", "1e+22", "3.14"])
def test_in_a_case_file_a_scalar_written_as_json_writes_it_is_its_value(written: str) -> None:
    value = read_yaml(f"a: {written}\nb: '{written}'\n".encode(), file="x", plain=as_json).data
    assert value == {"a": json.loads(written), "b": written}
    assert type(value["a"]) is type(json.loads(written))


@pytest.mark.parametrize("written", sorted(set(WRITTEN) - {"true", "false", "0", "42", "-7", "0.5", "1.0"}))
def test_in_a_case_file_every_other_scalar_is_text(written: str) -> None:
    assert read_yaml(f"a: {written}\n".encode(), file="x", plain=as_json).data == {"a": written}


@pytest.mark.parametrize("key", ["NO", "007", "4.10", "true", "null", "2026-11-18"])
def test_keys_are_text_too(key: str) -> None:
    assert read_yaml(f"{key}: x\n".encode(), file="x", plain=as_json).data == {key: "x"}


def test_every_field_knows_its_line() -> None:
    document = read_yaml(b"a: 1\nb:\n  - c: 2\n    d: 3\n  - [4,\n     5]\n", file="x")
    assert [document.line(path) for path in [("a",), ("b", 0, "d"), ("b", 1, 1), ("b", 0, "none")]] == [
        1,
        4,
        6,
        3,
    ]


@pytest.mark.parametrize("indent", [None, 1, "\t"])
def test_json_is_read_by_the_same_route_with_lines(indent: str | int | None) -> None:
    value = {
        "a": 'tab\t and "quotes" / \u2028 \x7f 😀',
        "b": [{"c\n": None}],
        "": "",
        "d": {"e": [], "f": {}},
    }
    document = read_yaml(json.dumps(value, indent=indent).encode(), file="x")
    assert document.data == value
    assert document.line(("b", 0, "c\n")) == (1 if indent is None else 5)


def test_json_numbers_and_flags_are_text_in_an_incident_file() -> None:
    assert read_yaml(b'{"severity":2,"version":4.10,"flag":true,"none":null}', file="x").data == {
        "severity": "2",
        "version": "4.10",
        "flag": "true",
        "none": None,
    }


def test_json_with_slashes_and_unescaped_letters_is_read() -> None:
    text = '{"path": "a\\/b", "name": "M\u00fcller", "pair": "\\ud83d\\ude00"}'
    assert read_yaml(text.encode(), file="x").data == {"path": "a/b", "name": "Müller", "pair": "😀"}


def test_a_byte_order_mark_and_windows_line_ends_are_no_obstacle() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: b\r\nc: |\r\n  d\r\n  e\r\n", file="x").data == {
        "a": "b",
        "c": "d\ne\n",
    }
