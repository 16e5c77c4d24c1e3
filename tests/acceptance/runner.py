"""Take an acceptance incident through `run` and `gate` as a user would, and compare with its labels."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

CALLABLES = ("fixed", "lookalike", "buggy", "variant", "superficial", "empty", "crash")


@dataclass
class Score:
    """What the tool said about one incident, beside what is true."""

    slug: str
    labels: dict
    run: dict
    gates: dict = field(default_factory=dict)

    def gate_right(self, name: str) -> bool:
        """Whether the gate's verdict on a callable is the one expected."""
        wanted, got = self.labels["gates"][name], self.gates[name].get("decision")
        return got in {"blocked", "error"} if wanted == "notpass" else got == wanted

    def said_right(self, name: str, said: object) -> bool:
        """Whether what was said is what the labels hold, or one of the answers that they call fair."""
        return said == self.labels[name] or said in self.labels.get(f"{name}_any_of", ())

    @property
    def gates_right(self) -> int:
        """How many of the verdicts are right."""
        return sum(self.gate_right(name) for name in self.labels["gates"])

    @property
    def cause_right(self) -> tuple[bool, bool]:
        """Whether the first bad step and the category are right."""
        cause = self.run.get("root_cause", {})
        return (
            cause.get("step") in self.labels["first_bad_steps"],
            self.said_right("category", cause.get("category")),
        )


def incident2eval(project: Path, *arguments: str) -> dict:
    """Run a command with --json in a project; the answer with its exit code under `exit`."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "incident2eval", *arguments, "--json", "--project", str(project)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=environment,
    )
    answer = json.loads(done.stdout) if done.stdout.strip() else {}
    return answer | {"exit": done.returncode, "stderr": done.stderr}


def score(folder: Path, workplace: Path) -> Score:
    """Score one incident: copy its project, run it, and ask the gate about every callable in its labels."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    project = workplace / folder.name
    shutil.copytree(folder / "project", project)
    for path in [project, *project.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    seen = Score(slug=folder.name, labels=labels, run=incident2eval(project, "run", labels["id"]))
    settings = project / "incident2eval.toml"
    text = settings.read_text(encoding="utf-8")
    for name in labels["gates"]:
        settings.write_text(re.sub(r'"python:flows:\w+"', f'"python:flows:{name}"', text), encoding="utf-8")
        seen.gates[name] = incident2eval(project, "gate", labels["workflow"])
    return seen


def table(scores: list[Score]) -> str:
    """The scores as a table: + right, - wrong."""
    head = ["incident", "gates", *CALLABLES, "type", "severity", "step", "category", "cases"]
    rows = [head]
    for one in scores:
        step, category = one.cause_right
        severity = one.run.get("severity", {}).get("suggested")
        rows.append(
            [
                one.slug,
                f"{one.gates_right}/{len(one.gates)}",
                *(
                    "+" if one.gate_right(name) else f"- {one.gates[name].get('decision')}"
                    for name in CALLABLES
                ),
                "+" if one.said_right("type", one.run.get("type")) else f"- {one.run.get('type')}",
                "+" if one.said_right("severity", severity) else f"- {severity}",
                "+" if step else "-",
                "+" if category else f"- {one.run.get('root_cause', {}).get('category')}",
                str(len(one.run.get("cases", []))),
            ]
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    right = sum(one.gates_right for one in scores)
    total = sum(len(one.gates) for one in scores)
    whole = sum(one.gates_right == len(one.gates) for one in scores)
    return "\n".join(
        [
            *lines,
            f"gates right: {right} of {total}; incidents with every gate right: {whole} of {len(scores)}",
            _causes(scores),
        ]
    )


def _causes(scores: list[Score]) -> str:
    """How many steps and categories are right, beside always giving one category."""
    steps, categories = (sum(one.cause_right[at] for one in scores) for at in (0, 1))
    always = sum(one.said_right("category", "workflow_design") for one in scores)
    total = len(scores)
    return (
        f"first bad step right: {steps} of {total}; category: {categories} (always workflow_design: {always})"
    )


def main() -> None:
    """Score the incidents of a folder, all or those named, and print the table and what was wrong."""
    root, *slugs = sys.argv[1:]
    folders = [folder for folder in sorted(Path(root).iterdir()) if (folder / "labels.json").is_file()]
    with tempfile.TemporaryDirectory() as workplace:
        scores = [score(folder, Path(workplace)) for folder in folders if not slugs or folder.name in slugs]
    print(table(scores))
    for one in scores:
        for name in one.gates:
            if not one.gate_right(name):
                gate = one.gates[name]
                print(f"{one.slug}, {name}: {gate.get('reasons') or gate.get('errors') or 'it passed'}")


if __name__ == "__main__":
    main()
