"""The tests of a search in the words of redacted runs: asked for their facts again, and proved again."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from incident2eval.checks import Known
from incident2eval.evalcase._search import Candidate, Dropped, Search, judge
from incident2eval.model import JSON, Findings


def retell(found: Search, known: Known, redact: Callable[[JSON], JSON]) -> Search:
    """Put the facts of every test that was kept into the words of redacted runs.

    Args:
        found: What the search came to on the runs as they are.
        known: The same incident with redacted runs and a roster that knows the pseudonyms.
        redact: Redacts a fact, for a check that proposes nothing on the redacted runs.

    Returns:
        The search with new facts. A test that is not red or not green on the redacted runs is dropped.
    """
    kept: list[Candidate] = []
    dropped: list[Dropped] = []
    for candidate in found.kept:
        retold = _retold(candidate, known, redact)
        if retold is None:
            because = "red on the incident, but not once names and numbers are replaced by pseudonyms"
            dropped.append(Dropped(check=candidate.check.name, because=because))
        else:
            kept.append(retold)
    return Search(kept=tuple(kept), dropped=(*found.dropped, *dropped))


def as_live(found: Search, known: Known) -> Search:
    """Keep the tests that are red on the recorded run and green on the corrected one as runs of today, too.

    Args:
        found: The tests, with facts in the words of redacted runs.
        known: The incident with its runs as the gate would hand them to a test.
    """
    kept: list[Candidate] = []
    dropped: list[Dropped] = []
    for one in found.kept:
        if _holds(one, one.facts, known):
            kept.append(one)
        else:
            because = "its facts name somebody in a way that a run of today could not be compared with"
            dropped.append(Dropped(check=one.check.name, because=because))
    return Search(kept=tuple(kept), dropped=(*found.dropped, *dropped))


def _retold(candidate: Candidate, known: Known, redact: Callable[[JSON], JSON]) -> Candidate | None:
    check = candidate.check
    redacted = redact(candidate.facts)
    for facts in (check.propose(known), redacted if isinstance(redacted, Mapping) else None):
        if facts is not None and (findings := _holds(candidate, facts, known)):
            return replace(candidate, facts=facts, findings=findings)
    return None


def _holds(candidate: Candidate, facts: Mapping[str, JSON], known: Known) -> Findings | None:
    """What the test finds in the recorded run, where it finds nothing in the corrected one; else None."""
    check = candidate.check
    findings = judge(check, check.of(known.recorded, known.recorded_runs), facts, known)
    corrected = known.corrected and check.of(known.corrected, known.corrected_runs)
    green = judge(check, corrected, facts, known) if corrected else None
    return findings if findings and green is not None and not green else None
