"""Past runs behind URLs: on a web server, in a bucket; what goes wrong is one line that lets nobody in."""

import gzip
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from pipeline.test_archive import asked_to, counts, files, line, messages, runs

from incident2eval.formats import ArchiveWriter, Skipped, archived, row_groups
from incident2eval.model import BadInput, Run
from incident2eval.pipeline import _remote
from incident2eval.pipeline._given import Given, place, placed_files, settings_files
from incident2eval.pipeline._remote import Remote
from incident2eval.store import Project


def lines(*names: str) -> bytes:
    return "".join(json.dumps(line(name)) + "\n" for name in names).encode()


def parquet(*names: str) -> bytes:
    file = io.BytesIO()
    writer = ArchiveWriter(file)
    for name in names:
        writer.add(archived(Run(id=name, workflow="notes", output=f"Note {name}.")))
    writer.close()
    return file.getvalue()


@dataclass
class Web:
    """A web server with some files; of what it does not know it says 404."""

    port: int = 0
    there: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    ranges: bool = True
    breaks_off: bool = False
    asked: list[str] = field(default_factory=list)
    logins: list[str | None] = field(default_factory=list)

    def url(self, path: str = "", login: str = "") -> str:
        return f"http://{login}127.0.0.1:{self.port}/{path}"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("NO_PROXY", "*")
    shelf = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            shelf.asked.append(self.path)
            shelf.logins.append(self.headers["Authorization"])
            path = self.path.partition("?")[0].removeprefix("/")
            body = shelf.there.get(path)
            status = shelf.status.get(path, 200 if body is not None else 404)
            body = (body or b"") if status == 200 else b""
            size = len(body)
            if shelf.ranges and status == 200 and (asked := self.headers["Range"]):
                first, _, last = asked.removeprefix("bytes=").partition("-")
                status, body = 206, body[int(first) : int(last or size) + 1]
            self.send_response(status)
            self.send_header(
                "Content-Type", "text/html" if path.endswith("/") else "application/octet-stream"
            )
            self.send_header("Content-Length", str(len(body)))
            if shelf.ranges:
                self.send_header("Accept-Ranges", "bytes")
            if status == 206:
                self.send_header("Content-Range", f"bytes {first}-{int(first) + len(body) - 1}/{size}")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body[: len(body) // 2] if shelf.breaks_off else body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shelf.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield shelf
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bucket() -> Iterator[Callable[[str, bytes], None]]:
    """The memory file system, which is fsspec's bucket for tests."""
    system = fsspec.filesystem("memory")
    system.store.clear()

    def put(path: str, data: bytes) -> None:
        system.pipe_file(path, data)

    yield put
    system.store.clear()


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def found(*places: str, **more: Any) -> list[str]:
    return [
        f"{each.where} {each.why}" if isinstance(each, Skipped) else each.name
        for each in placed_files(map(place, places), **more)
    ]


def content(url: str) -> bytes:
    with Remote(url=url, named=True).opened() as stream:
        return io.BufferedReader(stream).read()  # type: ignore[type-var]


def why_not(url: str) -> str:
    with pytest.raises(BadInput) as error:
        content(url)
    return str(error.value)


@pytest.mark.parametrize("ranges", [True, False], ids=["with ranges", "as a stream"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", lines("1", "2")),
        ("a.jsonl.gz", gzip.compress(lines("1", "2"))),
        ("a.parquet", parquet("1", "2")),
    ],
    ids=["lines", "packed", "parquet"],
)
def test_a_file_on_a_web_server(web: Web, ranges: bool, name: str, data: bytes) -> None:
    web.there[name], web.ranges = data, ranges

    answer = asked_to(web.url(name))

    assert (answer.exit_code, counts(answer), [run.id for run in runs()]) == (0, (2, 2, 0), ["1", "2"])


def test_row_groups_of_a_remote_archive(web: Web) -> None:
    web.there["a.parquet"] = parquet("1")

    with Remote(url=web.url("a.parquet"), named=True).opened() as stream:
        assert (stream.seekable(), row_groups(stream)) == (True, 1)
    web.ranges = False
    with Remote(url=web.url("a.parquet"), named=True).opened() as stream:
        assert (stream.seekable(), row_groups(stream)) == (False, None)


def test_a_folder_of_a_web_server_and_a_pattern(web: Web) -> None:
    good = ["b.jsonl", "a.jsonl", "/past/c.txt"]
    evil = ["../up.jsonl", "//evil.test/d.jsonl", "http://evil.test/past/e.jsonl"]
    links = [*good, *evil, "more/", "?sort=name", ".hidden"]
    page = "".join(f'<a href="{link}">x</a>' for link in links)
    web.there |= {"past/": page.encode(), "past/a.jsonl": lines("1"), "past/b.jsonl": lines("2")}

    hidden = f"{web.url('past/.hidden')} is hidden: its name begins with a dot, and it was not read"
    assert found(web.url("past/"), tell_hidden=True)[0] == hidden
    assert found(web.url("past/")) == [
        web.url("past/a.jsonl"),
        web.url("past/b.jsonl"),
        web.url("past/c.txt"),
    ]
    assert found(web.url("past/*.jsonl")) == [web.url("past/a.jsonl"), web.url("past/b.jsonl")]
    assert found(web.url("past/z*")) == [web.url("past/z*") + " matches no file"]
    assert counts(asked_to(web.url("past/*.jsonl"))) == (2, 2, 0)


def test_a_file_is_not_asked_for_before_it_is_read(web: Web) -> None:
    assert found(web.url("a.jsonl"), web.url("b?x=*")) == [web.url("a.jsonl"), web.url("b?...")]
    assert web.asked == []


def test_no_url_of_a_trace_is_followed(web: Web) -> None:
    url = web.url("stolen.jsonl")
    web.there["a.jsonl"] = (
        json.dumps(line("1", workflow=url, input=url, attributes={"href": url})).encode() + b"\n"
    )

    assert counts(asked_to(web.url("a.jsonl"))) == (1, 1, 0)
    assert {path for path in web.asked if path != "/a.jsonl"} == set()


def test_a_login_is_used_and_not_shown(web: Web) -> None:
    web.there["a.jsonl"] = lines("1")

    answer = asked_to(
        web.url("a.jsonl?sig=s3cret%2Bx", login="ruth:s3cret@"), web.url("gone", login="ruth:s3cret@")
    )

    assert (answer.exit_code, counts(answer)) == (3, (1, 1, 0))
    assert messages(answer) == [
        f"http://***@127.0.0.1:{web.port}/gone: cannot be read: there is no such file"
    ]
    assert "s3cret" not in answer.text + str(answer.data) + str(answer.notes)
    assert all(login and login.startswith("Basic ") for login in web.logins)
    assert "/a.jsonl?sig=s3cret%2Bx" in web.asked


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (403, "access is denied (the server answers 403)"),
        (401, "access is denied (the server answers 401)"),
        (404, "there is no such file"),
        (500, "the server answers 500"),
    ],
)
def test_what_a_server_refuses(web: Web, status: int, why: str) -> None:
    web.status["a.jsonl"] = web.status["past/"] = status

    assert why_not(web.url("a.jsonl")) == f"{web.url('a.jsonl')}: cannot be read: {why} (check the URL)"
    assert found(web.url("past/")) == [f"{web.url('past/')} cannot be read: {why} (check the URL)"]


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://ruth:s3cret@127.0.0.1:{port}/a"

    said = why_not(url)

    assert (
        said == f"http://***@127.0.0.1:{port}/a: cannot be read: the server cannot be reached (check the URL)"
    )


@pytest.mark.parametrize("ranges", [True, False], ids=["with ranges", "as a stream"])
def test_a_file_of_many_blocks(web: Web, ranges: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_remote, "_BLOCK", 1000)
    web.there["a.jsonl"], web.ranges = lines(*map(str, range(200))), ranges

    assert content(web.url("a.jsonl")) == web.there["a.jsonl"]
    assert counts(asked_to(web.url("a.jsonl"))) == (200, 200, 0)


@pytest.mark.parametrize("ranges", [True, False], ids=["with ranges", "as a stream"])
def test_a_server_that_breaks_off_in_the_middle(web: Web, ranges: bool) -> None:
    web.there |= {"a.jsonl": lines(*map(str, range(500))), "b.jsonl": lines("b")}
    web.ranges, web.breaks_off = ranges, True
    broken = asked_to_read(web.url("a.jsonl"))
    assert broken.startswith(f"{web.url('a.jsonl')}: cannot be read")
    assert len(broken.splitlines()) == 1


def asked_to_read(url: str) -> str:
    with pytest.raises(BadInput) as error:
        asked_to(url)
    return str(error.value)


def test_a_bucket(bucket: Callable[[str, bytes], None]) -> None:
    bucket("/past/b.jsonl.gz", gzip.compress(lines("2")))
    bucket("/past/a.jsonl", lines("1"))
    bucket("/past/deep/c.parquet", parquet("3"))

    every = [f"memory://past/{name}" for name in ("a.jsonl", "b.jsonl.gz", "deep/c.parquet")]
    assert found("memory://past") == found("memory://past/") == found("memory://past/**") == every
    bucket("/past/.tmp/half.jsonl", lines("half"))
    assert found("memory://past") == every
    told = found("memory://past", tell_hidden=True)
    assert [each.split()[0] for each in told] == ["memory://past/.tmp/half.jsonl", *every]
    assert found("memory://past/.tmp") == ["memory://past/.tmp/half.jsonl"]
    assert found("memory://past/*.jsonl*", "memory://past/a.jsonl") == every[:2]
    assert counts(asked_to("memory://past")) == (3, 3, 0)
    assert files() == ["notes/2026-11-03-1.parquet", "notes/undated-1.parquet"]


def test_a_vanished_file_of_a_bucket_is_named_and_the_rest_is_read(
    bucket: Callable[[str, bytes], None],
) -> None:
    bucket("/past/a.jsonl", lines("1"))

    answer = asked_to("memory://past/a.jsonl", "memory://past/gone.jsonl")

    assert (answer.exit_code, counts(answer)) == (3, (1, 1, 0))
    assert messages(answer) == ["memory://past/gone.jsonl: cannot be read: there is no such file"]
    assert found("memory://nothing/*", "memory://nothing/") == [
        "memory://nothing/* matches no file", "memory://nothing/"
    ]  # fmt: skip


def test_files_here_by_url(tmp_path: Path) -> None:
    (tmp_path / "past").mkdir()
    (tmp_path / "past" / "a b.jsonl").write_bytes(lines("1"))

    assert found(f"file://{tmp_path}/past") == found(f"file://{tmp_path}/past/*") == [
        f"file://{tmp_path}/past/a b.jsonl"
    ]  # fmt: skip
    assert counts(asked_to(f"file://{tmp_path}/past/a b.jsonl")) == (1, 1, 0)


def test_size_and_mark_tell_when_a_file_was_changed(
    bucket: Callable[[str, bytes], None], tmp_path: Path
) -> None:
    bucket("/a", b"one")
    (tmp_path / "a").write_bytes(b"one")
    files = [Remote(url="memory://a", named=True), Given(path=tmp_path / "a", named=True)]
    before = [(file.size(), file.mark()) for file in files]

    bucket("/a", b"other")
    (tmp_path / "a").write_bytes(b"other")

    assert [size for size, _ in before] == [3, 3]
    assert all(
        file.size() == 5 and file.mark() not in {"", mark}
        for file, (_, mark) in zip(files, before, strict=True)
    )
    gone = [Remote(url="memory://gone", named=True), Given(path=tmp_path / "gone", named=True)]
    assert [(file.size(), file.mark()) for file in gone] == [(0, ""), (0, "")]


def test_the_files_that_the_settings_name(bucket: Callable[[str, bytes], None]) -> None:
    bucket("/past/a.jsonl", lines("1"))
    Path("past").mkdir()
    Path("past/b.jsonl").write_bytes(lines("2"))
    patterns = ["past/*.jsonl", "memory://past/*.jsonl", "memory://past/*.gz"]
    Path("incident2eval.toml").write_text(f"[project]\narchive = {json.dumps(patterns)}\n")

    named = list(settings_files(Project.find(None)))

    shown = [each.where if isinstance(each, Skipped) else each.shown(Path.cwd()) for each in named]
    assert shown == ["past/b.jsonl", "memory://past/a.jsonl", "memory://past/*.gz"]
