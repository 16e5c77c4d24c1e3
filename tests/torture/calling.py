"""How the torture scripts call the tool: as a user's shell would, in an environment of their own."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planted_data import INCIDENT, OWN, WORKFLOW

ABSENT = re.compile(r"No such (command|option)", re.IGNORECASE)
FORMATS = ("incident", "case", "run", "settings", "report")
LONGEST = 300
"""Seconds for one command."""


@dataclass(frozen=True)
class Said:
    """What a command said; `label` tells it from the others in a table."""

    label: str
    code: int
    out: str
    err: str

    @property
    def absent(self) -> bool:
        """Whether this version does not have the command, or the option."""
        return self.code == 2 and bool(ABSENT.search(self.out + self.err))

    @property
    def command(self) -> str:
        """The command alone."""
        return self.label.split()[0]


@dataclass(frozen=True)
class Caller:
    """Calls the tool for one project; nothing of the machine's own settings reaches it."""

    project: Path
    python: str = sys.executable
    as_json: bool = True
    """Whether every command is asked for JSON as well."""

    def __call__(self, label: str, *arguments: str) -> Said:
        """A command of the tool."""
        return self._call(label, "incident2eval", *arguments, "--project", str(self.project))

    def plain(self, label: str, *arguments: str) -> Said:
        """A command with all of its arguments, the project too."""
        return self._call(label, "incident2eval", *arguments)

    def pytest(self, label: str, *arguments: str) -> Said:
        """The cases as plain pytest."""
        return self._call(label, "pytest", "cases", "-p", "no:cacheprovider", *arguments)

    def _call(self, label: str, module: str, *arguments: str) -> Said:
        try:
            done = subprocess.run(
                [self.python, "-m", module, *arguments],
                cwd=self.project,
                env=environment(self.project.parent / "home"),
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            out, err = ((each or b"").decode("utf-8", "replace") for each in (error.stdout, error.stderr))
            return Said(label, -1, out, err + f"\nended after {LONGEST} s")
        return Said(
            label,
            done.returncode,
            done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"),
        )


def environment(home: Path) -> dict[str, str]:
    """A wide terminal, a home that is empty, and nothing from coverage or another pytest."""
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "COLUMNS": "400", "PYTHONUTF8": "1", "TERM": "dumb"}


def point_at(project: Path, target: str) -> None:
    """Let the workflow be the faulty one or the fixed one."""
    settings = project / "incident2eval.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r'"python:flows:\w+"', f'"python:flows:{target}"', text), encoding="utf-8")


Rows = list[tuple[str, tuple[str, ...]]]


def first_commands(project: Path) -> Rows:
    """From the evidence to the cases: what speaks to the engineer."""
    evidence = f"incidents/{INCIDENT}/evidence"
    return [
        ("init", ("init", str(project.parent / "new"))),
        *((f"schema {name}", ("schema", name)) for name in FORMATS),
        ("read", ("read", str(project / evidence / "recorded.json"))),
        ("read folder", ("read", str(project / evidence))),
        ("collect", ("collect", INCIDENT)),
        ("run", ("run", INCIDENT)),
        ("triage", ("triage", INCIDENT)),
        ("cluster", ("cluster",)),
        ("root-cause", ("root-cause", INCIDENT)),
        ("root-cause --run", ("root-cause", "--run", str(project / evidence / "recorded.json"))),
        ("eval-case", ("eval-case", INCIDENT)),
        ("prove", ("prove",)),
        ("prove ID", ("prove", INCIDENT)),
        ("look-back", ("look-back", INCIDENT)),
        ("check", ("check",)),
    ]


def gate_commands(target: str) -> Rows:
    """The gate as it is, and with files that it is told to write; in a folder where they are looked at."""
    extra = ("--trials", "6", "--junit", f"reports/{target}.xml", "--report", f"reports/{target}.md")
    return [(f"gate {target}", ("gate", WORKFLOW)), (f"gate {target} --report", ("gate", WORKFLOW, *extra))]


def last_commands(project: Path) -> Rows:
    """What comes after the gate: verdicts, registers, packs for outsiders."""
    reports = sorted((project / "reports" / WORKFLOW).glob("*Z-*.json"))
    packs = project.parent / "packs"
    packs.mkdir(exist_ok=True)
    audiences = ("regulator", "insurer", f"client:{OWN}")
    exports = [(each, str(packs / f"{each.replace(':', '-')}.zip")) for each in audiences]
    return [
        *(("verify REPORT", ("verify", str(path))) for path in reports[-1:]),
        ("verify ID", ("verify", INCIDENT)),
        ("restart", ("restart", WORKFLOW)),
        ("status", ("status",)),
        ("review", ("review",)),
        ("review --quarter", ("review", "--quarter")),
        ("runbook", ("runbook",)),
        ("report", ("report",)),
        ("retention", ("retention",)),
        ("archive", ("archive",)),
        *(
            (f"collect --export {who}", ("collect", INCIDENT, "--export", pack, "--for", who))
            for who, pack in exports
        ),
        ("contain", ("contain", INCIDENT, "--action", "workflow_disabled", "--by", "Ana Pereira")),
        ("customers --hash", ("customers", "--hash")),
    ]


def both_forms(call: Caller, rows: Rows) -> list[Said]:
    """Every command as text and as JSON; one that is absent once."""
    said = []
    for label, arguments in rows:
        said.append(call(label, *arguments))
        if call.as_json and not said[-1].absent:
            said.append(call(f"{label} --json", *arguments, "--json"))
    return said


def every_command(call: Caller) -> list[Said]:
    """A whole round: the faulty workflow, then the fixed one, each with pytest as well."""
    point_at(call.project, "faulty")
    said = both_forms(call, first_commands(call.project))
    for target in ("faulty", "fixed"):
        point_at(call.project, target)
        said += both_forms(call, gate_commands(target))
        said += pytests(call, target)
    return said + both_forms(call, last_commands(call.project))


def pytests(call: Caller, target: str) -> list[Said]:
    """The cases live and on both stored runs."""
    said = [
        call.pytest(f"pytest {target} {switch}".strip(), *switch.split()) for switch in ("", "--recorded")
    ]
    return [*said, call.pytest(f"pytest {target} --corrected", "--corrected")]


def script(description: str | None, tortured: Callable[[Path], int]) -> int:
    """Run a script's torture in a folder that goes away."""
    print((description or "").split("\n", 1)[0])
    with tempfile.TemporaryDirectory() as scratch:
        return 1 if tortured(Path(scratch).resolve()) else 0
