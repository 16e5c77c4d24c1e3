"""Whatever people write and say, in whatever order: nothing is closed with a due item open.

Random commands by random people on a real project folder; after each one `ledger.py` judges the same files
by other means.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, event, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pipeline.followed import ID, TOLD
from pipeline.ledger import KINDS, LAWS, STAGES, Ledger, is_chained, raw_log, unsigned
from thorough import tries

from incident2eval.model import (
    Answer,
    Category,
    DutyNote,
    Event,
    FailedControl,
    Incident2EvalError,
    IncidentType,
    LogEntry,
    RootCause,
    Severity,
)
from incident2eval.pipeline._word import now
from incident2eval.pipeline.contain import contain
from incident2eval.pipeline.explain import confirm
from incident2eval.pipeline.follow_up import close, duty, task
from incident2eval.pipeline.intake import collect
from incident2eval.pipeline.triage import Word, triage
from incident2eval.store import Project

PEOPLE = {
    "Ana Pereira": ["workflow_owner"],
    "Lee Okafor": ["functional_leader"],
    "Kit Lowe": ["legal"],
    "Ben Hall": ["executive_sponsor", "security"],
    "Mia Stone": ["executive"],
    "Sam Roe": [],
}
ROLES = sorted({law.role for law in LAWS.values() if law.role})
QUESTIONS = (
    "left_company exposed_information took_action approved_wrongly could_affect_more recent_change "
    "obligation_possible".split()
)
FACTS = sorted({name for law in LAWS.values() for name in (*law.needs, *law.either)} - {*QUESTIONS})
NOTICED = "2026-11-18T10:05:00+00:00"
WHOLE_RUN: Mapping[str, Any] = {
    "schema": "incident2eval/run/1",
    "id": "r1",
    "model": "m-4",
    "started": NOTICED,
    "input": "Write the letter.",
    "output": "The fee is 120.",
    "steps": [
        {"id": "s1", "kind": "input", "name": "click", "input": "go"},
        {"id": "s2", "kind": "tool", "name": "refund", "input": {"client": "A2"}},
        {"id": "s3", "kind": "model", "name": "draft", "input": "prompt", "output": "The fee is 120."},
        {"id": "s4", "kind": "review", "name": "review", "output": "rejected"},
    ],
}
"""A run that shows all eight kinds of evidence."""
LOOPING_RUN: Mapping[str, Any] = {**WHOLE_RUN, "steps": [*WHOLE_RUN["steps"], *WHOLE_RUN["steps"][1:2] * 4]}
"""A run that shows besides that it acted, again and again."""
TRACES = {"whole.json": WHOLE_RUN, "looping.json": LOOPING_RUN}

COMPLETE: Mapping[str, Any] = {
    **TOLD,
    "severity": 2,
    "reporter": {"name": "Ana Pereira"},
    "affected": [{"kind": "client", "ref": "A2"}],
    "impact": {"acted_on": "no", "domains": ["customer"], "text": "One draft held another client's fee."},
    "containment": [{"at": NOTICED, "by": "Lee Okafor", "action": "stopped", "did": "by hand"}],
    "evidence": [{"kind": kind, "absent_reason": "the tool keeps none"} for kind in KINDS],
    "root_cause": {"category": "data", "failed_control": {"name": "filter by client"}},
    "restart": {"decision": "approved", "report": "reports/letters.json"},
    "updates": [{"kind": "runbook", "ref": "RUNBOOK.md"}],
    "recipients": [{"ref": "A2", "assessed": "saw nothing"}],
}
"""Nothing of this is open, once its duties are decided, its tasks ticked and its evidence sealed."""

DECIDED = {
    "at": NOTICED,
    "event": "duty",
    "by": "Kit Lowe",
    "state": "not_required",
    "reason": "no such case",
}
TICKED = {"at": NOTICED, "event": "action", "by": "Ana Pereira", "done_at": NOTICED}
WAITING = {"due", "overdue", "anchor_missing", "scope_not_declared"}
"""States of a duty that somebody has to decide."""
FOREIGN: Mapping[str, Any] = {"roles": dict.fromkeys(ROLES, "no"), "jurisdictions": ["UK"]}
"""A firm that hardly a rule is for."""

owners = st.sampled_from(["Ana Pereira"] * 9 + [""])
people = st.sampled_from([*PEOPLE, *PEOPLE, " ", "A\nB"])
answers = st.sampled_from(["yes", "no", "unknown"])
reasons = st.sampled_from([None, " ", "made-up data only", "seen by counsel"])
times = st.sampled_from([None, timedelta(days=-3), timedelta(days=-30), timedelta(days=9)])
"""From now; nobody says, past, long past, still to come."""
types = st.lists(st.sampled_from(IncidentType), max_size=2, unique=True)
duty_rows = st.fixed_dictionaries(
    {
        "rule": st.sampled_from(sorted(LAWS)),
        "state": st.sampled_from(["filed", "not_required", "open", "asked"]),
    },
    optional={
        "by": people,
        "reason": reasons.filter(bool),
        "at": st.sampled_from([NOTICED, "2026-11-18", "2099-01-01", "2099-01-01T00:00:00Z"]),
    },
)
bad_decisions = st.sampled_from(
    [
        {"by": "Sam Roe"},
        {"by": None},
        {"reason": " "},
        {"state": "asked"},
        {"state": "filed", "done_at": "2099-01-01"},
    ]
)
"""What of a decision that was written down by hand does not count, or not at every level."""
action_rows = st.fixed_dictionaries(
    {
        "text": st.just("Call the client"),
        "kind": st.sampled_from(["immediate", "corrective", "preventive", "training"]),
    },
    optional={"id": st.just("call"), "reversed": st.sampled_from(["yes", "no", "impossible"])},
)
OTHERWISE: Mapping[str, st.SearchStrategy[Any]] = {
    "reporter": st.none(),
    "affected": st.just([]),
    "impact": st.fixed_dictionaries(
        {"acted_on": answers}, optional={"domains": st.just(["customer"]), "text": st.just(" ")}
    ),
    "containment": st.just([]),
    "evidence": st.just(COMPLETE["evidence"][1:]) | st.just([]),
    "root_cause": st.sampled_from([{"category": "data"}, {"failed_control": {"name": "filter"}}, None]),
    "restart": st.sampled_from([None, {"decision": "refused"}, {"decision": "approved"}]),
    "updates": st.just([]),
    "recipients": st.just([{"ref": "A3"}]) | st.just([]),
    "actions": st.lists(action_rows, min_size=1, max_size=2),
    "duties": st.lists(duty_rows, max_size=6) | st.just([]),
    "outcome": st.sampled_from(["realised", None]),
    "questions": st.fixed_dictionaries(dict.fromkeys(QUESTIONS, answers)),
    "circumstances": st.dictionaries(st.sampled_from(FACTS), answers, max_size=6),
    "workflow": st.just("unheard-of"),
}
"""What of a complete file is written otherwise, or left away."""

organisations = st.fixed_dictionaries(
    {"roles": st.dictionaries(st.sampled_from(ROLES), st.sampled_from(["yes", "no", "no", "unknown"]))},
    optional={"jurisdictions": st.lists(st.sampled_from(["UK", "EU", "US"]), unique=True)},
)


def settings_of(firm: Mapping[str, Any], owner: str = "Ana Pereira") -> str:
    """The settings of a project with one workflow, in which everybody may sign as what they are."""
    lines = ["[organisation]"]
    lines += [f"jurisdictions = {json.dumps(firm['jurisdictions'])}"] if "jurisdictions" in firm else []
    lines += ["[organisation.roles]", *(f'{role} = "{said}"' for role, said in firm["roles"].items())]
    lines += ["[workflows.letters]", 'target = "python:flow:answer"', f'owner = "{owner}"']
    lines += ["[workflows.quotes]", 'owner = "Lee Okafor"']
    for name, roles in PEOPLE.items():
        lines += ["[[approvers]]", f'name = "{name}"', f"roles = {json.dumps(roles)}"]
    return "\n".join(lines)


@seed(3)  # the same commands each time
class Firm(RuleBasedStateMachine):
    """A firm with one incident, whose people do things in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.folder = Path(self.home.name)
        self.place = self.folder / "incidents" / ID
        self.before = b""
        self.by_hand: set[str] = set()
        self.seen: Mapping[str, Any] = {}

    def teardown(self) -> None:
        self.home.cleanup()

    @initialize(
        settings=st.builds(settings_of, organisations | st.just(FOREIGN), owners),
        severity=st.sampled_from([1, 2, 2, 3, 4, None]),
        kinds=types,
        others=st.lists(st.sampled_from(sorted(OTHERWISE)), max_size=2, unique=True),
        badly=st.dictionaries(st.sampled_from(["contract", "harm", *LAWS]), bad_decisions, max_size=3),
        left=st.integers(-20, 15),
        trace=st.sampled_from([*TRACES, None]),
        data=st.data(),
    )
    def starts(self, settings: str, severity: Any, kinds: Any, others: Any, data: Any, **rest: Any) -> None:
        """An incident of which all is done but for a thing or two."""
        self.place.mkdir(parents=True)
        (self.folder / "incident2eval.toml").write_text(settings, "utf-8")
        told = {**COMPLETE, "severity": severity, "type": [str(one) for one in kinds]}
        self._write(told | {name: data.draw(OTHERWISE[name], label=name) for name in others})
        Project.find(self.folder).write_cause(
            ID, RootCause(category=Category.DATA, control=FailedControl(name="filter by client"))
        )
        if rest["trace"]:
            self.collects("Sam Roe", rest["trace"])
        self._look()
        self._logs(DECIDED | {"rule": name} | rest["badly"].get(name, {}) for name in self._waiting())
        self._logs(
            TICKED | {"action": one["id"], "text": one["text"]}
            for place, one in enumerate(self._left())
            if place != rest["left"]
        )

    def _write(self, told: Mapping[str, Any]) -> None:
        kept = {name: value for name, value in told.items() if value not in (None, [])}
        (self.place / "incident.yaml").write_text(yaml.safe_dump(kept), "utf-8")

    def _logs(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """What was done before, written at one go: many times faster than by command."""
        for line in lines:
            last = (raw_log(self.place).splitlines() or [b""])[-1]
            chained = json.dumps({**line, "previous": hashlib.sha256(last).hexdigest()})
            with (self.place / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(f"{chained}\n")
            self.by_hand.add(chained)

    def _look(self) -> None:
        self.seen = triage(project=self.folder, incident=ID).data

    def _waiting(self) -> list[str]:
        """The rules that somebody has to decide about."""
        return [one["rule"] for one in self.seen["obligations"] if one["state"] in WAITING]

    def _left(self) -> list[Any]:
        """The tasks that are not done."""
        return [one for one in self.seen["tasks"] if not one["done"]]

    def _do(self, command: Callable[..., Any], **what: Any) -> Any:
        """Do it, or be refused in clear words: then nothing is kept."""
        log = raw_log(self.place)
        try:
            return command(project=self.folder, **what)
        except Incident2EvalError:
            assert raw_log(self.place) == log
            return None

    @rule(
        by=people,
        action=st.sampled_from(["stopped", "api_keys_revoked", "related_workflows_stopped"]),
        workflow=st.sampled_from([None, None, "quotes", "unknown"]),
        at=times,
    )
    def stops(self, by: str, action: str, workflow: str | None, at: timedelta | None) -> None:
        stop = LogEntry(at=now(), event=Event.CONTAINED, by=by, action=action, workflow=workflow)
        self._do(contain, incident=ID, stop=stop, at=_then(at))

    @rule(
        by=people,
        is_confirmed=st.booleans(),
        severity=st.none() | st.sampled_from(Severity),
        kinds=types,
        reason=reasons,
    )
    def triages(self, by: str, is_confirmed: bool, severity: Any, kinds: Any, reason: str | None) -> None:
        word = Word(by=by, confirm=is_confirmed, severity=severity, type=tuple(kinds), reason=reason)
        self._do(triage, incident=ID, word=word)

    @rule(by=people, said=st.dictionaries(st.sampled_from([*QUESTIONS, *FACTS, "acted_on"]), answers))
    def answers(self, by: str, said: Mapping[str, str]) -> None:
        word = Word(by=by, answers={name: Answer(one) for name, one in said.items()})
        self._do(triage, incident=ID, word=word)

    @rule(
        by=people,
        name=st.sampled_from([*sorted(LAWS), "no-such-rule"]),
        state=st.sampled_from(["filed", "not_required", "open"]),
        reason=reasons,
        at=times,
    )
    def decides(self, by: str, name: str, state: str, reason: str | None, at: timedelta | None) -> None:
        note = DutyNote(rule=name, state=state, by=by, reason=reason, at=_then(at))
        self._do(duty, incident=ID, note=note)

    @rule(by=people, place=st.integers(0, 15), at=times)
    def ticks(self, by: str, place: int, at: timedelta | None) -> None:
        names = [one["id"] for one in self._left()]
        name = names[place % len(names)] if names else "no-such-task"
        self._change(by, action=name, done_at=_then(at) or now())

    @rule(by=st.sampled_from(sorted(PEOPLE)), state=st.sampled_from(["filed", "not_required"]))
    def hurries(self, by: str, state: str) -> None:
        """Somebody confirms the level, says of all that is open that it is done, and closes it."""
        self.triages(by, is_confirmed=True, severity=None, kinds=[], reason="seen by counsel")
        self._look()
        self._logs(DECIDED | {"rule": name, "state": state, "by": by} for name in self._waiting())
        self._logs(TICKED | {"action": one["id"], "text": one["text"], "by": by} for one in self._left())
        self.closes(by)

    @rule(by=people, kind=st.sampled_from(["immediate", "corrective", "preventive"]))
    def adds_a_task(self, by: str, kind: str) -> None:
        self._change(by, action=f"more-{kind}", text="Ask the vendor", kind=kind)

    def _change(self, by: str, **what: Any) -> None:
        self._do(task, incident=ID, change=LogEntry(at=now(), event=Event.ACTION, by=by, **what))

    @rule(by=people, name=st.sampled_from([*TRACES, "junk.json"]))
    def collects(self, by: str, name: str) -> None:
        trace = self.folder / name
        trace.write_text(json.dumps(TRACES.get(name, "no trace")), "utf-8")
        self._do(collect, incident=ID, traces=(trace,), by=by)

    @rule(by=people)
    def confirms_the_cause(self, by: str) -> None:
        self._do(confirm, incident=ID, by=by, note=None)

    @rule(
        what=st.sampled_from(["restarted", "restart_refused", "signed_off", "looked_back", "closed", "x"]),
        by=people.filter(str.strip) | st.none(),
        ref=st.sampled_from([None, "reports/letters.json"]),
        workflow=st.sampled_from([None, "quotes"]),
        hits=st.integers(0, 1),
    )
    def is_told_of(self, what: str, by: Any, ref: Any, workflow: Any, hits: int) -> None:
        """A line of another tool, or of a hand."""
        line = {"at": now().isoformat(), "event": what, "by": by, "ref": ref, "workflow": workflow}
        line |= {"hits": hits} if what == "looked_back" else {}
        Project.find(self.folder).log(ID, {name: value for name, value in line.items() if value})
        self.by_hand.add(raw_log(self.place).splitlines()[-1].decode())

    @rule(name=st.sampled_from(sorted(OTHERWISE)), data=st.data())
    def rewrites(self, name: str, data: Any) -> None:
        """Somebody opens the file and writes one thing otherwise, or as it should be."""
        told = yaml.safe_load((self.place / "incident.yaml").read_text("utf-8"))
        right = st.just(COMPLETE.get(name, told.get(name)))
        self._write({**told, name: data.draw(right | OTHERWISE[name], label=name)})

    @rule(by=people)
    def closes(self, by: str) -> None:
        said = self._do(close, incident=ID, by=by)
        self._look()
        assert said is None or said.exit_code == int(self.seen["stage"] != "closed")

    @invariant()
    def holds(self) -> None:
        self._look()
        self._agrees_with_the_ledger()
        self._keeps_the_log()
        decided = [one for one in self.seen["obligations"] if one["state"] == "decided_not_required"]
        assert all(one["decided_by"].strip() and one["reason"].strip() for one in decided)

    def _agrees_with_the_ledger(self) -> None:
        book = Ledger(self.folder, ID, now())
        level, reached = self.seen["severity"]["counts"], STAGES.index(self.seen["stage"])
        skipped = [gap for gap in book.gaps(level) if STAGES.index(gap[0]) <= reached]
        event(f"{STAGES[reached]} at level {level}")

        assert level >= book.floor
        assert not skipped, f"{STAGES[reached]} at level {level}, with: {skipped}"

    def _keeps_the_log(self) -> None:
        log = raw_log(self.place)
        signed = [json.loads(line) for line in log.decode().splitlines() if line not in self.by_hand]

        assert log.startswith(self.before)
        assert is_chained(log)
        assert not unsigned(signed)
        self.before = log


def _then(ago: timedelta | None) -> datetime | None:
    return None if ago is None else now() + ago


TestFirm = Firm.TestCase
TestFirm.settings = settings(
    max_examples=tries(26),
    stateful_step_count=8,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # add Phase.shrink to make a failure small: it takes minutes
    suppress_health_check=list(HealthCheck),
)
