"""Whatever JSON a server answers with, all that comes of it is a trace or one clear error."""

import json
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import tries

from incident2eval.model import Incident2EvalError
from incident2eval.sources import SOURCES, fetch
from incident2eval.sources._server import Answer, Server

KEYS = st.sampled_from(
    (
        *(
            "data",
            "items",
            "runs",
            "traces",
            "meta",
            "cursor",
            "next_cursor",
            "next_page_token",
            "id",
            "context",
        ),
        *(
            "trace_id",
            "traceId",
            "trace",
            "trace_info",
            "spans",
            "attributes",
            "key",
            "value",
            "metadata",
            "page",
        ),
        *(
            "totalPages",
            "root_run",
            "cursors",
            "next",
            "experiments",
            "experiment_id",
            "kvlist_value",
            "values",
        ),
        *("array_value", "int_value", "events", "projects", "name"),
    )
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(("T", "P", "\ud800"))
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=30,
)


@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=tries(60), deadline=None)
@given(answers=st.lists(st.none() | VALUES, min_size=1, max_size=6))
def test_any_json_is_a_trace_or_one_clear_error(source: str, answers: list[Any]) -> None:
    waiting = [*answers]

    def said(*_: object) -> Answer | None:
        value = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return None if value is None else Answer(json.dumps(value).encode(), value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Server, "get", said)
        patch.setattr(Server, "post", said)
        since = datetime(2026, 11, 1, tzinfo=UTC)
        with suppress(Incident2EvalError):
            for each in fetch(source, "http://127.0.0.1", traces=("T",), since=since, project="P"):
                assert json.loads(each.data)


def test_who_asks_no_server_pays_for_none() -> None:
    asked = "import sys, incident2eval.sources; print({'httpx', 'tenacity'} & set(sys.modules))"

    said = subprocess.run([sys.executable, "-c", asked], stdout=subprocess.PIPE, text=True, check=True)

    assert said.stdout.strip() == "set()"
