"""Forged, edited and replayed pass reports: `verify` accepts none of them, and the honest one always.

python tests/torture/forgeries.py [--bits 1]    every n-th bit of the envelope
"""

import argparse
import base64
import copy
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import replays
from signed_project import LEADER, OWNER, build, fresh, kept, passing, signed
from thousand import thousand_cases

from incident2eval.model import Incident2EvalError
from incident2eval.pipeline.project import WORKFLOW
from incident2eval.pipeline.verify import verify
from incident2eval.signing import opened, public_key
from incident2eval.store import Project

Document = dict[str, Any]
Edit = Callable[[Document], None]


@dataclass(kw_only=True)
class Tried:
    """What was tried, and what should not have come of it."""

    tries: int = 0
    accepted: list[str] = field(default_factory=list)

    def add(self, name: str, *, is_accepted: bool) -> None:
        """Count one."""
        self.tries += 1
        if is_accepted:
            self.accepted.append(name)


def accepts(folder: Path, report: Path) -> bool:
    """Whether `verify` says that a report holds."""
    try:
        return verify(project=folder, what=str(report)).exit_code == 0
    except Incident2EvalError:
        return False


def bits(envelope: Path, every: int) -> Tried:
    """Flip bits of an envelope: none may be opened."""
    tried, raw = Tried(), envelope.read_bytes()
    keys = [public_key(one.public_key) for one in replays.people() if one.public_key]
    assert len(opened(raw, keys).signers) == 2
    for bit in range(0, len(raw) * 8, every):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            opened(bytes(flipped), keys)
        except Incident2EvalError:
            tried.add(f"bit {bit}", is_accepted=False)
        else:
            tried.add(f"bit {bit}", is_accepted=True)
    return tried


def edits(folder: Path, report: Path, names: set[str] | None = None) -> Tried:
    """Edit fields: in the report, in the report without its envelope, and in what was signed."""
    tried, raw = Tried(), report.read_bytes()
    envelope = report.with_suffix(".dsse.json")
    signature = envelope.read_bytes()
    for name, edit in EDITS.items():
        if names is not None and name not in names:
            continue
        told = json.loads(raw)
        edit(told)
        assert _pretty(told) != raw, f"{name} changes nothing"
        report.write_bytes(_pretty(told))
        tried.add(f"{name}, under the old signatures", is_accepted=accepts(folder, report))
        envelope.unlink()
        tried.add(f"{name}, without signatures", is_accepted=accepts(folder, report))
        envelope.write_bytes(_resaid(signature, told))
        tried.add(f"{name}, in the signed statement too", is_accepted=accepts(folder, report))
        report.write_bytes(raw)
        tried.add(f"{name}, in the signed statement alone", is_accepted=accepts(folder, report))
        envelope.write_bytes(signature)
    return tried


def replayed(folder: Path, report: Path, into: Path, names: set[str] | None = None) -> Tried:
    """Each form of replay in a copy of the project of its own."""
    tried = Tried()
    for name, forge in replays.FORMS.items():
        if names is not None and name not in names:
            continue
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(folder, into, symlinks=True)
        with replays.environment():
            target = forge(Project.find(into), into / report.relative_to(folder))
            tried.add(name, is_accepted=accepts(into, target))
    return tried


def _pretty(told: Document) -> bytes:
    return f"{json.dumps(told, sort_keys=True, indent=1, ensure_ascii=False)}\n".encode()


def _resaid(envelope: bytes, told: Document) -> bytes:
    """The envelope around a statement that says what was edited, with the old signatures."""
    outer = json.loads(envelope)
    said = json.loads(base64.b64decode(outer["payload"]))
    said["predicate"]["report"] = told
    said["predicate"]["result"] = "PASSED" if told.get("decision") == "pass" else "FAILED"
    outer["payload"] = base64.b64encode(_canonical(said)).decode()
    return _canonical(outer) + b"\n"


def _canonical(value: Document) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _put(*path: str | int, value: Any) -> Edit:
    def edit(told: Document) -> None:
        *above, last = path
        place: Any = told
        for one in above:
            place = place[one]
        place[last] = value

    return edit


def _without(name: str) -> Edit:
    return lambda told: told.pop(name)


def _case_dropped(told: Document) -> None:
    gone = told["cases"].pop()
    told["proofs"] = [one for one in told["proofs"] if one["id"] != gone["id"]]
    del told["case_digests"][gone["id"]]
    told["counts"]["expected"] -= 1
    told["counts"]["passed"] -= 1


def _case_twice(told: Document) -> None:
    told["cases"].append(copy.deepcopy(told["cases"][0]))
    told["counts"]["expected"] += 1
    told["counts"]["passed"] += 1


_LATER = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
_OTHER = "ab" * 32

EDITS: dict[str, Edit] = {
    **{
        f"{name} taken out": _without(name)
        for name in (
            "approvals case_digests cases commit counts decision digests dirty environment expires finished "
            "incidents nonce overrides previous proofs reasons redaction schema severity started tool trust"
        ).split()
    },
    "decision blocked": _put("decision", value="blocked"),
    "decision of no known kind": _put("decision", value="PASS"),
    "another workflow": _put("workflow", value="quarterly-letter"),
    "another commit": _put("commit", value="0" * 40),
    "no commit": _put("commit", value=None),
    "dirty": _put("dirty", value=True),
    "dirty as a number": _put("dirty", value=0),
    "another nonce": _put("nonce", value="0" * 32),
    "expires later": _put("expires", value=_LATER),
    "never expires": _put("expires", value=None),
    "made later": _put("finished", value=_LATER),
    "started earlier": _put("started", value="2020-01-01T00:00:00Z"),
    "time without a zone": _put("started", value="2020-01-01T00:00:00"),
    "lower severity": _put("severity", value=1),
    "no severity": _put("severity", value=None),
    "incident at a lower severity": _put("incidents", 0, "severity", value=1),
    "no incident": _put("incidents", value=[]),
    "case dropped": _case_dropped,
    "case twice": _case_twice,
    "case failed": _put("cases", 0, "outcome", value="failed"),
    "case skipped": _put("cases", 0, "outcome", value="skipped"),
    "case waived": _put("cases", 0, "waived", value="Ruth Calloway (workflow_owner): broken"),
    "case with a failed trial": _put("cases", 0, "failed_trials", value=1),
    "case with one trial": _put("cases", 0, "trials", value=1),
    "case with more trials": _put("cases", 0, "trials", value=500),
    "case not red": _put("cases", 0, "recorded", value="passed"),
    "case not green": _put("cases", 0, "corrected", value=None),
    "a better bound": _put("cases", 0, "bound", value=0.001),
    "other outputs": _put("cases", 0, "outputs", value=[_OTHER] * 5),
    "another message": _put("cases", 0, "message", value="all is well"),
    "a verdict that nobody knows": _put("cases", 0, "verdict", value="failed"),
    "a field that nobody knows": _put("blocked", value=True),
    "a case as another": _put("cases", 0, "id", value="INC-2026-0142::test_other"),
    "proof not red": _put("proofs", 0, "red", value=False),
    "other case digest": lambda told: told["case_digests"].update(
        dict.fromkeys(told["case_digests"], _OTHER)
    ),
    "counts more": _put("counts", "expected", value=9),
    "counts as text": _put("counts", "passed", value="2"),
    "counts something new": _put("counts", "muted", value=0),
    "a reason": _put("reasons", value=["somebody said no"]),
    "other lock": _put("digests", "lock", value=_OTHER),
    "other settings": _put("digests", "settings", value=_OTHER),
    "other prompt": _put("digests", "deployed.prompt", value=_OTHER),
    "other seal": _put("digests", "sealed:INC-2026-0142", value=_OTHER),
    "no digests": _put("digests", value={}),
    "an override": _put("overrides", value=["trials at severity 2: 1"]),
    "looser policy": _put("trust", "policy", value={"trials": {"2": 1}}),
    "other approvers": _put("trust", "approvers", value=[]),
    "other target": _put("trust", "targets", value={"target": "python:nothing:here"}),
    "another before it": _put("previous", value=_OTHER),
    "other runner": _put("environment", "runner", value="ci"),
    "a monitor run": _put("monitor", value=True),
    "another tool": _put("tool", value="9.9.9"),
    "a note": _put("notes", value=["all is well"]),
    "older schema": _put("schema", value="incident2eval/report/0"),
}


def small_report(folder: Path) -> Path:
    """A project, and a report in it that is short enough for every bit to be flipped."""
    with replays.environment():
        home = build(folder)
        report = passing(home)
        notes = tuple(replace(note, cause=None, tree=(), stand=()) for note in report.incidents)
        report = replace(report, incidents=notes)
        path = kept(fresh(home), report)
        signed(path, report, OWNER, LEADER)
    return path


def whole_round(folder: Path, *, every: int = 1, small: bool = False) -> Iterator[tuple[str, Tried]]:
    """All of it; in small a few of each kind."""
    project = folder / "project"
    report = small_report(project)
    with replays.environment():
        assert accepts(project, report), verify(project=project, what=str(report)).text
        yield "bit flips of an envelope", bits(report.with_suffix(".dsse.json"), 997 if small else every)
        some = set(list(EDITS)[::9]) if small else None
        yield "field edits", edits(project, report, some)
        assert accepts(project, report), "the honest report does not hold any more"
    yield (
        "replays",
        replayed(project, report, folder / "copy", set(list(replays.FORMS)[::6]) if small else None),
    )


def seconds_for(folder: Path, cases: int) -> tuple[float, float]:
    """How long verifying a signed report takes, by the clock and of the processor."""
    with replays.environment():
        report = thousand_cases(folder, cases)
        assert accepts(folder, report), verify(project=folder, what=str(report)).text
        clock, processor = time.perf_counter(), time.process_time()
        accepts(folder, report)
        return time.perf_counter() - clock, time.process_time() - processor


def main() -> int:
    """Print what was accepted of what, and how long verifying takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bits", type=int, default=1, help="every n-th bit")
    asked = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for what, tried in whole_round(Path(folder), every=asked.bits):
            print(f"{what}: {len(tried.accepted)} accepted of {tried.tries}", flush=True)
            for name in tried.accepted[:20]:
                print(f"  accepted: {name}")
            wrong += len(tried.accepted)
        clock, processor = seconds_for(Path(folder) / "thousand", 1000)
    print(f"verifying a report of {WORKFLOW} with 1,000 cases: {clock:.2f} s ({processor:.2f} s of CPU)")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
