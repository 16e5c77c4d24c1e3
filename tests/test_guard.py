"""`incident2eval.guard`: what a workflow asks before it runs."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thorough import tries

import incident2eval
from incident2eval import UnknownWorkflow, WorkflowPaused
from incident2eval._guard import StateUnreadable
from incident2eval.model import BadInput, Event, LogEntry
from incident2eval.pipeline import contain as stopping
from incident2eval.pipeline.status import status
from incident2eval.store import Project

ID = "INC-2026-0142"
OTHER = "INC-2026-0143"
NOW = datetime.now(UTC).replace(microsecond=0)
STOPPED = {"at": "2026-11-18T09:00:00Z", "event": "contained", "by": "Ana Pereira", "workflow": "letters"}


def incident(name: str, workflow: str = "workflow: letters", severity: int | None = 3) -> str:
    level = f"severity: {severity}\n" if severity else ""
    return (
        f"id: {name}\ntitle: A fee\n{workflow}\n{level}"
        "when: {noticed: 2026-11-18T08:00:00Z}\nwhat_happened: It quoted a fee.\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incident2eval.toml").write_text("[workflows.letters]\n\n[workflows.invoices]\n")
    write(tmp_path, ID, incident(ID))
    return tmp_path


def write(folder: Path, name: str, told: str, *entries: dict[str, object]) -> Path:
    place = folder / "incidents" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "incident.yaml").write_text(told)
    for entry in entries:
        Project.find(folder).log(name, entry)  # type: ignore[arg-type]
    return place / "log.jsonl"


def at(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


class TestPaused:
    def test_a_workflow_that_nobody_stopped_may_run(self, folder: Path) -> None:
        incident2eval.guard("letters", folder)
        incident2eval.guard("letters", str(folder / "incidents"))

    def test_one_that_was_contained_may_not_and_the_message_says_what_to_do(self, folder: Path) -> None:
        write(folder, ID, incident(ID), STOPPED)

        with pytest.raises(WorkflowPaused) as paused:
            incident2eval.guard("letters", folder)

        assert "contained by Ana Pereira on 2026-11-18 09:00 UTC (INC-2026-0142)" in str(paused.value)
        assert "`incident2eval restart letters`" in str(paused.value)
        incident2eval.guard("invoices", folder)

    def test_the_command_contain_is_enough(self, folder: Path) -> None:
        stop = LogEntry(at=NOW, event=Event.CONTAINED, by="Ana Pereira", action="stopped")
        stopping.contain(project=folder, incident=ID, stop=stop)
        assert json.loads((folder / "incidents" / ID / "log.jsonl").read_text())["workflow"] == "letters"
        with pytest.raises(WorkflowPaused):
            incident2eval.guard("letters", folder)

    def test_it_may_run_again_after_a_restart(self, folder: Path) -> None:
        write(folder, ID, incident(ID), STOPPED, {"at": at(-1), "event": "restarted", "by": "Ana"})
        incident2eval.guard("letters", folder)

    def test_a_stop_below_a_restart_counts_whatever_its_clock_says(self, folder: Path) -> None:
        again = {"at": at(-1), "event": "restarted", "by": "Ana"}
        write(folder, ID, incident(ID), STOPPED, again, {**STOPPED, "kind": "history"})
        incident2eval.guard("letters", folder)
        write(folder, ID, incident(ID), STOPPED)
        with pytest.raises(WorkflowPaused):
            incident2eval.guard("letters", folder)

    @pytest.mark.parametrize("by", [None, " "])
    def test_a_restart_by_nobody_ends_nothing(self, folder: Path, by: str | None) -> None:
        write(folder, ID, incident(ID), STOPPED, {"at": at(-1), "event": "restarted", "by": by})
        with pytest.raises(WorkflowPaused):
            incident2eval.guard("letters", folder)

    def test_a_restart_over_another_incident_ends_nothing(self, folder: Path) -> None:
        write(folder, ID, incident(ID), STOPPED)
        write(folder, OTHER, incident(OTHER), {"at": at(-1), "event": "restarted", "by": "Ana"})
        with pytest.raises(WorkflowPaused, match=ID):
            incident2eval.guard("letters", folder)

    @pytest.mark.parametrize(("until", "runs"), [(1, True), (-1, False)])
    def test_an_emergency_override_counts_until_it_ends(self, folder: Path, until: int, runs: bool) -> None:
        over = {"at": at(-9), "event": "restarted", "by": "Kit Lowe", "until": at(until)}
        write(folder, ID, incident(ID), STOPPED, over)
        if runs:
            incident2eval.guard("letters", folder)
            return
        with pytest.raises(WorkflowPaused, match=r"the emergency override by Kit Lowe on .* ended on"):
            incident2eval.guard("letters", folder)

    def test_a_restart_to_come_has_not_happened(self, folder: Path) -> None:
        write(folder, ID, incident(ID), STOPPED, {"at": at(1), "event": "restarted", "by": "Ana"})
        with pytest.raises(WorkflowPaused):
            incident2eval.guard("letters", folder)

    @pytest.mark.parametrize("safe", [True, False])
    def test_while_cases_are_replayed_only_one_that_sends_nothing_runs(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, safe: bool
    ) -> None:
        write(folder, ID, incident(ID), STOPPED)
        (folder / "incident2eval.toml").write_text(
            f"[workflows.letters]\nreplay_safe = {str(safe).lower()}\n"
        )
        monkeypatch.setenv("INCIDENT2EVAL_REPLAY", "1")
        if safe:
            incident2eval.guard("letters", folder)
            return
        with pytest.raises(WorkflowPaused):
            incident2eval.guard("letters", folder)


class TestUnreadable:
    """Nobody can tell: at level 3 and above, or where the level cannot be told, nothing runs."""

    def spoil(self, folder: Path, how: str, severity: int | None) -> None:
        log = write(
            folder, ID, incident(ID, severity=severity), {"at": at(-2), "event": "triaged", "by": "A"}
        )
        match how:
            case "torn":
                log.write_bytes(log.read_bytes() + b'{"at": "2026-1')
            case "changed":
                log.write_text(log.read_text() * 2)
            case "no time":
                log.write_text('{"event": "contained"}\n')
            case "twice":
                log.write_text(
                    '{"event": "triaged", "at": "2026-11-18T09:00:00Z", "at": "2026-11-18T09:00:00Z"}'
                )
            case "a folder":
                log.unlink()
                log.mkdir()
            case "a link":
                log.unlink()
                log.symlink_to(folder / "nowhere")

    HOW = ("torn", "changed", "no time", "twice", "a folder", "a link")

    @pytest.mark.parametrize("how", HOW)
    @pytest.mark.parametrize("severity", [3, 4, None])
    def test_a_log(self, folder: Path, how: str, severity: int | None) -> None:
        self.spoil(folder, how, severity)
        with pytest.raises(WorkflowPaused, match=f"nobody can tell whether .* paused: incidents/{ID}: log"):
            incident2eval.guard("letters", folder)
        incident2eval.guard("invoices", folder)

    @pytest.mark.parametrize("how", HOW)
    @pytest.mark.parametrize("severity", [1, 2])
    def test_at_level_1_and_2_it_runs(self, folder: Path, how: str, severity: int) -> None:
        self.spoil(folder, how, severity)
        incident2eval.guard("letters", folder)

    def test_a_level_that_the_log_tells_of_counts(self, folder: Path) -> None:
        raised = {"at": at(-2), "event": "triaged", "by": "A", "severity": 3}
        log = write(folder, ID, incident(ID, severity=1), raised)
        log.write_bytes(log.read_bytes() + b"{")
        with pytest.raises(WorkflowPaused):
            incident2eval.guard("letters", folder)

    @pytest.mark.parametrize("told", ["id: [", "", "\0", "\udcff", "{", "workflow: &a letters\n", None])
    def test_an_incident_file(self, folder: Path, told: str | None) -> None:
        path = folder / "incidents" / ID / "incident.yaml"
        (folder / "incidents" / ID / "log.jsonl").write_text(json.dumps({**STOPPED, "event": "triaged"}))
        if told is None:
            path.unlink()
        else:
            path.write_bytes(told.encode(errors="surrogateescape"))
        for workflow in ("letters", "invoices"):
            with pytest.raises(WorkflowPaused, match=r"incident\.yaml"):
                incident2eval.guard(workflow, folder)

    def test_what_was_closed_waits_for_nobody(self, folder: Path) -> None:
        closed = {"at": at(-2), "event": "closed", "by": "Ana"}
        write(folder, ID, incident(ID), closed)
        (folder / "incidents" / ID / "incident.yaml").write_text("id: [")
        incident2eval.guard("letters", folder)

    def test_a_folder_that_is_called_like_no_incident(self, folder: Path) -> None:
        (folder / "incidents" / ID).rename(folder / "incidents" / "fees")
        with pytest.raises(WorkflowPaused, match="no incident id"):
            incident2eval.guard("letters", folder)

    def test_a_line_written_by_hand_below_others(self, folder: Path) -> None:
        log = write(folder, ID, incident(ID), STOPPED)
        log.write_text(log.read_text() + json.dumps({**STOPPED, "event": "restarted"}))
        with pytest.raises(WorkflowPaused, match=r"log\.jsonl:2: does not follow"):
            incident2eval.guard("letters", folder)


class TestHidden:
    """A stop that nobody can find is still a stop: guard, store and `status` say so."""

    def refused(self, folder: Path) -> str:
        with pytest.raises(BadInput):
            Project.find(folder).paused("letters")
        for workflow in ("letters", None):
            assert status(project=folder, workflow=workflow).exit_code == 3
        with pytest.raises(StateUnreadable) as told:
            incident2eval.guard("letters", folder)
        return str(told.value)

    @pytest.mark.parametrize("place", ["incidents", f"incidents/{ID}"])
    @pytest.mark.parametrize("what", ["a dangling link", "a link", "a file"])
    def test_something_else_in_its_place(self, folder: Path, place: str, what: str) -> None:
        write(folder, ID, incident(ID), STOPPED)
        aside = (folder / place).rename(folder / "aside")
        if what == "a file":
            (folder / place).write_text("")
        else:
            (folder / place).symlink_to(aside if what == "a link" else folder / "nowhere")
        assert f"{place}: is a link or no folder" in self.refused(folder)

    @pytest.mark.parametrize("left", ["cases/cases.lock", "reports/letters.json"])
    def test_all_of_them_gone(self, folder: Path, left: str) -> None:
        shutil.rmtree(folder / "incidents")
        incident2eval.guard("letters", folder)
        (folder / left).parent.mkdir()
        (folder / left).write_text('{"schema": "incident2eval/lock/1", "cases": []}')
        assert "incidents: is gone, and " in self.refused(folder)

    @pytest.mark.parametrize("name", ["elsewhere", f".{ID}", ID.lower(), f"archive/{ID}"])
    @pytest.mark.parametrize("kept", ["incident.yaml", "log.jsonl"])
    def test_a_folder_of_another_name(self, folder: Path, name: str, kept: str) -> None:
        log = write(folder, ID, incident(ID), STOPPED)
        for path in {log, log.with_name("incident.yaml")} - {log.with_name(kept)}:
            path.unlink()
        (folder / "incidents" / name).parent.mkdir(exist_ok=True)
        log.parent.rename(folder / "incidents" / name)
        assert "holds an incident, and its name is no incident id" in self.refused(folder)

    def test_what_holds_no_incident_is_nobodys_business(self, folder: Path) -> None:
        (folder / "incidents" / "notes").mkdir()
        (folder / "incidents" / "notes" / "read.me").write_text("")
        (folder / "incidents" / ".gitkeep").write_text("")
        incident2eval.guard("letters", folder)
        assert status(project=folder, workflow="letters").exit_code == 0


OWN = [
    ("workflow: letters", True),
    ("workflow: 'letters'  # ours", True),
    ('"workflow" : "letters"', True),
    ("workflow: {name: letters, version: '4'}", True),
    ("workflow:\n  name: letters\n  version: 4.10", True),
    ("workflow:\n  # ours\n  version: '4'\n  name: letters", True),
    ("workflow:\n  letters", False),
    ("workflow: letters\n  and more", False),
    ("workflow: letters\nworkflow: invoices", False),
    ("workflow: {version: letters}", False),
    ("? workflow\n: letters", False),
    ("workflow: |\n  letters", False),
    ("workflow: null", False),
]


@pytest.mark.parametrize(("told", "is_certain"), OWN)
def test_a_stop_that_names_no_workflow_is_the_incidents_own(
    folder: Path, told: str, is_certain: bool
) -> None:
    log = write(folder, ID, incident(ID, told, severity=1))
    log.write_text(json.dumps({**STOPPED, "workflow": None}))

    with pytest.raises(WorkflowPaused, match="contained by Ana" if is_certain else "nobody can tell"):
        incident2eval.guard("letters", folder)
    if is_certain:
        incident2eval.guard("invoices", folder)
    else:
        with pytest.raises(WorkflowPaused, match="nobody can tell"):
            incident2eval.guard("invoices", folder)


class TestUnknown:
    """A slip of the pen is never silently allowed."""

    def test_a_name_that_the_settings_do_not_know(self, folder: Path) -> None:
        with pytest.raises(UnknownWorkflow, match="knows no workflow 'letter'; it knows: letters, invoices"):
            incident2eval.guard("letter", folder)

    @pytest.mark.parametrize(
        "told", ["workflows.letters.owner = 'Ana'", "workflows = {letters = {}}", "[workflows]\nletters = {}"]
    )
    def test_settings_written_in_another_way(self, folder: Path, told: str) -> None:
        (folder / "incident2eval.toml").write_text(told)
        incident2eval.guard("letters", folder)

    @pytest.mark.parametrize("told", ["[workflows", "workflows = 3", "\xff"])
    def test_settings_that_cannot_be_read(self, folder: Path, told: str) -> None:
        (folder / "incident2eval.toml").write_bytes(told.encode("latin-1"))
        with pytest.raises(UnknownWorkflow):
            incident2eval.guard("letters", folder)

    def test_no_project(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownWorkflow, match=r"there is no incident2eval\.toml"):
            incident2eval.guard("letters", tmp_path)
        with pytest.raises(UnknownWorkflow):
            incident2eval.guard("letters", tmp_path / "nowhere")


HOURS = st.sampled_from([-9, -8, -7, -6, -1, -0.01, 0.01, 1, 5])
LINE = st.fixed_dictionaries(
    {
        "at": HOURS.map(at) | st.just("2026-11-18T10:00:00+01:00"),
        "event": st.sampled_from(["contained", "contained", "restarted", "restarted", "triaged", "closed"]),
    },
    optional={
        "workflow": st.sampled_from(["letters", "invoices", None, ""]),
        "by": st.sampled_from(["Ana", "Jörg \u200b", "contained", " ", None]),
        "kind": st.sampled_from(["history", "override"]),
        "until": HOURS.map(at),
        "severity": st.sampled_from([1, 2, 3, 4]),
    },
)
LOG = st.lists(LINE, max_size=6)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agree")
    (folder / "incident2eval.toml").write_text("[workflows.letters]\n[workflows.invoices]\n")
    return folder


@given(logs=st.tuples(LOG, LOG), by_hand=st.booleans())
@settings(max_examples=tries(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_agrees_with_the_store(scratch: Path, logs: tuple[list[dict]], by_hand: bool) -> None:
    for name, entries in zip((ID, OTHER), logs, strict=True):
        log = write(scratch, name, incident(name))
        log.write_text("".join(json.dumps(entry) + "\n" for entry in entries) if by_hand else "")
        if not by_hand:
            for entry in entries:
                Project.find(scratch).log(name, entry)

    for workflow in ("letters", "invoices"):
        try:
            incident2eval.guard(workflow, scratch)
            said = None
        except WorkflowPaused as paused:
            said = str(paused)
        why = Project.find(scratch).paused(workflow)
        assert (said is None) == (why is None), (said, why)


@given(at_byte=st.integers(min_value=0, max_value=5000), byte=st.binary(max_size=3))
@settings(max_examples=tries(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_where_the_store_cannot_read_a_log_nothing_runs(scratch: Path, at_byte: int, byte: bytes) -> None:
    write(scratch, OTHER, incident(OTHER))
    (scratch / "incidents" / OTHER / "log.jsonl").write_bytes(b"")
    log = write(scratch, ID, incident(ID))
    log.write_bytes(b"")
    for event in ("contained", "triaged", "restarted", "action", "closed"):
        Project.find(scratch).log(ID, {**STOPPED, "event": event})
    raw = log.read_bytes()
    place = at_byte % (len(raw) + 1)
    log.write_bytes(raw[:place] + byte + raw[place + len(byte) :])

    try:
        paused = Project.find(scratch).paused("letters") is not None
    except BadInput:
        paused = True
    if paused:
        with pytest.raises(WorkflowPaused):
            incident2eval.guard("letters", scratch)


def test_it_imports_the_standard_library_only(folder: Path) -> None:
    code = (
        "import sys; before = set(sys.modules); from incident2eval import guard; "
        f"guard('letters', {str(folder)!r}); print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    ours = {name for name in done.stdout.split() if name.startswith("incident2eval")}
    assert ours == {
        "incident2eval",
        "incident2eval._guard",
        "incident2eval._guard._guard",
        "incident2eval._guard._places",
        "incident2eval._guard._written",
    }
    theirs = {name.partition(".")[0] for name in done.stdout.split()} - {"incident2eval"}
    assert theirs <= set(sys.stdlib_module_names)


def test_the_package_has_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no attribute 'gaurd'"):
        incident2eval.gaurd  # noqa: B018
