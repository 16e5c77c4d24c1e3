"""Which level counts: the highest ever held, unless somebody with the authority lowered it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from triage.examples import SEVEN, slip

from incident2eval.model import Answer, Approver, Event, Finding, Level, LogEntry, Severity, merged
from incident2eval.model.incident import Affected, Questions
from incident2eval.triage import level

APPROVERS = (
    Approver(name="Olu Owner", roles=("workflow_owner",)),
    Approver(name="Fay Leader", roles=("functional_leader",)),
    Approver(name="Lea Legal", roles=("legal",)),
    Approver(name="Sam Sponsor", roles=("executive_sponsor",)),
    Approver(name="Eve Executive", roles=("executive",)),
)
NAMES = (*(one.name for one in APPROVERS), "Nobody Known", None)


def said(
    by: str | None, given: int, *, suggested: int | None = None, reason: str | None = "Looked at it"
) -> LogEntry:
    return LogEntry(
        at=datetime(2026, 11, 19, 9, 0, tzinfo=UTC),
        event=Event.TRIAGED,
        by=by,
        severity=Severity(given),
        suggested=Severity(suggested) if suggested else None,
        reason=reason,
    )


def held(*entries: LogEntry, written: int | None = None, suggested: int = 2) -> Level:
    file = slip(severity=Severity(written) if written else None)
    return level(merged(file, entries), file, Severity(suggested), entries, APPROVERS)


class TestWithoutAWord:
    def test_the_suggestion_counts(self) -> None:
        now = held(suggested=3)

        assert (now.counts, now.highest, now.given, now.confirmed_by) == (3, 3, None, None)

    def test_a_level_in_the_file_counts_as_given(self) -> None:
        now = held(written=3, suggested=2)

        assert (now.counts, now.highest, now.given) == (3, 3, 3)

    def test_a_level_in_the_file_stops_no_facts(self) -> None:
        now = held(written=1, suggested=3)

        assert now.counts == 3
        assert now.because == ("The facts suggest level 3, more than was given: it counts.",)


class TestRaising:
    @pytest.mark.parametrize("by", NAMES)
    def test_anybody_may(self, by: str | None) -> None:
        now = held(said(by, 4), suggested=2)

        assert (now.counts, now.highest, now.confirmed_by) == (4, 4, by)

    def test_it_is_never_forgotten(self) -> None:
        now = held(said("Olu Owner", 4), said("Eve Executive", 2), suggested=2)

        assert (now.counts, now.highest) == (2, 4)


@pytest.mark.requirement("R66")
class TestLowering:
    @pytest.mark.parametrize(
        ("by", "highest", "counts"),
        [
            ("Olu Owner", 2, False),
            ("Fay Leader", 2, True),
            ("Fay Leader", 3, False),
            ("Lea Legal", 3, True),
            ("Sam Sponsor", 3, True),
            ("Sam Sponsor", 4, False),
            ("Eve Executive", 4, True),
            ("Eve Executive", 2, True),
            ("Nobody Known", 2, False),
            (None, 2, False),
        ],
    )
    def test_it_takes_the_authority_of_the_level_that_is_left(
        self, by: str | None, highest: int, counts: bool
    ) -> None:
        now = held(said(by, 1), written=highest, suggested=1)

        assert now.counts == (1 if counts else highest)
        assert now.given == 1
        assert now.highest == highest
        assert ("does not count" in now.because[0]) is not counts

    def test_what_does_not_count_says_why(self) -> None:
        (why,) = held(said("Olu Owner", 1), written=3, suggested=1).because

        assert why == (
            "Olu Owner gave level 1 on 2026-11-19, below level 3; it does not count: "
            "that takes an approver who is executive sponsor or legal or security."
        )

    @pytest.mark.parametrize("reason", [None, "", "  ", "\u200b\u200b\u200b", "...", "ok", "\u3164" * 3])
    def test_it_takes_a_reason(self, reason: str | None) -> None:
        now = held(said("Eve Executive", 1, reason=reason), written=3, suggested=1)

        assert now.counts == 3
        assert now.because[0].endswith("no reason is given.")

    def test_below_the_suggestion_it_takes_the_same(self) -> None:
        assert held(said("Olu Owner", 2, suggested=3), suggested=3).counts == 3
        assert held(said("Lea Legal", 2, suggested=3), suggested=3).counts == 2

    def test_facts_that_say_more_end_it(self) -> None:
        now = held(said("Lea Legal", 1, suggested=2), suggested=3)

        assert now.counts == 3

    def test_afterwards_anybody_may_raise_it_again(self) -> None:
        now = held(said("Eve Executive", 1), said("Olu Owner", 2), written=4, suggested=1)

        assert (now.counts, now.highest, now.confirmed_by) == (2, 4, "Olu Owner")

    def test_control_characters_never_reach_a_line(self) -> None:
        hostile = replace(said("Mallory\x1b[2J", 1), reason="because\x1b[2J")

        assert "\x1b" not in "".join(held(hostile, written=3, suggested=1).because)


class TestNames:
    @pytest.mark.parametrize("by", ["", " ", "\u200b", "\u2060\u2060"])
    def test_what_nobody_sees_is_no_name(self, by: str) -> None:
        nobody = (Approver(name=by, roles=("executive",)),)
        word = said(by, 1)

        now = level(slip(), slip(severity=Severity.IMPACT), Severity.LOW, (word,), nobody)

        assert (now.counts, now.confirmed_by) == (3, None)
        assert now.because[0].startswith("Somebody gave level 1")

    def test_a_short_name_is_a_name(self) -> None:
        assert held(said("Bo", 4)).confirmed_by == "Bo"


def answered(**answers: str) -> LogEntry:
    return LogEntry(at=datetime(2026, 11, 19, 9, 0, tzinfo=UTC), event=Event.ANSWERED, answers=answers)


class TestAnswersTakenBack:
    YES, NO = answered(left_company="yes"), answered(left_company="no")

    def test_a_yes_taken_back_lowers_nothing(self) -> None:
        now = held(self.YES, self.NO, suggested=1)

        assert (now.suggested, now.highest, now.counts) == (1, 3, 3)
        assert now.because[-1].startswith("The facts as they were once stated suggest level 3")

    def test_nor_does_a_yes_of_the_file(self) -> None:
        written = slip(questions=Questions(**{**dict.fromkeys(SEVEN, Answer.NO), "left_company": Answer.YES}))

        assert level(merged(written, (self.NO,)), written, Severity.LOW, (self.NO,), APPROVERS).counts == 3

    @pytest.mark.parametrize(("by", "counts"), [("Olu Owner", 3), ("Lea Legal", 1)])
    def test_lowering_takes_somebody_with_the_authority(self, by: str, counts: int) -> None:
        now = held(self.YES, self.NO, said(by, 1, suggested=1), suggested=1)

        assert (now.counts, now.highest) == (counts, 3)

    def test_the_same_yes_again_ends_the_lowering(self) -> None:
        lowered = (self.YES, self.NO, said("Lea Legal", 1, suggested=1))

        assert held(*lowered, self.YES, suggested=3).counts == 3

    def test_another_yes_that_is_taken_back_ends_it_too(self) -> None:
        lowered = (self.YES, self.NO, said("Lea Legal", 1, suggested=1))
        worse = (answered(death="yes"), answered(death="no"))

        assert held(*lowered, *worse, suggested=1).counts == 4

    def test_unknown_that_becomes_no_may_lower_it(self) -> None:
        assert held(answered(left_company="unknown"), self.NO, suggested=1).counts == 1

    def test_what_the_checks_found_counts_for_what_was_stated(self) -> None:
        leak = (Finding(check="foreign_records", step=None, message=""),)
        written = slip(affected=(Affected(kind="customer", count=4_000),))
        log = (self.YES, self.NO)

        now = level(merged(written, log), written, Severity.MATERIAL_CAUGHT, log, APPROVERS, findings=leak)

        assert now.counts == 4


class TestTheFileEdited:
    def test_a_lower_level_in_the_file_lowers_nothing(self) -> None:
        line = replace(answered(), given=Severity.SEVERE)

        now = held(line, written=1, suggested=1)

        assert (now.highest, now.counts) == (4, 4)
        (why,) = now.because
        assert why == (
            "The incident file stated level 4 on 2026-11-19 and states level 1 now; it does not count: "
            "a level is lowered with a reason, by somebody with the authority (triage)."
        )

    def test_nor_does_none_at_all(self) -> None:
        now = held(replace(answered(), given=Severity.SEVERE), suggested=1)

        assert now.counts == 4
        assert "and states none now" in now.because[0]

    @pytest.mark.parametrize("written", [2, 4])
    def test_a_lowering_with_authority_outlives_the_lines_after_it(self, written: int) -> None:
        lowered = replace(said("Eve Executive", 2), given=Severity.SEVERE)
        later = replace(answered(), given=Severity.SEVERE)

        now = held(lowered, later, written=written, suggested=1)

        assert (now.highest, now.counts, len(now.because)) == (4, 2, 1)

    def test_a_higher_level_in_the_file_after_it_counts(self) -> None:
        lowered = replace(said("Eve Executive", 1), given=Severity.IMPACT)

        assert held(lowered, written=4, suggested=1).counts == 4


ENTRIES = st.builds(
    said,
    st.sampled_from(NAMES),
    st.sampled_from([1, 2, 3, 4]),
    suggested=st.none() | st.sampled_from([1, 2, 3, 4]),
    reason=st.sampled_from([None, "Looked at it"]),
)


@given(
    entries=st.lists(ENTRIES, max_size=5),
    last=ENTRIES.filter(lambda one: one.by in {"Nobody Known", "Olu Owner", None}),
    written=st.none() | st.sampled_from([1, 2, 3, 4]),
    suggested=st.sampled_from([1, 2, 3, 4]),
)
def test_whoever_has_no_authority_never_lowers_what_counts(
    entries: list[LogEntry], last: LogEntry, written: int | None, suggested: int
) -> None:
    before = held(*entries, written=written, suggested=suggested)
    after = held(*entries, last, written=written, suggested=suggested)

    assert after.counts >= before.counts or before.counts == 1
    assert after.highest >= max(before.given or 1, after.given or 1)
    assert after.counts <= max(after.highest, suggested)
