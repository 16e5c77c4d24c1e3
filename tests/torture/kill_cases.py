"""kill -9 at random points of `eval-case`: no file is half there, nothing passes, the next one completes it.

python tests/torture/kill_cases.py [--rounds 60] [--seed N]
"""

import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from kill import asked, forked, steps

from incident2eval.pipeline.cases import eval_case
from incident2eval.pipeline.gate import gate
from incident2eval.pipeline.intake import collect
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, write_demo
from incident2eval.pipeline.verify import verify
from incident2eval.store import Project


def files(folder: Path) -> dict[str, bytes]:
    """Every file of the cases, but for what a killed process left under a name that nobody reads."""
    there = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in there}


def written(folder: Path) -> Path:
    """The demo with its evidence sealed, and no case yet."""
    write_demo(folder)
    collect(project=folder, incident=INCIDENT, traces=())
    return folder


def build(home: Path) -> None:
    """Write the case, without asking the workflow."""
    assert eval_case(project=home, incident=INCIDENT, probe=False).exit_code == 0


def one_round(home: Path, whole: dict[str, bytes], die_at: int) -> str:
    """Kill it, look at what it left, and let the next one complete it; how far it had got."""
    shutil.rmtree(home / "cases")
    (home / "cases").mkdir()
    killed = forked(lambda: build(home), die_at=die_at)
    left = files(home / "cases")
    names = {name for name in left if name != "cases.lock"}
    assert all(left[name] == whole[name] for name in names), "a file of a case is half there"
    assert verify(project=home, what=INCIDENT).exit_code == 0
    locked = Project.find(home).lock().cases
    judged = gate(project=home, workflow=WORKFLOW, trials=None, junit=None, report=None)
    assert judged.data["decision"] == "blocked", "the faulty workflow was let through"
    build(home)
    assert files(home / "cases") == whole, "the next one did not complete it"
    if not killed:
        return "done before it was killed"
    return "locked" if locked else "written, not locked" if names else "nothing of it yet"


def main() -> int:
    """Kill it at random; 0 where every case was whole or not there, and was completed."""
    rounds, seed = asked(__doc__, rounds=60)
    chance, outcomes = random.Random(seed), Counter[str]()  # noqa: S311 - to be repeated
    os.environ["INCIDENT2EVAL_KEY"] = "5d" * 32  # the same bytes in every round
    with tempfile.TemporaryDirectory() as scratch:
        home = written(Path(scratch, "demo"))
        build(home)
        whole = files(home / "cases")
        shutil.rmtree(home / "cases")
        taken = steps(lambda: build(home))
        for number in range(rounds):
            # Most steps are reading; the last hundred are where a case comes to lie on the disk.
            late = number % 2 == 0
            outcomes[one_round(home, whole, chance.randint(max(1, taken - 150) if late else 1, taken))] += 1
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"eval-case killed in {rounds} rounds (seed {seed}, {taken} steps at the disk): {told}")
    print("0 half-written, 0 let through, every one completed by the next eval-case")
    return 0


if __name__ == "__main__":
    sys.exit(main())
