"""Which model, prompt and permissions a run had, in few words: what past runs are told apart by."""

from hashlib import sha256

from incident2eval.model import ChangeKind, Run
from incident2eval.rootcause._traits import traits

_TELLING = (ChangeKind.MODEL, ChangeKind.PROMPT, ChangeKind.PERMISSION)
_LONGEST = 80


def versions_of(run: Run) -> tuple[tuple[str, str], ...]:
    """What a run says of its version, model, prompts and permissions, as pairs of what and which, in order.

    A prompt is told by the beginning of its SHA-256: its words may be anybody's.
    """
    said = {("version", "version"): run.version} if run.version else {}
    found = traits(run).said
    for trait, value in found.items():
        if trait.kind in _TELLING:
            is_text = trait.name.startswith("prompt of ") or len(value) > _LONGEST
            said[trait.kind, trait.name] = sha256(value.encode()).hexdigest()[:12] if is_text else value
    return tuple((name, value) for (_, name), value in sorted(said.items()))
