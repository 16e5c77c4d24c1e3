"""The incidents under tests/causes: the step where it came in, and the category."""

import json
import shutil
from pathlib import Path

import pytest

from incident2eval.pipeline import explain

CAUSES = Path(__file__).parents[1] / "causes"
WRONG = {
    "roofing-prices": "an index that held last year's list only: called the workflow's, labelled as data",
    "saddle-fitting": "two fields swapped in a template: the model that polished the letter is blamed",
}
"""What the tool gets wrong, and says so here until it does not."""


def incidents() -> list[object]:
    """Every slug; the wrong ones must fail."""
    slugs = sorted(path.parent.name for path in CAUSES.glob("*/labels.json"))
    return [
        pytest.param(slug, marks=pytest.mark.xfail(reason=WRONG[slug], strict=True))
        if slug in WRONG
        else slug
        for slug in slugs
    ]


@pytest.mark.parametrize("slug", incidents())
def test_step_and_category(slug: str, tmp_path: Path) -> None:
    labels = json.loads((CAUSES / slug / "labels.json").read_text("utf-8"))
    project = tmp_path / "project"
    shutil.copytree(CAUSES / slug / "project", project)

    answer = explain.root_cause(project=project, incident=labels["id"], run=None)

    cause = answer.data["root_cause"]
    assert isinstance(cause, dict)
    assert cause["step"] in labels["first_bad_steps"]
    assert cause["category"] in {labels["category"], *(labels.get("category_any_of") or ())}
    assert {one["area"] for one in cause["examined"]} == {"permission", "data", "integration", "review"}
