"""The incident as its file and its log tell it together."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incident2eval.model import (
    Answer,
    Event,
    Happened,
    Incident,
    IncidentType,
    LogEntry,
    Severity,
    as_ever_stated,
    merged,
)
from incident2eval.model.incident import (
    Action,
    Affected,
    Communication,
    DutyNote,
    Recipient,
    Update,
    When,
    WorkflowVersion,
)

NOTICED = datetime(2026, 11, 18, 10, 5, tzinfo=UTC)
LATER = NOTICED + timedelta(hours=2)

INCIDENT = Incident(
    id="INC-2026-0007",
    title="A neighbour's note in a draft",
    what_happened="The draft quoted another customer.",
    workflow=WorkflowVersion(name="monthly-summary"),
    when=When(noticed=NOTICED),
    recipients=(Recipient(ref="R1", retrieved="yes"), Recipient(ref="R2")),
    affected=(Affected(kind="customer", ref="A2", count=3), Affected(kind="document", count=4)),
    actions=(
        Action(kind="immediate", text="Take the draft back"),
        Action(kind="corrective", text="Scope by account", id="scope", owner="Femke Vos"),
    ),
)


def entry(event: str, **fields: Any) -> LogEntry:
    return LogEntry(**{"at": LATER, "event": event, "by": "Ana Pereira", **fields})


def test_no_log_changes_nothing() -> None:
    assert merged(INCIDENT, ()) is INCIDENT


@pytest.mark.parametrize("event", ["note", "closed", "signed_off", "restarted", "restart_refused"])
def test_an_entry_that_tells_nothing_of_the_incident_changes_nothing(event: str) -> None:
    assert merged(INCIDENT, (entry(event, text="hello", ref="r"),)) == INCIDENT


class TestStops:
    def test_of_its_own_workflow_are_containment(self) -> None:
        told = merged(INCIDENT, (entry(Event.CONTAINED, action="stopped", did="off", by=None),))

        (row,) = told.containment
        assert (row.at, row.by, row.action, row.did) == (LATER, "", "stopped", "off")

    def test_of_another_are_not(self) -> None:
        assert merged(INCIDENT, (entry(Event.CONTAINED, workflow="letters"),)) == INCIDENT


class TestTriage:
    def test_the_last_decision_counts(self) -> None:
        first = entry(Event.TRIAGED, severity=Severity.LOW, type=(IncidentType.DATA_EXPOSURE,))
        second = entry(Event.TRIAGED, severity=Severity.IMPACT)

        told = merged(INCIDENT, (first, second))

        assert (told.severity, told.type) == (Severity.IMPACT, (IncidentType.DATA_EXPOSURE,))


class TestAnswers:
    def test_questions_circumstances_and_moments(self) -> None:
        told = merged(
            INCIDENT,
            (
                entry(
                    Event.ANSWERED,
                    answers={"left_company": "yes", "personal_data": "no", "acted_on": "no"},
                    moments={"aware": LATER, "threshold_at": NOTICED},
                ),
            ),
        )

        assert told.questions.left_company is Answer.YES
        assert told.circumstances.personal_data is Answer.NO
        assert told.circumstances.threshold_at == NOTICED
        assert told.impact.acted_on is Answer.NO
        assert told.when == When(noticed=NOTICED, aware=LATER)

    def test_the_later_answer_counts_and_unknown_is_one(self) -> None:
        no, unknown = (entry(Event.ANSWERED, answers={"left_company": said}) for said in ("no", "unknown"))

        assert merged(INCIDENT, (no, unknown)).questions.left_company is Answer.UNKNOWN

    @pytest.mark.parametrize(
        "fields",
        [
            {"answers": {"threshold_at": "yes"}},
            {"answers": {"left_company": "perhaps"}},
            {"answers": {"title": "yes"}},
            {"moments": {"personal_data": NOTICED}},
            {"moments": {"noticed": LATER}},
        ],
        ids=str,
    )
    def test_an_answer_of_the_wrong_kind_is_none(self, fields: dict[str, Any]) -> None:
        assert merged(INCIDENT, (entry(Event.ANSWERED, **fields),)) == INCIDENT


class TestActions:
    def test_a_known_one_keeps_what_the_entry_does_not_tell(self) -> None:
        told = merged(INCIDENT, (entry(Event.ACTION, action="scope", done_at=LATER),))

        assert told.actions == (INCIDENT.actions[0], replace(INCIDENT.actions[1], done_at=LATER))

    def test_a_task_of_the_tool_becomes_one(self) -> None:
        told = merged(
            INCIDENT, (entry(Event.ACTION, action="data_exposure/stop-use", due=date(2026, 12, 1)),)
        )

        assert told.actions[2].id == "data_exposure/stop-use"
        assert told.actions[2].due == date(2026, 12, 1)

    def test_an_entry_without_an_id_touches_no_action_without_one(self) -> None:
        told = merged(INCIDENT, (entry(Event.ACTION, text="Tell the clerks", kind="training"),))

        assert told.actions == (*INCIDENT.actions, Action(kind="training", text="Tell the clerks"))

    def test_one_without_an_id_goes_by_its_place_among_those(self) -> None:
        added = entry(Event.ACTION, text="Tell the clerks", kind="training")
        first, second = (entry(Event.ACTION, action=f"action/{n}", done_at=LATER) for n in (1, 2))

        told = merged(INCIDENT, (added, first, second))

        assert [one.done_at for one in told.actions] == [LATER, None, LATER]
        assert told.actions[0] == replace(INCIDENT.actions[0], done_at=LATER)

    def test_an_entry_that_names_nothing_is_none(self) -> None:
        assert merged(INCIDENT, (entry(Event.ACTION, done_at=LATER),)) == INCIDENT


class TestDuties:
    def test_a_note_has_the_time_of_the_filing_where_that_is_another(self) -> None:
        logged = entry(Event.DUTY, rule="ukgdpr-33-1", state="filed", ref="IC-1")
        filed = replace(logged, done_at=NOTICED)

        told = merged(INCIDENT, (logged, filed))

        assert [note.at for note in told.duties] == [LATER, NOTICED]
        assert told.duties[0].ref == "IC-1"

    def test_nobody_is_nobody(self) -> None:
        told = merged(INCIDENT, (entry(Event.DUTY, rule="r", state="not_required", by=None),))

        assert told.duties == (DutyNote(rule="r", state="not_required", at=LATER),)


class TestRecipients:
    def test_an_assessment_keeps_what_is_known(self) -> None:
        told = merged(INCIDENT, (entry(Event.RECIPIENT, ref="R1", text="deleted it unread"),))

        assert told.recipients == (
            Recipient(ref="R1", assessed="deleted it unread", retrieved="yes"),
            Recipient(ref="R2"),
        )

    def test_an_entry_without_words_takes_no_assessment_back(self) -> None:
        assessed = entry(Event.RECIPIENT, ref="R2", text="cannot open it")

        told = merged(INCIDENT, (assessed, entry(Event.RECIPIENT, ref="R2")))

        assert told.recipients[1].assessed == "cannot open it"

    def test_a_new_one_is_added(self) -> None:
        assert merged(INCIDENT, (entry(Event.RECIPIENT, ref="R3"),)).recipients[2] == Recipient(ref="R3")


@pytest.mark.requirement("R112")
class TestLookBack:
    def test_it_adds_whom_it_found_and_takes_nobody_away(self) -> None:
        found = (
            Affected(kind="customer", ref="A2", count=1),
            Affected(kind="customer", ref="A5", count=1),
            Affected(kind="document", count=4),
            Affected(kind="document", count=9),
        )

        told = merged(INCIDENT, (entry(Event.LOOKED_BACK, affected=found),))

        assert told.affected == (*INCIDENT.affected, found[1], found[3])

    def test_twice_the_same_look_back_finds_nobody_new(self) -> None:
        looked = entry(Event.LOOKED_BACK, affected=(Affected(kind="customer", ref="A5", count=1),))

        assert merged(INCIDENT, (looked, looked)) == merged(INCIDENT, (looked,))

    def test_the_greater_count_counts(self) -> None:
        more = Affected(kind="customer", ref="A2", count=7)

        assert merged(INCIDENT, (entry(Event.LOOKED_BACK, affected=(more,)),)).affected[0] == more


def test_a_communication_and_an_update() -> None:
    said = entry(Event.COMMUNICATED, ref="A2", text="We are sorry.")
    updated = entry(Event.UPDATED, kind="policy", ref="policies/ai.md")

    told = merged(INCIDENT, (said, updated, updated))

    assert told.communications == (Communication(to="A2", at=LATER, text="We are sorry."),)
    assert told.updates == (Update(kind="policy", ref="policies/ai.md"),)


class TestAsEverStated:
    """The worst that anybody stated stays, whoever takes it back."""

    @pytest.mark.parametrize("name", ["left_company", "personal_data", "acted_on"])
    def test_a_yes_stays_and_unknown_may_become_no(self, name: str) -> None:
        def told(*said: str) -> Answer:
            ever = as_ever_stated(INCIDENT, tuple(entry(Event.ANSWERED, answers={name: one}) for one in said))
            return next(
                getattr(part, name)
                for part in (ever.questions, ever.circumstances, ever.impact)
                if hasattr(part, name)
            )

        assert told("yes", "no", "unknown") is Answer.YES
        assert told("unknown", "no") is Answer.NO

    def test_a_yes_of_the_file_stays(self) -> None:
        first = merged(INCIDENT, (entry(Event.ANSWERED, answers={"took_action": "yes"}),))

        told = as_ever_stated(first, (entry(Event.ANSWERED, answers={"took_action": "no"}),))

        assert told.questions.took_action is Answer.YES

    def test_realised_stays(self) -> None:
        words = tuple(entry(Event.ANSWERED, outcome=one) for one in (Happened.REALISED, Happened.NEAR_MISS))

        assert as_ever_stated(INCIDENT, words).outcome is Happened.REALISED

    def test_the_earliest_awareness_counts(self) -> None:
        words = tuple(entry(Event.ANSWERED, moments={"aware": one}) for one in (NOTICED, LATER))

        assert as_ever_stated(INCIDENT, words).when.aware == NOTICED
        assert as_ever_stated(INCIDENT, words[::-1]).when.aware == NOTICED

    def test_all_else_is_as_merged(self) -> None:
        log = (entry(Event.CONTAINED, action="stopped"), entry(Event.COMMUNICATED, ref="R1"))

        assert as_ever_stated(INCIDENT, log) == merged(INCIDENT, log)


@pytest.mark.requirement("R15")
def test_a_fault_of_a_batch_affects_all_of_it() -> None:
    batch = replace(INCIDENT, batch={"id": "2026-11-17", "count": "380"})

    assert merged(batch, ()).affected[-1] == Affected(kind="document", ref="batch 2026-11-17", count=380)
    assert merged(merged(batch, ()), ()).affected == merged(batch, ()).affected, "and only once"
    assert merged(INCIDENT, ()).affected == INCIDENT.affected
