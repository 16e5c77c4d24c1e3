"""The log: a workflow is paused from `contained` to `restarted`, and no line goes away unseen."""

import errno
import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import BadInput, NotJudged
from incident2eval.store import Project

from .test_incidents import ID, said


def entry(event: str, at: str, **more: str) -> str:
    fields = {"at": f"2026-11-18T{at}:00Z", "event": event, "by": "Ana", **more}
    return "{" + ", ".join(f'"{key}": "{value}"' for key, value in fields.items()) + "}\n"


@pytest.mark.parametrize(
    ("log", "paused"),
    [
        ("", False),
        (entry("triaged", "09:00"), False),
        (entry("contained", "09:00"), True),
        (entry("contained", "09:00") + entry("restarted", "10:00"), False),
        (entry("contained", "09:00") + entry("restarted", "09:00"), False),
        (
            entry("contained", "09:00") + entry("restarted", "10:00") + "\n" + entry("contained", "11:00"),
            True,
        ),
        (entry("contained", "09:00") + entry("restarted", "10:00", until="2026-11-18T11:00:00Z"), True),
        (entry("contained", "09:00") + entry("restarted", "10:00", until="2199-11-18T11:00:00Z"), False),
        (entry("restarted", "10:00", until="2026-11-18T11:00:00Z") + entry("restarted", "12:00"), False),
        (entry("restarted", "10:00", until="2026-11-18T11:00:00Z"), True),
        (entry("contained", "09:00", workflow="other"), False),
        (entry("contained", "09:00", workflow="summary"), True),
    ],
)
def test_paused_from_contained_to_restarted(write: Callable[..., Project], log: str, paused: bool) -> None:
    assert bool(write(files={f"incidents/{ID}/log.jsonl": log}).paused("summary")) is paused


def test_the_message_says_who_when_and_over_which_incident(write: Callable[..., Project]) -> None:
    project = write(files={f"incidents/{ID}/log.jsonl": entry("contained", "09:00")})
    assert project.paused("summary") == f"contained by Ana on 2026-11-18 09:00 UTC ({ID}) and not restarted"
    assert project.paused("other") is None


def test_the_message_says_that_an_override_has_ended(write: Callable[..., Project]) -> None:
    over = entry("restarted", "10:00", until="2026-11-18T11:00:00Z").replace("Ana", "Kit")
    project = write(files={f"incidents/{ID}/log.jsonl": entry("contained", "09:00") + over})
    assert project.paused("summary") == (
        f"contained by Ana on 2026-11-18 09:00 UTC ({ID}), and the emergency override by Kit on "
        f"2026-11-18 10:00 UTC ({ID}) ended on 2026-11-18 11:00 UTC"
    )


def test_a_stop_does_not_go_with_the_incident_file(write: Callable[..., Project]) -> None:
    log = entry("contained", "09:00", workflow="summary")
    project = write(files={f"incidents/{ID}/log.jsonl": log})
    (project.folder(ID) / "incident.yaml").unlink()
    assert project.paused("summary")


def test_a_restart_in_the_log_of_another_incident_ends_nothing(write: Callable[..., Project]) -> None:
    other = "INC-2026-0100"
    files = {
        f"incidents/{ID}/log.jsonl": entry("contained", "09:00"),
        f"incidents/{other}/log.jsonl": entry("restarted", "10:00"),
        f"incidents/{other}/incident.yaml": said().replace(ID, other),
    }
    assert write(files=files).paused("summary")


@pytest.mark.parametrize("by", ["", " "])
def test_a_restart_by_nobody_ends_nothing(write: Callable[..., Project], by: str) -> None:
    log = entry("contained", "09:00") + entry("restarted", "10:00", by=by)
    assert write(files={f"incidents/{ID}/log.jsonl": log}).paused("summary")


def test_a_stop_below_a_restart_counts_whatever_its_clock_says(write: Callable[..., Project]) -> None:
    again = entry("contained", "09:00") + entry("restarted", "10:00") + entry("contained", "09:30")
    assert write(files={f"incidents/{ID}/log.jsonl": again}).paused("summary")
    over = again.replace('"contained", "by": "Ana"}', '"contained", "by": "Ana", "kind": "history"}')
    assert write(files={f"incidents/{ID}/log.jsonl": over}).paused("summary") is None


HIDDEN = ["elsewhere", ".INC-2026-0142", "inc-2026-0142", "archive/INC-2026-0142"]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_folder_that_was_moved_aside_is_missed(write: Callable[..., Project], name: str) -> None:
    home = write(files={f"incidents/{ID}/log.jsonl": entry("contained", "09:00")})
    (home.incidents / name).parent.mkdir(exist_ok=True)
    home.folder(ID).rename(home.incidents / name)
    with pytest.raises(BadInput, match="holds an incident, and its name is no incident id"):
        home.paused("summary")


BROKEN = [
    *("{", "[]", "{}", "\0", '{"at": 1, "event": "x"}', '{"at": "2026-11-18", "event": "contained"}'),
    *('{"at": "2026-11-18T09:00:00", "event": "x"}', entry("x", "09:00").replace('"by"', '"at"')),
]


@pytest.mark.parametrize("line", [*(f"{line}\n" for line in BROKEN), *BROKEN[1:]])
def test_a_broken_line_is_named(write: Callable[..., Project], line: str) -> None:
    project = write(files={f"incidents/{ID}/log.jsonl": f"{entry('triaged', '09:00')}\n{line}"})
    with pytest.raises(BadInput, match=rf"^incidents/{ID}/log\.jsonl:3: "):
        project.paused("summary")


def test_people_write_no_incident_text_into_the_pause(write: Callable[..., Project]) -> None:
    project = write(said("containment: [{at: 2026-11-18T10:20:00Z, by: Ana}]\n"))
    assert project.paused("summary") is None


def logged(write: Callable[..., Project], *events: str, before: str = "") -> tuple[Project, Path]:
    home = write(files={f"incidents/{ID}/log.jsonl": before} if before else {})
    for event in events:
        home.log(ID, {"at": "2026-11-18T09:00:00Z", "event": event, "by": "Ana"})
    return home, home.folder(ID) / "log.jsonl"


class TestChain:
    """Each line that a command writes vouches for the one before."""

    def test_a_line_holds_the_digest_of_the_one_before(self, write: Callable[..., Project]) -> None:
        _, log = logged(write, "contained", "triaged")
        first, second = log.read_bytes().splitlines()
        assert json.loads(first)["previous"] == hashlib.sha256(b"").hexdigest()
        assert json.loads(second)["previous"] == hashlib.sha256(first).hexdigest()

    def test_a_whole_log_says_nothing_odd(self, write: Callable[..., Project]) -> None:
        home, _ = logged(write, "contained", "triaged", "closed")
        loaded = home.incident(ID)
        assert [entry.event for entry in loaded.entries] == ["contained", "triaged", "closed"]
        assert loaded.warnings == ()

    @pytest.mark.requirement("R35")
    @pytest.mark.parametrize("taken", [0, 1])
    def test_a_line_that_was_taken_away_is_missed(self, write: Callable[..., Project], taken: int) -> None:
        home, log = logged(write, "contained", "triaged", "closed")
        lines = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(b"".join(lines[:taken] + lines[taken + 1 :]))
        with pytest.raises(BadInput, match=rf"log\.jsonl:{taken + 1}: does not follow the line before it"):
            home.incident(ID)
        with pytest.raises(BadInput, match="taken away or changed"):
            home.log(ID, {"at": "2026-11-18T09:00:00Z", "event": "contained"})

    def test_a_line_that_was_changed_is_missed(self, write: Callable[..., Project]) -> None:
        home, log = logged(write, "contained", "triaged")
        log.write_text(log.read_text().replace("contained", "restarted"))
        with pytest.raises(BadInput, match=r"log\.jsonl:2: does not follow"):
            home.paused("summary")

    def test_a_line_that_was_spoilt_is_missed(self, write: Callable[..., Project]) -> None:
        home, log = logged(write, "contained", "triaged", "closed")
        log.write_text(log.read_text().replace('"triaged"', "triaged"))
        with pytest.raises(BadInput, match=r"log\.jsonl:3: does not follow"):
            home.incident(ID)

    def test_lines_written_by_hand_before_all_others_are_read_and_named(
        self, write: Callable[..., Project]
    ) -> None:
        by_hand = entry("contained", "08:00") + entry("restarted", "10:00")
        home, _ = logged(write, "triaged", before=by_hand)
        loaded = home.incident(ID)
        assert [one.event for one in loaded.entries] == ["contained", "restarted", "triaged"]
        assert "2 of 3 lines were written by hand" in " ".join(loaded.warnings)

    def test_a_line_written_by_hand_below_others_is_a_fault(self, write: Callable[..., Project]) -> None:
        home, log = logged(write, "contained")
        log.write_text(log.read_text() + entry("restarted", "10:00"))
        for read in (lambda: home.paused("summary"), lambda: home.incident(ID)):
            with pytest.raises(BadInput, match=r"log\.jsonl:2: was added by hand"):
                read()
        with pytest.raises(BadInput, match="was added by hand"):
            home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})

    def test_blank_lines_and_other_line_ends_change_nothing(self, write: Callable[..., Project]) -> None:
        home, log = logged(write, "contained", "triaged")
        log.write_bytes(log.read_bytes().replace(b"\n", b"\r\n\r\n"))
        home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})
        assert home.incident(ID).warnings == ()

    def test_a_line_that_is_none_stops_no_writer_and_is_named(self, write: Callable[..., Project]) -> None:
        home, log = logged(write, "contained")
        whole = log.read_bytes()
        log.write_bytes(whole + b'{"at": "2026-11-1\n')
        home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "triaged"})
        assert [one.event for one in home.incident(ID).entries] == ["contained", "triaged"]
        assert "log.jsonl:2: is not JSON" in " ".join(home.incident(ID).warnings)
        assert home.incident(ID).torn
        with pytest.raises(BadInput, match=r"log\.jsonl:2"):
            home.paused("summary")
        log.write_bytes(b"".join(line for line in log.read_bytes().splitlines(True) if b"previous" in line))
        assert home.paused("summary")
        assert home.incident(ID).warnings == ()


class TestTornTail:
    """What a crash left of a line that was being written: nobody was told that it was written."""

    def test_wherever_it_was_cut_it_is_read_past_and_told_and_goes_with_the_next_line(
        self, write: Callable[..., Project]
    ) -> None:
        home, log = logged(write, "contained", "triaged")
        line = log.read_bytes().splitlines(keepends=True)[1].replace(b"Ana", rb"J\u00f6rg \"Al\"")
        first = log.read_bytes().splitlines(keepends=True)[0]
        for cut in range(1, len(line) - 1):
            log.write_bytes(first + line[:cut])
            loaded = home.incident(ID)
            assert [one.event for one in loaded.entries] == ["contained"]
            assert not loaded.torn
            assert "log.jsonl:2: was cut short while it was written" in " ".join(loaded.warnings)
            assert "contained by Ana" in (home.paused("summary") or "")
            home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})
            loaded = home.incident(ID)
            assert [one.event for one in loaded.entries] == ["contained", "closed"]
            assert loaded.warnings == ()

    def test_a_line_that_lacks_nothing_but_its_end_is_one(self, write: Callable[..., Project]) -> None:
        home, log = logged(write, "triaged", "contained")
        log.write_bytes(log.read_bytes()[:-1])
        assert home.paused("summary")
        home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})
        loaded = home.incident(ID)
        assert [one.event for one in loaded.entries] == ["triaged", "contained", "closed"]
        assert loaded.warnings == ()

    def test_the_first_line_of_all(self, write: Callable[..., Project]) -> None:
        home, log = logged(write, "contained")
        log.write_bytes(log.read_bytes()[:20])
        assert home.paused("summary") is None
        home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "contained"})
        assert home.paused("summary")
        assert home.incident(ID).warnings == ()

    def test_below_more_lines_than_are_read_at_once(self, write: Callable[..., Project]) -> None:
        home, log = logged(write, "contained")
        long = {"at": "2026-11-18T11:00:00Z", "event": "updated", "text": "so it goes " * 9000}
        home.log(ID, long)
        whole = log.read_bytes()
        for tail in (whole.splitlines()[1][:-1], b'{"at'):
            log.write_bytes(whole + tail)
            home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})
            assert log.read_bytes().startswith(whole)
            assert [one.event for one in home.incident(ID).entries] == ["contained", "updated", "closed"]

    @pytest.mark.parametrize(
        "tail", ["restarted by Ana", '{"at": 1} {', '{"at" 1', "[", '"', "\0\0", "{'at'"]
    )
    def test_what_no_command_left_so_stays_and_is_a_fault(
        self, write: Callable[..., Project], tail: str
    ) -> None:
        home, log = logged(write, "contained")
        log.write_text(log.read_text() + tail)
        for _ in range(2):
            with pytest.raises(BadInput, match=r"log\.jsonl:2: "):
                home.paused("summary")
            assert home.incident(ID).torn
            home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})
            assert tail in log.read_text()

    def test_where_the_new_line_cannot_be_written_only_the_tail_is_gone(
        self, write: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home, log = logged(write, "contained")
        whole = log.read_bytes()
        log.write_bytes(whole + b'{"at"')

        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(NotJudged, match="cannot be written"):
            home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})
        assert log.read_bytes() == whole


def test_a_new_log_is_in_its_folder_after_a_power_cut(
    write: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write()
    synced: list[os.stat_result] = []
    really = os.fsync
    monkeypatch.setattr(os, "fsync", lambda one: (synced.append(os.fstat(one)), really(one)))

    home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "contained"})
    folder = home.folder(ID).stat()
    assert [os.path.samestat(one, folder) for one in synced] == [False, True]
    home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})
    assert len(synced) == 3


class TestAgainstGit:
    """What is committed of a log stands at its beginning for ever."""

    @pytest.fixture
    def home(self, write: Callable[..., Project]) -> Project:
        home = write()
        home.log(ID, {"at": "2026-11-18T09:00:00Z", "event": "contained"})
        home.log(ID, {"at": "2026-11-18T10:00:00Z", "event": "triaged"})
        self.git(home, "init", "-q")
        self.git(home, "add", ".")
        self.git(home, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "log")
        return home

    def git(self, home: Project, *words: str) -> None:
        subprocess.run(["git", "-C", str(home.root), *words], check=True)

    def test_a_log_that_grew_is_whole(self, home: Project) -> None:
        assert home.log_cut(ID) is None
        home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "closed"})
        assert home.log_cut(ID) is None

    def test_a_log_whose_end_was_cut_is_not(self, home: Project) -> None:
        log = home.folder(ID) / "log.jsonl"
        log.write_bytes(log.read_bytes().splitlines(keepends=True)[0])
        assert home.incident(ID).warnings == ()
        assert "does not begin with what is committed" in (home.log_cut(ID) or "")
        log.unlink()
        assert f"incidents/{ID}/log.jsonl" in (home.log_cut(ID) or "")

    def test_what_a_crash_left_of_a_line_may_be_committed_and_goes(self, home: Project) -> None:
        log = home.folder(ID) / "log.jsonl"
        log.write_bytes(log.read_bytes() + b'{"at":"2026-11-18T10:0')
        self.git(home, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qam", "torn")
        home.log(ID, {"at": "2026-11-18T11:00:00Z", "event": "triaged"})
        assert home.log_cut(ID) is None
        log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[1:]))
        assert "does not begin with what is committed" in (home.log_cut(ID) or "")

    def test_without_git_or_a_commit_nothing_is_known(self, write: Callable[..., Project]) -> None:
        home = write()
        home.log(ID, {"at": "2026-11-18T09:00:00Z", "event": "contained"})
        assert home.log_cut(ID) is None
        self.git(home, "init", "-q")
        assert home.log_cut(ID) is None
