"""`look-back --review`: people's words on hits, what they change, and what they never do."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline.past_runs import archive, asked, faulty, good, logged

from incident2eval.clearance import Concern, found_clean
from incident2eval.cli import main
from incident2eval.model import BadInput, Event, Incident, LogEntry, merged
from incident2eval.model.incident import Affected, When, WorkflowVersion
from incident2eval.model.log import AS_REVIEWED, as_reviewed
from incident2eval.model.look_back import Reviewed
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline.past.reviews import HitReview
from incident2eval.pipeline.project import INCIDENT
from incident2eval.store import Project

RUTH = "Ruth Calloway"
TYPO = "Eastfeild Freight had a quiet month."


def review(project: Path, by: str = RUTH) -> HitReview:
    return HitReview(project=project, incident=INCIDENT, by=by)


def say(project: Path, said: Reviewed, *runs: str, reason: str = "a test account") -> Any:
    session = review(project)
    for run in runs:
        for hit in session.named(run):
            session.say(hit, said, reason)
    return session.answer()


def words(project: Path) -> list[dict[str, Any]]:
    log = project / "incidents" / INCIDENT / "log.jsonl"
    return [line for line in map(json.loads, log.read_text().splitlines()) if line["event"] == "hit_reviewed"]


def is_clean(project: Path) -> bool:
    opened = open_file(Project.find(project), INCIDENT, datetime.now(UTC), None)
    return found_clean(Concern(file=opened.file))


def test_a_dismissed_hit_is_shown_and_counts_no_more(project: Path) -> None:
    path = archive(project, good(project, "a"), faulty(project, "b", 2), faulty(project, "c", 3))
    asked(project, path)
    assert not is_clean(project)

    answer = say(project, Reviewed.DISMISSED, "b")

    assert (answer.data["hits"], answer.data["dismissed"], answer.data["logged"]) == (1, 1, True)
    [word] = words(project)
    assert (word["ref"], word["state"], word["reason"], word["by"]) == (
        "b",
        "dismissed",
        "a test account",
        RUTH,
    )
    assert [line["hits"] for line in logged(project)] == [2, 1]

    say(project, Reviewed.DISMISSED, "c")

    assert logged(project)[-1]["hits"] == 0
    assert "affected" not in logged(project)[-1]
    assert is_clean(project)
    again = asked(project, path, fail_on_hits=True)
    assert (again.exit_code, again.data["affected"], again.data["logged"]) == (0, [], False)
    assert "0 hits, 2 dismissed" in again.text
    assert f"dismissed by {RUTH}: a test account" in again.text
    assert again.data["next"] is None


def test_what_is_in_doubt_counts_for_nothing_until_it_is_confirmed(project: Path) -> None:
    path = archive(project, good(project, "a"), good(project, "d", 2, output=TYPO))
    first = asked(project, path, typos=True)
    assert (first.data["hits"], [one["run"] for one in first.data["doubtful"]]) == ([], ["d"])  # type: ignore[attr-defined]
    assert "for review, counted for nothing:" in first.text

    answer = say(project, Reviewed.CONFIRMED, "d", reason="it is them")

    assert (answer.data["hits"], answer.data["for_review"]) == (1, 0)
    again = asked(project, path, typos=True, fail_on_hits=True)
    assert ([hit["run"] for hit in again.data["hits"]], again.exit_code) == (["d"], 1)  # type: ignore[attr-defined]
    assert again.data["logged"] is False
    assert f"confirmed by {RUTH}: it is them" in again.text


def test_names_with_a_letter_wrong_are_looked_for_on_request_only(project: Path) -> None:
    path = archive(project, good(project, "a"), good(project, "d", 2, output=TYPO))

    assert asked(project, path).data["doubtful"] == []
    assert asked(project, path, typos=True).data["doubtful"]


def test_the_last_word_counts_and_the_same_again_adds_nothing(project: Path) -> None:
    asked(project, archive(project, faulty(project, "b")))

    say(project, Reviewed.DISMISSED, "b")
    say(project, Reviewed.DISMISSED, "b")
    answer = say(project, Reviewed.CONFIRMED, "b", reason="it was no test account")

    assert [word["state"] for word in words(project)] == ["dismissed", "confirmed"]
    assert (answer.data["hits"], review(project).open) == (1, ())
    assert [line["hits"] for line in logged(project)] == [1, 0, 1]


def test_a_word_holds_for_what_was_found_then_and_for_nothing_else(project: Path) -> None:
    asked(project, archive(project, faulty(project, "b")))
    say(project, Reviewed.DISMISSED, "b")

    other = faulty(project, "b", output="Eastfield Freight pays late.", steps=[])
    answer = asked(project, archive(project, other), fail_on_hits=True)

    assert answer.exit_code == 1


def test_a_hit_is_shown_with_whose_it_was_and_the_words(project: Path) -> None:
    asked(project, archive(project, faulty(project, "b\x1b[31m", 2)))

    session = review(project)
    text = session.words(session.open[0])

    assert "\x1b" not in text
    assert "2026-11-02" in text
    assert "for K-101, showed data of K-102" in text
    assert "words: " in text


def test_what_cannot_be_reviewed_is_said(project: Path) -> None:
    with pytest.raises(BadInput, match="no past runs were looked at yet"):
        review(project)

    path = archive(project, good(project, "a"))
    asked(project, path)
    with pytest.raises(BadInput, match="the last look-back found nothing"):
        review(project)

    asked(project, archive(project, faulty(project, "b"), good(project, "a")))
    with pytest.raises(BadInput, match="found nothing in a run called 'x'") as error:
        review(project).named("x")
    assert "it found: b" in str(error.value)
    with pytest.raises(BadInput, match="says no reason"):
        say(project, Reviewed.DISMISSED, "b", reason=" ?")
    with pytest.raises(BadInput, match="is no name"):
        review(project, by="\u3164")

    kept = project / ".incident2eval" / "hits" / f"{INCIDENT}.json"
    assert kept.stat().st_mode & 0o077 == 0
    kept.write_bytes(kept.read_bytes().replace(b'"digest":"', b'"digest":"x'))
    with pytest.raises(BadInput, match="was not on this machine"):
        review(project)
    kept.write_text("{}")
    with pytest.raises(BadInput, match="can no longer be read"):
        review(project)
    kept.unlink()
    with pytest.raises(BadInput, match="its hits are not on this machine"):
        review(project)
    assert words(project) == []


# --- at the command line ---


def test_a_word_can_be_said_without_a_terminal(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(project, archive(project, faulty(project, "b")))
    where = ("--project", str(project))

    assert main(["look-back", INCIDENT, "--review", *where]) == 2
    assert "--review asks at a terminal" in capsys.readouterr().err
    assert main(["look-back", INCIDENT, "--dismiss", "b", *where]) == 2
    assert "--confirm and --dismiss go with --reason and --by" in capsys.readouterr().err
    said = ("--reason", "a test", "--by", RUTH)
    assert main(["look-back", INCIDENT, "--dismiss", "b", "--since", "60d", *said, *where]) == 2
    assert main(["look-back", INCIDENT, "--dismiss", "b", "--confirm", "b", *said, *where]) == 2
    assert main(["look-back", INCIDENT, *said, *where]) == 2
    assert words(project) == []
    capsys.readouterr()

    assert main(["look-back", INCIDENT, "--dismiss", "b", *said, "--json", *where]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["reviewed"] == [{"run": "b", "said": "dismissed", "reason": "a test", "by": RUTH}]
    assert (told["hits"], told["affected"]) == (0, [])


# --- the log ---

LINE = LogEntry(
    at=datetime(2026, 11, 20, tzinfo=UTC),
    event=Event.LOOKED_BACK,
    by=RUTH,
    checked=9,
    hits=2,
    digest="d",
    state="incomplete",
    affected=(Affected(kind="customer", ref="K-102", count=1),),
)
WORD = LogEntry(at=LINE.at, event=Event.HIT_REVIEWED, by=RUTH, digest="m", reason="r", state="dismissed")
GAP = LogEntry(at=LINE.at, event=Event.LOOKED_BACK, by=RUTH, checked=0, hits=0, state="accepted", reason="r")


def test_hits_go_only_by_as_many_words_as_there_are() -> None:
    fewer = replace(LINE, hits=1, at=datetime(2026, 11, 21, tzinfo=UTC))
    none = replace(fewer, hits=0, affected=())

    assert as_reviewed([LINE, none]) == (LINE,)
    assert as_reviewed([LINE, WORD, none]) == (LINE, WORD)
    assert as_reviewed([LINE, WORD, fewer]) == (WORD, replace(fewer, at=LINE.at))
    assert as_reviewed([LINE, replace(WORD, by=None), fewer])[0] == LINE
    assert as_reviewed([LINE, WORD, replace(WORD, state="confirmed"), fewer])[0] == LINE


def test_whom_only_dismissed_hits_reached_is_not_affected() -> None:
    told = Incident(
        id=INCIDENT,
        title="t",
        workflow=WorkflowVersion(name="w"),
        when=When(noticed=LINE.at),
        what_happened="x",
    )
    nobody = replace(LINE, hits=1, affected=())

    assert merged(told, [LINE, WORD]).affected == LINE.affected
    assert merged(told, [LINE, nobody]).affected == LINE.affected
    assert merged(told, [LINE, WORD, nobody]).affected == ()


def test_what_was_accepted_meanwhile_stays_accepted() -> None:
    told = replace(LINE, hits=1, kind=AS_REVIEWED)

    assert as_reviewed([LINE, GAP, WORD, told]) == (told, GAP, WORD)


def test_who_looks_again_takes_back_what_was_said_before() -> None:
    whole, other = replace(LINE, state="complete"), replace(LINE, digest="e")

    assert as_reviewed([LINE, GAP, LINE]) == (GAP, LINE)
    assert as_reviewed([whole, other, whole]) == (other, whole)


ENTRIES = st.lists(
    st.builds(
        LogEntry,
        at=st.just(LINE.at),
        event=st.sampled_from([Event.LOOKED_BACK, Event.HIT_REVIEWED, Event.TRIAGED]),
        by=st.sampled_from([RUTH, None]),
        reason=st.sampled_from(["r", None]),
        digest=st.sampled_from(["d", "e", "m", "n", None]),
        state=st.sampled_from(["confirmed", "dismissed", "complete", None]),
        hits=st.integers(0, 3),
    ),
    max_size=12,
)


@given(ENTRIES)
def test_only_dismissed_hits_ever_go(entries: list[LogEntry]) -> None:
    standing = as_reviewed(entries)
    words = {one.digest for one in entries if one.event == Event.HIT_REVIEWED and one.state == "dismissed"}

    for digest in {one.digest for one in entries if one.event == Event.LOOKED_BACK and one.digest}:
        said = [one for one in entries if one.event == Event.LOOKED_BACK and one.digest == digest]
        [now] = [one for one in standing if one.event == Event.LOOKED_BACK and one.digest == digest]
        assert (said[0].hits or 0) - (now.hits or 0) <= len(words) * len(said)
        assert words or (now.hits or 0) == max(one.hits or 0 for one in said)
    rest = [one for one in entries if one.event != Event.LOOKED_BACK or not one.digest]
    assert [one for one in standing if one.event != Event.LOOKED_BACK or not one.digest] == rest
