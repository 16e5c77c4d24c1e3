"""Phoenix and MLflow as they are: their own servers on loopback, traces written by their own clients.

Needs INCIDENT2EVAL_SERVERS_PYTHON: the interpreter of an environment with `arize-phoenix` and `mlflow`.
"""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incident2eval import formats
from incident2eval.model import BadInput, NotJudged, Run
from incident2eval.pipeline.fetch import fetch as fetch_command
from incident2eval.sources import _mlflow, _phoenix, fetch

HERE = Path(__file__).parent
KEY = "Ab3" * 12
TRACES, SPANS = 5, 7
PATIENCE = 240
"""Seconds that a server may take to come up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A server that holds traces."""

    name: str
    version: str
    url: str
    written: list[dict[str, Any]]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(each["id"] for each in self.written)


@pytest.fixture(scope="module")
def python() -> str:
    found = os.environ.get("INCIDENT2EVAL_SERVERS_PYTHON")
    if not found:
        pytest.skip("NOT RUN: needs INCIDENT2EVAL_SERVERS_PYTHON, with arize-phoenix and mlflow installed")
    return found


@pytest.fixture(scope="module")
def phoenix(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Phoenix with its login switched on."""
    home, port, grpc = tmp_path_factory.mktemp("phoenix"), free_port(), free_port()
    environment = {
        "PHOENIX_WORKING_DIR": str(home),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(grpc),
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ENABLE_AUTH": "true",
        "PHOENIX_SECRET": "Secret0" * 6,
        "PHOENIX_ADMIN_SECRET": KEY,
    }
    command = [python, "-m", "phoenix.server.main", "serve"]
    url = f"http://127.0.0.1:{port}"
    with running(command, environment, log=home / "log", health=f"{url}/healthz"):
        login = {"OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer {KEY}"}
        yield filled(python, "phoenix", url, login, package="arize-phoenix")


@pytest.fixture(scope="module")
def mlflow(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    home, port = tmp_path_factory.mktemp("mlflow"), free_port()
    command = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{home}/m.db", "--default-artifact-root", str(home / "a")]
    url = f"http://127.0.0.1:{port}"
    with running(command, {}, log=home / "log", health=f"{url}/health"):
        yield filled(python, "mlflow", url, {}, package="mlflow")


@pytest.fixture(params=["phoenix", "mlflow"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Filled:
    monkeypatch.setenv("PHOENIX_API_KEY", KEY)
    found: Filled = request.getfixturevalue(request.param)
    return found


def test_every_trace_comes_by_its_id(server: Filled) -> None:
    runs = read(fetch(server.name, server.url, traces=server.ids))

    assert {run.id for run in runs} == set(server.ids)
    assert sorted(str(run.output) for run in runs) == [f"draft {number}" for number in range(TRACES)]
    assert {len(run.steps) for run in runs} == {SPANS}
    assert {record.id for run in runs for step in run.steps for record in step.records} == {"note-877"}
    print(f"{server.name} {server.version}: {len(runs)} traces by id, {SPANS} steps each")


def test_all_since_a_time_come_over_several_pages(server: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_phoenix, "_PAGE", 2)
    monkeypatch.setattr(_mlflow, "_PAGE", 2)
    hour = datetime.now(UTC) - timedelta(hours=1)

    everywhere = read(fetch(server.name, server.url, since=hour))
    there = read(fetch(server.name, server.url, since=hour, project="monthly summaries"))
    later = read(fetch(server.name, server.url, since=datetime.now(UTC) + timedelta(hours=1)))

    assert {run.id for run in everywhere} == {run.id for run in there} == set(server.ids)
    assert {len(run.steps) for run in there} == {SPANS}
    assert later == []
    print(f"{server.name} {server.version}: {len(there)} traces since, pages of 2, all {SPANS} steps each")


def test_what_is_fetched_reads_as_mlflows_own_export_does(mlflow: Filled) -> None:
    fetched = read(fetch("mlflow", mlflow.url, traces=mlflow.ids))

    exported = [formats.read(each["export"].encode(), name="x").runs[0] for each in mlflow.written]

    assert [(run.input, run.output, run.steps) for run in fetched] == [
        (run.input, run.output, run.steps) for run in exported
    ]
    print(f"mlflow {mlflow.version}: {len(exported)} runs equal to those of Trace.to_json")


def test_what_is_fetched_from_phoenix_is_its_answer_as_it_came(
    phoenix: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_API_KEY", KEY)
    request = urllib.request.Request(  # noqa: S310 - the server of this test
        f"{phoenix.url}/v1/projects/monthly%20summaries/spans?limit=1000&trace_id={phoenix.ids[0]}",
        headers={"Authorization": f"Bearer {KEY}"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        received = answer.read()

    assert [each.data for each in fetch("phoenix", phoenix.url, traces=phoenix.ids[:1])] == [received]


def test_a_trace_or_project_that_is_not_there_is_bad_input(server: Filled) -> None:
    for wrong in ({"traces": ("0" * 32,)}, {"traces": server.ids[:1], "project": "no such"}):
        with pytest.raises(BadInput) as refused:
            list(fetch(server.name, server.url, **wrong))  # type: ignore[arg-type]
        print(f"{server.name} {server.version}: {refused.value}")


def test_phoenix_refuses_without_the_key(phoenix: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("", "wrong" * 8):
        monkeypatch.setenv("PHOENIX_API_KEY", key)
        with pytest.raises(BadInput, match="PHOENIX_API_KEY") as refused:
            list(fetch("phoenix", phoenix.url, traces=phoenix.ids))
        print(f"phoenix {phoenix.version}: {refused.value}")


def test_the_wrong_tools_server_is_told(
    phoenix: Filled, mlflow: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_API_KEY", KEY)
    for name, url in (("mlflow", phoenix.url), ("phoenix", mlflow.url), ("langfuse", mlflow.url)):
        with pytest.raises((BadInput, NotJudged)) as refused:
            list(fetch(name, url, since=datetime.now(UTC)))
        print(f"asked as {name}: {refused.value}")


def test_a_months_traces_go_into_the_archive(server: Filled, tmp_path: Path) -> None:
    (tmp_path / "incident2eval.toml").write_text('[project]\narchive = ["archive/*.json"]\n')

    answer = fetch_command(
        project=tmp_path,
        incident=None,
        source=server.name,
        url=server.url,
        traces=(),
        since="30d",
        project_name="monthly summaries",
        by=None,
    )

    assert answer.data["runs"] == TRACES
    assert answer.notes == ()
    assert len(list((tmp_path / "archive").iterdir())) == TRACES
    print(answer.text)


def read(found: Iterator[Any]) -> list[Run]:
    return [run for each in found for run in formats.read(each.data, name=each.name).runs]


def filled(python: str, name: str, url: str, login: Mapping[str, str], *, package: str) -> Filled:
    script = [python, str(HERE / "write_traces.py"), name, url, str(TRACES), str(SPANS)]
    done = subprocess.run(
        script, env={**os.environ, **login}, stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True
    )
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    version = subprocess.run(
        [python, "-c", asked], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
    written = json.loads(done.stdout.splitlines()[-1])
    until_shown(name, url, written)
    return Filled(name=name, version=version, url=url, written=written)


def until_shown(name: str, url: str, written: list[dict[str, Any]]) -> None:
    """A server may take a moment to file what it accepted."""
    until = time.monotonic() + PATIENCE
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHOENIX_API_KEY", KEY)
        while True:
            try:
                runs = read(fetch(name, url, traces=tuple(each["id"] for each in written)))
                if all(len(run.steps) == SPANS for run in runs):
                    return
            except BadInput:
                pass
            assert time.monotonic() < until, f"{name} does not show what it was given"
            time.sleep(0.5)


@contextmanager
def running(command: list[str], environment: Mapping[str, str], *, log: Path, health: str) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            cwd=log.parent,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            until = time.monotonic() + PATIENCE
            while not is_up(health):
                assert process.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() < until, log.read_text()[-2000:]
                time.sleep(0.5)
            yield
        finally:
            os.killpg(process.pid, 15)
            process.wait(timeout=60)


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
