"""What has to be there: no case that people signed for, or that the base branch holds, goes unseen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from incident2eval.gate._waivers import Waivers
from incident2eval.model import Approval, Matter

GONE = "gone"
"""What an approval says in place of a digest, of a case that is not there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The cases of a workflow as they once were."""

    source: str
    """Who holds them, such as `the last signed report, reports/...`."""
    cases: Mapping[str, str] = field(default_factory=dict)
    """Case -> digest."""
    at: datetime | None = None
    """Approvals from before that time were about earlier changes."""
    spent: frozenset[Approval] = frozenset()
    """Approvals that were there already: they were about earlier changes too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A case that is gone, or another one."""

    case: str
    words: str
    approval: Approval | None = None
    """Who signed for it; None: it shuts the gate."""


def changes_since(before: Before, now: Mapping[str, str], waivers: Waivers) -> Iterator[Change]:
    """Every case that is gone or another one since then, and whether somebody signed for it.

    Args:
        before: The cases as they were.
        now: The locked cases of the same workflow: case -> digest.
        waivers: What people signed.
    """
    fresh = Waivers(words=tuple(word for word in waivers.words if word not in before.spent), now=waivers.now)
    for case, digest in sorted(before.cases.items()):
        found = now.get(case, GONE)
        if found == digest:
            continue
        what = "gone" if found == GONE else "another one than it was"
        yield Change(
            case=case,
            words=f"{case}: {before.source} holds this case, and it is {what}: bring it back, or have an "
            f"approver sign for it (incident2eval approve {Matter.CHANGED_CASE} {case})",
            approval=fresh.given(Matter.CHANGED_CASE, case, found, since=before.at),
        )
