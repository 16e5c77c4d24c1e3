"""An incident judged a second time, from its files as they lie there and by other means than the tool's.

Written from the requirements: the eight items, who lowers a level, which duties fire, what a restart takes.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import yaml

STAGES = "reported contained classified preserved caused remediated restart closed".split()
KINDS = "prompt input output tool_log approval timestamp user_action model_version".split()
AUTHORITY = (
    {"workflow_owner"},
    {"functional_leader"},
    {"executive_sponsor", "legal", "security"},
    {"executive"},
)
"""Who has authority over level 1, 2, 3 and 4."""


@dataclass(frozen=True, kw_only=True)
class Law:
    """One rule: where, for whom, what stops it (any no of `needs`; nothing but no in `either`)."""

    where: str | None = None
    role: str | None = None
    needs: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    since: str = "2000-01-01"
    counsel: bool = False
    off_until_declared: bool = False


def _privacy(where: str) -> Iterator[tuple[str, Law]]:
    law, leak = f"{where.lower()}gdpr", ("exposed_information", "personal_data")
    yield f"{law}-33-1", Law(where=where, role="controller", needs=leak)  # a low risk alone stops nothing
    yield f"{law}-34", Law(where=where, role="controller", needs=(*leak, "high_risk"), counsel=True)
    touched = ("exposed_information", "took_action")
    yield f"{law}-33-5", Law(where=where, role="controller", needs=("personal_data",), either=touched)
    yield f"{law}-33-2", Law(where=where, role="processor", needs=leak, counsel=True)


_GRAVE = ("serious_incident", "widespread", "death")
_REPORTS = ("aia-73-2", "aia-73-3", "aia-73-4")
_FCA, _AI = "2027-03-18", "2026-08-02"
LAWS: Mapping[str, Law] = {
    **dict(_privacy("UK")),
    **dict(_privacy("EU")),
    "pecr": Law(where="UK", role="communications_provider", needs=("exposed_information", "personal_data")),
    "fca-p11": Law(where="UK", role="regulated_fs", either=("conduct_affected", "approved_wrongly")),
    "fca-ps26-2": Law(where="UK", role="part_4a_firm", needs=("threshold_met",), since=_FCA),
    "fca-ps26-2-final": Law(
        where="UK",
        role="enhanced_reporting_firm",
        needs=("threshold_met",),
        after=("fca-ps26-2",),
        since=_FCA,
    ),
    "fca-psp": Law(where="UK", role="payment_service_provider", needs=("threshold_met",)),
    **{
        rule: Law(where="EU", role="provider", needs=(fact,), since=_AI)
        for rule, fact in zip(_REPORTS, _GRAVE, strict=True)
    },
    "aia-73-6": Law(where="EU", role="provider", either=_GRAVE, since=_AI),
    "aia-26-5": Law(where="EU", role="deployer", either=_GRAVE, since="2027-12-02"),
    "nis2-23-4a": Law(where="EU", role="essential_entity", needs=("significant",)),
    "nis2-23-4b": Law(where="EU", role="essential_entity", needs=("significant",)),
    "nis2-23-4d": Law(where="EU", role="essential_entity", needs=("significant",), after=("nis2-23-4b",)),
    "dora-19-initial": Law(where="EU", role="financial_entity", needs=("major",)),
    "dora-19-intermediate": Law(
        where="EU", role="financial_entity", needs=("major",), after=("dora-19-initial",)
    ),
    "dora-19-final": Law(
        where="EU", role="financial_entity", needs=("major",), after=("dora-19-intermediate",)
    ),
    "dora-19-clients": Law(
        where="EU", role="financial_entity", needs=("major", "client_harmed"), counsel=True
    ),
    "contract": Law(needs=("obligation_possible",), counsel=True),
    "harm": Law(needs=("client_harmed",), counsel=True),
    "hipaa": Law(
        where="US", role="hipaa_entity", needs=("health_data",), counsel=True, off_until_declared=True
    ),
    "sec-1.05": Law(
        where="US", role="sec_registrant", needs=("material_to_investors",), off_until_declared=True
    ),
}


@dataclass(frozen=True)
class Ledger:
    """The files of one incident, read now."""

    folder: Path
    incident: str
    now: datetime

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        return tomllib.loads((self.folder / "incident2eval.toml").read_text("utf-8"))

    @cached_property
    def told(self) -> Mapping[str, Any]:
        return self._yaml("incident.yaml")

    @property
    def own(self) -> str:
        """The incident's own workflow."""
        workflow = self.told["workflow"]
        return workflow if isinstance(workflow, str) else workflow["name"]

    @cached_property
    def log(self) -> list[dict[str, Any]]:
        """Its lines by when it was done."""
        return sorted(map(json.loads, raw_log(self.place).splitlines()), key=lambda line: _time(line["at"]))

    @property
    def place(self) -> Path:
        return self.folder / "incidents" / self.incident

    def _yaml(self, name: str) -> Mapping[str, Any]:
        path = self.place / name
        return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) if path.exists() else {}

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line["event"] == event]

    @property
    def floor(self) -> int:
        """The least level that may count: the highest ever given, unless its authority lowered it."""
        given = [self.told["severity"]] if self.told.get("severity") else []
        floor = highest = max(given, default=0)
        for line in self.logged("triaged"):
            level = line["severity"]
            if level >= floor or self._may_lower(line, highest):
                floor = level
            highest = max(highest, level)
        return floor

    def _may_lower(self, line: Mapping[str, Any], held: int) -> bool:
        roles = {
            role for one in self.settings["approvers"] if one["name"] == line["by"] for role in one["roles"]
        }
        return _said(line.get("reason")) and any(roles & AUTHORITY[level - 1] for level in range(held, 5))

    def says(self, name: str) -> str:
        """The last answer to a question or about a circumstance; unknown where nobody gave one."""
        rows = (self.told.get("questions"), self.told.get("circumstances"), self.told.get("impact"))
        written = [row[name] for row in rows if row and name in row]
        later = [line["answers"][name] for line in self.logged("answered") if name in line.get("answers", {})]
        return ["unknown", *written, *later][-1]

    def gaps(self, level: int) -> Iterator[tuple[str, str]]:
        """Everything that is open: the stage that it keeps the incident from, and what it is."""
        formal = level > 1
        yield from self._first_items(formal=formal)
        yield from self._evidence(formal=formal)
        if formal and not self._cause():
            yield "caused", "root cause and failed control (item 6)"
        yield from self._actions(formal=formal)
        if formal and not self._restarted():
            yield "restart", "the decision about the restart (item 7)"
        if not self.told.get("updates") and not self.logged("updated"):
            yield "remediated", "cases, policy or training (item 8)"
        early = level > 2 or {self.says("exposed_information"), self.says("obligation_possible")} != {"no"}
        for rule in LAWS if formal else ():
            if self.is_open(rule, level):
                yield "restart" if early else "closed", f"the duty {rule}"
        if not self._closed_by_a_person():
            yield "closed", "no person closed it"

    def _first_items(self, *, formal: bool) -> Iterator[tuple[str, str]]:
        impact = self.told.get("impact") or {}
        workflow = self.settings["workflows"].get(self.own, {})
        named = any(_said(line["by"]) for line in self.logged("triaged"))
        needed = {
            "owner (item 1)": _said(workflow.get("owner")),
            "reporter (item 2)": _said((self.told.get("reporter") or {}).get("name")),
            "acted on (item 4)": self.says("acted_on") != "unknown",
            "level confirmed by a person": bool(self.told.get("severity")) or named,
        }
        if formal:
            needed |= {
                "affected (item 2)": bool(self.told.get("affected")) or self._found_affected(),
                "impact (item 4)": bool(impact.get("domains")) and _said(impact.get("text")),
            }
            if not self._stops():
                yield "contained", "containment (item 5)"
            if not any(_said(row.get("did")) for row in self._stops()):
                yield "remediated", "how further harm is held off (item 5)"
        yield from (("classified", what) for what, is_there in needed.items() if not is_there)

    def _found_affected(self) -> bool:
        return any(line.get("affected") for line in self.logged("looked_back"))

    def _evidence(self, *, formal: bool) -> Iterator[tuple[str, str]]:
        kept = {path.name for path in (self.place / "evidence").glob("*")}
        if not kept or not (self.place / "SEALED.json").exists():
            yield "preserved", "nothing is sealed (item 3)"
        rows = self.told.get("evidence", ())
        shown = {row["kind"] for row in rows if _said(row.get("absent_reason"))}
        if kept & {"whole.json", "looping.json"}:
            shown |= {*KINDS}
        if formal and not {*KINDS} <= shown:
            yield "preserved", f"no evidence and no reason: {sorted({*KINDS} - shown)} (item 3)"

    def _cause(self) -> bool:
        stated, file = self.told.get("root_cause") or {}, self._yaml("root-cause.yaml")
        word = file.get("confirmed") or {}
        by_file = stated.get("category") and _said((stated.get("failed_control") or {}).get("name"))
        return bool(by_file or (_said(word.get("by")) and word.get("category") and word.get("control")))

    def _actions(self, *, formal: bool) -> Iterator[tuple[str, str]]:
        rows = self._rows()
        for name, row in rows.items():
            kind, is_done = row.get("kind", "corrective"), self._done(row)
            if not is_done and (kind == "immediate" or formal):
                late = {"immediate": "restart", "corrective": "remediated"}.get(kind, "closed")
                yield late, f"the {kind} action {name}"
        ticked = self._ticked()
        if not ticked:
            yield "closed", "no corrective action was done (item 5)"
        for kind in self._types() if formal else ():
            for name, is_shown in self._at_once(kind).items():
                if not is_shown and f"{kind}/{name}" not in ticked:
                    yield "restart", f"the immediate control {kind}/{name}"

    def _rows(self) -> dict[str, dict[str, Any]]:
        """The actions of file and log together."""
        numbers = count(1)
        rows = {row.get("id") or f"action/{next(numbers)}": dict(row) for row in self.told.get("actions", ())}
        for line in self.logged("action"):
            rows.setdefault(line["action"], {}).update({k: v for k, v in line.items() if k != "action"})
        return rows

    def _ticked(self) -> set[str]:
        return {name for name, row in self._rows().items() if self._done(row)}

    def _done(self, row: Mapping[str, Any]) -> bool:
        if row.get("reversed"):
            return row["reversed"] in {"yes", "impossible"}
        return bool(row.get("done_at")) and _time(row["done_at"]) <= self.now

    def _types(self) -> list[str]:
        said = [line["type"] for line in self.logged("triaged") if line.get("type")]
        types = said[-1] if said else self.told.get("type") or []
        return [types] if isinstance(types, str) else types

    def _at_once(self, kind: str) -> Mapping[str, bool]:
        """What a type asks for at once, and whether the file shows it (R101 to R110)."""
        ways = {row.get("action") for row in self._stops()}
        recipients = {row["ref"]: row.get("assessed") for row in self.told.get("recipients", ())}
        recipients |= {line["ref"]: line.get("text") for line in self.logged("recipient")}
        ticked = self._ticked()
        assessed = bool(recipients) and all(
            _said(words) or f"recipient/{ref}" in ticked for ref, words in recipients.items()
        )
        reversals = [self._done(row) for row in self._rows().values() if row.get("reversed")]
        back = all(reversals) if reversals else self.says("took_action") == "no"
        kept_in = self.says("left_company") == "no" and self.told.get("outcome") != "realised"
        told = bool(self.logged("communicated")) or "correction/" in " ".join(ticked)
        table = {
            "data_exposure": {"stop-use": bool(self._stops()), "assess-recipients": assessed},
            "incorrect_external_output": {
                "pause-outbound": bool(self._stops()),
                "correct-communication": kept_in or told,
            },
            "unauthorised_action": {
                "revoke-access": bool(ways & {"api_keys_revoked", "tool_access_revoked"}),
                "reverse-action": back,
            },
            "human_review_failure": {
                "correct-impact": told or bool(reversals),
                "clarify-accountability": False,
            },
        }
        return table.get(kind, {})

    def _stops(self) -> list[Mapping[str, Any]]:
        return [
            *self.told.get("containment", ()),
            *(line for line in self.logged("contained") if line.get("workflow", self.own) == self.own),
        ]

    def _restarted(self) -> bool:
        note, own = self.told.get("restart") or {}, self.own
        turns = [
            line
            for line in self.log
            if line["event"] in {"contained", "restarted"} and line.get("workflow", own) == own
        ]
        runs = turns[-1]["event"] == "restarted" if turns else note.get("decision") == "approved"
        proof = [line.get("ref") for line in self.log if line["event"] in {"restarted", "signed_off"}]
        return runs and any(map(_said, [note.get("report"), *proof]))

    def _closed_by_a_person(self) -> bool:
        closed = False
        for line in self.log:
            found_more = line["event"] == "looked_back" and line.get("hits")
            if line["event"] in {"contained", "restarted", "restart_refused", "triaged"} or found_more:
                closed = False
            elif line["event"] == "closed" and _said(line.get("by")):
                closed = True
        return closed

    def is_open(self, rule: str, level: int) -> bool:
        """Whether somebody still has to do or decide something about a duty."""
        law = LAWS[rule]
        if self._word(rule, level) or not self._fires(law) or self._fits(law) is False:
            return False
        if f"{self.now:%Y-%m-%d}" < law.since:
            return False
        if rule == "aia-73-6":  # a hold: it ends with a report, or where none is to come
            words = [self._word(one, level) for one in _REPORTS]
            return "filed" not in words and any(self.is_open(one, level) for one in _REPORTS)
        return not law.after or any(self._word(one, level) == "filed" for one in law.after)

    def _word(self, rule: str, level: int) -> str | None:
        """The last word on a duty that counts: filed by now, or decided by somebody with name and reason."""
        notes = [row for row in (*self.told.get("duties", ()), *self.logged("duty")) if row["rule"] == rule]
        counsel = {one["name"] for one in self.settings["approvers"] if "legal" in one["roles"]}
        last = None
        for note in notes:
            at = note.get("done_at") or note.get("at")
            named = _said(note.get("by")) and _said(note.get("reason"))
            if note["state"] == "filed" and (at is None or _time(at) <= self.now):
                last = "filed"
            elif note["state"] == "not_required" and named:
                may = level < 3 or not LAWS[rule].counsel or note["by"] in counsel
                last = "not_required" if may else last
            elif note["state"] == "open" and last == "not_required" and named:
                last = None
        return last

    def _fires(self, law: Law) -> bool:
        """Whether nothing but a no stands against it: unknown is never no."""
        if any(self.says(name) == "no" for name in law.needs):
            return False
        return not law.either or any(self.says(name) != "no" for name in law.either)

    def _fits(self, law: Law) -> bool | None:
        """Whether it is for this firm; None where the settings leave it open."""
        firm = self.settings.get("organisation", {})
        places, role = firm.get("jurisdictions"), firm.get("roles", {}).get(law.role, "unknown")
        here = True if law.where is None else (law.where in places if places else None)
        ours = True if law.role is None else {"yes": True, "no": False}.get(role)
        if False in {here, ours}:
            return False
        known = None not in {here, ours}
        return known if known or law.off_until_declared else None


def raw_log(place: Path) -> bytes:
    """The log as it lies there; nothing where there is none."""
    path = place / "log.jsonl"
    return path.read_bytes() if path.exists() else b""


def is_chained(log: bytes) -> bool:
    """Whether each line holds the digest of the one before; the first that of nothing."""
    lines = log.splitlines()
    return all(
        json.loads(line)["previous"] == hashlib.sha256(before).hexdigest()
        for before, line in zip((b"", *lines), lines, strict=False)
    )


def unsigned(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines without a name, or a time with its offset."""
    return [line for line in lines if not _said(line.get("by")) or _time(line["at"]).tzinfo is None]


def _said(text: str | None) -> bool:
    return bool((text or "").strip())


def _time(text: str) -> datetime:
    if len(text) == len("2026-11-18"):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return datetime.fromisoformat(text)
