"""Cases, the lock over them, and root causes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from incident2eval.model import (
    BadInput,
    CaseFile,
    Category,
    EvalCase,
    FailedControl,
    Lock,
    Observation,
    Origin,
    RankedStep,
    RootCause,
    Run,
    SeenChange,
    Sources,
    Step,
    StepKind,
)
from incident2eval.model.incident import ChangeKind
from incident2eval.store import Project, case_files, sha256
from incident2eval.store._moments import moment

ID = "INC-2026-0142"

CASE = CaseFile(
    incident=ID,
    workflow="summary",
    customer_id="007",
    input={"month": "2026-10", "limit": 5, "ratio": 0.5, "deep": [{"a": None, "b": "4.10"}]},
    observes=(Observation.OUTPUT, Observation.STEPS),
    trials=5,
    facts={"approved_tools": ["search_notes", "NO"]},
    sources=Sources(recorded="ab", corrected="cd", origin=Origin.REPAIRED),
    notes=("one\ntwo",),
)
RUN = Run(id="r1", output="Quiet.", steps=(Step(id="s1", kind=StepKind.TOOL, name="search_notes"),))


@pytest.fixture
def project(write: Callable[..., Project]) -> Project:
    project = write()
    files = case_files(
        CASE, recorded={"input": RUN}, corrected={"first": RUN, "second": RUN}, tests=b"# tests\n"
    )
    project.write_case(ID, files)
    return project


def test_a_case_is_read_back_as_it_was_written(project: Project) -> None:
    assert project.case(ID) == CASE
    assert dict(project.corrected(ID)) == {"first": RUN, "second": RUN}
    assert list(project.recorded(ID).values()) == [RUN]
    assert project.tests(ID) == {"test_inc_2026_0142.py": b"# tests\n"}
    assert project.case_folders() == (project.root / "cases" / ID,)


def test_case_yaml_is_read_with_ease(project: Project) -> None:
    assert (project.root / "cases" / ID / "case.yaml").read_text() == (
        "schema: incident2eval/case/1\n"
        "incident: INC-2026-0142\n"
        "workflow: summary\n"
        'customer_id: "007"\n'
        "input:\n"
        '  month: "2026-10"\n'
        "  limit: 5\n"
        "  ratio: 0.5\n"
        "  deep:\n"
        "    - a: null\n"
        '      b: "4.10"\n'
        "observes:\n"
        "  - output\n"
        "  - steps\n"
        "trials: 5\n"
        "facts:\n"
        "  approved_tools:\n"
        "    - search_notes\n"
        '    - "NO"\n'
        "reason: confirmed\n"
        "from:\n"
        "  recorded: ab\n"
        "  corrected: cd\n"
        "  origin: repaired\n"
        "notes:\n"
        "  - |-\n"
        "    one\n"
        "    two\n"
    )


def test_several_inputs_keep_their_order(write: Callable[..., Project]) -> None:
    case = CaseFile(incident=ID, workflow="w", inputs={"z": {"a": 1}, "a": {}, "m": {"b": None}})
    project = write()
    project.write_case(ID, case_files(case, recorded={"z": RUN}, corrected={"z": RUN}, tests=b""))
    assert list(project.case(ID).inputs.items()) == list(case.inputs.items())


def test_every_fault_of_a_case_at_once(project: Project, faults: Callable) -> None:
    path = project.root / "cases" / ID / "case.yaml"
    path.write_text(
        "incident: X\ntrials: 0\nobserves: [record]\ninput: text\ncustomer_id: 7\nfrom: {recorded: a}\n"
    )
    assert faults(lambda: project.case(ID)) == [
        (1, "workflow", "is missing"),
        (2, "trials", "'0' is no number of trials"),
        (3, "observes.0", "'record' is not a value that is known here"),
        (4, "input", "should hold fields of its own"),
        (5, "customer_id", "should be text"),
        (6, "from.corrected", "is missing"),
        (6, "from.origin", "is missing"),
    ]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\0", b"[" * 100_000, b'{"schema": "x", "runs": 1}'])
def test_runs_that_are_none_are_bad_input(project: Project, raw: bytes) -> None:
    (project.root / "cases" / ID / "recorded.json").write_bytes(raw)
    with pytest.raises(BadInput, match=rf"cases/{ID}/recorded\.json"):
        project.recorded(ID)


def test_digests_tell_every_change_of_a_folder(project: Project) -> None:
    folder = project.root / "cases" / ID
    before = project.case_digests(ID)
    assert before[f"{ID}/test_inc_2026_0142.py"] == sha256(b"# tests\n")
    assert sorted(before) == [
        f"{ID}/{name}" for name in ("case.yaml", "corrected.json", "recorded.json", "test_inc_2026_0142.py")
    ]
    for name in ("__pycache__/a.pyc", "b.pyc", ".pytest_cache/c", ".d"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    assert project.case_digests(ID) == before
    (folder / "conftest.py").write_text("")
    assert set(project.case_digests(ID)) - set(before) == {f"{ID}/conftest.py"}
    (folder / "conftest.py").unlink()
    (folder / "case.yaml").rename(folder.parent / "case.yaml")
    (folder / "case.yaml").symlink_to(folder.parent / "case.yaml")
    assert project.case_digests(ID)[f"{ID}/case.yaml"] != before[f"{ID}/case.yaml"]


def test_a_case_in_a_folder_of_another_name_is_not_passed_over(project: Project) -> None:
    (project.root / "cases" / "old").mkdir()
    (project.root / "cases" / "old" / "case.yaml").write_text("")
    with pytest.raises(BadInput, match=r"^cases/old: the folder's name is no incident id"):
        project.case_folders()


def test_the_lock_is_read_back_as_it_was_written(project: Project) -> None:
    case = EvalCase(
        id=f"{ID}::test_x",
        incident=ID,
        workflow="w",
        path="p",
        test="test_x",
        check="c",
        red=True,
        green=True,
    )
    lock = Lock(cases=(case,), files={"b": "2", "a": "1"})
    assert project.lock() == Lock()
    project.write_lock(lock)
    assert project.lock() == lock
    text = (project.root / "cases" / "cases.lock").read_text()
    assert text.index('"a"') < text.index('"b"')
    assert text.endswith("}\n")


CORRUPT = [
    *(b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"cases": [], "cases": []}'),
    *(b'{"cases": [{}]}', b'{"files": {"a": 1}}', b'{"schema": "incident2eval/lock/2"}'),
]


@pytest.mark.parametrize("raw", CORRUPT)
def test_a_corrupt_lock_is_bad_input(project: Project, raw: bytes) -> None:
    (project.root / "cases" / "cases.lock").write_bytes(raw)
    with pytest.raises(BadInput, match=r"cases/cases\.lock"):
        project.lock()


CAUSE = RootCause(
    category=Category.DATA,
    step="s2",
    control=FailedControl(name="scope"),
    ranked=(RankedStep(step="s2", score=0.75, because="read a foreign note"),),
    changes=(SeenChange(at=moment("2026-10-30", bare_date=True), kind=ChangeKind.DATA),),
    because=("4.10 was out",),
)


def cause_file(project: Project) -> Path:
    return project.folder(ID) / "root-cause.yaml"


def test_a_proposal_is_read_back_as_it_was_written(project: Project) -> None:
    assert project.read_cause(ID) is None
    project.write_cause(ID, CAUSE)
    assert project.read_cause(ID) == CAUSE
    assert cause_file(project).read_text().endswith("\nconfirmed: null\n")


def test_what_people_wrote_stays_word_for_word(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    words = "# we met on Friday\nconfirmed:\n  by: Ana # sure\n  version: 4.10\nmine: {a: 1}\n"
    cause_file(project).write_text(cause_file(project).read_text().replace("confirmed: null\n", words))
    project.write_cause(ID, RootCause(step="s3"))
    assert project.read_cause(ID) == RootCause(step="s3")
    assert cause_file(project).read_text().endswith(words.split("\n", 1)[1])
    before = cause_file(project).stat().st_ino
    project.write_cause(ID, RootCause(step="s3"))
    assert cause_file(project).stat().st_ino == before


def test_what_people_wrote_stays_in_any_form(project: Project) -> None:
    cause_file(project).write_text('{"proposed": {}, "confirmed": {"by": "Ana", "version": "4.10"}}')
    project.write_cause(ID, RootCause(step="s3"))
    assert 'confirmed:\n  by: Ana\n  version: "4.10"\n' in cause_file(project).read_text()


def test_the_word_of_a_person_counts_before_the_proposal(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    with cause_file(project).open("a") as stream:
        stream.write("overruled: {category: human_review, because: [he said so], by: Ana}\n")
    word = replace(CAUSE, category=Category.HUMAN_REVIEW, control=None, because=("he said so",))
    assert project.read_cause(ID) == word


def test_a_root_cause_that_cannot_be_read_is_left_alone(project: Project) -> None:
    cause_file(project).write_text("confirmed: [\n")
    with pytest.raises(BadInput, match=r"root-cause\.yaml"):
        project.write_cause(ID, CAUSE)
    assert cause_file(project).read_text() == "confirmed: [\n"
