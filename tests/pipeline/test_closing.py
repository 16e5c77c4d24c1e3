"""Honest work closes an incident, from its first minute to its last; and `check` names what cannot be."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pipeline.followed import ID, SETTINGS, project
from pipeline.ledger import STAGES, Ledger
from pipeline.test_follow_up_properties import (
    COMPLETE,
    FOREIGN,
    LOOPING_RUN,
    NOTICED,
    WAITING,
    WHOLE_RUN,
    settings_of,
)

from incident2eval.model import (
    Answer,
    Category,
    DutyNote,
    Event,
    FailedControl,
    IncidentType,
    LogEntry,
    RootCause,
    Severity,
)
from incident2eval.pipeline._word import now
from incident2eval.pipeline.check import check
from incident2eval.pipeline.contain import contain
from incident2eval.pipeline.explain import confirm
from incident2eval.pipeline.follow_up import close, duty, task
from incident2eval.pipeline.intake import collect
from incident2eval.pipeline.new import Report, new
from incident2eval.pipeline.triage import Word, triage
from incident2eval.store import Project

NO_TO_ALL = dict.fromkeys(
    "took_action approved_wrongly could_affect_more recent_change obligation_possible acted_on".split(),
    Answer.NO,
)


def decision(rule: str) -> dict[str, str]:
    """A decision as the incident file holds it."""
    return {
        "rule": rule,
        "state": "not_required",
        "by": "Kit Lowe",
        "at": "2026-11-19T09:00:00Z",
        "reason": "no such case",
    }


def rewrite(folder: Path, incident: str, told: Mapping[str, Any]) -> None:
    """Write something otherwise into an incident file, or leave it away."""
    path = folder / "incidents" / incident / "incident.yaml"
    after = yaml.safe_load(path.read_text("utf-8")) | told
    kept = {name: value for name, value in after.items() if value not in (None, [])}
    path.write_text(yaml.safe_dump(kept), "utf-8")


def tick(folder: Path, incident: str, name: str) -> None:
    """Say that a task is done."""
    change = LogEntry(at=now(), event=Event.ACTION, by="Ana Pereira", action=name, done_at=now())
    task(project=folder, incident=incident, change=change)


class Honest:
    """Somebody who does one thing after the other, and writes into the file what no command asks for."""

    def __init__(self, folder: Path, *, outside: Answer) -> None:
        self.folder = folder
        (folder / "incident2eval.toml").write_text(settings_of(FOREIGN), "utf-8")
        report = Report(what="A letter quoted another client's fee.", by="Ana Pereira", workflow="letters",
                        outside=outside)  # fmt: skip
        self.incident = new(project=folder, report=report).data["incident"]

    def stage(self) -> str:
        return self.seen()["stage"]

    def seen(self) -> Any:
        return triage(project=self.folder, incident=self.incident).data

    def writes(self, *names: str) -> None:
        rewrite(self.folder, self.incident, {name: COMPLETE[name] for name in names})

    def stops(self) -> None:
        stop = LogEntry(
            at=now(), event=Event.CONTAINED, by="Lee Okafor", action="stopped", did="people write them"
        )
        contain(project=self.folder, incident=self.incident, stop=stop)
        self.ticks("contained")

    def classifies(self) -> None:
        self.writes("affected", "impact")
        said = {**NO_TO_ALL, "exposed_information": Answer.YES}
        word = Word(by="Lee Okafor", confirm=True, type=(IncidentType.DATA_EXPOSURE,), answers=said)
        triage(project=self.folder, incident=self.incident, word=word)
        self.ticks("classified")

    def preserves(self) -> None:
        trace = self.folder / "whole.json"
        trace.write_text(json.dumps(WHOLE_RUN), "utf-8")
        collect(project=self.folder, incident=self.incident, traces=(trace,), by="Ana Pereira")
        self.ticks("preserved")

    def finds_the_cause(self) -> None:
        cause = RootCause(category=Category.DATA, control=FailedControl(name="filter by client"))
        Project.find(self.folder).write_cause(self.incident, cause)
        confirm(project=self.folder, incident=self.incident, by="Ana Pereira", note=None)
        self.ticks("caused")

    def mends(self) -> None:
        self.writes("updates")
        self.ticks("remediated")

    def starts_again(self) -> None:
        for one in self.seen()["obligations"]:
            if one["state"] in WAITING:
                note = DutyNote(rule=one["rule"], state="not_required", by="Kit Lowe", reason="no such case")
                duty(project=self.folder, incident=self.incident, note=note)
        line = {"at": now().isoformat(), "event": "restarted", "by": "Ana Pereira", "ref": "reports/r.json"}
        Project.find(self.folder).log(self.incident, line)
        self.ticks("restart")

    def closes(self) -> None:
        self.ticks("closed")
        close(project=self.folder, incident=self.incident, by="Ana Pereira")

    def ticks(self, stage: str) -> None:
        for one in self.seen()["tasks"]:
            if one["stage"] == stage and not one["done"]:
                tick(self.folder, self.incident, one["id"])


@pytest.mark.requirement("R20", "R48", "R63")
@pytest.mark.parametrize(("outside", "level"), [(Answer.NO, 2), (Answer.YES, 3)])
def test_honest_work_goes_through_every_stage_to_the_end(
    tmp_path: Path, outside: Answer, level: Severity
) -> None:
    firm = Honest(tmp_path, outside=outside)
    work = (firm.stops, firm.classifies, firm.preserves, firm.finds_the_cause, firm.mends, firm.starts_again)
    reached = [firm.stage()]

    for step in (*work, firm.closes):
        step()
        reached.append(firm.stage())

    assert reached == STAGES
    assert firm.seen()["severity"]["counts"] == level
    assert list(Ledger(tmp_path, firm.incident, now()).gaps(level)) == []


WITHOUT: Mapping[str, Mapping[str, Any]] = {
    "a reporter": {"reporter": None},
    "anybody affected": {"affected": []},
    "domains": {"impact": {**COMPLETE["impact"], "domains": []}},
    "the impact in words": {"impact": {**COMPLETE["impact"], "text": " "}},
    "whether somebody acted on it": {"impact": {**COMPLETE["impact"], "acted_on": "unknown"}},
    "a stop": {"containment": []},
    "how harm is held off": {"containment": [{**COMPLETE["containment"][0], "did": None}]},
    "a cause": {"root_cause": None},
    "the control that failed": {"root_cause": {"category": "data"}},
    "a restart": {"restart": None},
    "the proof of the restart": {"restart": {"decision": "approved"}},
    "an update": {"updates": []},
    "an owner": {"workflow": "unheard-of"},
    "a level": {"severity": None},
    "a reason": {"duties": [decision("contract"), decision("harm") | {"reason": " "}]},
    "a name": {"duties": [decision("contract"), decision("harm") | {"by": " "}]},
    "a duty": {"duties": [decision("contract")]},
}
"""What is taken away, and the part of the file that lacks it."""


@pytest.mark.requirement("R48")
@pytest.mark.parametrize("what", WITHOUT)
def test_a_closed_incident_is_open_again_without(tmp_path: Path, what: str) -> None:
    decided = [decision("harm"), decision("contract")]
    told = {name: value for name, value in COMPLETE.items() if name != "id"}
    folder = project(tmp_path, settings_of(FOREIGN), **told, duties=decided)
    (folder / "whole.json").write_text(json.dumps(WHOLE_RUN), "utf-8")
    collect(project=folder, incident=ID, traces=(folder / "whole.json",), by="Ana Pereira")
    for one in triage(project=folder, incident=ID).data["tasks"]:
        if not one["done"]:
            tick(folder, ID, one["id"])
    assert close(project=folder, incident=ID, by="Ana Pereira").data["open"] == []

    rewrite(folder, ID, WITHOUT[what])

    seen = triage(project=folder, incident=ID).data
    assert seen["stage"] != "closed"
    assert list(Ledger(folder, ID, now()).gaps(seen["severity"]["counts"]))


@pytest.mark.requirement("R66")
def test_nobody_without_the_authority_lowers_a_level(tmp_path: Path) -> None:
    folder = project(tmp_path, settings_of(FOREIGN), severity=3, containment=stopped("2026-11-18T10:30:00Z"))
    levels = {}
    for by in ("Sam Roe", "Lee Okafor", "Kit Lowe"):
        word = Word(by=by, severity=Severity.MATERIAL_CAUGHT, reason="nothing left the firm")
        levels[by] = triage(project=folder, incident=ID, word=word).data["severity"]["counts"]

    assert levels == {"Sam Roe": 3, "Lee Okafor": 3, "Kit Lowe": 2}
    assert Ledger(folder, ID, now()).floor == 2


@pytest.mark.requirement("R48")
def test_what_the_run_shows_holds_up_the_end_as_well(tmp_path: Path) -> None:
    """A run that acted is an incident of level 3, though the file leaves open whether it did."""
    folder = project(tmp_path, settings_of(FOREIGN), outcome=None)
    (folder / "looping.json").write_text(json.dumps(LOOPING_RUN), "utf-8")
    collect(project=folder, incident=ID, traces=(folder / "looping.json",), by="Ana Pereira")
    asked = triage(project=folder, incident=ID).data["tasks"]

    still_open = "\n".join(close(project=folder, incident=ID, by="Ana Pereira").data["open"])

    assert [one["id"] for one in asked if not one["done"] and one["id"] not in still_open] == []


@pytest.mark.parametrize("kind", ["duty", "task"])
def test_nothing_is_done_or_filed_tomorrow(tmp_path: Path, kind: str) -> None:
    folder, tomorrow = project(tmp_path), datetime(2099, 1, 1, tzinfo=UTC)
    done = LogEntry(at=now(), event=Event.ACTION, by="Ana Pereira", action="level-1/learn", done_at=tomorrow)
    filed = DutyNote(rule="contract", state="filed", by="Kit Lowe", at=tomorrow)
    say: dict[str, Callable[[], object]] = {
        "duty": lambda: duty(project=folder, incident=ID, note=filed),
        "task": lambda: task(project=folder, incident=ID, change=done),
    }

    with pytest.raises(Exception, match="2099-01-01 00:00 UTC is still to come"):
        say[kind]()

    assert not (folder / "incidents" / ID / "log.jsonl").exists()


def missing(folder: Path, *words: str) -> list[str]:
    """The lines of `check` about the incident that hold one of the words."""
    said = check(project=folder, workflow=None, coverage=False, now=now()).data["missing"]
    return [line for line in said if ID in line and any(word in line for word in words)]


def stopped(at: str) -> list[dict[str, str]]:
    return [{"at": at, "by": "Lee Okafor", "action": "stopped"}]


def test_a_stop_before_it_was_noticed_is_one_line(tmp_path: Path) -> None:
    """The offset counts: half past ten in Berlin was before five past ten in London."""
    folder = project(tmp_path, containment=stopped("2026-11-18T10:30:00+02:00"))

    assert missing(folder, "stopped") == [
        (
            f"{ID}: it was stopped by Lee Okafor, 2026-11-18 08:30 UTC, "
            "before it was noticed, 2026-11-18 10:05 UTC"
        )
    ]


def test_other_offsets_alone_contradict_nothing(tmp_path: Path) -> None:
    folder = project(tmp_path, containment=stopped("2026-11-18T06:30:00-05:00"))

    assert missing(folder, "stopped", "future") == []


def test_a_time_to_come_is_one_line(tmp_path: Path) -> None:
    folder = project(tmp_path, containment=stopped("2099-01-01T00:00:00Z"))

    assert missing(folder, "2099") == [
        f"{ID}: a row of containment is of 2099-01-01 00:00 UTC, and that is in the future"
    ]


def test_a_filing_to_come_is_no_filing_yet(tmp_path: Path) -> None:
    row = {"rule": "ukgdpr-33-1", "state": "filed", "by": "Kit Lowe", "at": "2099-01-01T00:00:00Z"}
    folder = project(tmp_path, duties=[row])
    seen = triage(project=folder, incident=ID).data["obligations"]

    assert next(one["state"] for one in seen if one["rule"] == "ukgdpr-33-1") == "overdue"
    assert len(missing(folder, "2099")) == 1


def test_one_person_in_two_roles_is_one_line(tmp_path: Path) -> None:
    folder = project(tmp_path)
    for role in ("workflow_owner", "functional_leader"):
        line = {"at": NOTICED, "event": "signed_off", "by": "Ana Pereira", "role": role, "ref": "r.json"}
        Project.find(folder).log(ID, line)

    assert missing(folder, "signed") == [
        f"{ID}: Ana Pereira signed as workflow_owner and functional_leader: that takes different people"
    ]


@pytest.mark.requirement("R35")
def test_a_deleted_line_of_the_log_is_one_line(tmp_path: Path) -> None:
    folder = project(tmp_path, SETTINGS)
    for rule in ("contract", "harm", "ukgdpr-33-1"):
        duty(project=folder, incident=ID, note=DutyNote(rule=rule, state="filed", by="Kit Lowe"))
    log = folder / "incidents" / ID / "log.jsonl"
    first, _, last = log.read_text("utf-8").splitlines(keepends=True)

    log.write_text(first + last, "utf-8")

    assert missing(folder, "log.jsonl") == [
        (
            f"incidents/{ID}/log.jsonl:2: does not follow the line before it: one was taken away or "
            "changed after it was written (put the log back as it was: git knows what was committed)"
        )
    ]
