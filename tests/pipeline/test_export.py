"""`collect --export`: the whole incident in one file, and how it is written and logged."""

import hashlib
import json
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from pipeline.packs import OWN, Made, change_incident, incident_of, log_of, make, members, opened, out

from incident2eval.model import BadInput, NotJudged, NotProvable
from incident2eval.pipeline import gate, intake
from incident2eval.pipeline.export import export
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.store import Project


@pytest.fixture
def made(project: Path) -> Made:
    """Make a pack of the demo's incident and open it."""

    def made_for(audience: str, folder: Path = project) -> dict[str, bytes]:
        return opened(folder, audience)

    return made_for


class TestFull:
    """For the regulator and the insurer."""

    @pytest.mark.requirement("R36")
    @pytest.mark.parametrize("audience", ["regulator", "insurer"])
    def test_it_holds_every_file_of_the_incident_byte_for_byte(
        self, project: Path, made: Made, audience: str
    ) -> None:
        pack = made(audience)
        for path in incident_of(project).rglob("*"):
            name = path.relative_to(incident_of(project)).as_posix()
            if path.is_file() and not path.name.startswith(".") and name != "log.jsonl":
                assert pack[f"incident/{name}"] == path.read_bytes()
        for path in (project / "cases" / INCIDENT).glob("*.*"):
            assert pack[f"cases/{INCIDENT}/{path.name}"] == path.read_bytes()
        assert {"index.html", "timeline.json", "settings/workflow.json", "MANIFEST.json"} <= pack.keys()

    def test_the_settings_hold_the_workflow_and_nobody_elses_keys(self, made: Made) -> None:
        settings = json.loads(made("regulator")["settings/workflow.json"])
        assert list(settings) == [WORKFLOW]
        assert b"Imran Sethi" not in made("regulator")["settings/workflow.json"]

    def test_reports_that_speak_of_the_incident_come_along(self, project: Path, made: Made) -> None:
        gate.gate(project=project, workflow=WORKFLOW, trials=None, junit=None, report=None)
        other = project / "reports" / "other" / "2026.json"
        other.parent.mkdir()
        other.write_text('{"workflow": "other"}')
        reports = [name for name in made("regulator") if name.startswith("reports/")]
        assert sorted(Path(name).suffix for name in reports) == [".html", ".json"]

    @pytest.mark.requirement("R33")
    def test_the_timeline_is_in_order_and_says_who(self, made: Made) -> None:
        timeline = json.loads(made("regulator")["timeline.json"])
        events = [one["event"] for one in timeline]
        assert events[0].startswith("change before it (permission): CRM upgrade")
        assert events[1:3] == ["happened", "other: monthly-summary"]
        assert [one["at"] for one in timeline] == sorted(one["at"] for one in timeline)
        assert {"Ruth Calloway", "reviewer"} <= {one["by"] for one in timeline}
        assert {one["source"] for one in timeline} == {"incident.yaml", "recorded run", "SEALED.json"}

    def test_the_page_says_what_is_absent_and_why(self, made: Made) -> None:
        page = unescape(made("regulator")["index.html"].decode())
        assert "the CRM records no clicks" in page
        assert "not legal advice" in page

    def test_what_the_incident_file_leaves_open_the_trace_says(self, project: Path, made: Made) -> None:
        change_incident(project, workflow={"name": WORKFLOW}, when={"noticed": "2026-11-12T09:20:00+00:00"})
        page = unescape(made("insurer")["index.html"].decode())
        by_trace = "(the trace says so; the incident file does not)"
        for said in ("2026.10.1", "summary-template-2", "12 November 2026, 09:12 UTC"):
            assert f"<dd>{said} {by_trace}</dd>" in page

    def test_a_run_that_cannot_be_read_is_named_and_the_evidence_given(
        self, project: Path, made: Made
    ) -> None:
        change_incident(project, evidence=[{"file": "evidence/account.txt", "kind": "trace"}])
        pack = made("regulator")
        left_out = json.loads(pack["MANIFEST.json"])["left_out"]
        assert "steps of the run in the timeline" in [gap["what"] for gap in left_out]
        assert "incident/evidence/trace.json" in pack


class TestFile:
    """The zip itself."""

    @pytest.mark.parametrize("audience", ["regulator", f"client:{OWN}"])
    def test_sha256sum_checks_it(self, project: Path, made: Made, tmp_path: Path, audience: str) -> None:
        made(audience)
        with zipfile.ZipFile(out(project)) as file:
            file.extractall(tmp_path / "opened")
        subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path / "opened", check=True)
        here = {p.relative_to(tmp_path / "opened").as_posix() for p in (tmp_path / "opened").rglob("*.*")}
        assert here | {"SHA256SUMS"} == set(members(out(project)))

    def test_the_manifest_says_who_when_what_and_the_newest_digest(self, project: Path, made: Made) -> None:
        pack = made("insurer")
        manifest = json.loads(pack["MANIFEST.json"])
        assert manifest["schema"] == "incident2eval/pack/1"
        assert (manifest["incident"], manifest["audience"], manifest["by"]) == (
            INCIDENT,
            "insurer",
            "Jo Hart",
        )
        assert manifest["chain"] == Project.find(project).sealed(INCIDENT)[-1].chain
        assert datetime.fromisoformat(manifest["made_at"]).tzinfo
        assert {one["file"]: one["sha256"] for one in manifest["files"]} == {
            name: hashlib.sha256(data).hexdigest()
            for name, data in pack.items()
            if name not in {"MANIFEST.json", "SHA256SUMS"}
        }

    def test_names_times_and_modes_are_plain(self, project: Path, made: Made) -> None:
        made("regulator")
        with zipfile.ZipFile(out(project)) as file:
            infos = file.infolist()
        assert {one.date_time for one in infos} == {(1980, 1, 1, 0, 0, 0)}
        assert {one.external_attr >> 16 for one in infos} == {0o100644}
        assert len({one.filename.casefold() for one in infos}) == len(infos)
        assert not [one for one in infos if ".." in one.filename or one.filename.startswith("/")]

    def test_the_same_incident_gives_the_same_bytes(
        self, project: Path, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
                return datetime.fromisoformat("2026-11-20T08:30:00+00:00")

        monkeypatch.setattr("incident2eval.pipeline.export.datetime", Clock)
        made(f"client:{OWN}")
        first = out(project).read_bytes()
        made(f"client:{OWN}")
        assert out(project).read_bytes() == first

    def test_odd_names_of_evidence_are_spelt_out(self, project: Path, made: Made) -> None:
        evidence = incident_of(project) / "evidence"
        for name in ("a:b\\c\n.txt", "Notes.txt", "notes.txt", "-rf é.txt"):
            (evidence / name).write_text(name)
        intake.collect(project=project, incident=INCIDENT, traces=())
        pack = made("regulator")
        assert pack["incident/evidence/a%3Ab%5Cc%0A.txt"] == b"a:b\\c\n.txt"
        assert pack["incident/evidence/notes.txt~2"] == b"notes.txt"
        rows = json.loads(pack["MANIFEST.json"])["evidence"]
        assert "evidence/a:b\\c\n.txt" in [row["sealed_as"] for row in rows]


class TestTold:
    """What the terminal says of a pack."""

    def test_every_file_is_listed_and_that_nothing_is_redacted(self, project: Path) -> None:
        text = make(project, "regulator").text
        assert not [name for name in members(out(project)) if f"  {name}\n" not in text]
        assert f"{len(members(out(project)))} files for regulator" in text
        assert "stand in it in clear" in text

    def test_of_many_files_it_says_how_many_more(self, project: Path) -> None:
        for number in range(30):
            (incident_of(project) / "evidence" / f"note-{number}.txt").write_text(str(number))
        intake.collect(project=project, incident=INCIDENT, traces=())
        text = make(project, "insurer").text
        there = members(out(project))
        listed = [line for line in text.splitlines() if line.strip() in there]
        assert f"  and {len(there) - 40} more\n" in text
        assert len(listed) == 40

    def test_a_clients_pack_is_not_in_clear(self, project: Path) -> None:
        assert "in clear" not in make(project, f"client:{OWN}").text


class TestRefused:
    """Nothing is written."""

    def refused(self, project: Path, error: type[Exception], audience: str = "regulator") -> str:
        with pytest.raises(error) as caught:
            make(project, audience)
        assert not out(project).exists()
        assert not (incident_of(project) / "log.jsonl").exists()
        return str(caught.value)

    def test_changed_evidence(self, project: Path) -> None:
        (incident_of(project) / "evidence" / "draft.txt").write_text("never")
        assert "draft.txt" in self.refused(project, NotProvable)
        self.refused(project, NotProvable, f"client:{OWN}")

    def test_missing_evidence(self, project: Path) -> None:
        (incident_of(project) / "evidence" / "draft.txt").unlink()
        assert "draft.txt" in self.refused(project, NotJudged)

    def test_evidence_that_nobody_sealed(self, project: Path) -> None:
        (incident_of(project) / "evidence" / "new.txt").write_text("new")
        assert "new.txt" in self.refused(project, NotProvable)

    def test_an_incident_without_a_seal(self, project: Path) -> None:
        (incident_of(project) / "SEALED.json").unlink()
        self.refused(project, NotProvable)

    @pytest.mark.parametrize("audience", ["client:K-999", "client:", "client", "press", "Regulator", ""])
    def test_an_unknown_reader(self, project: Path, audience: str) -> None:
        self.refused(project, BadInput, audience)

    @pytest.mark.parametrize(
        "place",
        [
            f"incidents/{INCIDENT}/evidence/pack.zip",
            "incidents/pack.zip",
            "cases/pack.zip",
            "reports/pack.zip",
            ".incident2eval/pack.zip",
            "archive/../cases/pack.zip",
            "pack.tar",
            "incident2eval.toml",
            "nowhere/pack.zip",
            "other.zip",
        ],
    )
    def test_a_place_where_it_would_be_taken_for_something_else(self, project: Path, place: str) -> None:
        (project / "other.zip").write_text("somebody's file")
        with pytest.raises(BadInput):
            export(project=project, incident=INCIDENT, pack=project / place, audience="regulator", by=None)
        assert (project / "other.zip").read_text() == "somebody's file"

    def test_a_pack_that_is_there_already(self, project: Path) -> None:
        make(project, "insurer")
        before, log = out(project).read_bytes(), log_of(project)
        with pytest.raises(BadInput, match="is there already") as caught:
            make(project, f"client:{OWN}")
        assert "name another" in str(caught.value.faults)
        assert out(project).read_bytes() == before
        assert log_of(project) == log

    def test_the_same_pack_may_be_made_again(self, project: Path) -> None:
        make(project, "insurer")
        make(project, "insurer")
        assert len(log_of(project)) == 2

    def test_a_link(self, project: Path) -> None:
        (project / "cases" / "x.zip").write_bytes(b"")
        out(project).symlink_to(project / "cases" / "x.zip")
        with pytest.raises(BadInput):
            make(project, "regulator")


class TestLog:
    """Who gave what to whom."""

    def test_every_pack_is_logged_with_a_name_and_its_digest(self, project: Path, made: Made) -> None:
        made("regulator")
        made(f"client:{OWN}")
        first, second = log_of(project)
        assert first.items() >= {"event": "exported", "by": "Jo Hart", "audience": "regulator"}.items()
        assert second["audience"] == f"client:{OWN}"
        assert second["pack"] == "pack.zip"
        assert second["sha256"] == hashlib.sha256(out(project).read_bytes()).hexdigest()
        assert datetime.fromisoformat(second["at"]).tzinfo

    def test_without_a_name_it_is_the_accounts(self, project: Path) -> None:
        export(project=project, incident=INCIDENT, pack=out(project), audience="insurer", by=None)
        assert log_of(project)[0]["by"] == intake.whoami()

    def test_the_line_stands_by_itself_after_one_that_was_cut_short(self, project: Path, made: Made) -> None:
        log = incident_of(project) / "log.jsonl"
        log.write_text('{"at": "2026-11-1\n')
        left_out = json.loads(made("regulator")["MANIFEST.json"])["left_out"]
        assert "log.jsonl, line 1, in the timeline" in [gap["what"] for gap in left_out]
        assert log.read_text().splitlines()[0] == '{"at": "2026-11-1'
        assert json.loads(log.read_text().splitlines()[1])["event"] == "exported"

    def test_who_writes_at_once_waits(self, project: Path) -> None:
        home = Project.find(project)
        entries = [{"at": "2026-11-20T08:30:00Z", "event": f"said {n}", "by": "x" * 5_000} for n in range(24)]
        with ThreadPoolExecutor(8) as together:
            list(together.map(lambda entry: home.log(INCIDENT, entry), entries))
        assert {entry["event"] for entry in log_of(project)} == {entry["event"] for entry in entries}

    def test_it_pauses_nothing(self, project: Path, made: Made) -> None:
        made("regulator")
        assert Project.find(project).paused(WORKFLOW) is None

    def test_a_pack_that_could_not_be_written_is_logged_as_such(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise NotJudged("no space left")

        monkeypatch.setattr("incident2eval.pipeline.export.write_atomically", full)
        with pytest.raises(NotJudged):
            make(project, "regulator")
        assert [entry["event"] for entry in log_of(project)] == ["exported", "export_failed"]
        assert not out(project).exists()

    def test_a_log_that_is_a_link_is_not_written_through(self, project: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").write_text("")
        (incident_of(project) / "log.jsonl").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(BadInput):
            make(project, f"client:{OWN}")
        assert not (tmp_path / "elsewhere").read_text()
        assert not out(project).exists()
