"""What a change of trust makes easier than it was: that needs the word of somebody approved before."""

from collections.abc import Iterator, Mapping
from typing import Any

from incident2eval.clearance._words import same
from incident2eval.model import JSON, LevelPolicy, LookBack, Policy, Severity, Signature, Trust, visible

_STRENGTH = tuple(LookBack)
"""From the weakest to the strongest."""


def loosened(before: Trust, now: Trust) -> tuple[str, ...]:
    """Everything that is looser or newer than it was, in words; what is stricter is fine.

    Args:
        before: As somebody approved it.
        now: As the settings are.
    """
    return (*_approvers(before, now), *_owners(before, now), *_policy(before, now), *_targets(before, now))


def _approvers(before: Trust, now: Trust) -> Iterator[str]:
    """Approvers, roles and keys that were not there; that somebody may no longer sign is no easier."""
    known = {one.name: one for one in before.approvers}
    for one in now.approvers:
        was, name = known.get(one.name), visible(one.name)
        if was is None:
            yield f"{name} is a new approver ({', '.join(one.roles) or 'no role'})"
            continue
        if gained := [role for role in one.roles if role not in was.roles]:
            yield f"{name} has a new role: {', '.join(gained)}"
        if one.public_key is not None and one.public_key != was.public_key:
            yield f"{name} has another key"


def _owners(before: Trust, now: Trust) -> Iterator[str]:
    """Owners that were not there; where none is named, every workflow owner may sign for it."""
    was = ", ".join(map(visible, before.owners))
    if before.owners and not now.owners:
        yield f"nobody owns it, and {was} did: every workflow owner could sign"
    known = {same(name) for name in before.owners}
    for name in now.owners if known else ():
        if same(name) not in known:
            yield f"{visible(name)} owns it or stands in, and {was} did"


def _policy(before: Trust, now: Trust) -> Iterator[str]:
    was, new = policy_of(before.policy), policy_of(now.policy)
    for severity in Severity:
        for what in _level(was.level(severity), new.level(severity)):
            yield f"level {int(severity)}: {what}"
    if new.override_hours > was.override_hours:
        yield f"an emergency override may last {new.override_hours} hours instead of {was.override_hours}"


def policy_of(overrides: Mapping[str, JSON]) -> Policy:
    """The policy with these overrides of it."""
    given: dict[str, Any] = dict(overrides)
    given["look_back"] = {level: LookBack(asked) for level, asked in given.get("look_back", {}).items()}
    return Policy(**given)


def _level(was: LevelPolicy, new: LevelPolicy) -> Iterator[str]:
    if new.trials < was.trials:
        yield f"{new.trials} trials of every case instead of {was.trials}"
    if new.report_hours > was.report_hours:
        yield f"a report may be {new.report_hours} hours old instead of {was.report_hours}"
    if new.monitor_days < was.monitor_days:
        yield f"{new.monitor_days} days of monitoring instead of {was.monitor_days}"
    if _STRENGTH.index(new.look_back) < _STRENGTH.index(was.look_back):
        yield f"the look-back is {new.look_back} instead of {was.look_back}"
    if new.people < was.people:
        yield f"{new.people} people sign instead of {was.people}"
    for signature in was.signatures:
        if not any(_covers(one, signature) for one in new.signatures):
            yield f"the signature of {signature.role.replace('_', ' ')} is asked for less often"


def _covers(new: Signature, was: Signature) -> bool:
    """Whether a signature is asked for at least as often as it was, of as many people."""
    is_always = not new.unless_no and not new.if_yes
    is_same = (new.unless_no, new.if_yes) == (was.unless_no, was.if_yes)
    return new.role == was.role and new.people >= was.people and (is_always or is_same)


def _targets(before: Trust, now: Trust) -> Iterator[str]:
    for name, address in now.targets.items():
        if before.targets.get(name) != address:
            was = before.targets.get(name)
            yield f"{name} is {visible(address)} instead of {visible(was) if was else 'nothing'}"
