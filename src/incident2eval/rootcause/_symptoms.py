"""What is wrong with a run, as its output and the incident file show it: where the way back begins."""

from collections.abc import Sequence
from dataclasses import dataclass

from incident2eval.model import JSON, Finding, Incident, Run, flat_text
from incident2eval.rootcause._content import Content, content


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """Words that are wrong, and what of them tells."""

    quote: str
    says: Content


def symptoms(
    run: Run, findings: Sequence[Finding], incident: Incident | None, right: JSON
) -> tuple[Symptom, ...]:
    """The words that people marked as wrong, then those that a finding quotes from the output.

    What a quote says beside what is wrong (its date, the number of the order) is left out where that is known:
    it stands in the right words, in the corrected output or in the run's own input.

    Args:
        run: The recorded run.
        findings: What the checks found in it.
        incident: The incident file, where there is one.
        right: What the output should have been, where people say; else None.
    """
    marked = incident.wrong if incident else ()
    quoted = [one.excerpt for one in findings if one.step is None and "*****" not in one.excerpt]
    should = [*(incident.right if incident else ()), flat_text(right), flat_text(run.input)]
    known = frozenset[str]().union(*(content(text).values for text in should))
    return tuple(
        Symptom(quote=quote, says=content(quote).without(known))
        for quote in dict.fromkeys((*marked, *quoted))
        if quote.strip()
    )
