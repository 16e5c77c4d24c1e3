"""What `init` writes says what the tool does: the figures that stand in the settings are the shipped ones."""

import re
import tomllib
from importlib.resources import files

import pytest

from incident2eval.model import LEVELS, Policy

SETTINGS = files("incident2eval").joinpath("skeleton", "incident2eval.toml").read_text()
SAID = tomllib.loads(re.sub(r"(?m)^#(?! )", "", SETTINGS))["policy"]


@pytest.mark.parametrize("name", ["trials", "report_hours", "monitor_days", "look_back"])
def test_what_the_settings_show_of_the_policy_is_what_holds_without_them(name: str) -> None:
    assert SAID[name] == {str(int(level)): getattr(policy, name) for level, policy in LEVELS.items()}


@pytest.mark.parametrize("name", ["override_hours", "repeated", "review_months"])
def test_so_is_what_holds_at_every_level(name: str) -> None:
    assert SAID[name] == getattr(Policy(), name)


def test_signatures_are_never_fewer_than_the_shipped_ones_ask_for() -> None:
    for level, shown in SAID["signatures"].items():
        shipped = Policy().level(int(level)).signatures

        assert shipped
        assert all(shown.count(one.role) >= one.people for one in shipped)
