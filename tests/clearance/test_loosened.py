"""What a change of the settings makes easier; what is stricter needs nobody's word."""

from typing import Any

import pytest

from incident2eval.clearance import loosened
from incident2eval.model import Approver, Trust

ANA = Approver(name="Ana", roles=("workflow_owner",), public_key="k1")


def trust(**more: Any) -> Trust:
    known = {"approvers": (ANA,), "targets": {"target": "python:a:b"}, "owners": ("Ana", "Kit")}
    return Trust(**(known | more))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"approvers": (ANA, Approver(name="Max", roles=("legal",), public_key="k"))},
            "Max is a new approver",
        ),
        ({"approvers": (Approver(name="Ana", roles=ANA.roles, public_key="k2"),)}, "Ana has another key"),
        ({"approvers": (Approver(name="Ana", roles=("legal",), public_key="k1"),)}, "new role: legal"),
        ({"policy": {"trials": {"2": 1}}}, "level 2: 1 trials"),
        ({"policy": {"report_hours": {"3": 48}}}, "48 hours old instead of 24"),
        ({"policy": {"monitor_days": {"4": 1}}}, "1 days of monitoring instead of 60"),
        ({"policy": {"look_back": {"3": "done"}}}, "the look-back is done instead of clean"),
        ({"policy": {"signatures": {"2": ["workflow_owner"]}}}, "functional leader is asked for less often"),
        ({"policy": {"override_hours": 100}}, "100 hours instead of 72"),
        ({"owners": ("Ana", "Max")}, "Max owns it or stands in, and Ana, Kit did"),
        ({"owners": ()}, "nobody owns it, and Ana, Kit did: every workflow owner could sign"),
        ({"targets": {"target": "python:a:evil"}}, "python:a:evil instead of python:a:b"),
        ({"targets": {"target": "python:a:b", "targets.x": "python:x:y"}}, "targets.x is python:x:y"),
    ],
)
def test_what_is_looser_is_named(change: dict[str, Any], words: str) -> None:
    assert words in "; ".join(loosened(trust(), trust(**change)))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"approvers": ()},
        {"policy": {"trials": {"2": 9}, "report_hours": {"2": 1}, "look_back": {"1": "done"}}},
        {"policy": {"signatures": {"1": ["workflow_owner", "legal"]}}},
        {"targets": {}},
        {"owners": ("ana",)},
        {"policy": {"override_hours": 1}},
    ],
)
def test_what_is_stricter_is_fine(change: dict[str, Any]) -> None:
    assert loosened(trust(), trust(**change)) == ()


def test_to_name_an_owner_where_nobody_was_is_stricter() -> None:
    assert loosened(trust(owners=()), trust(owners=("Max",))) == ()
