"""`collect --listen`: what an exporter sends is on the disk before it is acknowledged, and can be read."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from receiver.sending import TRACE, document, post, summary, traced

from incident2eval import formats
from incident2eval.model import BadInput, NotJudged
from incident2eval.pipeline import listen as listening
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.listen import listen
from incident2eval.pipeline.read import read

INCIDENT = "INC-2026-0001"

CHILD = """
import sys
from pathlib import Path
from incident2eval.pipeline.listen import listen
tell = lambda line: print(line, flush=True)
answer = listen(project=Path(sys.argv[1]), incident=None, port=0, seconds=None, tell=tell)
print(answer.text)
sys.exit(answer.exit_code)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project whose settings name the archive."""
    (tmp_path / "incident2eval.toml").write_text('[project]\narchive = ["archive/*.jsonl"]\n')
    return tmp_path


@pytest.fixture
def with_incident(home: Path) -> Path:
    folder = home / "incidents" / INCIDENT
    folder.mkdir(parents=True)
    (folder / "incident.yaml").write_text(
        f"id: {INCIDENT}\ntitle: A wrong figure\nwhat_happened: A draft held a wrong figure.\n"
        "type: incorrect_external_output\nworkflow: {name: monthly-summary}\n"
        'when: {noticed: "2026-11-18T09:00:00Z"}\n'
    )
    return home


def received(home: Path, send: Callable[[int], object], *, incident: str | None = None) -> Answer:
    """Listen while `send` runs with the port, in a thread of its own; a signal says when it is through."""

    def sender(port: int) -> None:
        try:
            send(port)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    def tell(line: str) -> None:
        if line.startswith("OTEL_EXPORTER_OTLP_ENDPOINT="):
            sent.append(threads.submit(sender, int(line.rpartition(":")[2])))

    sent: list[Future[None]] = []
    with ThreadPoolExecutor(1) as threads:
        answer = listen(project=home, incident=incident, port=0, seconds=None, tell=tell)
    for each in sent:
        each.result()
    return answer


def test_what_an_exporter_sends_is_a_file_that_read_takes(home: Path) -> None:
    sent: dict[str, dict[str, tuple[str | None, str]]] = {}

    def a_year(port: int) -> None:
        with traced(port) as tracer:
            sent.update(summary(tracer, f"2026-{month:02}") for month in range(1, 13))

    answer = received(home, a_year)

    assert (answer.exit_code, answer.notes, answer.data["runs"]) == (0, (), 12)
    assert "36 spans, 12 runs: archive/received-" in answer.text
    file = home / str(answer.data["file"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shown = json.loads("".join(read(project=home, paths=(file,), format=None).data))
    assert sent == {
        run["id"]: {step["id"]: (step["parent"], step["name"]) for step in run["steps"]}
        for run in shown["runs"]
    }


def test_it_says_what_the_workflow_needs_in_its_environment(home: Path) -> None:
    told: list[str] = []
    listen(project=home, incident=None, port=0, seconds=0, tell=told.append)
    assert re.fullmatch(r"OTEL_EXPORTER_OTLP_ENDPOINT=http://127\.0\.0\.1:[0-9]+", told[1])
    assert told[2] == "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"


def test_for_an_incident_it_is_sealed_and_leaves_the_archive(with_incident: Path) -> None:
    answer = received(with_incident, lambda port: post(port, document()), incident=INCIDENT)

    (file,) = (with_incident / "incidents" / INCIDENT / "evidence").iterdir()
    assert formats.read(file.read_bytes(), name=file.name).runs[0].id == TRACE
    assert answer.data["runs"] == 1
    assert answer.text.startswith("1 request, 1 span\n")
    assert file.name in (with_incident / "incidents" / INCIDENT / "SEALED.json").read_text()
    assert not list((with_incident / "archive").iterdir())


@pytest.mark.parametrize(("incident", "code"), [(None, 0), (INCIDENT, 1)])
def test_nothing_received_leaves_nothing(with_incident: Path, incident: str | None, code: int) -> None:
    answer = received(with_incident, lambda port: post(port, b"no OTLP"), incident=incident)
    assert (answer.exit_code, answer.data["runs"]) == (code, 0)
    assert answer.notes[1].startswith("1 request refused, the last because: the body is no JSON")
    assert not list((with_incident / "archive").iterdir())


def test_an_archive_that_the_settings_do_not_name_is_said_so(home: Path) -> None:
    (home / "incident2eval.toml").write_text("")
    answer = received(home, lambda port: post(port, document()))
    assert answer.notes == ('the settings do not count it among past runs: archive = ["archive/*.jsonl"]',)


def test_no_file_is_ever_written_over(home: Path) -> None:
    for _ in range(3):
        received(home, lambda port: post(port, document()))
    files = list((home / "archive").iterdir())
    assert len(files) == 3
    assert len({file.read_bytes() for file in files}) == 1


def test_a_port_that_cannot_be_had(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in (taken.getsockname()[1], 70_000, -1):
            with pytest.raises(BadInput, match=f"cannot listen on port {port}: .* \\(try --listen 14318"):
                listen(project=home, incident=None, port=port, seconds=0, tell=print)
    assert not list((home / "archive").iterdir())


def test_an_unknown_incident_is_refused_before_anything_is_received(home: Path) -> None:
    with pytest.raises(BadInput):
        listen(project=home, incident=INCIDENT, port=0, seconds=0, tell=pytest.fail)


def test_an_archive_that_is_a_link_is_not_written_through(home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home / "archive").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotJudged, match="cannot be written"):
        listen(project=home, incident=None, port=0, seconds=0, tell=print)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_full_disk_leaves_whole_lines_and_no_acknowledgement(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, full = os.write, threading.Event()

    def half(descriptor: int, data: bytes) -> int:
        if full.is_set() and len(data) > 100:
            write(descriptor, bytes(data)[:50])
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(listening.os, "write", half)

    def send(port: int) -> None:
        assert post(port, document(name="before")).status == 200
        full.set()
        assert post(port, document(name="lost")).status == 503
        full.clear()
        assert post(port, document(name="after", spanId="1" * 16)).status == 200

    answer = received(home, send)
    reading = formats.read((home / str(answer.data["file"])).read_bytes(), name="x")
    assert [step.name for run in reading.runs for step in run.steps] == ["before", "after"]
    assert not reading.skipped
    assert "No space left" in answer.notes[0]


@contextmanager
def child(home: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`listen` in a process of its own, and its port."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            lines = [process.stdout.readline() for _ in range(3)]
            yield process, int(lines[1].rpartition(":")[2])
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order(home: Path, number: signal.Signals) -> None:
    with child(home) as (process, port):
        assert post(port, document()).status == 200
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    assert said.startswith("1 request, 1 span, 1 run: archive/received-")
    assert process.returncode == 0


@pytest.mark.parametrize("after", [1, 7, 40])
def test_every_acknowledged_request_survives_a_kill(home: Path, after: int) -> None:
    acknowledged: set[str] = set()
    with child(home) as (process, port):

        def send(number: int) -> None:
            try:
                heard = post(port, document(traceId=f"{number:032x}", name="chat" * 1000))
            except OSError:  # it is gone
                return
            if heard.status == 200:
                acknowledged.add(f"{number:032x}")
            if len(acknowledged) == after:
                process.kill()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(send, range(1, 200)))
    (file,) = (home / "archive").iterdir()
    runs = {run.id for run in formats.read(file.read_bytes(), name=file.name).runs}
    assert len(acknowledged) >= after
    assert acknowledged <= runs


def test_an_unfinished_last_line_is_named_and_the_rest_is_read(home: Path) -> None:
    def send(port: int) -> None:
        for number in (1, 2):
            post(port, document(traceId=f"{number:032x}"))

    file = home / str(received(home, send).data["file"])
    file.write_bytes(file.read_bytes()[:-30])
    reading = formats.read(file.read_bytes(), name=file.name)
    assert [run.id for run in reading.runs] == [f"{1:032x}"]
    assert [skipped.where for skipped in reading.skipped] == ["line 2"]
