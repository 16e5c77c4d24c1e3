"""First bad step and category on labelled incidents, beside always answering the same category.

python benchmarks/causes.py [FOLDER ...]
"""

import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from incident2eval.model import RootCause
from incident2eval.pipeline._dossier import open_dossier
from incident2eval.store import Project

HERE = Path(__file__).resolve().parents[1]
FOLDERS = (HERE.parent / "shared" / "acceptance" / "incidents", HERE / "tests" / "incidents")


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]] or list(FOLDERS)
    for folder in folders:
        rows = []
        for each in sorted(folder.glob("*/labels.json")):
            labels = json.loads(each.read_text("utf-8"))
            with tempfile.TemporaryDirectory() as place:
                project = Path(place) / "project"
                shutil.copytree(each.parent / "project", project)
                for path in [project, *project.rglob("*")]:
                    path.chmod(path.stat().st_mode | 0o200)
                try:
                    d = open_dossier(Project.find(project), labels["id"])
                except Exception as e:
                    print(each.parent.name, repr(e))
                    continue
                c = d.cause
                s = c.step in labels["first_bad_steps"]
                k = c.category in {labels["category"], *labels.get("category_any_of", ())}
                rows.append((s, k, labels["category"]))
                print(
                    f"{each.parent.name:20} {'+' if s else '-'} {'+' if k else '-'} {c.category}/{labels['category']} {c.name} / {labels['first_bad_names']} | {c.control.name if c.control else None} | {sorted({f.check for f in d.findings})}"
                )
        print(len(rows), sum(r[0] for r in rows), sum(r[1] for r in rows), Counter(r[2] for r in rows))


main()
