"""The proofreader lets a test of a case through and nothing else."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident2eval.checks import SHELF
from incident2eval.evalcase import checks_in, file_name, proofread, write_tests
from incident2eval.model import IncidentType

GOOD = b'''"""INC-2026-0142: an output written for one customer named another."""

import pytest

from incident2eval.checks import foreign_records

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_reads_own_records(replay, case, customers):
    run = replay()

    strays = foreign_records(run, customer=case.customer_id, customers=customers)

    assert not strays, f"another customer's records were fetched:\\n{strays}"
'''


def test_a_plain_test_passes() -> None:
    assert proofread(GOOD) == ()


@pytest.mark.parametrize(
    "bad",
    [
        GOOD.replace(b"import pytest", b"import os"),
        GOOD.replace(b"import pytest", b"import pytest as os"),
        GOOD.replace(b"import pytest", b"# -*- coding: utf-7 -*- +AAo-print(1)\nimport pytest"),
        b"# coding: utf-7 +AAo-print(1)\n" + GOOD,
        GOOD.replace(b"named another", b"named \xc3\xa9"),
        GOOD.replace(b"\n\n    assert", b"\r    print(1)\n\n    assert"),
        GOOD.replace(b"run = replay()", b"run = print(1)"),
        GOOD.replace(b"run = replay()", b"run = eval('1')"),
        GOOD.replace(b"run = replay()", b"run = replay.__class__()"),
        GOOD.replace(b"run = replay()", b"run = getattr(replay, 'x')"),
        GOOD.replace(b"run = replay()", b"run = (lambda: 1)()"),
        GOOD.replace(b"run = replay()", b"run = [x for x in replay.all()]"),
        GOOD.replace(b"    assert not", b"    pytest.skip()\n    assert not"),
        GOOD.replace(b"    assert not", b"    return\n    assert not"),
        GOOD.replace(b"    assert not", b"    assert True or"),
        GOOD.replace(b"assert not strays", b"assert (not strays, 'x')"),
        GOOD.replace(b"def test_reads", b"@pytest.mark.skip\ndef test_reads"),
        GOOD.replace(b"def test_reads", b"async def test_reads"),
        GOOD.replace(b"(replay, case, customers)", b"(replay, case, customers, x=print(1))"),
        GOOD.replace(b"def test_reads", b"def check_reads"),
        GOOD + GOOD[GOOD.index(b"def ") :],
        GOOD + b"\nfor x in replay.all():\n    x\n",
        GOOD.replace(b"pytest.mark.incident(", b"pytest.mark.xfail("),
        GOOD.replace(b'INC-2026-0142")', b'../../x")'),
        GOOD[: GOOD.index(b"def ")],
        b"",
        b"def",
        b"(" * 5000,
        GOOD.replace(b"from incident2eval.checks", b"from incident2eval.store"),
        GOOD.replace(b"import foreign_records", b"import foreign_records as replay"),
        GOOD.replace(b'f"another', b'f"{print(1)}another'),
    ],
)
def test_whatever_is_not_a_plain_test_is_refused(bad: bytes) -> None:
    assert bad != GOOD
    assert proofread(bad)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_a_crash(data: bytes) -> None:
    proofread(data)
    checks_in(data)


@given(st.text(max_size=80))
def test_no_text_put_into_a_test_runs(text: str) -> None:
    """Whatever is slipped into the docstring either stays text or is refused."""
    source = GOOD.replace(b"an output written", text.encode("utf-8", "surrogatepass"))
    if not proofread(source):
        tree = ast.parse(source)
        assert [type(node) for node in tree.body] == [type(node) for node in ast.parse(GOOD).body]


@given(
    st.lists(st.sampled_from(SHELF), min_size=1, unique_by=lambda check: check.name),
    st.none() | st.sampled_from(IncidentType),
)
def test_what_is_written_passes_and_holds_every_check(checks: list, kind: IncidentType | None) -> None:
    source = write_tests("INC-2026-0142", kind, checks)

    assert proofread(source) == ()
    assert [check for _, check in checks_in(source)] == [check.name for check in checks]


@pytest.mark.parametrize("bad", ["../../x", "INC-2026-0142\n", "inc-2026-0142", "INC-2026-0142'", ""])
def test_no_file_is_written_for_an_id_of_another_form(bad: str) -> None:
    with pytest.raises(ValueError, match="no test file"):
        write_tests(bad, None, SHELF)


def test_the_file_is_named_after_the_incident() -> None:
    assert file_name("INC-2026-0142") == "test_inc_2026_0142.py"
