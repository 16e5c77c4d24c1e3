"""What GitHub Actions is told of a gate, and that no text of a run becomes a command to its runner."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from incident2eval.cli._annotations import SUMMARY_LIMIT, annotated
from incident2eval.cli._printing import show, tell
from incident2eval.cli._runner import defused
from incident2eval.pipeline import gate
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import WORKFLOW

Judge = Callable[[], Answer]
UNESCAPE = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
CASE = "INC-2026-0142::test_draft_names_no_other_customer"


def asked(folder: Path) -> Judge:
    return lambda: gate.gate(project=folder, workflow=WORKFLOW, trials=None, junit=None, report=None)


def commands(printed: str) -> list[tuple[str, Mapping[str, str], str]]:
    """What a runner makes of an output, by the rules of its source: command, properties, data."""
    found, word = [], None
    for line in re.split(r"\r\n|\r|\n", printed):
        new = re.match(r"\s*::([^ :]+)(?: (.*?))?::(.*)", line)
        old = re.search(r"##\[([^ \]]+)(?: (.*?))?\](.*)", line)
        given = new or old
        if given is None or (word is not None and given[1] != word):
            continue
        if word is not None:
            word = None
        elif given[1] == "stop-commands":
            word = given[3]
        else:
            pairs = (each.split("=", 1) for each in (given[2] or "").split(",") if "=" in each)
            found.append((given[1], {key: plain(value) for key, value in pairs}, plain(given[3])))
    return found


def plain(text: str) -> str:
    return re.sub("|".join(UNESCAPE), lambda found: UNESCAPE[found[0]], text)


@pytest.fixture
def actions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A step of GitHub Actions; hands over the file of its summary."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    summary = tmp_path / "summary.md"
    summary.write_text("what was there\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    return summary


def test_every_failing_case_is_annotated_at_its_test(
    faulty: Path, actions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = annotated(faulty, asked(faulty))

    assert answer.exit_code == 1
    failing = {case["id"]: case for case in answer.data["cases"] if case["outcome"] != "passed"}
    told = commands(capfd.readouterr().err)
    assert len(told) == len(failing) > 0
    for name, at, message in told:
        case = failing[at["title"].removeprefix("Failed: ")]
        test = case["id"].partition("::")[2]
        source = (faulty.parent / at["file"]).read_text().splitlines()
        assert name == "error"
        assert at["file"].startswith("demo/cases/INC-2026-0142/test_")
        assert source[int(at["line"]) - 1].startswith(f"def {test}(")
        assert message == case["message"]


def test_a_pass_is_told_without_a_word_and_summed_up(
    project: Path, actions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = annotated(project, asked(project))

    assert answer.exit_code == 0
    assert commands(capfd.readouterr().err) == []
    report = project / Path(answer.data["report"]).with_suffix(".md")
    assert actions.read_text() == f"what was there\n{report.read_text()}\n"


def test_nothing_is_said_where_no_runner_reads(
    faulty: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    annotated(faulty, asked(faulty))

    assert "::" not in capfd.readouterr().err


def answering(**fields: object) -> Answer:
    case = {"id": CASE, "outcome": "failed", "message": "", "waived": ""}
    data = {
        "workflow": WORKFLOW, "decision": "blocked", "reasons": [], "report": "reports/none.json",
        "cases": [case | fields],
    }  # fmt: skip
    return Answer(data=data, text="", exit_code=1)


HOSTILE = (
    "::add-mask::e",
    "one\n::set-output name=x::y",
    "one\r::error::two",
    "  ::stop-commands::x",
    "a ##[add-mask]e",
    "100%0A::error::x, file=y::z",
    "\u00ad::error::x",
    "\u2028::error::x",
    ":\u200b:error::x",
    "#\u200b##[error]x",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_inside_their_annotation(
    project: Path, actions: Path, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    annotated(project, lambda: answering(message=text))

    ((name, at, message),) = commands(capfd.readouterr().err)
    assert (name, at["title"]) == ("error", f"Failed: {CASE}")
    assert set(at) == {"file", "line", "title"}
    assert message.replace("\\x0d", "\r").replace("\\u2028", "\u2028") == text


def test_a_case_in_quarantine_is_a_warning_with_who_and_why(
    project: Path, actions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    annotated(project, lambda: answering(message="broken", waived="Ana (security): no, not today"))

    ((name, at, message),) = commands(capfd.readouterr().err)
    assert (name, at["title"], message) == (
        "warning",
        f"In quarantine: {CASE}",
        "Ana (security): no, not today",
    )


def test_a_reason_that_no_case_tells_of_is_annotated_too(
    project: Path, actions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = answering(outcome="passed")
    answer.data["reasons"].append("cases/INC-2026-0999 is not in the lock")

    annotated(project, lambda: answer)

    ((name, at, message),) = commands(capfd.readouterr().err)
    assert (name, at) == ("error", {"title": "Blocked: monthly-summary"})
    assert message == "cases/INC-2026-0999 is not in the lock"


def test_a_lock_that_is_gone_meanwhile_changes_no_exit_code(
    project: Path, actions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "cases" / "cases.lock").write_text("{")

    assert annotated(project, lambda: answering(message="broken")).exit_code == 1

    ((name, at, message),) = commands(capfd.readouterr().err)
    assert (name, at, message) == ("error", {"title": f"Failed: {CASE}"}, "broken")


def test_what_the_workflow_prints_is_no_command(
    project: Path, actions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = project / "summaries.py"
    source.write_text(f"print('\\n::error::x\\n::add-mask::e\\n##[add-mask]e')\n{source.read_text()}")

    annotated(project, asked(project))

    printed = capfd.readouterr().err
    assert "::add-mask::e" in printed
    assert commands(printed) == []


def test_the_runner_listens_again_after_an_error(
    project: Path, actions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError):
        annotated(project, lambda: answering(message=str(1 / 0)))

    word = re.search(r"::stop-commands::(\w{32})\n", capfd.readouterr().err)
    assert word
    other = re.compile(word[1])
    assert not other.search(str(os.environ))


@pytest.mark.parametrize("text", HOSTILE)
def test_ordinary_output_holds_no_command(
    actions: Path, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = Answer(data={"says": [text, {text: text}]}, text=text, notes=(text,))

    show(answer, as_json=False)
    show(answer, as_json=True)
    tell(text)

    printed = capfd.readouterr()
    assert commands(printed.out) == commands(printed.err) == []
    bare = re.sub("[\u00ad\u200b]", "", printed.out + printed.err)
    assert not re.search(r"(?m)^\s*::|##\[", bare)


@pytest.mark.parametrize("text", ["a :: b", "x::y", "INC-2026-0001::test_x", "# heading", "## [link]", ":"])
def test_what_is_no_command_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_outside_of_a_runner_text_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    show(Answer(data={}, text="::error::x"), as_json=False)

    assert capfd.readouterr().out == "::error::x\n"


class TestSummary:
    @pytest.fixture(autouse=True)
    def report(self, project: Path) -> None:
        (project / "reports").mkdir(exist_ok=True)
        (project / "reports" / "none.md").write_text("## BLOCKED\n")

    def test_is_not_written_through_a_link(
        self, project: Path, actions: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = actions.with_name("link.md")
        link.symlink_to(actions)
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(link))

        answer = annotated(project, answering)

        assert actions.read_text() == "what was there\n"
        assert answer.exit_code == 1
        assert answer.notes[-1].startswith("the summary of the step was not written: ")

    def test_is_not_written_into_a_pipe(
        self, project: Path, actions: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.mkfifo(actions.with_name("pipe"))
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(actions.with_name("pipe")))

        assert "was not written" in annotated(project, answering).notes[-1]

    def test_stays_within_what_a_runner_takes(self, project: Path, actions: Path) -> None:
        actions.write_bytes(b"x" * (SUMMARY_LIMIT - 5))

        answer = annotated(project, answering)

        assert actions.stat().st_size == SUMMARY_LIMIT - 5
        assert "it would hold more than 1 MB" in answer.notes[-1]
