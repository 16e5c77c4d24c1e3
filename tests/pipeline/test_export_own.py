"""What is the client's own stays as it is in its pack, and what is another's does not come along."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pipeline.packs import LEAKED, OWN, Made, change_incident, incident_of, named, opened, put_run

PHONE, MAIL, ACCOUNT = "+44 7911 123456", "m.quillfeather@webmail.example", "48210937"
OTHERS_FACTS = ("Flat 2", "GBP 845.00", "Brenlid Folkemtronud", "how much do I owe", "48219999", "51 days")
NOTE = f"Mrs Quillfeather of Flat 9 pays GBP 1,210.00. Call her on {PHONE} or write to {MAIL}."
KEY = ["-----BEGIN RSA PRIVATE KEY-----", "q7" * 32, "Zr" * 32, "-----END RSA PRIVATE KEY-----"]


def leak(**fields: Any) -> dict[str, Any]:
    """A run for Pellworth & Wren that read and told a record of Eastfield Freight."""
    told = (
        "Brenlid Folkemtronud, Flat 2, is the tenant. Rent GBP 845.00, 51 days late. "
        f"Mrs Quillfeather of Flat 9 pays GBP 1,210.00. Her account number is {ACCOUNT}; ask Eastfield."
    )
    records = [
        {"id": "r-1", "owner": OWN, "text": "Brenlid Folkemtronud, Flat 2. Rent GBP 845.00, 51 days late."},
        {
            "id": "r-2",
            "owner": LEAKED,
            "text": NOTE,
            "metadata": {"account_number": ACCOUNT, "author": "j.hart"},
        },
        {"id": "r-3", "text": "Whose this is nobody wrote down: account number 48219999."},
    ]
    question = {"customer_id": OWN, "messages": [{"role": "user", "content": "how much do I owe"}]}
    return {
        "schema": "incident2eval/run/1",
        "id": "r1",
        "input": question,
        "output": told,
        "subject": {"customer_id": OWN},
        "steps": [
            {
                "id": "0",
                "kind": "agent",
                "name": "answer",
                "input": question,
                "output": {"reply": told, "n": 845},
            },
            {"id": "1", "kind": "retrieval", "name": "look_up", "input": "Flat 2", "records": records},
            {
                "id": "2",
                "kind": "tool",
                "name": "rows",
                "output": json.dumps([{"for": OWN, "says": "Flat 2"}]),
            },
        ],
    } | fields


def own_run() -> dict[str, Any]:
    """A run that was made for Eastfield Freight itself."""
    question = {"customer_id": LEAKED, "question": f"Is {PHONE} still Grace Varnholt's? Ask Tom Hale."}
    return leak(subject={"customer_id": LEAKED}, input=question, output=f"{PHONE} is Ms Varnholt's.")


@pytest.fixture
def made(project: Path) -> Made:
    """Make a pack of a run for a client, and open it."""

    def made_for(client: str, run: object, **fields: object) -> dict[str, bytes]:
        put_run(project, run)
        change_incident(project, what_happened="Too much was said.", affected=[], **fields)
        return opened(project, f"client:{client}")

    return made_for


def page_of(pack: dict[str, bytes]) -> str:
    return unescape(pack["index.html"].decode())


class TestSomebodyElsesRun:
    """The client's records leaked into a run that was made for another customer."""

    def test_the_other_customers_question_records_and_figures_are_left_out(self, made: Made) -> None:
        pack = made(LEAKED, leak())
        assert not {text: where for text in OTHERS_FACTS if (where := named(pack, text))}
        assert not named(pack, "Pellworth & Wren")

    def test_what_speaks_of_the_client_stays(self, made: Made) -> None:
        run = json.loads(made(LEAKED, leak())["runs/recorded.json"])
        assert run["input"] == "(left out: the run was made for another customer)"
        assert run["output"] == (
            "(left out: another customer's data) Mrs Quillfeather of Flat 9 pays GBP 1,210.00. "
            f"Her account number is {ACCOUNT}; ask Eastfield."
        )
        assert [record["text"] for record in run["steps"][1]["records"]] == [
            "(left out: another customer's data)",
            NOTE,
            "(left out: another customer's data)",
        ]

    @pytest.mark.requirement("R36")
    def test_the_page_says_what_was_exposed_and_where_it_went(self, made: Made) -> None:
        recipients = [{"ref": OWN, "assessed": "asked to delete it"}, {"ref": "Tom Hale"}]
        page = page_of(made(LEAKED, leak(), recipients=recipients, questions={"left_company": "yes"}))
        for said in (
            "made for another customer, not for you. It read 1 of your records.",
            "Mrs Quillfeather of Flat 9 pays GBP 1,210.00. Her account number is 48210937",
            NOTE,
            "look_up",
            f"(account_number: {ACCOUNT}; author: ‹",
            "another customer (customer-",
            "asked to delete it",
            "What the software wrote down of the run that went wrong",
        ):
            assert said in page
        assert "Hale" not in page
        assert OWN not in page

    def test_what_a_tool_brought_in_of_the_client_is_said_too(self, made: Made) -> None:
        rows = [{"for": LEAKED, "says": "Flat 9 is 12 days late"}, {"for": OWN, "says": "Flat 2"}]
        steps = [{"id": "1", "kind": "tool", "name": "rows", "output": rows}]
        pack = made(LEAKED, leak(steps=steps, output="Nothing to say."))
        assert "In what rows brought in: “K-102; Flat 9 is 12 days late" in page_of(pack).replace("<q>", "“")
        assert "no record that is marked as yours" in page_of(pack)
        assert not named(pack, "Flat 2")

    def test_a_run_of_nobody_known_is_not_the_clients(self, made: Made) -> None:
        run = leak(subject=None, input={"messages": [{"role": "user", "content": "how much do I owe"}]})
        pack = made(LEAKED, run, subject=None)
        assert not named(pack, "how much do I owe")
        assert "somebody whom the evidence does not name" in page_of(pack)

    def test_without_a_run_the_page_says_that_it_is_not_known(self, project: Path) -> None:
        change_incident(project, evidence=[{"file": "evidence/account.txt", "kind": "trace"}])
        assert "is not known from here" in page_of(opened(project, f"client:{OWN}"))


class TestOwnFacts:
    """People, numbers and addresses that stand in the client's own records are not falsified."""

    def test_they_stay_everywhere(self, made: Made) -> None:
        words = f"Mrs Quillfeather rang from {PHONE} about account number {ACCOUNT}; she is at {MAIL}."
        pack = made(LEAKED, leak(), title=words)
        assert words in page_of(pack)
        assert NOTE in pack["runs/recorded.json"].decode()
        assert ACCOUNT in pack["runs/recorded.json"].decode()

    @pytest.mark.parametrize("form", ["Mr", "Mrs", "Miss", "Dr"])
    def test_they_do_with_another_form_of_address(self, made: Made, form: str) -> None:
        assert f"Told {form} Quillfeather." in page_of(
            made(LEAKED, leak(), title=f"Told {form} Quillfeather.")
        )

    def test_those_of_the_clients_own_question_do_too(self, made: Made) -> None:
        pack = made(LEAKED, own_run(), title="Ms Varnholt was named, and Tom Hale.")
        run = json.loads(pack["runs/recorded.json"])
        assert run["input"]["question"] == f"Is {PHONE} still Grace Varnholt's? Ask Tom Hale."
        assert run["output"] == f"{PHONE} is Ms Varnholt's."
        assert "Ms Varnholt was named, and Tom Hale." in page_of(pack)

    def test_the_same_facts_are_made_up_for_everybody_else(self, made: Made) -> None:
        pack = made(OWN, leak(), title=f"Mrs Quillfeather rang from {PHONE}; account number {ACCOUNT}.")
        assert not [text for text in ("Quillfeather", PHONE, ACCOUNT, MAIL) if named(pack, text)]
        assert "Flat 2" in pack["runs/recorded.json"].decode()

    @pytest.mark.parametrize("form", ["Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof.", "Dame", "Lord"])
    def test_forms_of_address_survive(self, made: Made, form: str) -> None:
        page = page_of(made(OWN, leak(), title=f"Told {form} Quillfeather and {form} Okonkwo-Brandt."))
        assert f"Told {form} \u2039" in page
        assert f" and {form} \u2039" in page
        assert "Quillfeather" not in page

    def test_staff_in_the_clients_records_are_not_the_clients(self, made: Made) -> None:
        assert not named(made(LEAKED, leak()), "j.hart")

    def test_what_is_made_up_shows_it(self, made: Made) -> None:
        pack = made(LEAKED, leak(), title="Pellworth & Wren's IBAN GB33BUKB20201555555555, says Tom Hale.")
        page = page_of(pack)
        assert page.count("\u2039") == page.count("\u203a") >= 4
        assert "What stands between \u2039 and \u203a is made up" in page


class TestSecrets:
    """Keys and passwords stand in no client's pack, not even its own."""

    def test_a_key_of_which_a_prompt_holds_a_line_too(self, project: Path) -> None:
        (incident_of(project) / "evidence" / "prompt.txt").write_text(f"Never say\n{KEY[0]}\nor so.\n")
        run = leak()
        run["steps"].append(
            {
                "id": "3",
                "kind": "model",
                "name": "m",
                "input": [{"role": "system", "content": f"Key:\n{KEY[0]}\n{'x' * 60}\n{KEY[-1]}"}],
            }
        )
        put_run(project, run)
        change_incident(project, what_happened="The key was pasted:\n" + "\n".join(KEY) + "\nSorry.")
        pack = opened(project, f"client:{LEAKED}")
        assert not [line for line in KEY if named(pack, line)]
        assert "The key was pasted:\n(secret left out)" in page_of(pack)

    def test_the_clients_own(self, made: Made) -> None:
        run = leak()
        run["steps"][1]["records"][1]["text"] += " password=Tr0ub4dor-xkcd-99 is hers."
        run["output"] += " Eastfield signs in with Tr0ub4dor-xkcd-99."
        assert not named(made(LEAKED, run), "Tr0ub4dor-xkcd-99")
