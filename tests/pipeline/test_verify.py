"""`verify` says everything about an incident's evidence that is not as it was sealed."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thorough import tries

from incident2eval.model import BadInput
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.pipeline.verify import verify


def place(project: Path, name: str) -> Path:
    return project / "incidents" / INCIDENT / name


def asked(project: Path) -> Answer:
    return verify(project=project, what=INCIDENT)


def speaks_of(project: Path, digest: str) -> None:
    """A report that holds a digest of the incident's seal."""
    report = project / "reports" / WORKFLOW / "2026-11-20T10-00-00Z-nocommit.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps({"digests": {f"sealed:{INCIDENT}": digest}}))


def test_what_is_as_it_was_sealed_holds(project: Path) -> None:
    manifest = json.loads(place(project, "SEALED.json").read_bytes())
    answer = asked(project)

    newest = manifest["entries"][-1]["chain"]
    assert (answer.exit_code, dict(answer.data)) == (0, {"ok": True, "problems": [], "digest": newest})
    assert f"newest digest: {newest}" in answer.text
    assert "nobody could tell if evidence and seal were both replaced" in answer.notes[0]


def test_every_problem_is_named_at_once(project: Path) -> None:
    with place(project, "incident.yaml").open("a") as file:
        file.write("x_rows: []\n")
    text = place(project, "incident.yaml").read_text()
    listed = text.replace("evidence:\n", "evidence:\n  - {file: logs/tool.csv, kind: tool_log}\n", 1)
    place(project, "incident.yaml").write_text(listed)
    place(project, "logs").mkdir()
    place(project, "logs/tool.csv").write_text("a,b\n")
    place(project, "evidence/draft.txt").write_text("another draft\n")
    place(project, "evidence/prompt.txt").unlink()
    place(project, "evidence/late.json").write_text("{}")
    place(project, "evidence/.0123456789abcdef.tmp").write_text("half")
    place(project, "evidence/.DS_Store").write_text("")
    speaks_of(project, "f" * 64)
    report = f"reports/{WORKFLOW}/2026-11-20T10-00-00Z-nocommit.json"
    taken = (
        "speaks of the digest ffffffffffff, which the chain does not come through: entries were taken away"
    )

    answer = asked(project)

    assert answer.exit_code == 1
    assert answer.data["problems"] == [
        "evidence/draft.txt: was changed after it was sealed",
        "evidence/prompt.txt: was sealed, and is gone",
        "logs/tool.csv: was added since, and is not sealed",
        "evidence/late.json: was added since, and is not sealed",
        f"{report}: {taken}",
    ]


def test_what_cannot_be_sealed_is_a_problem_too(project: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text("{}")
    place(project, "evidence/link.json").symlink_to(tmp_path / "outside.json")
    place(project, "evidence/.gitkeep").symlink_to("nowhere")
    place(project, "evidence/.late").mkdir()
    place(project, "evidence/.late/trace.json").write_text("{}")
    os.mkfifo(place(project, "evidence/pipe.json"))
    answer = asked(project)

    assert answer.exit_code == 1
    assert answer.data["problems"] == [
        "evidence/.gitkeep: is a link, and is not sealed",
        "evidence/.late/trace.json: is hidden, and is not sealed",
        "evidence/link.json: is a link, and is not sealed",
        "evidence/pipe.json: is a pipe, and is not sealed",
    ]


@pytest.mark.parametrize("kind", ["link", "link to nothing", "pipe"])
def test_a_listed_file_that_is_none_any_more_hides_no_other_problem(
    project: Path, tmp_path: Path, kind: str
) -> None:
    trace = place(project, "evidence/trace.json")
    trace.rename(tmp_path / "trace.json")
    if kind == "pipe":
        os.mkfifo(trace)
    else:
        trace.symlink_to(tmp_path / ("trace.json" if kind == "link" else "nothing"))
    place(project, "evidence/draft.txt").write_text("another draft\n")
    answer = asked(project)

    assert answer.exit_code == 1
    assert sorted(map(str, answer.data["problems"])) == [
        "evidence/draft.txt: was changed after it was sealed",
        "evidence/trace.json: was changed after it was sealed",
    ]


def test_evidence_behind_a_link_is_not_what_was_sealed(project: Path, tmp_path: Path) -> None:
    place(project, "evidence").rename(tmp_path / "aside")
    place(project, "evidence").symlink_to(tmp_path / "aside")
    answer = asked(project)

    assert answer.exit_code == 1
    assert answer.data["problems"][-1] == "evidence: is a link, and is not sealed"


def edited(change: Callable[[list[dict[str, object]]], object]) -> Callable[[Path], None]:
    def edit(manifest: Path) -> None:
        data = json.loads(manifest.read_bytes())
        change(data["entries"])
        manifest.write_text(json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False) + "\n")

    return edit


MANIFESTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "one entry": (edited(lambda entries: entries[2].update(by="Eve")), "entry 3 ("),
    "an entry taken out": (edited(lambda entries: entries.pop(1)), "entry 2 ("),
    "two entries swapped": (edited(lambda entries: entries.reverse()), "entry 1 ("),
    "no manifest": (Path.unlink, "nothing is sealed"),
    "no entries": (edited(list.clear), "nothing is sealed"),
    "no JSON": (lambda manifest: manifest.write_text("{"), "is not JSON"),
    "a space": (
        lambda manifest: manifest.write_bytes(manifest.read_bytes().replace(b": ", b":  ", 1)),
        "is not byte for byte as it was written",
    ),
    "a key that nobody reads": (edited(lambda entries: entries[0].update(note="x")), "not byte for byte"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_that_does_not_hold_is_a_problem(project: Path, name: str) -> None:
    change, said = MANIFESTS[name]
    change(place(project, "SEALED.json"))
    answer = asked(project)

    assert answer.exit_code == 1
    assert said in str(answer.data["problems"][0])


def test_entries_taken_from_the_end_are_missed_by_whoever_holds_a_digest(project: Path) -> None:
    newest = asked(project).data["digest"]
    edited(list.pop)(place(project, "SEALED.json"))
    (without,) = asked(project).data["problems"]
    speaks_of(project, str(newest))

    assert "was added since" in str(without)
    assert "entries were taken away" in str(asked(project).data["problems"][-1])


def test_a_digest_from_earlier_in_the_chain_still_holds(project: Path) -> None:
    speaks_of(project, json.loads(place(project, "SEALED.json").read_bytes())["entries"][0]["chain"])
    answer = asked(project)

    assert (answer.exit_code, answer.notes) == (0, ())


@pytest.mark.parametrize("report", ["{", "[]", '{"digests": 1}', '{"digests": {"sealed:INC-2026-0142": 1}}'])
def test_a_report_that_says_nothing_of_the_seal_is_passed_over(project: Path, report: str) -> None:
    speaks_of(project, "")
    next((project / "reports").glob("*/2026-11-20*")).write_text(report)
    answer = asked(project)

    assert answer.exit_code == 0
    assert ("was not looked at" in answer.notes[0]) == (report == "{")


def test_what_was_listed_and_never_there_cannot_be_judged(project: Path) -> None:
    path = place(project, "incident.yaml")
    row = "evidence:\n  - {file: evidence/never.json, kind: trace}\n"
    path.write_text(path.read_text().replace("evidence:\n", row, 1))
    answer = asked(project)

    assert (answer.exit_code, answer.data["ok"]) == (3, False)
    assert "evidence/never.json" in str(answer.data["problems"])


def test_what_is_neither_an_incident_nor_a_report_is_bad_input(project: Path) -> None:
    speaks_of(project, "")
    report = next((project / "reports").glob("*/2026-11-20*"))
    with pytest.raises(BadInput, match="is no report that this version reads"):
        verify(project=project, what=str(report))
    with pytest.raises(BadInput, match="neither the id of an incident nor a file"):
        verify(project=project, what="../INC-2026-0142")


@settings(max_examples=tries(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_byte_is_found(project: Path, data: st.DataObject) -> None:
    files = [place(project, "SEALED.json"), *sorted(place(project, "evidence").iterdir())]
    path = data.draw(st.sampled_from(files))
    before = path.read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    flipped = before[at] ^ data.draw(st.integers(1, 255))
    try:
        path.write_bytes(before[:at] + bytes([flipped]) + before[at + 1 :])
        assert asked(project).exit_code == 1
    finally:
        path.write_bytes(before)
