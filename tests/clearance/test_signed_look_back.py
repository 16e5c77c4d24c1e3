"""What signers had before them, evidence that is not here, and the hours of emergencies."""

from datetime import timedelta
from typing import Any

import pytest
from clearance.asks import LOOKED, NOW, ask, concern, missing, word

from incident2eval.clearance import covers, look_back_mark, look_back_words, override_until
from incident2eval.model import LEVELS, OVERRIDE_HOURS, Event, LogEntry, LookBack, Matter, Severity
from incident2eval.model.incident import Category, FailedControl, Retention, StatedCause

LOW, CAUGHT, IMPACT, SEVERE = Severity
GAP = LogEntry(
    at=NOW, event=Event.LOOKED_BACK, by="Kit", checked=0, hits=0, reason="none is kept", state="accepted"
)


def test_the_words_of_a_look_back_say_what_was_found_or_who_says_why_not() -> None:
    assert look_back_words(concern(CAUGHT)) == "INC-2026-0001: looked back over 120 runs: 0 hits"
    gap = concern(CAUGHT, file={"entries": (GAP,)})
    assert look_back_words(gap) == "INC-2026-0001: no look-back: none is kept, said by Kit"
    assert "nobody has looked back yet" in look_back_words(concern(CAUGHT, file={"entries": ()}))


@pytest.mark.parametrize("entries", [(GAP,), (LOOKED, GAP), (LOOKED, LOOKED), ()])
def test_a_word_covers_the_look_backs_that_it_was_given_with_and_no_others(entries: tuple[Any, ...]) -> None:
    before, after = concern(IMPACT), concern(IMPACT, file={"entries": entries})
    given = word("Kim", "executive_sponsor", reason=f"[{look_back_mark(before)}]")
    assert covers(given, [before])
    assert covers(given, [after]) == (not entries)
    assert covers(given, [concern(LOW, file={"entries": entries}, look_back=LookBack.OPTIONAL)])


def test_a_mark_covers_its_own_incident_and_nothing_where_somebody_typed_it() -> None:
    one, other = concern(IMPACT), concern(IMPACT, incident={"id": "INC-2026-0002"})
    assert one.file.entries == other.file.entries
    mine, theirs = look_back_mark(one), look_back_mark(other)
    typed = f"INC-2026-0001: no look-back: lost, see [{mine}], said by Kit"
    assert not covers(word("Kim", "executive_sponsor", reason=f"{typed} [{theirs}]"), [one])
    assert not covers(word("Kim", "executive_sponsor", reason=typed), [one])
    assert covers(word("Kim", "executive_sponsor", reason=f"{typed} [{theirs} {mine}]"), [one, other])


def test_who_signed_before_the_look_back_is_asked_to_sign_again() -> None:
    asked = ask(CAUGHT)
    asked = ask(CAUGHT, words=asked.words[:1], outdated=asked.words[1:])
    assert "Lee (functional leader) signed without the look-back" in missing(asked)["signatures"].why


def test_a_look_back_over_nothing_is_none() -> None:
    nothing = LogEntry(at=NOW, event=Event.LOOKED_BACK, checked=0, hits=0, state="complete")
    assert "look-back" in missing(ask(CAUGHT, concerns=(concern(CAUGHT, file={"entries": (nothing,)}),)))


@pytest.mark.parametrize("level", [CAUGHT, IMPACT, SEVERE])
def test_sealed_evidence_that_is_not_here_keeps_it_closed_from_level_2_on(level: Severity) -> None:
    gone = concern(level, absent=("evidence/trace.json", "evidence/mail.txt"))
    found = missing(ask(level, concerns=(gone,)))
    assert found.keys() == {"evidence unchanged"}
    assert "evidence/trace.json and 1 more" in found["evidence unchanged"].why
    assert not found["evidence unchanged"].is_order
    assert not missing(ask(LOW, concerns=(concern(LOW, absent=("evidence/trace.json",)),)))


@pytest.mark.parametrize("days", [-1, 1])
def test_where_it_was_kept_for_long_enough_somebody_may_go_ahead_by_name(days: int) -> None:
    kept = Retention(until=(NOW + timedelta(days=days)).date(), basis="the archive's rules")
    gone = concern(CAUGHT, absent=("evidence/trace.json",), incident={"retention": kept})
    (demand,) = missing(ask(CAUGHT, concerns=(gone,))).values()
    assert (demand.name, demand.is_order) == (
        ("evidence kept", True) if days < 0 else ("evidence unchanged", False)
    )


@pytest.mark.parametrize(("hours", "left"), [(0, 24), (60, 12), (71, 1), (72, None), (500, None)])
def test_all_emergencies_together_last_as_long_as_one_may(hours: int, left: int | None) -> None:
    said = {"matter": Matter.OVERRIDE, "until": NOW + timedelta(hours=24), "reason": "Month end"}
    words = (word("Ana", "workflow_owner", **said), word("Lee", "functional_leader", **said))
    since = NOW - timedelta(hours=hours)
    until = override_until(ask(LOW), LEVELS[CAUGHT], words, OVERRIDE_HOURS, since=since)
    assert until == (None if left is None else NOW + timedelta(hours=left))


@pytest.mark.parametrize(
    ("category", "control", "complete"),
    [
        (Category.WORKFLOW_DESIGN, "retrieval scope", True),
        (Category.WORKFLOW_DESIGN, "- a", False),
        (Category.WORKFLOW_DESIGN, None, False),
        (None, "retrieval scope", False),
    ],
)
def test_a_stated_cause_names_category_and_control(
    category: Category | None, control: str | None, *, complete: bool
) -> None:
    failed = FailedControl(name=control) if control else None
    assert StatedCause(category=category, failed_control=failed).is_complete is complete
