"""`demo`: a small real project, and the walk through every stage with the fault, with the fix.

And with a fix in words only.
"""

from dataclasses import dataclass
from pathlib import Path

from incident2eval.model import JSON
from incident2eval.pipeline import gate, run
from incident2eval.pipeline._answer import Answer, Tell
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state, write_demo
from incident2eval.pipeline.shown.layout import table


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One state of the workflow, and what the gate must say of it."""

    state: str
    says: str
    expected: str


SCENES = (
    Scene(
        state="faulty",
        says="The workflow as it was that day: an upgrade lets it read every customer's notes.",
        expected="blocked",
    ),
    Scene(
        state="fixed",
        says="The mended workflow: it may read the notes of the customer it writes for, and no others.",
        expected="pass",
    ),
    Scene(
        state="prompt_only",
        says="The tempting mend: the prompt forbids other names, but all notes can still be read.",
        expected="blocked",
    ),
)


def demo(*, folder: Path, tell: Tell) -> Answer:
    """Write the demo project and walk it through every stage there is.

    Args:
        folder: An empty or new folder; afterwards a normal project, with the fix in place.
        tell: Takes each line of the story as it happens.

    Returns:
        Exit code 0 when the gate said of each state what it must say, else 1.

    Raises:
        BadInput: The folder holds something already.
    """
    written = write_demo(folder)
    tell(f"Wrote {len(written)} files to {folder}: a workflow, its customers, an incident, 120 past runs.")
    set_state(folder, SCENES[0].state)
    tell(f"\n$ incident2eval run {INCIDENT}\n")
    found = run.run(project=folder, incident=INCIDENT)
    tell(found.text)
    gates: dict[str, dict[str, JSON]] = {}
    right = found.exit_code == 0
    for scene in SCENES:
        set_state(folder, scene.state)
        tell(f"\n{scene.says}\n$ incident2eval gate {WORKFLOW}\n")
        answer = gate.gate(project=folder, workflow=WORKFLOW, trials=None, junit=None, report=None)
        tell(answer.text)
        gates[scene.state] = dict(answer.data)
        right = right and answer.data["decision"] == scene.expected
    set_state(folder, "fixed")
    tell(
        f"\nThe fix is in place again. Look around:\n"
        f"  cd {folder}\n"
        f"  pytest cases                    # today's workflow must be green\n"
        f"  pytest cases --recorded         # the evidence must be red\n"
        f"  incident2eval gate {WORKFLOW}\n"
        f"  incident2eval look-back {INCIDENT}   # had it happened before?\n"
        f"  incident2eval restart {WORKFLOW}   # what it still takes, and from whom\n"
        "From there to CLEARED, with two keys and two signatures: docs/first-restart.md"
    )
    data = {"folder": str(folder), "files": len(written), "run": dict(found.data), "gates": gates}
    rows = [(scene.state, scene.expected, gates[scene.state]["decision"]) for scene in SCENES]
    verdict = (
        "The gate said what it must of all three."
        if right
        else "The gate was wrong: a fault of incident2eval."
    )
    text = f"\n{table(['workflow', 'must be', 'gate says'], rows)}\n\n{verdict}"
    return Answer(data=data, text=text, exit_code=0 if right else 1)
