"""What a look-back found in a past run: whose run, whose data showed, and the words."""

import re
from collections.abc import Iterator, Sequence

from incident2eval.detection.names.roster import names_of
from incident2eval.lookback._watch import Seen, Watch
from incident2eval.model import Customers, Finding, Findings, IncidentType, Record, Run
from incident2eval.model.look_back import Hit, ShownRecord

Said = tuple[tuple[str, str], ...]
"""What a run says of its model, prompt and permissions."""

_QUOTED = re.compile(r"'([^'\n]{1,200})'")


def hit_of(seen: Seen, customers: Customers, version: Said = ()) -> Hit | None:
    """What was found in a run as a hit; None where nothing was.

    Args:
        seen: The run, judged.
        customers: The roster that it was judged with.
        version: What the run says of its version.
    """
    found = [(one, finding) for one, found in _judged(seen) for finding in found.found]
    return _hit(seen, found, customers, version)


def doubt_of(seen: Seen, customers: Customers, version: Said = ()) -> Hit | None:
    """What a person should look at in a run, in the form of a hit; None where nothing is in doubt.

    Args:
        seen: The run, judged.
        customers: The roster that it was judged with.
        version: What the run says of its version.
    """
    found = [(one, finding) for one, found in _judged(seen) for finding in found.doubtful]
    return _hit(seen, found, customers, version)


def _judged(seen: Seen) -> Iterator[tuple[Watch, Findings]]:
    return ((one, said) for one, said in seen.said if not isinstance(said, str))


def _hit(seen: Seen, found: list[tuple[Watch, Finding]], customers: Customers, version: Said) -> Hit | None:
    if not found:
        return None
    found.sort(key=lambda row: not row[0].check.control)
    first, run = found[0][1], seen.run
    records = _records(run, found)
    named = _named(run, found, customers)
    exposed = tuple(sorted({*(one.owner for one in records), *named}))
    of_exposure = all(one.check.type is IncidentType.DATA_EXPOSURE for one, _ in found)
    own = () if of_exposure or not run.customer_id else (run.customer_id,)
    return Hit(
        run=seen.name,
        at=run.started,
        subject=run.customer_id,
        exposed=exposed,
        check=first.check,
        excerpt=first.excerpt or first.message,
        message=first.message,
        step=first.step,
        checks=tuple(dict.fromkeys(finding.check for _, finding in found)),
        affected=tuple(sorted({*exposed, *own})),
        records=records,
        version=version,
    )


def _records(run: Run, found: Sequence[tuple[Watch, Finding]]) -> tuple[ShownRecord, ...]:
    """The records of others that findings of exposure quote, each once."""
    own = run.customer_id or ""
    shown = {
        (record.owner, record.id)
        for one, finding in found
        if one.check.type is IncidentType.DATA_EXPOSURE
        for record in _quoted(run, finding)
        if record.owner is not None and record.owner != own
    }
    return tuple(ShownRecord(owner=owner, id=name) for owner, name in sorted(shown))


def _named(run: Run, found: Sequence[tuple[Watch, Finding]], customers: Customers) -> Iterator[str]:
    """The customers whom findings of exposure name."""
    own, names = run.customer_id or "", names_of(customers)
    for one, finding in found:
        if one.check.type is not IncidentType.DATA_EXPOSURE:
            continue
        words = f"{finding.message}\n{finding.excerpt}"
        yield from (mention.customer for mention in names.foreign(words, own))
        # a customer without a name, or of a roster of hashes, is quoted by the id
        yield from (quoted for quoted in _QUOTED.findall(words) if quoted in customers and quoted != own)


def _quoted(run: Run, finding: Finding) -> Iterator[Record]:
    """The records that a finding quotes."""
    step = run.step(finding.step) if finding.step is not None else None
    for record in step.records if step else ():
        if finding.excerpt and finding.excerpt in {record.id, record.text[:200]}:
            yield record
