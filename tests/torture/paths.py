"""Path tricks: ids, rows of evidence, names of traces and workflows, links and options that lead outside.

    python tests/torture/paths.py [--every N]

Each trick goes through the tool in a project of its own; what stands around the project is compared before
and after, byte by byte, link by link. Fails on any write outside, on words of an outside file that turn up
inside, on a protected file of the project that changed, and on a traceback. A file that an option names is
the wish of the user, so that one file alone may be written outside; but never through a link of the project.
"""

import argparse
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from calling import Caller, Said
from path_names import IDS, NAMES
from planted_data import INCIDENT, WORKFLOW
from planted_project import build

MARK = "quetzal-7731-outside"
"""Stands in a file outside the project; a tool that reads there carries it in."""


@dataclass(frozen=True)
class World:
    """A project, and beside it what must stay as it is."""

    root: Path

    @property
    def project(self) -> Path:
        """The project's folder; so deep that some steps up still end where is looked."""
        return self.root / "some" / "where" / "deep" / "project"

    @property
    def outside(self) -> Path:
        """A folder that nothing has a business in."""
        return self.project.with_name("outside")

    @property
    def home(self) -> Path:
        """The incident's folder."""
        return self.project / "incidents" / INCIDENT

    def resolved(self, name: str) -> str:
        """A trick with the places of this world in it."""
        return name.replace("{outside}", str(self.outside)).replace("{project}", str(self.project))


@dataclass(frozen=True)
class Trick:
    """One way in: what is laid out first, what is called, and what the user himself asked to be written."""

    surface: str
    name: str
    arguments: tuple[str, ...]
    lay: Callable[[World], None] = lambda _: None
    asked: str = ""
    may_read: bool = False


@dataclass
class Tally:
    """What came of all tricks."""

    counts: Counter = field(default_factory=Counter)
    codes: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


# What stands outside, and what changed of it.


def new_world(pattern: World, root: Path) -> World:
    """A copy of a world; its times too, so that a file written again shows."""
    shutil.copytree(pattern.root, root, symlinks=True)
    return World(root)


def first_world(root: Path) -> World:
    """A project with proved cases, and files around it."""
    world = World(root)
    build(world.project)
    world.outside.mkdir()
    (world.outside / "secret.txt").write_text(MARK, encoding="utf-8")
    trace = json.loads((world.home / "evidence" / "recorded.json").read_text("utf-8"))
    (world.outside / "trace.json").write_text(json.dumps(trace | {"version": MARK}), encoding="utf-8")
    (world.outside / "cases.lock").write_text("{}", encoding="utf-8")
    (root / "drop").mkdir()
    said = Caller(world.project)("run", "run", INCIDENT)
    if said.code:
        raise RuntimeError(f"the project itself does not work: {said.out}{said.err}")
    return world


def tree(root: Path, but: Path) -> dict[str, tuple]:
    """Every file, folder and link under a root but for one folder: kind, mode, size, time, digest."""
    found = {}
    for folder, folders, files in os.walk(root):
        if Path(folder) == but.parent and but.name in folders:
            folders.remove(but.name)
        for name in (*folders, *files):
            path = Path(folder, name)
            found[str(path.relative_to(root))] = state(path)
    return found


def state(path: Path) -> tuple:
    """What a change of a path shows in; a folder's time changes with what comes and goes in it."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return ("link", str(path.readlink()))
    if stat.S_ISREG(status.st_mode):
        return (status.st_mode, status.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
    return (status.st_mode,)


def changes(before: dict[str, tuple], after: dict[str, tuple]) -> list[str]:
    """Paths that came, went or changed."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def guarded(world: World) -> dict[str, tuple]:
    """Files of the project that no command of these may touch: what people wrote, the seal, the cases."""
    files = [
        world.project / "incident2eval.toml",
        world.project / "flows.py",
        world.project / "customers.csv",
    ]
    files += [world.home / "incident.yaml", *(world.project / "cases").rglob("*")]
    return {str(path): state(path) for path in files if path.exists() and "__pycache__" not in path.parts}


def carried_in(world: World) -> list[str]:
    """Files inside the project that hold words of a file outside."""
    files = (Path(folder, name) for folder, _, names in os.walk(world.project) for name in names)
    held = (path for path in files if not path.is_symlink() and path.is_file())
    return [str(each.relative_to(world.project)) for each in held if MARK.encode() in each.read_bytes()]


# The tricks.


def ids() -> Iterator[Trick]:
    """Names in place of an incident's id and of a workflow, through every command that takes one."""
    commands = ("collect", "run", "root-cause", "eval-case", "prove", "triage", "verify", "look-back")
    for at, name in enumerate((*IDS, *NAMES)):
        if "\0" not in name:
            yield Trick("incident id", name, (commands[at % len(commands)], "--", name))
            yield Trick("workflow", name, (("gate", "restart")[at % 8 == 0], "--", name))


def rows() -> Iterator[Trick]:
    """Names in the incident file: of evidence, of the incident itself, of its workflow."""
    for name in NAMES:
        yield Trick(
            "evidence row", name, ("run", INCIDENT), with_incident(evidence=[{"file": name, "kind": "trace"}])
        )
        inner = f"evidence/{name}"
        yield Trick(
            "row in evidence/", inner, ("collect", INCIDENT), with_incident(evidence=[{"file": inner}])
        )
    for name in (*IDS, *NAMES[:30]):
        yield Trick("id in the file", name, ("run", INCIDENT), with_incident(id=name))
        yield Trick("workflow in the file", name, ("run", INCIDENT), with_incident(workflow={"name": name}))


def with_incident(**fields: object) -> Callable[[World], None]:
    """The incident file with other fields; names in them where they belong in this world."""

    def lay(world: World) -> None:
        path = world.home / "incident.yaml"
        given = json.loads(world.resolved(json.dumps(fields)))
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | given), encoding="utf-8")

    return lay


def traces() -> Iterator[Trick]:
    """Names of trace files, of runs in them, and of an archive's members."""
    for name in NAMES:
        if "/" not in name and "\0" not in name and 0 < len(name.encode()) < 255 and name not in {".", ".."}:
            asked = ("collect", INCIDENT, "--trace", f"{{drop}}/{name}")
            yield Trick("trace file", name, asked, in_drop(name))
        for key in ("id", "workflow", "version"):
            lay = in_drop("t.json", **{key: name})
            yield Trick(f"{key} in a trace", name, ("collect", INCIDENT, "--trace", "{drop}/t.json"), lay)
        yield Trick("zip member", name, ("collect", INCIDENT, "--trace", "{drop}/t.zip"), zipped(name))
        yield Trick("zip member, read", name, ("read", "{drop}/t.zip"), zipped(name))


def in_drop(name: str, **fields: str) -> Callable[[World], None]:
    """A trace beside the project, under a name, with other fields."""

    def lay(world: World) -> None:
        run = json.loads((world.home / "evidence" / "good.json").read_text("utf-8")) | fields
        (world.root / "drop" / name).write_text(json.dumps(run), encoding="utf-8")

    return lay


def zipped(name: str) -> Callable[[World], None]:
    """An archive with a trace in it under a name."""

    def lay(world: World) -> None:
        with zipfile.ZipFile(world.root / "drop" / "t.zip", "w") as archive:
            archive.writestr(world.resolved(name), (world.home / "evidence" / "good.json").read_text("utf-8"))

    return lay


def options() -> Iterator[Trick]:
    """Files that options name: inside cases/ and over what people wrote, odd names, through links."""
    inside = (
        "cases/x.{}", f"cases/{INCIDENT}/x.{{}}", "cases/cases.lock", "incident2eval.toml",
        "flows.py", "customers.csv", f"incidents/{INCIDENT}/incident.yaml",
        f"incidents/{INCIDENT}/SEALED.json", "reports/../cases/x.{}",
        f"incidents/{INCIDENT}/evidence/recorded.json", "./cases//x.{}", "{{project}}/cases/x.{}",
        "leads/x.{}", "link.{}",
    )  # fmt: skip
    for option, ending, command in (
        ("--report", "html", ("gate", WORKFLOW)),
        ("--junit", "xml", ("gate", WORKFLOW)),
        ("--export", "zip", ("collect", INCIDENT, "--for", "regulator")),
    ):
        for name in (*inside, *NAMES):
            target = name.format(ending) if name in inside else f"{name}.{ending}"
            if "\0" not in target:
                asked = "" if name in inside else target
                yield Trick(option, target, (*command, option, target), led(f"link.{ending}"), asked)


def led(link: str) -> Callable[[World], None]:
    """A folder and a file in the project that are links to outside."""

    def lay(world: World) -> None:
        (world.project / "leads").symlink_to(world.outside)
        (world.project / link).symlink_to(world.outside / "secret.txt")

    return lay


def links() -> Iterator[Trick]:
    """Folders and files of the project's own that are links to outside."""
    names = ("collect", "run", "eval-case", "prove")
    every = (*((name, INCIDENT) for name in names), ("gate", WORKFLOW))
    home = f"incidents/{INCIDENT}"
    spots = (
        (f"{home}/evidence", False), (home, False), ("incidents", False), ("cases", False),
        ("reports", False), (f"reports/{WORKFLOW}", False), ("archive", False),
        (f"cases/{INCIDENT}", False), (".incident2eval", False), (f"{home}/SEALED.json", True),
        (f"{home}/log.jsonl", True), (f"{home}/root-cause.yaml", True),
        (f"{home}/evidence/extra.json", True), ("cases/cases.lock", True),
        (f"cases/{INCIDENT}/case.yaml", True), (f"cases/{INCIDENT}/recorded.json", True),
        ("reports/.lock", True), (".incident2eval/key", True),
    )  # fmt: skip
    for spot, is_file in spots:
        for arguments in every:
            reads = spot in {f"{home}/evidence", home, "incidents", "archive"}  # evidence may lie elsewhere
            yield Trick(
                f"link, {arguments[0]}", spot, arguments, linked(spot, is_file=is_file), may_read=reads
            )


def linked(spot: str, *, is_file: bool) -> Callable[[World], None]:
    """Something of the project moved outside, or a file of another's, and a link in its place."""

    def lay(world: World) -> None:
        path = world.project / spot
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_file:
            path.unlink(missing_ok=True)
            path.symlink_to(world.outside / ("trace.json" if path.suffix == ".json" else "secret.txt"))
            return
        away = world.outside / "away"
        if path.exists():
            path.rename(away)
        away.mkdir(exist_ok=True)
        if "cases" in spot:  # otherwise nothing would have to be written
            shutil.rmtree(away)
            away.mkdir()
        path.symlink_to(away)

    return lay


def every_trick() -> list[Trick]:
    """All of them."""
    return [*ids(), *rows(), *traces(), *options(), *links()]


# Trying them.


def attempt(trick: Trick, pattern: World) -> tuple[Said, list[str]]:
    """Play one trick in a copy of the world; what it did that it may not."""
    with tempfile.TemporaryDirectory(dir=pattern.root.parent) as scratch:
        world = new_world(pattern, Path(scratch) / "world")
        trick.lay(world)
        world.project.with_name("home").mkdir(exist_ok=True)
        around, protected = tree(world.root, world.project), guarded(world)
        arguments = [
            world.resolved(each).replace("{drop}", str(world.root / "drop")) for each in trick.arguments
        ]
        said = call(world, arguments)
        faults = [f"wrote {path}" for path in outside_changes(trick, world, around)]
        if trick.arguments[0] in {"gate", "collect", "read"}:
            faults += [f"changed {path}" for path in changes(protected, guarded(world))]
        if not trick.may_read:
            faults += [f"took words of an outside file into {path}" for path in carried_in(world)]
        if "Traceback (most recent call last)" in said.err:
            faults.append(f"a traceback: {said.err.strip().splitlines()[-1]}")
    return said, faults


def call(world: World, arguments: list[str]) -> Said:
    """The command, its options before a `--`."""
    if "--" not in arguments:
        return Caller(world.project)(arguments[0], *arguments)
    command, rest = arguments[0], arguments[1:]
    return Caller(world.project).plain(command, command, "--project", str(world.project), *rest)


def outside_changes(trick: Trick, world: World, before: dict[str, tuple]) -> list[str]:
    """What changed around the project, but for the one file that the user asked for."""
    after = tree(world.root, world.project)
    asked = os.path.normpath(world.project / world.resolved(trick.asked)) if trick.asked else ""
    wished = {
        str(each.relative_to(world.root))
        for each in (Path(asked), *Path(asked).parents)
        if world.root in each.parents
    }
    return [path for path in changes(before, after) if path not in wished]


def whole_round(scratch: Path, every: int = 1) -> Tally:
    """Every trick, or every so many; several at once."""
    pattern, tally = first_world(scratch / "first"), Tally()
    tricks = every_trick()[::every]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for trick, (said, faults) in zip(
            tricks, pool.map(lambda one: attempt(one, pattern), tricks), strict=True
        ):
            tally.counts[trick.surface] += 1
            tally.codes["absent" if said.absent else said.code] += 1
            tally.wrong += [f"{trick.surface} {trick.name[:80]!r} ({said.code}): {fault}" for fault in faults]
    return tally


def notices(scratch: Path) -> bool:
    """Whether the comparison sees a new file, one written over with the same bytes, and a new link."""
    world = first_world(scratch / "control")
    before = tree(world.root, world.project)
    (world.outside / "new").mkdir()
    (world.outside / "secret.txt").write_text(MARK, encoding="utf-8")
    (world.root / "drop" / "link").symlink_to("nowhere")
    return len(changes(before, tree(world.root, world.project))) == 3


def told(tally: Tally) -> str:
    """A round in figures."""
    surfaces = ", ".join(f"{name} {count}" for name, count in tally.counts.items())
    codes = ", ".join(f"{code}: {count}" for code, count in sorted(tally.codes.items(), key=str))
    head = (
        f"{sum(tally.counts.values())} tricks ({surfaces}); exit codes {codes}; {len(tally.wrong)} went wrong"
    )
    return "\n".join([head, *(f"  {each}" for each in tally.wrong)])


def main() -> int:
    """All tricks, printed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--every", type=int, default=1, help="only every so many tricks")
    every = asked.parse_args().every
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        if not notices(scratch):
            print("the comparison itself does not see what was written")
            return 1
        tally = whole_round(scratch, every)
    print(told(tally))
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
