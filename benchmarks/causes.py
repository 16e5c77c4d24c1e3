"""First bad step and category on labelled incidents, beside always giving the same category.

    python benchmarks/causes.py [FOLDER ...] [--all]

Without a folder: the acceptance incidents of the shared data, those under tests/incidents, and those under
tests/causes, which are balanced over the four categories. Every incident is read as `root-cause` reads it; no
workflow is called. Prints figures, asserts none.
"""

import argparse
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import NamedTuple

from incident2eval.model import Category, Incident2EvalError, RootCause
from incident2eval.pipeline._dossier import open_dossier
from incident2eval.store import Project

HERE = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("INCIDENT2EVAL_SHARED", HERE.parent / "shared"))
FOLDERS = (SHARED / "acceptance" / "incidents", HERE / "tests" / "incidents", HERE / "tests" / "causes")


class Score(NamedTuple):
    """What was said of one incident, beside its labels."""

    slug: str
    labels: dict[str, object]
    cause: RootCause
    seconds: float
    """CPU, reading included."""

    @property
    def fair(self) -> set[object]:
        """The categories that the labels accept."""
        also = self.labels.get("category_any_of") or ()
        return {self.labels["category"], *(also if isinstance(also, list) else ())}

    @property
    def step_right(self) -> bool:
        """Whether the step is one of those labelled."""
        steps = self.labels["first_bad_steps"]
        return isinstance(steps, list) and self.cause.step in steps

    @property
    def category_right(self) -> bool:
        """Whether the category is one that the labels accept."""
        return self.cause.category in self.fair


def main() -> None:
    """Print a table for each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--all", action="store_true", help="print the right ones too")
    arguments = parser.parse_args()
    for folder in arguments.folders or FOLDERS:
        if not folder.is_dir():
            print(f"\n{folder}: NOT THERE, nothing measured")
            continue
        _print(folder, list(_scores(folder)), everything=arguments.all)


def _scores(folder: Path) -> Iterator[Score]:
    for path in sorted(folder.glob("*/labels.json")):
        labels = json.loads(path.read_text("utf-8"))
        with tempfile.TemporaryDirectory() as place:
            project = Path(place) / "project"
            shutil.copytree(path.parent / "project", project)
            for each in (project, *project.rglob("*")):
                each.chmod(each.stat().st_mode | 0o200)
            began = process_time()
            try:
                cause = open_dossier(Project.find(project), labels["id"]).cause
            except Incident2EvalError as error:
                cause = RootCause(because=(str(error),))
            yield Score(path.parent.name, labels, cause, process_time() - began)


def _print(folder: Path, scores: Sequence[Score], *, everything: bool) -> None:
    print(f"\n{folder.parent.name}/{folder.name}: {len(scores)} incidents")
    for one in scores:
        if everything or not (one.step_right and one.category_right):
            marks = f"{'+' if one.step_right else '-'} step {'+' if one.category_right else '-'} category"
            print(f"  {one.slug:22} {marks}: {one.cause.category} at {one.cause.name}; {_wanted(one)}")
    if not scores:
        return
    steps = sum(one.step_right for one in scores)
    categories = sum(one.category_right for one in scores)
    print(f"  first bad step: {steps} of {len(scores)}; category: {categories} of {len(scores)}")
    always = {kind: sum(kind in one.fair for one in scores) for kind in Category}
    print(f"  always the same category: {', '.join(f'{kind} {count}' for kind, count in always.items())}")
    said = Counter((str(one.labels["category"]), str(one.cause.category)) for one in scores)
    pairs = (f"{truth} as {told} {count}" for (truth, told), count in sorted(said.items()))
    print(f"  labelled, told: {', '.join(pairs)}")
    print(
        f"  CPU for one, evidence and archive read: {sum(one.seconds for one in scores) / len(scores):.2f} s"
    )


def _wanted(one: Score) -> str:
    return f"should be {one.labels['category']} at {one.labels['first_bad_names']}"


if __name__ == "__main__":
    main()
