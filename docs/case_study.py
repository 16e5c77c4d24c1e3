"""Write the case study into this repository, as the tool makes it: `python docs/case_study.py`.

The demo's incident is taken through `run` in a folder of its own. What a user's repository would hold of it
(incident file, digests of the evidence, root cause, cases and lock) comes here; the evidence stays outside,
as with users. The workflow is the demo's own, mended, so that the gate here passes.
"""

import os
import shutil
import tempfile
from pathlib import Path

from incident2eval.pipeline.gate import gate
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, write_demo
from incident2eval.pipeline.run import run

KEY = "5d" * 32
"""The demo's customers are made up: its pseudonyms may be the same for everybody who makes it anew."""

HERE = Path(__file__).resolve().parents[1]
KEPT = ("incident.yaml", "SEALED.json", "root-cause.yaml")


def settings(of_the_demo: str) -> str:
    """The demo's settings, speaking of the files as they lie in this repository."""
    package = "src/incident2eval/demo_project"
    lines = [line for line in of_the_demo.splitlines() if not line.startswith("archive")]
    text = "\n".join(lines).replace("python:summaries:", "python:incident2eval.demo_project.summaries:")
    return (
        text.replace('["data/', f'["{package}/data/')
        .replace(' "data/', f' "{package}/data/')
        .replace('["prompts/', f'["{package}/prompts/')
        + "\n"
    )


def main() -> None:
    """Make the case study anew and judge the mended workflow by it."""
    with tempfile.TemporaryDirectory() as scratch:
        demo = Path(scratch, "demo")
        write_demo(demo)
        os.environ["INCIDENT2EVAL_KEY"] = KEY
        run(project=demo, incident=INCIDENT)
        folder = HERE / "incidents" / INCIDENT
        folder.mkdir(parents=True, exist_ok=True)
        for name in KEPT:
            shutil.copyfile(demo / "incidents" / INCIDENT / name, folder / name)
        shutil.rmtree(HERE / "cases", ignore_errors=True)
        shutil.copytree(demo / "cases", HERE / "cases", ignore=shutil.ignore_patterns(".*", "__pycache__"))
        for name in ("customers.csv", "POLICY.md"):
            shutil.copyfile(demo / name, HERE / name)
        (HERE / "incident2eval.toml").write_text(settings((demo / "incident2eval.toml").read_text("utf-8")))
    shutil.rmtree(HERE / "reports", ignore_errors=True)
    print(gate(project=HERE, workflow=WORKFLOW, trials=None, junit=None, report=None).text)


if __name__ == "__main__":
    main()
