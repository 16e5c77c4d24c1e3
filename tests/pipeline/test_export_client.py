"""`collect --export --for client:<id>`: what one client may see of an incident."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from pipeline.packs import (
    LEAKED,
    OWN,
    PLAIN,
    Made,
    change_incident,
    incident_of,
    make,
    named,
    opened,
    others,
    out,
    put_run,
    seal_anew,
)

from incident2eval.model import NotProvable
from incident2eval.pipeline.customers import customers
from incident2eval.pipeline.export import export
from incident2eval.pipeline.project import INCIDENT
from incident2eval.store import Project


@pytest.fixture
def made(project: Path) -> Made:
    """Make a pack of the demo's incident and open it."""

    def made_for(audience: str, folder: Path = project) -> dict[str, bytes]:
        return opened(folder, audience)

    return made_for


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
    seal_anew(project)
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
        assert "Prompts, secrets, and what other customers' records say, are left out" in unescape(
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
        put_run(project, run)
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
