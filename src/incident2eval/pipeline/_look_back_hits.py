"""What a look-back found in a past run: whose run, whose data showed, and the words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident2eval.detection.names.roster import names_of
from incident2eval.model import Customers, Finding, IncidentType, Run
from incident2eval.pipeline._watch import Seen, Watch

_QUOTED = re.compile(r"'([^'\n]{1,200})'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A past run that a check of the incident finds something in."""

    run: str
    at: datetime | None
    subject: str | None
    """Id of the customer whose run it was."""
    exposed: tuple[str, ...]
    """Ids of the customers whose data showed."""
    check: str
    """The one that speaks of the control, before those that speak of the harm."""
    excerpt: str
    message: str
    step: str | None
    checks: tuple[str, ...]
    """Every check that found something."""
    affected: tuple[str, ...]
    """Ids of the customers who came to harm: those exposed, or else the run's own."""


def hit_of(seen: Seen, name: str, customers: Customers) -> Hit | None:
    """What was found in a run as a hit; None where nothing was.

    Args:
        seen: The run, judged.
        name: What the run is called.
        customers: The roster that it was judged with.
    """
    found = [(one, finding) for one, said in seen.said if not isinstance(said, str) for finding in said.found]
    if not found:
        return None
    found.sort(key=lambda row: not row[0].check.control)
    first, run = found[0][1], seen.run
    exposed = tuple(sorted(set(_exposed(run, found, customers))))
    of_exposure = all(one.check.type is IncidentType.DATA_EXPOSURE for one, _ in found)
    own = () if of_exposure or not run.customer_id else (run.customer_id,)
    return Hit(
        run=name,
        at=run.started,
        subject=run.customer_id,
        exposed=exposed,
        check=first.check,
        excerpt=first.excerpt or first.message,
        message=first.message,
        step=first.step,
        checks=tuple(dict.fromkeys(finding.check for _, finding in found)),
        affected=tuple(sorted({*exposed, *own})),
    )


def _exposed(run: Run, found: Sequence[tuple[Watch, Finding]], customers: Customers) -> Iterator[str]:
    """The owners of the records that findings of exposure quote, and the customers whom they name."""
    own, names = run.customer_id or "", names_of(customers)
    for one, finding in found:
        if one.check.type is not IncidentType.DATA_EXPOSURE:
            continue
        yield from (owner for owner in _owners(run, finding) if owner != own)
        words = f"{finding.message}\n{finding.excerpt}"
        yield from (mention.customer for mention in names.foreign(words, own))
        # a customer without a name, or of a roster of hashes, is quoted by the id
        yield from (quoted for quoted in _QUOTED.findall(words) if quoted in customers and quoted != own)


def _owners(run: Run, finding: Finding) -> Iterator[str]:
    step = run.step(finding.step) if finding.step is not None else None
    for record in step.records if step else ():
        if record.owner is not None and finding.excerpt and finding.excerpt in {record.id, record.text[:200]}:
            yield record.owner
