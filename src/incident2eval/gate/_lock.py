"""The lock: what differs from it, and whom it leaves out."""

from collections.abc import Iterable, Mapping, Sequence

from incident2eval.model import EvalCase


def differences(locked: Mapping[str, str], found: Mapping[str, str]) -> Mapping[str, str]:
    """What differs between the lock and the files under cases/, in words, by incident.

    Args:
        locked: Path relative to cases/ -> sha256, as the lock has it.
        found: The same, as the files are now.
    """
    words: dict[str, list[str]] = {}
    for path in sorted({*locked, *found}):
        if locked.get(path) == found.get(path):
            continue
        what = (
            "changed"
            if path in locked and path in found
            else "is gone"
            if path in locked
            else "is not in the lock"
        )
        words.setdefault(path.split("/", 1)[0], []).append(f"cases/{path} {what}")
    return {
        incident: f"edited since it was proved: {', '.join(lines)} (undo it, or accept it: "
        f'incident2eval prove {incident} --reason "why" --by "name")'
        for incident, lines in words.items()
    }


def incidents_without_case(incidents: Iterable[str], cases: Sequence[EvalCase]) -> tuple[str, ...]:
    """The incidents that no locked case stands for, in order."""
    covered = {case.incident for case in cases}
    return tuple(incident for incident in incidents if incident not in covered)
