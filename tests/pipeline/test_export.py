"""`collect --export`: the whole incident in one file, or what one client may see of it."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
import yaml

from incident2eval.model import BadInput, NotJudged, NotProvable
from incident2eval.pipeline import gate, intake
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.customers import customers
from incident2eval.pipeline.export import export
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.store import Project

Made = Callable[..., dict[str, bytes]]
PLAIN = (
    "html head meta title style body header h1 h2 section p main dl dt dd ul li div table thead tbody tr th "
    "td code footer"
)
"""The elements of a page."""
OWN, LEAKED = "K-101", "K-102"


def out(project: Path) -> Path:
    return project / "pack.zip"


def members(pack: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(pack) as file:
        assert file.testzip() is None
        return {one.filename: file.read(one) for one in file.infolist()}


def make(project: Path, audience: str) -> Answer:
    return export(project=project, incident=INCIDENT, pack=out(project), audience=audience, by="Jo Hart")


@pytest.fixture
def made(project: Path) -> Made:
    """Make a pack of the demo's incident and open it."""

    def made_for(audience: str, folder: Path = project) -> dict[str, bytes]:
        assert make(folder, audience).exit_code == 0
        return members(out(folder))

    return made_for


def incident_of(project: Path) -> Path:
    return project / "incidents" / INCIDENT


def change_incident(project: Path, **fields: object) -> None:
    path = incident_of(project) / "incident.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | fields, allow_unicode=True))


def log_of(project: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (incident_of(project) / "log.jsonl").read_text().splitlines()]


def others(project: Path, client: str) -> Iterator[str]:
    """Every name, alias and address of the other customers."""
    with (project / "customers.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["id"] != client:
                yield from filter(None, [row["name"], *row["aliases"].split(";"), row["contact"], row["id"]])


def named(pack: dict[str, bytes], name: str) -> list[str]:
    """The members that hold a name; one word may be an ordinary one, and counts as it is written."""
    flags = re.IGNORECASE if re.search(r"\W", name) and len(name) > 4 else 0
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", flags)
    return [
        member
        for member, data in pack.items()
        for text in (f"{member}\n{data.decode()}",)
        if pattern.search(text) or pattern.search(unescape(text))
    ]


class TestFull:
    """For the regulator and the insurer."""

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
        log.write_text('{"at": "2026-11-1')
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


@pytest.fixture
def leaky(project: Path) -> Path:
    """The demo with another customer's name wherever one can stand."""
    evidence = incident_of(project) / "evidence"
    trace = evidence / "trace.json"
    text = trace.read_text()
    assert "N-2111" in text
    spelt = "N-2111 EASTFIELD FREIGHT (transport@eastfield-freight.example)"
    trace.write_text(text.replace("N-2111", spelt))
    shutil.copy(evidence / "account.txt", evidence / "Eastfield Freight Ltd.pdf")
    change_incident(
        project,
        title="Eastfield's lease <script>in</script> a draft for Pellworth & Wren, seen by Hana Osei",
        what_happened="EFL and Sky Terrace, see https://crm.example/EASTFIELD-FREIGHT?to="
        "Hello@Sky-Terrace.example; Ruth Calloway told Imran Sethi; call office@pellworth-wren.example; "
        "IBAN GB33BUKB20201555555555.",
        impact={"text": "APX and Apex Climbing Centres were not touched, nor was apex demand."},
        actions=[
            {"kind": "immediate", "text": "rang Eastfield", "owner": "Ben Strand", "done_at": "2026-11-13"}
        ],
    )
    (incident_of(project) / "SEALED.json").unlink()
    intake.collect(project=project, incident=INCIDENT, traces=())
    return project


class TestClient:
    """For one client: nobody else's name, and no prompt."""

    @pytest.mark.parametrize("client", [OWN, LEAKED])
    def test_no_other_customers_name_stands_anywhere(self, leaky: Path, made: Made, client: str) -> None:
        pack = made(f"client:{client}", leaky)
        found = {name: where for name in others(leaky, client) if (where := named(pack, name))}
        assert not found

    @pytest.mark.parametrize("audience", ["regulator"])
    def test_the_search_would_find_them(self, leaky: Path, made: Made, audience: str) -> None:
        pack = {
            name: data for name, data in made(audience, leaky).items() if name.endswith((".html", ".yaml"))
        }
        assert {"Eastfield", "EFL", "Sky Terrace", "APX"} <= {n for n in others(leaky, OWN) if named(pack, n)}

    def test_the_clients_own_name_and_addresses_stay(self, leaky: Path, made: Made) -> None:
        pack = made(f"client:{OWN}", leaky)
        page = unescape(pack["index.html"].decode())
        assert "a draft for Pellworth & Wren" in page
        assert "office@pellworth-wren.example" in page
        run = json.loads(pack["runs/recorded.json"])
        assert run["subject"] == {"customer": "Pellworth & Wren", "customer_id": OWN}
        assert run["output"].startswith("Monthly summary for Pellworth & Wren")

    def test_people_and_account_numbers_become_pseudonyms(self, leaky: Path, made: Made) -> None:
        pack = made(f"client:{OWN}", leaky)
        for name in ("Hana Osei", "Osei", "Calloway", "Imran Sethi", "Ben Strand", "GB33BUKB20201555555555"):
            assert not named(pack, name), name
        assert not named(pack, "p.lask")

    def test_what_another_customers_records_say_is_left_out(self, made: Made) -> None:
        own, leaked = (made(f"client:{client}")["runs/recorded.json"].decode() for client in (OWN, LEAKED))
        assert "£31,650" not in own
        assert "£68,250" in own
        assert "£31,650" in leaked
        assert "£68,250" not in leaked

    def test_prompts_are_left_out_and_the_pack_says_so(self, project: Path, made: Made) -> None:
        prompt = (incident_of(project) / "evidence" / "prompt.txt").read_text()
        pack = made(f"client:{OWN}")
        lines = [line.strip() for line in prompt.splitlines() if len(line.strip()) >= 24]
        assert lines
        assert not [line for line in lines if named(pack, line)]
        run = json.loads(pack["runs/recorded.json"])
        assert [step["input"] for step in run["steps"] if step["kind"] == "model"] == ["(prompt left out)"]
        assert not [step for step in run["steps"] if step["attributes"]]
        assert "Prompts, and what other customers' records say, are left out" in unescape(
            pack["index.html"].decode()
        )

    def test_system_messages_are_left_out_wherever_they_stand(self, project: Path, made: Made) -> None:
        secret = "You are the summary writer of the firm, and never say so."
        messages = [{"role": "system", "content": secret}, {"role": "user", "content": "the summary, please"}]
        run = {
            "schema": "incident2eval/run/1",
            "id": "r1",
            "input": {"customer_id": OWN, "messages": json.dumps(messages), "system_prompt": "Be brief."},
            "output": f"Eastfield Freight will leave. I was told: {secret}",
            "steps": [{"id": "1", "kind": "tool", "name": "ask", "input": {"messages": messages}}],
        }
        (incident_of(project) / "evidence" / "trace.json").write_text(json.dumps(run))
        (incident_of(project) / "SEALED.json").unlink()
        change_incident(project, evidence=[{"file": "evidence/trace.json", "kind": "trace"}], wrong=[])
        for path in (incident_of(project) / "evidence").glob("*"):
            path.unlink() if path.name != "trace.json" else None
        intake.collect(project=project, incident=INCIDENT, traces=())
        pack = made(f"client:{OWN}")
        told = pack["runs/recorded.json"].decode()
        assert secret not in told
        assert "Be brief." not in told
        assert "the summary, please" in told
        assert "runs/corrected.json" not in pack  # nobody recorded one, and a made-up one is no evidence

    def test_files_that_cannot_be_redacted_are_named_by_kind_and_digest_only(
        self, leaky: Path, made: Made
    ) -> None:
        pack = made(f"client:{OWN}", leaky)
        assert set(pack) == {
            "index.html",
            "runs/recorded.json",
            "runs/corrected.json",
            "MANIFEST.json",
            "SHA256SUMS",
        }
        manifest = json.loads(pack["MANIFEST.json"])
        sealed = Project.find(leaky).sealed(INCIDENT)
        assert [row["sha256"] for row in manifest["evidence"]] == [entry.sha256 for entry in sealed]
        assert not [row for row in manifest["evidence"] if "file" in row or "sealed_as" in row]
        account = next(entry for entry in sealed if entry.kind == "account")
        assert any(account.sha256 in gap["what"] for gap in manifest["left_out"])

    def test_a_pack_that_would_name_another_customer_is_not_written(self, project: Path) -> None:
        with pytest.raises(NotProvable, match="would name somebody"):
            export(
                project=project,
                incident=INCIDENT,
                pack=out(project),
                audience=f"client:{OWN}",
                by="Eastfield Freight",
            )
        assert not out(project).exists()

    def test_an_incident_whose_id_names_another_customer_is_not_for_clients(self, project: Path) -> None:
        roster = project / "customers.csv"
        roster.write_text(roster.read_text().replace("EFL", "INC"))
        with pytest.raises(NotProvable, match="id names another customer"):
            make(project, f"client:{OWN}")
        assert make(project, f"client:{LEAKED}").exit_code == 0

    def test_a_hashed_roster_names_nobody_else_either(self, project: Path, made: Made) -> None:
        wanted = list(others(project, OWN))
        customers(project=project, hashed=True)
        settings = project / "incident2eval.toml"
        settings.write_text(settings.read_text().replace("customers.csv", "customers.hashed.json"))
        pack = made(f"client:{OWN}")
        found = {name: where for name in wanted if (where := named(pack, name))}
        assert not found
        assert b"Pellworth & Wren" in pack["runs/recorded.json"]

    def test_hostile_text_becomes_no_markup(self, leaky: Path, made: Made) -> None:
        page = made(f"client:{OWN}", leaky)["index.html"].decode()
        assert "&lt;script&gt;in&lt;/script&gt;" in page
        assert set(re.findall(r"<([a-z0-9]+)", page)) <= set(PLAIN.split())

    def test_names_within_names_are_told_apart(self, project: Path, made: Made) -> None:
        roster = project / "customers.csv"
        roster.write_text(roster.read_text() + "K-900,Wren,Wren Lease Ltd,post@wren-lease.example,no\n")
        words = "Pellworth & Wren, Wren Lease Ltd, wren-lease.example, jo@wren-lease.example and Wren."
        change_incident(project, what_happened=words)
        page = unescape(made(f"client:{OWN}")["index.html"].decode())
        assert "Pellworth & Wren, " in page
        told = re.search("Pellworth & Wren, [^<]*", page)
        assert told
        assert "wren" not in told[0].removeprefix("Pellworth & Wren").casefold()
        other = unescape(made("client:K-900")["index.html"].decode())
        assert "Wren Lease Ltd, wren-lease.example, jo@wren-lease.example and Wren." in other
        assert "Pellworth" not in other

    def test_a_roster_of_thousands_is_no_obstacle(self, project: Path, made: Made) -> None:
        rows = (f"Z-{n},Quarnwick{n} Holdings,QWK{n},desk@quarnwick{n}.example,no\n" for n in range(3_000))
        roster = project / "customers.csv"
        roster.write_text(roster.read_text() + "".join(rows))
        change_incident(project, what_happened="Quarnwick17 Holdings was named too, and QWK2999.")
        assert b"Quarnwick" not in made(f"client:{OWN}")["index.html"]
        assert b"QWK" not in made(f"client:{OWN}")["index.html"]
