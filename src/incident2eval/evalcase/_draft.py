"""Draft: where nothing could be proved, a case that a person has to finish, and what would help."""

import re
from collections.abc import Iterator

from incident2eval.checks import Known
from incident2eval.model import INCIDENT_ID, IncidentType, Origin, flat_text

_DRAFT = '''\
"""{id}: DRAFT. Nothing could be proved yet; until somebody finishes this test, it blocks the gate."""

import pytest

pytestmark = pytest.mark.incident("{id}")


def test_the_failure_does_not_come_back(replay, case):
    run = replay()

    pytest.fail(f"{{case.id}} is a draft: judge {{run.id}} with a check of incident2eval.checks")
'''
"""pytest.fail is nothing that the proofreader lets pass, so a draft cannot be proved as it stands."""


def write_draft(incident: str) -> bytes:
    """The test file of a draft.

    Raises:
        ValueError: The id does not have the form of an incident id.
    """
    if not re.fullmatch(INCIDENT_ID, incident):
        raise ValueError(f"no test file for {incident!r}")
    return _DRAFT.format(id=incident).encode("ascii")


def ways_on(known: Known, kind: IncidentType | None) -> tuple[str, ...]:
    """Which facts would give the search more to go by, the most telling ones first, as things to do."""
    return tuple(_ways_on(known, kind)) or (
        "say in incident.yaml, under `wrong:` and `right:`, what the output should not and should hold",
        "or judge the run by hand: the checks of incident2eval.checks are plain functions",
    )


def _plain(text: str) -> str:
    """The text in one case and with single spaces."""
    return " ".join(text.casefold().split())


def _ways_on(known: Known, kind: IncidentType | None) -> Iterator[str]:
    incident, settings = known.incident, known.workflow
    if known.origin in {None, Origin.REPAIRED}:
        yield (
            "add a trace of a run as it should have been to the evidence, with `kind: corrected_trace` "
            "(or the right text, with `kind: corrected_output`)"
        )
    said = _plain(flat_text(known.recorded.output))
    if incident.wrong and not any(_plain(words) in said for words in incident.wrong):
        yield (
            "give the trace of the run that went wrong: the output of this one holds none of the words "
            "under `wrong:`"
        )
    if not incident.wrong:
        yield "mark the wrong words of the output in incident.yaml, under `wrong:`"
    elif not incident.right and known.origin in {None, Origin.REPAIRED}:
        yield "say in incident.yaml, under `right:`, which figures, dates and names should have been there"
    if kind in {None, IncidentType.DATA_EXPOSURE} and not len(known.customers):
        yield "give the customers file: customers.csv with the columns id, name, aliases"
    if kind in {None, IncidentType.DATA_EXPOSURE} and known.customer_id is None:
        yield "say whose run it was: `subject:` in incident.yaml, or [workflows.NAME.subject] in the settings"
    if kind in {None, IncidentType.UNAUTHORISED_ACTION} and settings.approved_tools is None:
        yield "list the tools that the workflow may use: approved_tools and needs_approval in the settings"
    if kind is IncidentType.WORKFLOW_DRIFT and not (known.before and known.since):
        yield (
            "give past runs from before and after the change: `archive` in the settings, "
            "`changes:` in incident.yaml"
        )
    if not known.recorded.steps:
        yield "give a trace with the steps of the run, not its output alone"
