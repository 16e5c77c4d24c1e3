"""Whatever the incidents: none is dropped, none counted twice, and their order means nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review.records import incident_file
from thorough import tries

from incident2eval.model import Happened, IncidentFile, IncidentType, Quarter
from incident2eval.report.review import document
from incident2eval.review import Material, review

Q4 = Quarter(2026, 4)
DAYS = st.dates(date(2026, 6, 1), date(2027, 2, 1))


@st.composite
def incident_files(draw: st.DrawFn) -> list[IncidentFile]:
    """A firm's year: any level, outcome, type and workflow, known or not."""
    files = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        types = tuple(draw(st.lists(st.sampled_from(IncidentType), max_size=2, unique=True)))
        file = incident_file(
            number,
            draw(DAYS),
            level=draw(st.integers(1, 4)),
            workflow=draw(st.sampled_from(["monthly-summary", "invoices", "=1+1"])),
            noticed_by=draw(st.sampled_from([None, "reviewer", "client", "monitoring"])),
            file={"types": types, "workflow": None},
        )
        outcome = draw(st.sampled_from([*Happened, None]))
        files.append(replace(file, incident=replace(file.incident, outcome=outcome)))
    return files


@pytest.mark.requirement("R3", "R145")
@settings(max_examples=tries(40), deadline=None)
@given(incident_files())
def test_every_incident_of_the_quarter_is_in_one_row_of_each_break_down(files: list[IncidentFile]) -> None:
    mine = tuple(one.incident.id for one in files if Q4.first <= one.incident.when.noticed <= Q4.last)
    near = [one for one in files if one.incident.id in mine and one.incident.outcome is Happened.NEAR_MISS]

    found = review(Material(files=tuple(files)), Q4)

    assert found.figure("incidents").ids == mine
    for name in ("by_level", "by_type", "by_workflow", "by_owner"):
        rows = found.figure(name).rows
        assert sorted(one for row in rows for one in row.ids) == list(mine)
        assert sum(row.near_misses or 0 for row in rows) == len(near)
    told = found.figure("near_misses")
    assert set(told.ids) == {one.incident.id for one in near}
    assert told.n + len(told.unknown) == len(mine)


@settings(max_examples=tries(40), deadline=None)
@given(incident_files().flatmap(lambda files: st.tuples(st.just(files), st.permutations(files))))
def test_the_order_of_the_files_means_nothing(
    both: tuple[Sequence[IncidentFile], Sequence[IncidentFile]],
) -> None:
    one, other = (document(review(Material(files=tuple(files)), Q4)) for files in both)

    assert one == other


@settings(max_examples=tries(40), deadline=None)
@given(incident_files())
def test_no_figure_counts_more_than_there_is_or_is_a_rate_of_nothing(files: list[IncidentFile]) -> None:
    for part in review(Material(files=tuple(files)), Q4).parts:
        for one in part.figures:
            assert set(one.ids).isdisjoint(one.unknown)
            assert (one.value is None) == bool(one.because)
            if one.n == 0:
                assert not one.value, one.id
