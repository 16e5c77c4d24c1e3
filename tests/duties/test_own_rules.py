"""[organisation] and [[obligations]] in the settings: what a team declares, and rules of its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from duties.incidents import AWARE, NOW, firm, incident_with

from incident2eval.duties import duties, near, rules
from incident2eval.model import BadInput, ClockState, Rule, Severity
from incident2eval.store import Project, shipped_rules

OWN = """\
[organisation]
jurisdictions = ["UK"]
roles = {controller = "yes", processor = "no"}

[[obligations]]
id = "key-account"
version = "1"
name = "Tell the key account manager"
article = "MSA 2026-03 s.9"
quote = "within 8 hours"
source = "contracts/msa.pdf"
seen = "primary"
checked = 2026-11-01
review_by = 2027-05-01
tell = "Harrow & Vale"
all_of = ["left_company"]
term = {hours = 8}
"""


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Project]:
    def project(settings: str) -> Project:
        (tmp_path / "incident2eval.toml").write_text(settings, encoding="utf-8")
        return Project.find(tmp_path)

    return project


def test_a_rule_of_the_teams_own_is_applied_and_marked(project: Callable[[str], Project]) -> None:
    settings = project(OWN).settings
    counted = rules(shipped_rules(), settings.obligations)
    found = duties(incident_with(), settings.organisation, counted, now=NOW, severity=Severity.LOW)
    assert len(found) == len(shipped_rules()) + 1
    assert found[-1].rule.own
    assert found[-1].state is ClockState.OVERDUE
    assert found[-1].started == AWARE


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ('["UK"]', '["GB"]', "organisation.jurisdictions", "'GB' is not known here"),
        ("processor =", "procesor =", "organisation.roles", "'procesor' is not known here"),
        ('"no"', "true", "organisation.roles", "'true' is no answer for 'processor'"),
        ("left_company", "left_firm", "obligations.0.all_of", "'left_firm' is not known here"),
        ("{hours = 8}", "{hours = 8, days = 1}", "obligations.0.term", "says hours and days"),
        ("{hours = 8}", "{}", "obligations.0.term", "says nothing"),
        ("{hours = 8}", "{hours = 0}", "obligations.0.term", "'0' is no time"),
        ("term = {hours = 8}", "", "obligations.0", "has no term"),
        ('"primary"', '"read"', "obligations.0.seen", "'read' is not a value that is known here"),
        (
            "term =",
            'anchor = "filing"\nterm =',
            "obligations.0",
            "counts from a filing, and does not say of which rule",
        ),
        (
            "{hours = 8}",
            '{promptly = "until the authority is told"}',
            "obligations.0",
            "is a hold, and does not say which filing ends it",
        ),
    ],
)
def test_what_a_rule_cannot_mean_is_said_at_its_line(
    project: Callable[[str], Project], old: str, new: str, field: str, message: str
) -> None:
    with pytest.raises(BadInput) as raised:
        _ = project(OWN.replace(old, new)).settings
    (fault,) = raised.value.faults
    assert (fault.field, fault.message) == (field, message)
    assert fault.line


def test_a_word_with_a_limit_runs_out_at_the_limit(project: Callable[[str], Project]) -> None:
    prompt = "term = {promptly = 'without undue delay'}\nat_most = {hours = 12}"
    settings = project(OWN.replace("term = {hours = 8}", prompt)).settings
    (duty,) = duties(
        incident_with(), settings.organisation, settings.obligations, now=NOW, severity=Severity.LOW
    )
    assert (duty.state, duty.due) == (ClockState.OVERDUE, AWARE + timedelta(hours=12))


def test_the_same_id_twice_is_refused(project: Callable[[str], Project]) -> None:
    twice = OWN + OWN[OWN.index("[[obligations]]") :]
    with pytest.raises(BadInput, match="two rules are called 'key-account'"):
        _ = project(twice).settings


@pytest.mark.parametrize(
    ("waits", "message"),
    [
        (
            {"ours": ("nis2-23-4e",)},
            "'ours' waits for 'nis2-23-4e', which is no rule (did you mean nis2-23-4",
        ),
        ({"ours": ("what",)}, "'ours' waits for 'what', which is no rule (name under `after` a rule of ours"),
        ({"ours": ("ours",)}, "'ours' waits for 'ours' (none of these clocks could ever start"),
        ({"a": ("b",), "b": ("a",)}, "'b' waits for 'a'"),
        ({"nis2-23-4b": ("nis2-23-4d",)}, "'nis2-23-4d' waits for 'nis2-23-4b'"),
    ],
)
def test_a_rule_that_waits_for_none_or_for_itself_is_refused(
    shipped: Mapping[str, Rule], waits: Mapping[str, tuple[str, ...]], message: str
) -> None:
    own = [replace(shipped["nis2-23-4d"], id=name, after=after) for name, after in waits.items()]
    with pytest.raises(BadInput) as raised:
        rules(tuple(shipped.values()), own)
    (fault,) = raised.value.faults
    assert message in str(fault)


def test_a_rule_that_puts_ours_off_says_so(shipped: Mapping[str, Rule]) -> None:
    ours = shipped["ukgdpr-33-1"]
    counted = rules((ours,), (replace(ours, in_force=date(2099, 1, 1)),))
    (duty,) = duties(incident_with(), firm("UK", controller="yes"), counted, now=NOW, severity=Severity.LOW)
    assert (duty.state, duty.rule.own, duty.rule.replaces) == (ClockState.NOT_STARTED, True, True)
    assert {"not in force before 2099-01-01", "this is your own rule, in the place of ours"} <= {
        *duty.because
    }


def test_an_unknown_rule_is_told_the_one_that_is_like_it() -> None:
    assert near("UKGDPR-33.1", shipped_rules()) == "did you mean ukgdpr-33-1?"
    assert near("telephone", shipped_rules()) is None
