"""`python -m incident2eval.cli.commit_hook [DIR]`: are the cases as they were proved? For hooks of git."""

import sys
from collections.abc import Sequence
from pathlib import Path

from incident2eval.cli._failure import report
from incident2eval.cli._printing import tell
from incident2eval.gate import differences
from incident2eval.model import Incident2EvalError
from incident2eval.store import Project


def main(arguments: Sequence[str]) -> int:
    """Hold every case against the lock, and call no workflow.

    Args:
        arguments: The project's folder; none for the nearest one upward.

    Returns:
        0 where the lock has all cases as they are, 1 where one of them is another, 2 where it cannot be read.
    """
    try:
        home = Project.find(Path(arguments[0]) if arguments else None)
        edited = _edited(home)
    except Incident2EvalError as error:
        return report(error, as_json=False)
    for words in edited:
        tell(words)
    return 1 if edited else 0


def _edited(home: Project) -> Sequence[str]:
    """How cases differ from the lock, in words; a draft is not locked, and shuts the gate by itself."""
    locked = home.lock().files
    known = {path.split("/", 1)[0] for path in locked}
    found: dict[str, str] = {}
    for folder in home.case_folders():
        if folder.name in known or not home.case(folder.name).draft:
            found |= home.case_digests(folder.name)
    return tuple(differences(locked, found).values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
