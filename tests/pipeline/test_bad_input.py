"""Bad input, end to end: one clear line each, exit 2, and nothing written but the seal on evidence."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.cli import main
from incident2eval.pipeline.project import INCIDENT

GOOD = "incident.yaml"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def incident(change: Callable[[str], str]) -> Callable[[Path], None]:
    def spoil(project: Path) -> None:
        path = project / "incidents" / INCIDENT / GOOD
        before = path.read_text()
        path.write_text(change(before))
        assert path.read_text() != before

    return spoil


def trace(data: bytes) -> Callable[[Path], None]:
    def spoil(project: Path) -> None:
        (project / "incidents" / INCIDENT / "evidence" / "trace.json").write_bytes(data)
        (project / "incidents" / INCIDENT / "SEALED.json").unlink()

    return spoil


BOMB = "a: &a [x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n"

SPOILT: dict[str, tuple[Callable[[Path], None], str]] = {
    "a duplicate key": (incident(lambda text: text + "title: again\n"), "title"),
    "an alias bomb": (incident(lambda text: text + BOMB), "alias"),
    "deep YAML": (incident(lambda text: text + "deep: " + "[" * 500 + "]" * 500 + "\n"), "deep"),
    "a huge incident file": (incident(lambda text: text + "# " + "x" * 6_000_000), "MB"),
    "a binary incident file": (incident(lambda text: text + "\0\1\2"), GOOD),
    "not YAML at all": (incident(lambda _: "title: [never closed\n"), GOOD),
    "a custom tag": (incident(lambda text: text + "x: !!python/object/apply:os.system [ls]\n"), "tag"),
    "a time without an offset": (
        incident(lambda text: re.sub(r'aware: "[^"]*"', 'aware: "2026-11-12T09:00:00"', text)),
        "offset",
    ),
    "an unknown type": (incident(lambda text: text.replace("type:", "type: bad_luck #", 1)), "data_exposure"),
    "an id of another form": (incident(lambda text: text.replace(INCIDENT, "../../x")), "id"),
    "an id of another folder": (incident(lambda text: text.replace(INCIDENT, "INC-2026-0999")), "id"),
    "evidence outside the folder": (
        incident(lambda text: text.replace("evidence/trace.json", "../../../customers.csv")),
        "evidence",
    ),
}

UNREADABLE: dict[str, tuple[Callable[[Path], None], str]] = {
    "an empty trace": (trace(b""), "trace.json"),
    "a trace without runs": (trace(b'{"resourceSpans": []}'), "trace.json"),
    "a trace that is no JSON": (trace(b"{never closed"), "trace.json"),
    "a binary trace": (trace(b"\x89PNG\r\n\x1a\n" + b"\0" * 100), "trace.json"),
    "deep JSON": (trace(b'{"resourceSpans": ' + b"[" * 100_000), "trace.json"),
    "a gzip bomb": (trace(gzip.compress(b" " * 200_000_000)), "trace.json"),
    "NaN in a trace": (trace(b'{"schema": "incident2eval/run/1", "output": NaN}'), "trace.json"),
    "a duplicate key in a trace": (
        trace(b'{"schema": "incident2eval/run/1", "id": "1", "id": "2"}'),
        "trace.json",
    ),
}


@pytest.mark.parametrize("name", SPOILT | UNREADABLE)
def test_one_clear_line_exit_2_and_nothing_written_but_the_seal(
    project: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A faulty incident file writes nothing; a trace that nobody can read is evidence, and sealed."""
    spoil, expected = (SPOILT | UNREADABLE)[name]
    spoil(project)
    before = everything(project)

    code = main(["run", INCIDENT, "--project", str(project), "--json"])

    errors = json.loads(capsys.readouterr().out)["errors"]
    assert code == 2
    assert len(errors) == 1
    assert expected in " ".join(str(part) for part in errors[0].values())
    after, manifest = everything(project), f"incidents/{INCIDENT}/SEALED.json"
    assert (manifest in after) == (manifest in before or name in UNREADABLE)
    assert after == before | {manifest: after[manifest]} if name in UNREADABLE else after == before


@pytest.mark.parametrize(
    "bad", ["../../x", "inc-2026-0142", "INC-2026-1", "INC-2026-0142/../x", "", "\0", "INC-2026-0999"]
)
@pytest.mark.parametrize("command", ["run", "collect", "eval-case", "root-cause"])
def test_an_id_that_is_none_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str], command: str, bad: str
) -> None:
    before = everything(project.parent)

    code = main([command, bad, "--project", str(project)])

    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert everything(project.parent) == before


def test_every_fault_of_an_incident_file_comes_at_once_with_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "incidents" / INCIDENT / GOOD).write_text(
        f"id: {INCIDENT}\n"
        "workflow: monthly-summary\n"
        "when: {noticed: yesterday}\n"
        "severity: 9\n"
        "outcome: maybe\n"
        "what_happened: It did.\n"
    )

    code = main(["run", INCIDENT, "--project", str(project), "--json"])

    errors = {error["field"]: error for error in json.loads(capsys.readouterr().out)["errors"]}
    assert code == 2
    assert set(errors) == {"title", "when.noticed", "severity", "outcome"}
    assert (errors["severity"]["line"], errors["outcome"]["line"]) == (4, 5)
    assert all(error["file"] == f"incidents/{INCIDENT}/incident.yaml" for error in errors.values())
