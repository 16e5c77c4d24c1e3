"""YAML that is refused: one clear line, quickly, and nothing unfolded."""

import time
import tracemalloc

import pytest

from incident2eval.model import BadInput, Fault
from incident2eval.store._yaml import read_yaml

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(24)
)

REFUSED = {
    "empty file": ("", 1, "is empty"),
    "only comments": ("# nothing\n", 2, "is empty"),
    "key twice": ("a: 1\nb: 2\na: 3\n", 3, "stands there twice"),
    "key twice below": ("a:\n  b: 1\n  b: 2\n", 3, "stands there twice"),
    "key twice in JSON": ('{"a": 1,\n "a": 2}', 2, "stands there twice"),
    "alias bomb": (BOMB, 1, "anchor or alias"),
    "anchor": ("a: &x 1\n", 1, "anchor or alias"),
    "alias to itself": ("a: &x [*x]\n", 1, "anchor or alias"),
    "python tag": ("a: !!python/object/apply:os.system [ls]\n", 1, "uses a tag"),
    "plain tag": ("a: !!str 1\n", 1, "uses a tag"),
    "own tag": ("a: 1\nb: !mine x\n", 2, "uses a tag"),
    "binary tag": ("a: !!binary aGk=\n", 1, "uses a tag"),
    "merge key": ("a: 1\n<<: {b: 2}\n", 2, "merge key"),
    "several documents": ("a: 1\n---\nb: 2\n", 2, "more than one document"),
    "list at the top": ("- a\n- b\n", 1, "should hold fields"),
    "text at the top": ("just text\n", 1, "should hold fields"),
    "list as a key": ("a: 1\n? [x]\n: 2\n", 2, "has a key that is not text"),
    "empty key": ("a: 1\n?\n: 2\n", 2, "has a key that is not text"),
    "tab": ("a:\n\tb: 1\n", 2, "is not YAML"),
    "two colons": ("a: 1\nb: c: d\n", 2, "is not YAML"),
    "open quote": ("a: 1\nb: 'c\n", 3, "is not YAML"),
    "open bracket": ("a: [1,\nb: 2\n", 3, "is not YAML"),
    "half a character": ('a: 1\nb: "\\ud800"\n', 2, "half a character"),
    "deep brackets": ("a: " + "[" * 100_000, 1, "deep"),
    "deep JSON": ('{"a":' * 50_000, 1, "deep"),
    "deep blocks": ("".join(f"{' ' * depth}k:\n" for depth in range(150)), 102, "deep"),
    "many values": ("a: [" + "1," * 100_001 + "]", 1, "more than 100,000 values"),
    "too large": ("a: " + "x" * 5_000_001, None, "more than 5 MB"),
    "escape sequence": ("a: 1\nb: \x1b[2J\n", 2, "control character"),
    "NUL": ("a: \0\n", None, "binary file"),
}


def refusal(raw: bytes) -> Fault:
    with pytest.raises(BadInput) as raised:
        read_yaml(raw, file="incident.yaml")
    (fault,) = raised.value.faults
    assert fault.file == "incident.yaml"
    assert "\n" not in str(fault)
    assert "\x1b" not in str(fault)
    return fault


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_one_line_that_says_where_and_why(name: str) -> None:
    text, line, message = REFUSED[name]
    began = time.process_time()
    fault = refusal(text.encode())
    assert (fault.line, message in str(fault)) == (line, True), fault
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "raw", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\x1f\x8b\x08\x00\x00", b"PK\x03\x04\x14\0"]
)
def test_a_binary_file_is_called_one(raw: bytes) -> None:
    assert "binary" in refusal(raw).message


@pytest.mark.parametrize("raw", ["a: ü".encode("latin-1"), b"a: 1\nb: \xff\xfe"])
def test_what_is_not_utf8_is_named_with_its_line(raw: bytes) -> None:
    fault = refusal(raw)
    assert (fault.line, fault.message) == (raw.count(b"\n") + 1, "is not UTF-8 text")


def test_a_bomb_takes_no_memory() -> None:
    tracemalloc.start()
    refusal(BOMB.encode())
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
