"""What holds the house together: the sessions that `nox` runs, and more on request.

On request: `bench`, `bench_cluster`, `coverage`, `heavy`, `incidents`, `minimums`, `torture`.
"""

import ast
import json
import os
import statistics
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "tests", "docs", "prove", "acceptance"]

# Most tests start processes: where no bytecode is kept, each would compile all that it imports, every time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PYPROJECT = nox.project.load_toml("pyproject.toml")
_PAGES = ("checks", "commands", "exchange", "formats", "obligations", "requirements", "root-cause")
WITH_COG = ["README.md", *(f"docs/{name}.md" for name in _PAGES)]
SERVERS = ("arize-phoenix", "mlflow", "opentelemetry-exporter-otlp-proto-http", "langfuse", "langsmith")
"""What `heavy` runs against; their dependencies must not meet ours."""
PEERS = {"pip": "deepeval==4.3.1", "npm": "promptfoo@0.121.20"}
"""What `heavy` compares the gate with; the benchmark reads the reports of these versions."""
TORTURES = (
    *("canaries", "failing_disk", "forgeries", "greens", "kill", "kill_cases", "kill_commands", "paths"),
    *("sockets", "swap", "writers"),
)
PARALLEL = ("-n", "3", "--dist", "worksteal")
"""One more than CI has cores: many tests wait for a process or a time limit."""

LONGEST_FILE = 400
"""Lines; a longer file has two subjects."""


@nox.session
def lint(session: nox.Session) -> None:
    """Style, floors, docstrings, and how long files and functions are."""
    # Nothing is imported here, so the package comes without what it depends on.
    session.install("--no-deps", "-e", ".")
    session.install(*_groups("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("interrogate", "--quiet", "src")
    _figures(session)


@nox.session
def types(session: nox.Session) -> None:
    """Mypy, strict, over the package and over what its users write."""
    _install(session, "types")
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests but those of the docs and the acceptance incidents."""
    _install(session, "test")
    _all_tests(session)


@nox.session(python=["3.12", "3.13"])
def pythons(session: nox.Session) -> None:
    """The same tests on the other versions of Python that we say we work with."""
    _install(session, "test")
    _all_tests(session)


@nox.session
def coverage(session: nox.Session) -> None:
    """The same tests with branch coverage, which takes them twice as long."""
    _install(session, "test")
    _all_tests(session, "--cov=incident2eval", "--cov-branch", "--cov-report=term:skip-covered")
    _branches(session)


@nox.session
def docs(session: nox.Session) -> None:
    """The tables in the docs are current, every command is in them, and the README's blocks run."""
    _install(session, "test", "docs")
    session.run("cog", "-I", "docs", "--check", *WITH_COG)
    session.run("pytest", "tests/test_docs.py")


@nox.session
def prove(session: nox.Session) -> None:
    """Our own cases are red on their incidents and green on the corrected runs."""
    _install(session)
    session.run("pytest", "cases", "--recorded")
    session.run("pytest", "cases", "--corrected")


@nox.session
def acceptance(session: nox.Session) -> None:
    """Every acceptance incident through `run` and `gate`, with a table of what came of it."""
    _install(session, "test")
    session.run("pytest", "tests/acceptance", "-s")


@nox.session
def incidents(session: nox.Session) -> None:
    """The incidents under tests/incidents through `run` and `gate`, with a table; slugs choose among them."""
    _install(session, "test")
    session.run("python", "-m", "tests.acceptance.runner", "tests/incidents", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Figures, printed and never asserted."""
    _install(session)
    session.run("python", "benchmarks/start.py")
    session.run("python", "benchmarks/names.py")
    session.run("python", "benchmarks/read.py", *session.posargs)
    session.run("python", "benchmarks/causes.py")
    session.run("python", "benchmarks/root_cause.py")


@nox.session
def bench_cluster(session: nox.Session) -> None:
    """Failure types from 1,000 to 1,000,000 failures, beside what else groups texts (`-- --sizes 1000`)."""
    _install(session)
    session.install(*nox.project.load_toml("benchmarks/cluster.py")["dependencies"])
    session.run("python", "benchmarks/cluster.py", *session.posargs)


@nox.session
def torture(session: nox.Session) -> None:
    """Kills, full disks, forgeries, every random example; readers fuzzed for an hour (`-- --seconds 60`)."""
    _install(session, "test")
    for script in TORTURES:
        session.run("python", f"tests/torture/{script}.py")
    session.run("pytest", "tests", "-m", "hypothesis", *PARALLEL, env={"INCIDENT2EVAL_THOROUGH": "1"})
    session.install("atheris>=3.0")
    session.run("python", "tests/torture/fuzz.py", *session.posargs)


@nox.session
def heavy(session: nox.Session) -> None:
    """Traces fetched from real servers, and the gate beside its peers, in environments of their own."""
    _install(session, "test")
    servers = Path(session.virtualenv.location, "servers")
    session.run("python", "-m", "venv", str(servers))
    python = str(servers / "bin" / "python")
    session.run(python, "-m", "pip", "install", "--quiet", *SERVERS, external=True)
    session.run("pytest", "tests/heavy", "-s", *session.posargs, env={"INCIDENT2EVAL_SERVERS_PYTHON": python})
    peers = Path(session.virtualenv.location, "peers")
    session.run("python", "-m", "venv", str(peers))
    python = str(peers / "bin" / "python")
    session.run(python, "-m", "pip", "install", "--quiet", PEERS["pip"], external=True)
    session.run("npm", "install", "--silent", "--prefix", str(peers), PEERS["npm"], external=True)
    promptfoo = str(peers / "node_modules" / ".bin" / "promptfoo")
    session.run("python", "benchmarks/gate.py", "--promptfoo", promptfoo, "--deepeval", python)


@nox.session
def minimums(session: nox.Session) -> None:
    """The tests with the lowest version of every dependency that we say we work with."""
    # The exporter that the tests send with names the version of opentelemetry-proto itself.
    named = [each for each in PYPROJECT["project"]["dependencies"] if "opentelemetry" not in each]
    lowest = [each.replace(">=", "==") for each in named]
    session.install("-e", ".", *lowest, *_groups("test"))
    session.run(
        "pytest", "tests", "--ignore=tests/acceptance", "--ignore=tests/test_docs.py", *session.posargs
    )


def _install(session: nox.Session, *groups: str) -> None:
    session.install("-e", ".", *_groups(*groups))
    # pytest keeps bytecode of ours in files of its own, and cases are proved by a process that keeps none.
    session.run("python", "-m", "compileall", "-q", "src")


def _groups(*groups: str) -> list[str]:
    return list(nox.project.dependency_groups(PYPROJECT, *groups)) if groups else []


def _all_tests(session: nox.Session, *options: str) -> None:
    outcome = _kept(session, "tests.xml")
    elsewhere = ("--ignore=tests/acceptance", "--ignore=tests/heavy", "--ignore=tests/test_docs.py")
    kept = f"--junit-xml={outcome}"
    session.run("pytest", "tests", *elsewhere, *PARALLEL, *options, kept, *session.posargs)
    _skipped(session, outcome)


def _figures(session: nox.Session) -> None:
    """Print how long files and functions are; a file over the limit fails."""
    files = {path: path.read_text("utf-8") for path in sorted(Path("src").rglob("*.py"))}
    lines = {path: len(text.splitlines()) for path, text in files.items()}
    functions = sorted(length for text in files.values() for length in _function_lengths(text))
    session.log(
        f"{len(files)} files, {sum(lines.values())} lines, median {statistics.median(lines.values()):.0f}; "
        f"{len(functions)} functions, median {statistics.median(functions):.0f} lines, "
        f"{sum(length <= 30 for length in functions) / len(functions):.0%} up to 30"
    )
    if too_long := [str(path) for path, count in lines.items() if count > LONGEST_FILE]:
        session.error(f"over {LONGEST_FILE} lines: {', '.join(too_long)}")


def _function_lengths(text: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.end_lineno - node.lineno + 1


def _kept(session: nox.Session, name: str) -> Path:
    """A file of the session's own. Not `create_tmp`: tests must not run inside this repository's folder."""
    return Path(session.virtualenv.location, name)


def _branches(session: nox.Session) -> None:
    """Say how many branches the tests took."""
    file = _kept(session, "coverage.json")
    session.run("coverage", "json", "--quiet", "-o", str(file), silent=True)
    totals = json.loads(file.read_text("utf-8"))["totals"]
    taken, all_of_them = totals["covered_branches"], totals["num_branches"]
    session.log(f"branch coverage: {taken} of {all_of_them} branches ({taken / max(all_of_them, 1):.1%})")


def _skipped(session: nox.Session, outcome: Path) -> None:
    """Say how many tests ran, and how many did not because the shared data are not there."""
    cases = list(ET.parse(outcome).iter("testcase"))  # noqa: S314 - pytest has just written it
    reasons = [skip.get("message", "") for case in cases for skip in case.iter("skipped")]
    without_data = sum("shared" in reason for reason in reasons)
    session.log(
        f"{len(cases) - len(reasons)} tests ran, {len(reasons)} were skipped, "
        f"{without_data} of them for want of the shared data"
    )
