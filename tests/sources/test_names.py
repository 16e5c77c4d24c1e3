"""A trace's id is hostile text: it names a file, and stands in an address, and must do no more."""

import re

import pytest
from sources.stub import Stub, answer

from incident2eval import formats
from incident2eval.model import BadInput
from incident2eval.sources import fetch

HOSTILE = (
    *("../../etc/passwd", "..\\..\\x", "/etc/passwd", "a/b", "C:x", "a\x00b", "\x1b]0;x\x07", "a b", "-rf"),
    *("x" * 300, "\u202etxt", "\ufb01", "CON", "nul.json", "~", "$(id)", "`id`", "a?b=c", "a#b", "%2e%2e%2f"),
    *("a\nb", "tr-1;rm", "caf\u00e9", "cafe\u0301", "ABC", "abc", ".hidden", "a.b", "{{7*7}}"),
)


@pytest.fixture
def mlflow(stub: Stub) -> Stub:
    span = {
        "span_id": "xbFNLgcwpl8=",
        "name": "draft",
        "attributes": [
            {"key": "mlflow.spanType", "value": {"string_value": "CHAIN"}},
            {"key": "mlflow.spanInputs", "value": {"kvlist_value": {"values": [
                {"key": "month", "value": {"string_value": "2026-10"}},
                {"key": "rows", "value": {"array_value": {"values": [
                    {"int_value": "3"}, {"double_value": 0.5}]}}},
                {"key": "none", "value": {}},
            ]}}},
            {"key": "mlflow.spanOutputs", "value": {"string_value": "A quiet month."}},
        ],
    }  # fmt: skip
    head = {"trace_id": "tr-1", "state": "OK", "trace_metadata": {}}
    stub.on("/api/3.0/mlflow/traces/get", answer({"trace": {"trace_info": head, "spans": [span]}}))
    return stub


def test_every_id_gets_a_name_of_its_own_that_is_no_path(mlflow: Stub) -> None:
    mlflow.on("/api/3.0/mlflow/traces/get", answer({"trace": {"spans": []}}))

    names = [each.name for each in fetch("mlflow", mlflow.url, traces=HOSTILE)]

    assert len({name.casefold() for name in names}) == len(HOSTILE)
    assert all(
        re.fullmatch(r"mlflow(-[a-z0-9][a-z0-9_-]{0,99}|\.[0-9a-f]{32})\.json", name) for name in names
    )
    assert "mlflow-abc.json" in names
    assert {each.path for each in mlflow.asked} == {"/api/3.0/mlflow/traces/get"}
    assert [each.query["trace_id"] for each in mlflow.asked] == list(HOSTILE)


def test_an_id_that_no_address_holds_is_refused(mlflow: Stub) -> None:
    with pytest.raises(BadInput, match="too long"):
        list(fetch("mlflow", mlflow.url, traces=("x" * 100_000,)))


@pytest.mark.parametrize("trace", ["", ".", "..", "\ud800"])
def test_an_id_that_can_be_none_is_unknown(mlflow: Stub, trace: str) -> None:
    with pytest.raises(BadInput, match="has no trace") as refused:
        list(fetch("mlflow", mlflow.url, traces=(trace,)))

    assert str(refused.value).isprintable()


def test_an_id_in_an_address_stays_one_segment(stub: Stub) -> None:
    """Langfuse 3 has a trace's id in the path."""
    for trace in (".", "..", "../projects", "a/../../projects", "x?y", "%2e%2e/projects"):
        with pytest.raises(BadInput):
            list(fetch("langfuse", stub.url, traces=(trace,)))

    asked = {each.path for each in stub.asked if "v2" not in each.path}
    assert all(path.removeprefix("/api/public/traces/").count("/") == 0 for path in asked)


def test_mlflows_tagged_values_are_read_as_what_they_are(mlflow: Stub) -> None:
    (found,) = fetch("mlflow", mlflow.url, traces=("tr-1",))

    (run,) = formats.read(found.data, name=found.name).runs
    assert run.input == {"month": "2026-10", "rows": [3, 0.5], "none": None}
    assert run.output == "A quiet month."


def test_mlflow_takes_a_name_before_a_token(mlflow: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "token")
    list(fetch("mlflow", mlflow.url, traces=("tr-1",)))
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ana")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "made-up")
    list(fetch("mlflow", mlflow.url, traces=("tr-1",)))

    schemes = [each.headers["authorization"].split()[0] for each in mlflow.asked]
    assert schemes == ["Bearer", "Basic"]


@pytest.mark.parametrize("tail", ["", "/", "/api/v1", "/api/public/", "/v1/traces"])
def test_an_address_may_end_as_the_tools_clients_want_it(mlflow: Stub, tail: str) -> None:
    assert len(list(fetch("mlflow", mlflow.url + tail, traces=("tr-1",)))) == 1


def test_another_trace_than_the_one_asked_for_is_not_taken(mlflow: Stub) -> None:
    with pytest.raises(BadInput, match="parts of other traces"):
        list(fetch("mlflow", mlflow.url, traces=("tr-2",)))

    for source, path, whole in (
        ("langfuse", "/api/public/v2/observations", {"data": [{"traceId": "f" * 32}]}),
        ("langfuse", f"/api/public/traces/{'a' * 32}", {"id": "f" * 32}),
        ("langsmith", "/api/v1/runs/query", {"runs": [{"trace_id": "f" * 32}]}),
        ("langsmith", "/api/v2/runs/query", {"items": [{"trace_id": "f" * 32}]}),
    ):
        mlflow.replies.clear()
        mlflow.on("/api/v1/sessions", answer([{"id": "P1"}]))
        mlflow.on(path, answer(whole))
        with pytest.raises(BadInput, match="parts of other traces"):
            list(fetch(source, mlflow.url, traces=("a" * 32,)))
