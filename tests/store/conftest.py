"""A project with one incident, to be spoilt by the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.store import Project

ID = "INC-2026-0142"

SETTINGS = """\
[workflows.summary]
target = "python:flows:draft"
"""

INCIDENT = """\
id: INC-2026-0142
title: Another customer's note in a summary
workflow: summary
when:
  noticed: 2026-11-18T10:05:00Z
what_happened: |
  The draft ended with somebody else's news.
"""

Write = Callable[..., Project]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an incident file (and settings, and further files) and open the project around it."""

    def write(
        incident: str | bytes = INCIDENT,
        *,
        settings: str = SETTINGS,
        files: dict[str, str | bytes] | None = None,
    ) -> Project:
        contents = {
            f"incidents/{ID}/incident.yaml": incident,
            "incident2eval.toml": settings,
            **(files or {}),
        }
        for name, content in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Project.find(tmp_path)

    return write


@pytest.fixture
def faults() -> Callable[[Callable[[], object]], list[tuple[int | None, str | None, str]]]:
    """Call something that must find bad input: line, field and message of every fault."""

    def faults(call: Callable[[], object]) -> list[tuple[int | None, str | None, str]]:
        with pytest.raises(BadInput) as raised:
            call()
        assert "\n" not in "".join(str(fault) for fault in raised.value.faults)
        return [(fault.line, fault.field, fault.message) for fault in raised.value.faults]

    return faults
