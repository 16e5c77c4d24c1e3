"""New incidents: the next free id, whole files, two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from incident2eval.model import BadInput
from incident2eval.store import Project, found
from incident2eval.store._founding import next_id

SAID = {
    "title": "T",
    "workflow": {"name": "summary"},
    "when": {"noticed": "2026-11-18T10:05:00Z"},
    "what_happened": "W",
}


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ((), "INC-2026-0001"),
        (("INC-2026-0142",), "INC-2026-0143"),
        (("INC-2025-0142",), "INC-2026-0001"),
        (("INC-2025-0142", "CLN-2026-009"), "CLN-2026-010"),
        (("INC-2026-0007", "SUP-2026-0003"), "INC-2026-0008"),
        (("inc-2026-0007",), "INC-2026-0008"),
        (("INC-2026-999",), "INC-2026-1000"),
        (("README", ".lock", "INC-2026-1", "../INC-2026-0009"), "INC-2026-0001"),
    ],
)
def test_the_next_id(taken: tuple[str, ...], expected: str) -> None:
    assert next_id(taken, 2026) == expected


def test_used_up_numbers_are_said() -> None:
    with pytest.raises(BadInput, match="no number left"):
        next_id(["INC-2026-999999"], 2026)


def test_it_is_read_as_it_was_said(write: Callable[..., Project]) -> None:
    home = write()
    incident = found(home, {**SAID, "title": "Yes: no"}, year=2026, remarks=["logs:\n- here\x1b"])
    assert incident == "INC-2026-0143"
    assert home.incident(incident).incident.title == "Yes: no"
    assert home.incident(incident).warnings == ()
    assert (home.folder(incident) / "evidence").is_dir()
    assert (home.folder(incident) / "incident.yaml").read_text().startswith("# logs: - here\nschema:")


def test_a_fault_writes_nothing(write: Callable[..., Project]) -> None:
    home = write()
    with pytest.raises(BadInput, match="title: is empty"):
        found(home, {**SAID, "title": " "}, year=2026)
    assert len(home.incident_ids()) == 1


def test_a_folder_without_a_file_and_a_case_keep_their_ids(write: Callable[..., Project]) -> None:
    files = {"incidents/INC-2026-0150/evidence/x": "x", "cases/INC-2026-0160/case.yaml": "{}"}
    assert found(write(files=files), SAID, year=2026) == "INC-2026-0161"


def test_evidence_that_is_kept_elsewhere_gets_its_folder_there(write: Callable[..., Project]) -> None:
    home = write(settings='project = {evidence = "kept/there"}\n')
    incident = found(home, SAID, year=2026)
    assert (home.root / "kept/there" / incident / "evidence").is_dir()


def test_two_at_once_get_two_ids(write: Callable[..., Project]) -> None:
    home = write()
    with ThreadPoolExecutor(6) as together:
        ids = list(together.map(lambda _: found(home, SAID, year=2026), range(12)))
    assert len(set(ids)) == 12
    assert set(ids) < set(home.incident_ids())
