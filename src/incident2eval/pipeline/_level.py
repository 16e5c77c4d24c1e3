"""Which severity an incident is held at, whoever asks."""

from incident2eval.model import Severity
from incident2eval.store import Loaded, Project
from incident2eval.triage import level, triage


def severity_of(home: Project, loaded: Loaded, suggested: Severity | None = None) -> Severity:
    """The greater of what counts as given and what is suggested (contract section 6).

    What people gave includes the highest level ever held, unless somebody with the authority lowered it.

    Args:
        home: The project.
        loaded: The incident.
        suggested: What the facts suggest, where a run was judged; else what the file alone suggests.
    """
    told = suggested or triage(loaded.incident, ()).suggested
    written = loaded.written or loaded.incident
    held = level(loaded.incident, written, told, loaded.entries, home.settings.approvers)
    return max(held.counts, told)
