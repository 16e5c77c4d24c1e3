"""A workflow is paused from `contained` to `restarted`."""

from collections.abc import Callable

import pytest

from incident2eval.model import BadInput
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


def test_a_restart_in_the_log_of_another_incident_ends_it(write: Callable[..., Project]) -> None:
    other = "INC-2026-0100"
    files = {
        f"incidents/{ID}/log.jsonl": entry("contained", "09:00"),
        f"incidents/{other}/log.jsonl": entry("restarted", "10:00"),
        f"incidents/{other}/incident.yaml": said().replace(ID, other),
    }
    assert write(files=files).paused("summary") is None


BROKEN = [
    *("{", "[]", "{}", "\0", '{"at": 1, "event": "x"}', '{"at": "2026-11-18", "event": "contained"}'),
    *('{"at": "2026-11-18T09:00:00", "event": "x"}', entry("x", "09:00").replace('"by"', '"at"')),
]


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_line_is_named(write: Callable[..., Project], line: str) -> None:
    project = write(files={f"incidents/{ID}/log.jsonl": f"{entry('triaged', '09:00')}\n{line}"})
    with pytest.raises(BadInput, match=rf"^incidents/{ID}/log\.jsonl:3: "):
        project.paused("summary")


def test_people_write_no_incident_text_into_the_pause(write: Callable[..., Project]) -> None:
    project = write(said("containment: [{at: 2026-11-18T10:20:00Z, by: Ana}]\n"))
    assert project.paused("summary") is None
