"""`collect --from`: what came from a server is sealed with an incident, or lies in the archive, whole.

The server is a stub that answers as Phoenix does; the real one is asked in tests/heavy.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sources.stub import Reply, Stub, answer, running

from incident2eval.model import BadInput, NotJudged
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.fetch import fetch, moment
from incident2eval.pipeline.project import INCIDENT, write_demo

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST, SECOND = "1" * 32, "2" * 32


@pytest.fixture
def phoenix(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.delenv("PHOENIX_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    with running() as stub:
        stub.on("/v1/projects", answer({"data": [{"id": "P1", "name": "summaries"}]}))
        stub.on("/v1/projects/P1/traces", answer({"data": [{"trace_id": FIRST}, {"trace_id": SECOND}]}))
        stub.on("/v1/projects/P1/spans", *(answer({"data": [span(trace)]}) for trace in (FIRST, SECOND)))
        yield stub


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    write_demo(tmp_path / "demo")
    return tmp_path / "demo"


def span(trace: str) -> dict[str, Any]:
    return {
        "name": "draft",
        "context": {"trace_id": trace, "span_id": "a" * 16},
        "span_kind": "CHAIN",
        "start_time": "2026-11-20T09:41:07+00:00",
        "attributes": {"input.value": "October", "output.value": "A quiet month."},
    }


def ask(demo: Path, stub: Stub, **given: Any) -> Answer:
    said: dict[str, Any] = {"incident": None, "traces": (), "since": None, "project_name": None, "by": None}
    return fetch(project=demo, source="phoenix", url=stub.url, **{**said, **given})


def test_the_traces_of_the_last_days_go_into_the_archive(demo: Path, phoenix: Stub) -> None:
    answer = ask(demo, phoenix, since="60d")

    files = [f"archive/phoenix-{trace}.json" for trace in (FIRST, SECOND)]
    assert answer.exit_code == 0
    assert answer.data == {"incident": None, "source": "phoenix", "runs": 2, "files": files}
    assert answer.notes == (
        'not yet looked back over: add "archive/*.json" to `archive` in incident2eval.toml',
    )
    assert all(json.loads((demo / file).read_bytes())["data"] for file in files)


def test_the_same_again_changes_nothing(demo: Path, phoenix: Stub) -> None:
    first = ask(demo, phoenix, traces=(FIRST,))
    phoenix.on("/v1/projects/P1/spans", answer({"data": [span(FIRST)]}))

    assert ask(demo, phoenix, traces=(FIRST,)) == first


def test_a_trace_of_an_incident_is_sealed_with_its_evidence(demo: Path, phoenix: Stub) -> None:
    ask(demo, phoenix, incident=INCIDENT, traces=(FIRST,), by="Ana Pereira")

    kept = demo / "incidents" / INCIDENT / "evidence" / f"phoenix-{FIRST}.json"
    assert kept.read_bytes() == answer({"data": [span(FIRST)]}).body
    sealed = (demo / "incidents" / INCIDENT / "SEALED.json").read_text()
    assert kept.name in sealed
    assert "Ana Pereira" in sealed
    noted = json.loads((demo / "incidents" / INCIDENT / "log.jsonl").read_text())
    assert (noted["event"], noted["url"], noted["files"]) == ("fetched", phoenix.url, [kept.name])


def test_what_cannot_be_had_leaves_all_as_it_was(demo: Path, phoenix: Stub) -> None:
    before = tree(demo)
    phoenix.on("/v1/projects/P1/spans", answer({"data": [span(FIRST)]}), answer({"data": []}))
    with pytest.raises(BadInput, match="no trace"):
        ask(demo, phoenix, traces=(FIRST, "nope"))
    with pytest.raises(BadInput, match="INC-2020-0001"):
        ask(demo, phoenix, incident="INC-2020-0001", traces=(FIRST,))
    phoenix.on("/v1/projects", Reply(body=b"<html>"))
    with pytest.raises(BadInput, match="not JSON"):
        ask(demo, phoenix, since="1h")

    assert tree(demo) == before


def test_a_server_that_is_down_could_not_be_judged(
    demo: Path, phoenix: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    phoenix.on("/v1/projects", Reply(status=503))

    with pytest.raises(NotJudged, match="HTTP 503"):
        ask(demo, phoenix, since="60d")


def test_nothing_new_is_nothing_wrong(demo: Path, phoenix: Stub) -> None:
    phoenix.on("/v1/projects/P1/traces", answer({"data": []}))

    for incident in (None, INCIDENT):
        said = ask(demo, phoenix, since="1h", incident=incident)
        assert (said.exit_code, said.data["files"]) == (0, [])


def test_what_no_run_can_be_read_from_is_kept_and_named(demo: Path, phoenix: Stub) -> None:
    phoenix.on("/v1/projects/P1/spans", answer({"data": [{"context": {"trace_id": FIRST}}]}))

    said = ask(demo, phoenix, traces=(FIRST,))

    assert said.data["runs"] == 0
    assert said.notes[0].startswith(f"phoenix-{FIRST}.json")
    assert (demo / "archive" / f"phoenix-{FIRST}.json").is_file()


def test_nothing_is_written_through_a_link(demo: Path, phoenix: Stub, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    archive = demo / "archive"
    archive.rename(tmp_path / "moved")
    archive.symlink_to(outside)

    with pytest.raises(BadInput, match="link"):
        ask(demo, phoenix, traces=(FIRST,))

    assert list(outside.iterdir()) == []


def test_progress_is_told(demo: Path, phoenix: Stub) -> None:
    told: list[str] = []

    ask(demo, phoenix, since="60d", tell=told.append)

    assert told[0] == "phoenix: 2 traces to fetch"


def test_something_must_be_asked_for(demo: Path, phoenix: Stub) -> None:
    with pytest.raises(BadInput, match="what to fetch is not said"):
        ask(demo, phoenix)

    assert phoenix.asked == []


@pytest.mark.parametrize(
    ("since", "meant"),
    [
        ("60d", NOW - timedelta(days=60)),
        ("12h", NOW - timedelta(hours=12)),
        ("0h", NOW),
        ("2026-11-18", datetime(2026, 11, 18, tzinfo=UTC)),
        ("2026-11-18T09:41:07Z", datetime(2026, 11, 18, 9, 41, 7, tzinfo=UTC)),
        ("2026-11-18T09:41:07+02:00", datetime(2026, 11, 18, 7, 41, 7, tzinfo=UTC)),
    ],
)
def test_a_time_may_be_written_in_four_ways(since: str, meant: datetime) -> None:
    assert moment(since, now=NOW) == meant


@pytest.mark.parametrize(
    "since",
    [
        *("", "yesterday", "60", "60 d", "-1d", "9999999d", "2026-13-01", "2026-02-30", "\u0666d"),
        *("2026-11-18T09:41:07", "20261118", "0001-01-01T00:00:00+23:00", "\x1b[31m"),
    ],
)
def test_what_says_no_moment_is_refused(since: str) -> None:
    with pytest.raises(BadInput) as refused:
        moment(since, now=NOW)

    assert refused.value.faults[0].field == "--since"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
