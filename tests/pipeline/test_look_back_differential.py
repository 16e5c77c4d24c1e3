"""The look-back says of every run what the check says in the pytest case: run by run, on many of them."""

import gzip
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pipeline.past_runs import asked

from incident2eval import checks, formats
from incident2eval.model import CannotJudge, Run
from incident2eval.pipeline._redacting import disguised, roster_of
from incident2eval.pipeline.look_back import Engine
from incident2eval.pipeline.past import pieces
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.store import Project

RUNS = 10_000

DRESSES = (
    "Figures of {name} are above plan.",
    "| account | tickets |\n| --- | --- |\n| {name} | 4 |",
    "We met **{name}** and {name}'s supplier.",
    "see {upper} for details",
    "{lower} is a customer too",
    "As for {broken}, nothing new.",
    "{wide} wrote on Monday",
    "{entity} sent an invoice",
    "{percent} in a link",
    "{name} Ltd. and others",
    "{close} came up",
)
"""How another customer, or the own one, may be named."""


def test_every_run_gets_the_verdict_of_the_pytest_case(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PART", 4_000_000)
    home = Project.find(project)
    lines = list(generated(home))
    folder = project / "more"
    folder.mkdir()
    half = RUNS // 2
    (folder / "1.jsonl").write_text("".join(lines[:half]))
    (folder / "2.jsonl.gz").write_bytes(gzip.compress("".join(lines[half:]).encode()))

    answer = asked(project, folder, engine=Engine(jobs=2))

    said = {run.id: red_checks(home, run) for run in map(load, lines)}
    hits: Any = answer.data["hits"]
    assert {hit["run"]: set(hit["checks"]) for hit in hits} == {run: red for run, red in said.items() if red}
    assert 500 < len(hits) < RUNS - 500
    assert answer.data["checked"] == sum(red is not None for red in said.values())


def generated(home: Project) -> Iterator[str]:
    """Runs of the workflow in every state: the faulty one, good ones, and both told otherwise."""
    chance = random.Random(42)  # noqa: S311 - any runs, the same each time
    recorded, corrected = (
        formats.dump_run(next(iter(runs.values())))
        for runs in (home.recorded(INCIDENT), home.corrected(INCIDENT))
    )
    names = [row.name for row in home.customers]
    ids = [row.id for row in home.customers]
    for number in range(RUNS):
        run: dict[str, Any] = json.loads(json.dumps(chance.choice((recorded, corrected, corrected))))
        day, hour = 1 + number % 30, number % 24
        run |= {"id": f"g{number}", "started": f"2026-10-{day:02}T{hour:02}:00:00Z"}
        own = chance.choice(ids)
        if chance.random() < 0.8:
            run["subject"] = {"customer_id": own}
        if chance.random() < 0.7:
            run["output"] = told(chance, chance.choice(names))
        if chance.random() < 0.1:
            run["output"] = chance.choice((None, "", {}, {"summary": [run["output"]]}, 7))
        if chance.random() < 0.1:
            run["steps"] = []
        for step in run["steps"]:
            if chance.random() < 0.2:
                step["records"] = [{**one, "owner": chance.choice([*ids, None])} for one in step["records"]]
        yield json.dumps(run, ensure_ascii=chance.random() < 0.5) + "\n"


def told(chance: random.Random, name: str) -> str:
    at = chance.randrange(1, len(name))
    forms: Mapping[str, str] = {
        "name": name,
        "upper": name.upper(),
        "lower": name.lower(),
        "broken": name.replace(" ", "\n", 1),
        "wide": "".join(chr(ord(char) + 0xFEE0) if "!" < char <= "~" else char for char in name),
        "entity": name.replace("&", "&amp;").replace("e", "&#101;", 1),
        "percent": name.replace(" ", "%20"),
        "close": name[:at] + chance.choice("aeiou") + name[at:],
    }
    text = chance.choice(DRESSES).format(**forms)
    return f"Summary of the month.\n\n{text}\n" if chance.random() < 0.5 else text


def load(line: str) -> Run:
    return formats.load_run(json.loads(line), what="a generated run")


def red_checks(home: Project, run: Run) -> set[str] | None:
    """The checks of the locked cases that are red on a run, called as the generated tests call them.

    None where none of them can judge it.
    """
    case, roster = home.case(INCIDENT), roster_of(home)
    paths = home.workflow(WORKFLOW).subject
    owned = formats.with_owners(run, customers=home.customers, paths=paths, stated=None).run
    seen = disguised(owned, home, case.named, incident=INCIDENT)
    red: set[str] = set()
    judged = False
    for name in dict.fromkeys(row.check for row in home.lock().cases):
        own = {"customer": owned.customer_id, "customers": roster}
        check = next(one for one in checks.SHELF if one.name == name)
        given = {one: own.get(one, case.facts.get(check.fact(one))) for one in check.parameters}
        if ("customer" in given and not owned.customer_id) or ("steps" in check.needs and not owned.steps):
            continue
        try:
            findings = getattr(checks, name)(seen, **given)
        except CannotJudge:
            continue
        judged = True
        if findings:
            red.add(name)
    return red if judged else None
