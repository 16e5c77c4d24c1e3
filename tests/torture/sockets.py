"""No command that names no server may touch the network: every socket is refused, and none may be asked for.

    python tests/torture/sockets.py

Runs every command of this version, `demo` too, with an interpreter of its own. In it an audit hook refuses
and writes down each internet socket, connection and name look-up, from the first line that a process runs: it
stands in the standard library of that interpreter, so no scrubbed environment and no `-I -S` is without it.
Sockets that C libraries open past Python are not seen. A control shows first that the hook bites, in children
too, and processes are counted: a round in which the commands start no workers shows nothing, and fails.
"""

import json
import re
import subprocess
import sys
import sysconfig
import venv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from calling import Caller, Said, every_command, script
from planted_project import build

WORKERS = 10
"""Processes that the commands of a round start at the least: a worker and a judge each for some."""

GUARD = """

def _refuse_sockets():
    import posix
    import sys

    ends = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
    names = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")

    def write(**row):
        import json

        line = json.dumps({{"pid": posix.getpid(), "argv": sys.orig_argv[:8], **row}}) + "\\n"
        handle = posix.open({log!r}, posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT, 0o600)
        posix.write(handle, line.encode("utf-8"))
        posix.close(handle)

    def asks(event, given):
        if event == "socket.__new__":
            return int(given[1]) in (2, 10, 30)
        return event in names or (event in ends and isinstance(given[1], tuple))

    def listens(event, given):
        # The receiver of a workflow's spans, on loopback while cases run: it listens, and asks nobody.
        frame = sys._getframe()
        while frame and not frame.f_code.co_filename.endswith("incident2eval/receiver/_server.py"):
            frame = frame.f_back
        here = event == "socket.bind" and given[1][0] == "127.0.0.1"
        return frame is not None and (event == "socket.__new__" or here)

    def hook(event, given):
        if event.startswith("socket.") and asks(event, given) and not listens(event, given):
            import traceback

            shown = [repr(each)[:120] for each in given if not hasattr(each, "fileno")]
            write(asked=event, given=shown, stack=traceback.format_stack()[-15:-1])
            raise PermissionError("refused by tests/torture/sockets.py: " + event)

    sys.addaudithook(hook)
    write()


_refuse_sockets()
"""


@dataclass(frozen=True)
class Seen:
    """What the hook wrote down: processes it was in, and what they asked for."""

    processes: tuple[list[str], ...]
    asked: tuple[dict, ...]


class Guarded:
    """An interpreter with the packages of this one and a standard library with the hook in it."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "asked.jsonl"
        self.log.touch()
        library = self._library(folder / "base")
        venv.create(folder / "venv", with_pip=False, symlinks=True)
        self.python = str(folder / "venv" / "bin" / "python")
        settings = folder / "venv" / "pyvenv.cfg"
        moved = re.sub(r"(?m)^home = .*", f"home = {folder / 'base' / 'bin'}", settings.read_text("utf-8"))
        settings.write_text(moved, encoding="utf-8")
        linked(Path(sysconfig.get_path("purelib")), folder / "venv" / "lib" / library / "site-packages")

    def _library(self, base: Path) -> str:
        real = Path(sysconfig.get_path("stdlib"))
        linked(real, base / "lib" / real.name, but=("encodings", "site-packages"))
        linked(real / "encodings", base / "lib" / real.name / "encodings", but=("__init__.py", "__pycache__"))
        first = base / "lib" / real.name / "encodings" / "__init__.py"
        guard = GUARD.format(log=str(self.log))
        first.write_text((real / "encodings" / "__init__.py").read_text("utf-8") + guard, encoding="utf-8")
        (base / "bin").mkdir()
        return real.name

    def seen(self) -> Seen:
        """What was written down so far; the log begins anew."""
        rows = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        self.log.write_text("", encoding="utf-8")
        asked = tuple(row for row in rows if "asked" in row)
        return Seen(tuple(row["argv"] for row in rows if "asked" not in row), asked)


def linked(real: Path, folder: Path, but: tuple[str, ...] = ()) -> None:
    """A folder of links to what is in another, but for some of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in real.iterdir():
        if each.name not in but:
            (folder / each.name).symlink_to(each)


CONTROL = """
import socket, subprocess, sys
for ask in (lambda: socket.socket(), lambda: socket.getaddrinfo("x.example", 80),
            lambda: socket.socket(socket.AF_INET6), lambda: socket.create_connection(("127.0.0.1", 9))):
    try:
        ask()
    except PermissionError:
        continue
    sys.exit("not refused")
a, b = socket.socketpair()
child = "import socket; socket.socket()"
done = subprocess.run([sys.executable, "-I", "-S", "-c", child], env={}, stderr=subprocess.DEVNULL)
sys.exit(0 if done.returncode else "not in children")
"""


def bites(guarded: Guarded) -> list[str]:
    """Whether the hook refuses and writes down what it should; what is wrong with it."""
    done = subprocess.run(
        [guarded.python, "-I", "-c", CONTROL], check=False, capture_output=True, text=True, env={}
    )
    seen = guarded.seen()
    asked, processes = len(seen.asked), len(seen.processes)
    if done.returncode or asked != 5 or processes != 2:
        return [f"the hook does not bite: {done.stderr} {asked} of 5 asked, {processes} processes"]
    return []


@dataclass
class Outcome:
    """A round: what was run, how many processes the hook was in, what was asked for."""

    said: list[Said]
    processes: int
    asked: list[dict]
    wrong: list[str]

    @property
    def failed(self) -> bool:
        """Whether anything asked, or the round shows nothing."""
        return bool(self.asked or self.wrong)


def whole_round(scratch: Path, *, small: bool = False) -> Outcome:
    """Every command once as text and, unless the round is small, once as JSON, and the demo: no network."""
    guarded = Guarded(scratch)
    wrong = bites(guarded)
    project = scratch / "main" / "project"
    build(project)
    call = Caller(project, guarded.python, as_json=not small)
    said = [*every_command(call), call("demo", "demo", str(scratch / "demo"))]
    ran = [each for each in said if not each.absent]
    seen = guarded.seen()
    wrong += worked(ran)
    if len(seen.processes) < len(ran) + WORKERS:
        wrong.append(f"the hook was in {len(seen.processes)} processes, too few for {len(ran)} commands")
    return Outcome(said, len(seen.processes), list(seen.asked), wrong)


def worked(ran: list[Said]) -> list[str]:
    """What did not do its work shows nothing about the network: the commands that must end well."""
    must = {
        "run": 0,
        "eval-case": 0,
        "prove": 0,
        "gate fixed": 0,
        "gate faulty": 1,
        "pytest fixed": 0,
        "demo": 0,
    }
    codes = {each.label: each.code for each in ran}
    return [
        f"{label}: exit {codes.get(label)}, not {code}"
        for label, code in must.items()
        if codes.get(label) != code
    ]


def told(outcome: Outcome) -> str:
    """A round in figures, each attempt with where it came from."""
    absent = dict.fromkeys(each.label for each in outcome.said if each.absent)
    ran = [each for each in outcome.said if not each.absent]
    stacks = Counter("".join(each["stack"]) for each in outcome.asked)
    first = {"".join(each["stack"]): each for each in outcome.asked}
    lines = [
        f"{len(ran)} commands in {outcome.processes} processes; {len(outcome.asked)} attempts at the network",
        f"not in this version: {', '.join(absent) or 'nothing'}",
        *outcome.wrong,
    ]
    for stack, count in stacks.most_common(10):
        each = first[stack]
        lines.append(f"--- {count} times {each['asked']} {each['given']} by {each['argv']}\n{stack}")
    return "\n".join(lines)


def tortured(scratch: Path) -> int:
    """A whole round, printed."""
    outcome = whole_round(scratch)
    print(told(outcome))
    return outcome.failed


if __name__ == "__main__":
    sys.exit(script(__doc__, tortured))
