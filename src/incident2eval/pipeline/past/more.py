"""Further checks that a person asks of past runs, beside those of the incident's locked cases."""

from collections.abc import Sequence

from incident2eval.checks import SHELF
from incident2eval.lookback import Reach, Watch
from incident2eval.model import BadInput, Fault
from incident2eval.pipeline._dossier import open_dossier
from incident2eval.store import Project


def more_watches(home: Project, incident: str, names: Sequence[str]) -> tuple[Watch, ...]:
    """Checks with the facts that they propose from an incident's evidence.

    Args:
        home: Whose incident.
        incident: Its id.
        names: Of checks on the shelf.

    Raises:
        BadInput: No check is called so, it has nothing to go by here, or its facts hold for one input only.
    """
    if not names:
        return ()
    known = open_dossier(home, incident).known
    shelf = {check.name: check for check in SHELF}
    found = []
    for name in names:
        if name not in shelf:
            raise _refused(name, "is no check", f"one of {', '.join(sorted(shelf))}")
        facts = shelf[name].propose(known)
        if facts is None:
            raise _refused(name, f"has nothing to go by in {incident}", "leave it out")
        one = Watch(
            incident=incident, workflow=known.incident.workflow.name, check=shelf[name], facts=facts, named=()
        )
        if one.reach is not Reach.ANY_RUN:
            raise _refused(name, f"has facts that hold for {one.reach}", "leave it out")
        found.append(one)
    return tuple(found)


def _refused(name: str, message: str, hint: str) -> BadInput:
    return BadInput(Fault(field=f"--check {name}", message=message, hint=hint))
