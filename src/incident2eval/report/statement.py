"""The report as a statement that people sign: in-toto's test result, with the whole report in it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from incident2eval.model import JSON, Outcome, Report, Ruling

PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"

DOCUMENT = "report.json"
"""Name of the subject that is the report itself; its other forms are named alike."""

_DEPLOYED = "deployed."


class Statement(NamedTuple):
    """What a signature over a report says, before it is spelt in bytes."""

    subjects: Mapping[str, Mapping[str, str]]
    """Name -> its digest: the commit, the report in each of its forms, and each deployed part."""
    predicate_type: str
    predicate: Mapping[str, JSON]


def statement_of(report: Report, document: bytes, forms: Mapping[str, bytes]) -> Statement:
    """What is signed of a report.

    Args:
        report: The report.
        document: Its JSON, as it lies on disk.
        forms: Its other forms as they lie on disk, by ending: `.html`, `.md`, `.xml`.
    """
    return statement_over(report, document, {ending: _sha256(data) for ending, data in forms.items()})


def statement_over(report: Report, document: bytes, forms: Mapping[str, str]) -> Statement:
    """The same, where only the digests of the other forms are known: what a signature ought to say.

    Args:
        report: The report.
        document: Its JSON.
        forms: Ending -> SHA-256 in hex.
    """
    told = {DOCUMENT: _sha256(document)}
    told |= {f"report{ending}": digest for ending, digest in forms.items()}
    told |= {name: digest for name, digest in report.digests.items() if _is_deployed(name, digest)}
    # One order, whoever lists the forms: a signature is over these very bytes.
    subjects = {name: {"sha256": digest} for name, digest in sorted(told.items())}
    if report.commit is not None:
        subjects["commit"] = {"gitCommit": report.commit}
    return Statement(subjects, PREDICATE_TYPE, _predicate(report, document))


def _predicate(report: Report, document: bytes) -> Mapping[str, JSON]:
    """The test result; the monotonic principle asks that leaving a part unread never turns no into yes."""
    cases = report.decision.cases
    passed = {case.id for case in cases if case.outcome is Outcome.PASSED}
    waived = {case.id for case in cases if case.waived} - passed
    return {
        "result": "PASSED" if report.decision.decision is Ruling.PASS else "FAILED",
        "configuration": list(_configuration(report)),
        "passedTests": sorted(passed),
        "warnedTests": sorted(waived),
        "failedTests": sorted({case.id for case in cases} - passed - waived),
        "report": json.loads(document),
    }


def _configuration(report: Report) -> Iterator[JSON]:
    """What the result rests on beside what is deployed: lock, settings, roster, policy, sealed evidence."""
    for name, digest in sorted(report.digests.items()):
        if not name.startswith(_DEPLOYED):
            yield _resource(name, digest)
    policy = json.dumps(report.trust.policy, sort_keys=True, separators=(",", ":"))
    yield _resource("policy", _sha256(policy.encode()))


def _resource(name: str, digest: str) -> JSON:
    """A resource descriptor; what was not there has no digest."""
    return {"name": name, "digest": {"sha256": digest}} if _is_digest(digest) else {"name": name}


def _is_deployed(name: str, digest: str) -> bool:
    return name.startswith(_DEPLOYED) and _is_digest(digest)


def _is_digest(digest: str) -> bool:
    return len(digest) == 64 and set(digest) <= set("0123456789abcdef")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
