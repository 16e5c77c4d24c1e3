"""`collect`: sealed first, then read; and what is read of an incident's evidence."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from formats.traces import envelope, span
from pipeline.readings import a_run, log_records, spans, written

from incident2eval.model import BadInput, Evidence, EvidenceKind, NotJudged
from incident2eval.pipeline import intake, run
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline.project import INCIDENT
from incident2eval.pipeline.verify import verify
from incident2eval.store import Kept, Project
from incident2eval.store._evidence import kind_of

Keep = Callable[..., Kept]


def evidence(project: Path, name: str) -> Path:
    return project / "incidents" / INCIDENT / "evidence" / name


def sealed(project: Path) -> list[str]:
    return [entry.file for entry in Project.find(project).sealed(INCIDENT)]


def files(project: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in project.rglob("*") if path.is_file()}


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Put a file among the evidence."""

    def keep_one(
        name: str, *rows: object, kind: EvidenceKind = EvidenceKind.TRACE, listed: bool = True
    ) -> Kept:
        path = written(tmp_path / name, *rows)
        return Kept(evidence=Evidence(file=name, kind=kind), path=path, listed=listed)

    return keep_one


@pytest.mark.requirement("R35")
def test_traces_are_copied_in_and_sealed(project: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra-trace.json"
    extra.write_bytes(evidence(project, "trace_after_fix.json").read_bytes())
    before = intake.collect(project=project, incident=INCIDENT, traces=()).data["sealed"]
    after = intake.collect(project=project, incident=INCIDENT, traces=(extra,)).data["sealed"]

    assert after["files"] == before["files"] + 1
    assert after["sha256"] != before["sha256"]
    assert evidence(project, extra.name).read_bytes() == extra.read_bytes()


def test_a_file_that_is_no_trace_is_sealed_and_says_why_it_was_not_read(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "odd.json").write_text('{"hello": "world"}')
    (tmp_path / "notes.txt").write_text("She was cross.\n")
    for name in ("odd.json", "notes.txt"):
        with pytest.raises(BadInput, match="is sealed, but not read") as raised:
            intake.collect(project=project, incident=INCIDENT, traces=(tmp_path / name,))
        assert str(raised.value).startswith(f"evidence/{name}")
        assert "\n" not in str(raised.value)
    assert sealed(project)[-2:] == ["evidence/odd.json", "evidence/notes.txt"]
    assert verify(project=project, what=INCIDENT).exit_code == 0


def test_a_listed_trace_that_cannot_be_read_is_sealed_by_run_too(project: Path) -> None:
    (project / "incidents" / INCIDENT / "SEALED.json").unlink()
    evidence(project, "trace.json").write_text("{never closed")

    with pytest.raises(BadInput, match=r"trace\.json"):
        run.run(project=project, incident=INCIDENT)

    assert "evidence/trace.json" in sealed(project)


def test_who_hands_a_file_over_is_in_the_manifest(project: Path, tmp_path: Path) -> None:
    extra = written(tmp_path / "extra.json", a_run("r9"))

    intake.collect(project=project, incident=INCIDENT, traces=(extra,), by="Hana Osei")

    assert Project.find(project).sealed(INCIDENT)[-1].by == "Hana Osei"


def test_what_is_passed_over_is_said(project: Path, tmp_path: Path) -> None:
    """Of links, hidden files and pipes each; not of what keeps a folder or a dead writer left there."""
    (tmp_path / "outside.json").write_text("{}")
    evidence(project, "link.json").symlink_to(tmp_path / "outside.json")
    os.mkfifo(evidence(project, "pipe.json"))
    for name in (".secret.json", ".gitkeep", ".DS_Store", ".lock", ".0123456789abcdef.tmp"):
        evidence(project, name).write_text("{}")
    before = sealed(project)
    answer = intake.collect(project=project, incident=INCIDENT, traces=())

    said = "and was not sealed: put the file itself there, under a plain name"
    assert [note for note in answer.notes if "not sealed" in note] == [
        f"evidence/.secret.json is hidden, {said}",
        f"evidence/link.json is a link, {said}",
        f"evidence/pipe.json is a pipe, {said}",
    ]
    assert sealed(project) == before


def test_a_hidden_file_that_is_listed_is_sealed(project: Path) -> None:
    evidence(project, ".export.csv").write_text("a,b\n")
    path = project / "incidents" / INCIDENT / "incident.yaml"
    row = "evidence:\n  - {file: evidence/.export.csv, kind: export}\n"
    path.write_text(path.read_text().replace("evidence:\n", row, 1))
    answer = intake.collect(project=project, incident=INCIDENT, traces=())

    assert sealed(project)[-1] == "evidence/.export.csv"
    assert not any("not sealed" in note for note in answer.notes)
    assert verify(project=project, what=INCIDENT).exit_code == 0


@pytest.mark.parametrize(
    "clash", ["two of one name", "another file of that name", "no such file", "a folder"]
)
def test_what_cannot_be_taken_in_is_refused_before_anything_is_written(
    project: Path, tmp_path: Path, clash: str
) -> None:
    first = written(tmp_path / "a" / "new.json", a_run("r1"))
    second = {
        "two of one name": written(tmp_path / "b" / "new.json", a_run("r1")),
        "another file of that name": written(tmp_path / "b" / "trace.json", a_run("r2")),
        "no such file": tmp_path / "b" / "nothing.json",
        "a folder": tmp_path / "b",
    }[clash]
    before = files(project)

    with pytest.raises(BadInput):
        intake.collect(project=project, incident=INCIDENT, traces=(first, second))

    assert files(project) == before


def test_one_file_named_twice_is_one_file(project: Path, tmp_path: Path) -> None:
    new = written(tmp_path / "new.json", a_run("r1"))
    before = len(sealed(project))

    intake.collect(project=project, incident=INCIDENT, traces=(new, tmp_path / "." / "new.json"))

    assert len(sealed(project)) == before + 1


@pytest.mark.parametrize("spoilt", ["title:", "id:"])
def test_a_fault_of_the_incident_file_comes_before_anything_is_sealed(
    project: Path, tmp_path: Path, spoilt: str
) -> None:
    path = project / "incidents" / INCIDENT / "incident.yaml"
    path.write_text(path.read_text().replace(spoilt, f"x_{spoilt}", 1))
    new = written(tmp_path / "new.json", a_run("r1"))
    before = files(project)

    with pytest.raises(BadInput):
        intake.collect(project=project, incident=INCIDENT, traces=(new,))

    assert files(project) == before


def test_what_is_there_is_sealed_though_something_else_is_absent(project: Path, tmp_path: Path) -> None:
    evidence(project, "prompt.txt").unlink()
    new = written(tmp_path / "new.json", a_run("r1"))

    with pytest.raises(NotJudged, match=r"prompt\.txt"):
        intake.collect(project=project, incident=INCIDENT, traces=(new,))

    assert sealed(project)[-1] == "evidence/new.json"


@pytest.mark.requirement("R32")
def test_the_eight_kinds_are_there_or_absent_for_a_reason(project: Path) -> None:
    answer = intake.collect(project=project, incident=INCIDENT, traces=())

    items = {item["kind"]: item for item in answer.data["inventory"]}
    assert [kind for kind, item in items.items() if not item["present"]] == ["user_actions"]
    assert "no clicks" in items["user_actions"]["reason"]
    assert "evidence/reviews.csv" in items["approvals"]["where"]
    assert "  user actions: absent, because" in answer.text
    assert "MISSING" not in answer.text
    assert f"incidents/{INCIDENT}/incident.yaml" not in answer.text
    assert answer.text.splitlines()[-1] == f"next: incident2eval run {INCIDENT}"


def test_it_says_where_reasons_go_and_what_is_next_where_there_is_nothing(project: Path) -> None:
    new = f"id: {INCIDENT}\ntitle: T\nworkflow: monthly-summary\nwhat_happened: W\n"
    folder = project / "incidents" / INCIDENT
    (folder / "incident.yaml").write_text(f"{new}when: {{noticed: 2026-11-18T10:00:00Z}}\n")
    (folder / "SEALED.json").unlink(missing_ok=True)
    for path in (folder / "evidence").iterdir():
        path.unlink()
    lines = " ".join(intake.collect(project=project, incident=INCIDENT, traces=()).text.split())

    assert f"a reason goes into incidents/{INCIDENT}/incident.yaml:" in lines
    assert lines.endswith(f"next: incident2eval collect {INCIDENT} --trace FILE")


COLLECTOR = """
import sys, time
from pathlib import Path
from incident2eval.model import BadInput
from incident2eval.pipeline.intake import collect
project, incident, handed = Path(sys.argv[1]), sys.argv[2], sorted(Path(sys.argv[3]).iterdir())
while not (project / "go").exists():
    time.sleep(0.001)
for path in handed:
    try:
        print(collect(project=project, incident=incident, traces=(path,)).data["sealed"]["sha256"])
    except BadInput as error:
        assert "is another file of that name" in str(error), error
        print(f"refused {path.name}")
"""


def test_eight_collectors_at_once_make_one_chain_and_lose_nothing(project: Path, tmp_path: Path) -> None:
    """Each hands over five files, and all of them one of the same name: the first is heard, seven refused.

    Whatever digest a collector was told is in the chain at the end: nobody's entries were written over.
    """
    before = Project.find(project).sealed(INCIDENT)
    folders = [tmp_path / f"by-{who}" for who in range(8)]
    own = [
        written(folder / f"{folder.name}-{number}.json", a_run(f"{folder.name}-{number}"))
        for folder in folders
        for number in range(5)
    ]
    same = [written(folder / "by-everybody.json", a_run(f"same-{folder.name}")) for folder in folders]
    command = [sys.executable, "-c", COLLECTOR, str(project), INCIDENT]
    collectors = [
        subprocess.Popen([*command, str(folder)], stdout=subprocess.PIPE, text=True) for folder in folders
    ]
    (project / "go").touch()
    said = [line for collector in collectors for line in collector.communicate()[0].splitlines()]

    assert [collector.returncode for collector in collectors] == [0] * 8
    digests = [line for line in said if line != "refused by-everybody.json"]
    assert (len(digests), len(said)) == (8 * 5 + 1, 8 * 6)
    after = Project.find(project).sealed(INCIDENT)
    assert after[: len(before)] == before
    assert set(digests) <= {entry.chain for entry in after}
    assert sorted(entry.file for entry in after[len(before) :]) == sorted(
        f"evidence/{path.name}" for path in [*own, same[0]]
    )
    assert all(evidence(project, path.name).read_bytes() == path.read_bytes() for path in own)
    assert evidence(project, same[0].name).read_bytes() in {path.read_bytes() for path in same}
    assert verify(project=project, what=INCIDENT).exit_code == 0


def test_spans_and_their_log_records_are_counted_as_one_run(project: Path, tmp_path: Path) -> None:
    before = intake.collect(project=project, incident=INCIDENT, traces=()).data["runs"]
    pair = (written(tmp_path / "a-trace.json", spans()), written(tmp_path / "b-trace.json", log_records()))

    assert intake.collect(project=project, incident=INCIDENT, traces=pair).data["runs"] == before + 1


def test_log_records_among_the_evidence_complete_the_run_of_another_file(keep: Keep) -> None:
    logs, traces = keep("logs.json", log_records()), keep("traces.json", spans())

    readings, warnings = read_traces([logs, traces])

    assert [(item.evidence.file, reading.runs[0].output) for item, reading in readings.items()] == [
        ("traces.json", "No news.")
    ]
    assert warnings == []


def test_evidence_of_another_kind_is_not_mixed_in(keep: Keep) -> None:
    """What was said in the corrected run says nothing of the recorded one, though the ids are the same."""
    logs = keep("fixed-logs.json", log_records(said="Corrected."), kind=EvidenceKind.CORRECTED_TRACE)
    traces = keep("traces.json", spans())

    readings, _ = read_traces([logs, traces])

    assert {item.evidence.file: [run.output for run in each.runs] for item, each in readings.items()} == {
        "fixed-logs.json": ["Corrected."],
        "traces.json": [None],
    }


def test_a_listed_trace_must_be_readable_and_another_is_left_out_with_a_warning(keep: Keep) -> None:
    good, bad = keep("good.json", a_run("r1")), {"hello": "world"}

    readings, warnings = read_traces([good, keep("bad.json", bad, listed=False)])

    assert [item.evidence.file for item in readings] == ["good.json"]
    assert "bad.json: not read as a trace" in warnings[0]
    with pytest.raises(BadInput, match=r"worse\.json"):
        read_traces([good, keep("worse.json", bad)])


def test_the_halves_of_a_rotated_file_are_one_run(keep: Keep) -> None:
    root = envelope(span("answer", id="00000000000000a1"))
    child = envelope(span("search", id="00000000000000a2", parent="00000000000000a1", start=1))

    readings, _ = read_traces([keep("1.json", root), keep("2.json", child)])

    assert [[step.name for step in run.steps] for each in readings.values() for run in each.runs] == [
        ["answer", "search"]
    ]


def test_two_files_that_contradict_each_other_are_two_runs(keep: Keep) -> None:
    said, unsaid = (envelope(span("answer", {"output.value": words})) for words in ("Yes.", "No."))

    readings, _ = read_traces([keep("1.json", said), keep("2.json", unsaid), keep("again.json", said)])

    assert [run.output for each in readings.values() for run in each.runs] == ["Yes.", "No."]


def test_a_trace_is_told_by_content_whatever_it_is_called(keep: Keep) -> None:
    kinds = {
        name: kind_of(keep(name, spans()).path) for name in ("llm_calls.jsonl", "user_77.json", "export")
    }

    assert set(kinds.values()) == {EvidenceKind.TRACE}
    assert kind_of(keep("fixed-calls.json", spans()).path) is EvidenceKind.CORRECTED_TRACE


def test_a_request_that_is_called_input_is_the_input(keep: Keep) -> None:
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}

    assert kind_of(keep("input.json", request).path) is EvidenceKind.INPUT


def test_what_no_run_is_read_from_is_said(project: Path) -> None:
    folder = project / "incidents" / INCIDENT
    for path in (folder / "evidence").iterdir():
        path.unlink()
    (folder / "evidence" / "client.txt").write_text("She was cross.\n")
    (folder / "SEALED.json").unlink(missing_ok=True)
    (folder / "incident.yaml").write_text(
        f"id: {INCIDENT}\ntitle: A slip\nworkflow: monthly-summary\n"
        "when: {noticed: 2026-11-18T10:00:00Z}\nwhat_happened: It did.\n"
    )

    notes = intake.collect(project=project, incident=INCIDENT, traces=()).notes

    assert "evidence/client.txt is taken for evidence of kind account" in "\n".join(notes)
