"""What `new` says of clocks: the one that every firm has to look at first, and what to declare."""

import re
import textwrap
import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from incident2eval.model import ROLES, ClockState
from incident2eval.model import Answer as Said
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline.new import Report, new, note
from incident2eval.store import Project

PAGE = Path(__file__).parents[2] / "docs" / "obligations.md"
OWN_RULE = """
[[obligations]]
id = "acme"
version = "1"
name = "Tell Acme"
article = "Contract, 12"
quote = "within five working days"
source = "contracts/acme.pdf"
seen = "primary"
checked = 2026-09-30
review_by = 2027-03-31
any_of = ["left_company"]
anchor = "aware"
term = {working_days = 5}
tell = "Acme"
holds = ["what happened"]
"""


def said(**more: object) -> Report:
    fields = {"what": "Wrong order.", "by": "Ana", "workflow": "replies", "outside": Said.YES, **more}
    return Report(**fields)  # type: ignore[arg-type]


def asked(folder: Path, settings: str = "") -> Answer:
    (folder / "incident2eval.toml").write_text(settings)
    return new(project=folder, report=said())


def listed(answer: Answer) -> list[str]:
    """The rules with a clock, in the order in which they are shown."""
    assert isinstance(answer.data["clocks"], list)
    return [str(one["rule"]) for one in answer.data["clocks"] if isinstance(one, dict)]


def to_paste(answer: Answer) -> str:
    """The lines for the settings."""
    lines = [line for line in answer.text.splitlines() if line.startswith(" " * 6)]
    return textwrap.dedent(
        "\n".join(lines[next(i for i, one in enumerate(lines) if "[organisation" in one) :])
    )


def states(folder: Path, answer: Answer) -> dict[str, ClockState]:
    now = datetime.now(UTC)
    file = open_file(Project.find(folder), str(answer.data["incident"]), now).file
    return {duty.rule.id: duty.state for duty in file.duties}


def ordinary() -> dict[str, str]:
    """The two places that show what an ordinary firm in the UK declares."""
    page = re.search(r"(?m)^    \[organisation\]\n(?:    .*\n|\n(?=    ))+", PAGE.read_text())
    shipped = files("incident2eval").joinpath("skeleton", "incident2eval.toml").read_text()
    skeleton = re.search(r"(?m)^#\[organisation\]\n(?:#.*\n|\n(?=#\[organisation))+", shipped)
    assert page
    assert skeleton
    return {"page": textwrap.dedent(page[0]), "skeleton": re.sub("(?m)^#", "", skeleton[0])}


@pytest.mark.requirement("R78")
def test_where_nothing_is_declared_data_protection_comes_before_sectors(tmp_path: Path) -> None:
    assert listed(asked(tmp_path))[:3] == ["eugdpr-33-1", "ukgdpr-33-1", "dora-19-initial"]


def test_what_was_answered_yes_comes_first(tmp_path: Path) -> None:
    assert listed(asked(tmp_path, OWN_RULE))[0] == "acme"


def test_the_lines_to_paste_are_toml_and_end_no_rule_before_somebody_answers(tmp_path: Path) -> None:
    answer = asked(tmp_path)
    lines = to_paste(answer)
    assert tomllib.loads(lines)["organisation"]["jurisdictions"] == ["UK", "EU"]
    assert 'controller = "unknown"  # yes or no settles 6 rules' in lines
    before = states(tmp_path, answer)
    assert states(tmp_path, asked(tmp_path, lines)) == before


def test_each_line_settles_as_many_rules_as_it_says(tmp_path: Path) -> None:
    answer = asked(tmp_path)
    lines = to_paste(answer)
    before = [*states(tmp_path, answer).values()].count(ClockState.SCOPE_NOT_DECLARED)
    for count, answered in (
        (6, lines.replace('controller = "unknown"', 'controller = "no"')),
        (int(re.findall(r"UK (\d+) rules", lines)[0]), lines.replace('["UK", "EU"]', '["EU"]')),
        (int(re.findall(r"EU (\d+) rules", lines)[0]), lines.replace('["UK", "EU"]', '["UK"]')),
    ):
        after = [*states(tmp_path, asked(tmp_path, answered)).values()].count(ClockState.SCOPE_NOT_DECLARED)
        assert before - after == count


def test_what_is_declared_is_not_asked_again(tmp_path: Path) -> None:
    lines = to_paste(asked(tmp_path, '[organisation]\njurisdictions = ["UK"]\n'))
    assert "jurisdictions" not in lines
    assert "controller" in lines


@pytest.mark.parametrize("where", ["page", "skeleton"])
def test_the_example_of_an_ordinary_firm_leaves_one_clock_and_nothing_open(
    tmp_path: Path, where: str
) -> None:
    declared = ordinary()[where]
    assert tuple(tomllib.loads(declared)["organisation"]["roles"]) == ROLES
    answer = asked(tmp_path, declared)
    assert listed(answer) == ["ukgdpr-33-1"]
    assert "organisation" not in answer.text
    assert ClockState.SCOPE_NOT_DECLARED not in states(tmp_path, answer).values()


@pytest.mark.requirement("R59")
def test_no_duty_is_open_for_a_slip(tmp_path: Path) -> None:
    workflow = '[workflows.replies]\nowner = "Ana"\n\n'
    (tmp_path / "incident2eval.toml").write_text(workflow + ordinary()["page"])
    slip = note(project=tmp_path, report=said(outside=Said.NO), markers=())
    assert [rule for rule, state in states(tmp_path, slip).items() if state.is_open] == []
