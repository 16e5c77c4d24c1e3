"""What the history of git tells a restart: the settings of a revision, and who changed what since a time."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from incident2eval.model import BadInput, Fault, Incident, Settings, Severity, visible
from incident2eval.store import Project, git_answer, is_blob, read_bytes

_SETTINGS = "incident2eval.toml"
_INCIDENT = "incident.yaml"
_STATED = re.compile(rb"""^["']?severity["']?[ \t]*:[ \t]*["']?([1-4])\b""", re.MULTILINE)
_RECORDS = ("incidents", "reports", "approvals")
_FIELDS = "%H%n%P%n%at%n%ct%n%an%n%ae%n%cn%n%ce%n%B"
_UNDATED = 1 << 62
"""A commit without a time counts as one of just now."""
_SKEW = 86_400
"""Seconds by which the clocks of two people may differ (our choice)."""
_BESIDE = re.compile(r"^[ \t]*co-authored-by:[ \t]*([^<\n]*)(?:<([^>\n]*)>)?", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Commit:
    name: str
    parents: tuple[str, ...]
    authored: int
    committed: int
    people: tuple[str, ...]


def settings_at(home: Project, revision: str) -> Settings:
    """The settings as they were in a revision of git.

    Raises:
        BadInput: There is no such revision, it holds no settings, or they are faulty.
    """
    fault = Fault(
        message=f"git knows no {_SETTINGS} of {visible(revision)!r}",
        hint="a commit or branch that this checkout holds; CI: fetch the base branch first",
    )
    # Nothing before the colon is git's index, which no commit holds; a dash begins an option.
    if not revision.strip() or revision.startswith("-"):
        raise BadInput(fault)
    text = git_answer(home.root, "show", f"{revision}:./{_SETTINGS}")
    if text is None:
        raise BadInput(fault)
    with TemporaryDirectory() as folder:
        (Path(folder) / _SETTINGS).write_bytes(text)
        return Project(root=Path(folder)).settings


def authors_since(home: Project, at: datetime, signed: str | None = None) -> tuple[str, ...] | None:
    """Names and addresses, as written, of all who had a hand in what was committed since a time, each once.

    Dates in a commit are what its author wrote. So a commit counts where either of its dates is since then,
    where it lies above one that does, where it claims to be older than what it builds on, and where it came
    after what was signed before that time, whatever it is dated.

    Args:
        home: The project; commits that touch only records of incidents, reports and approvals mend nothing.
        at: Aware.
        signed: The commit that the last signed report from before that time speaks of.

    Returns:
        None where git cannot say it: no repository, one without its whole history, or one that was grafted.
    """
    commits = _commits(home.root)
    outside = (f":!{folder}" for folder in _RECORDS)
    touching = git_answer(home.root, "rev-list", "--full-history", "HEAD", "--", ".", *outside)
    if not commits or touching is None or not _is_whole(home.root):
        return None
    newer = {*_dated_since(commits, at.timestamp()), *_misdated(commits), *_after(home.root, signed)}
    counted = newer & set(touching.decode("ascii").split())
    people = (person for commit in commits if commit.name in counted for person in commit.people)
    return tuple(dict.fromkeys(people))


def settings_commits(home: Project) -> tuple[str, ...]:
    """The commits that changed the settings, the newest first; none where git knows none.

    Args:
        home: The project.
    """
    asked = ("rev-list", "--topo-order", "--full-history", "HEAD", "--", _SETTINGS)
    return tuple(_told(home.root, *asked).decode("ascii").split())


def commits_since(home: Project, at: datetime, incidents: Sequence[str]) -> frozenset[str]:
    """The commits that came after a time, or beside or after the one that brought in one of these incidents.

    Whatever date a commit bears: whoever committed the file of an incident knew of it.

    Args:
        home: The project.
        at: Aware.
        incidents: Their ids.
    """
    commits = _commits(home.root)
    newer = {*_dated_since(commits, at.timestamp()), *_misdated(commits)}
    for name in incidents:
        path = f"incidents/{name}/incident.yaml"
        added = ("--full-history", "--topo-order", "--diff-filter=A", "--format=%H")
        told = _told(home.root, "log", *added, "HEAD", "--", path)
        if first := told.decode("ascii").split()[-1:]:
            since = _told(home.root, "rev-list", "HEAD", "--not", f"{first[0]}^@")
            newer |= {*since.decode("ascii").split()}
    return frozenset(newer)


def first_commit(home: Project, path: str) -> str | None:
    """The commit that brought in a file; None where git knows none.

    Args:
        home: The project.
        path: Relative to it.
    """
    asked = ("rev-list", "--topo-order", "--full-history", "HEAD", "--", path)
    return next(reversed(_told(home.root, *asked).decode("ascii").split()), None)


def ever_held(home: Project, *places: str) -> Mapping[str, frozenset[str]]:
    """The files below some folders that any commit up to now held, those that are gone as well, sorted.

    Commits of a side that a merge left aside count too, and so does what a merge alone brought in.

    Args:
        home: The project.
        places: Relative to it.

    Returns:
        Path from the project -> what git calls the contents that it ever had.
    """
    history = ("log", "--full-history", "-m", "--raw", "--no-abbrev", "--no-renames", "--relative")
    told = _told(home.root, *history, "-z", "--format=", "HEAD", "--", *places)
    found: dict[str, set[str]] = {}
    words = (word for word in told.decode("utf-8", "surrogateescape").split("\0") if word.strip())
    for about in words:
        # :100644 100644 <before> <after> M, then the path; zeros stand for what is not there.
        *_, before, after, _ = about.split()
        found.setdefault(next(words, ""), set()).update(one for one in (before, after) if one.strip("0"))
    return {name: frozenset(found[name]) for name in sorted(found)}


def is_as_held(home: Project, name: str, contents: Collection[str]) -> bool:
    """Whether a file that is never rewritten is there, as every commit held it.

    Args:
        home: The project.
        name: Of the file, from the project.
        contents: What git calls the contents that it ever had.

    Raises:
        BadInput: It cannot be read.
    """
    path = home.root / name
    if not path.is_file():
        return False
    raw = read_bytes(path, file=visible(name))
    return all(is_blob(raw, one) for one in contents)


def levels_committed(home: Project, incident: str) -> tuple[Severity, ...]:
    """The levels that the file of an incident stated in any commit.

    Args:
        home: The project.
        incident: Its id.
    """
    path = f"incidents/{incident}/{_INCIDENT}"
    commits = _told(home.root, "rev-list", "--full-history", "HEAD", "--", path)
    texts = (
        git_answer(home.root, "show", f"{one}:./{path}") or b"" for one in commits.decode("ascii").split()
    )
    found = (_STATED.search(text) for text in texts)
    return tuple(Severity(int(one[1])) for one in found if one)


def incidents_gone(home: Project) -> Mapping[str, Incident | None]:
    """The incidents that a commit held, and whose file is gone, as they were last.

    Args:
        home: The project.

    Returns:
        By id; None for one that cannot be read.
    """
    files = (name.split("/") for name in ever_held(home, "incidents"))
    ids = (one[1] for one in files if len(one) == 3 and one[2] == _INCIDENT)
    there = home.root / "incidents"
    return {name: _as_it_was(home, name) for name in ids if not (there / name / _INCIDENT).is_file()}


def _as_it_was(home: Project, name: str) -> Incident | None:
    path = f"incidents/{name}/{_INCIDENT}"
    asked = ("rev-list", "--full-history", "--topo-order", "HEAD", "--", path)
    for commit in _told(home.root, *asked).decode("ascii").split():
        text = git_answer(home.root, "show", f"{commit}:./{path}")
        if text is None:
            continue  # the commit that took it away
        with TemporaryDirectory() as folder, suppress(BadInput):
            (Path(folder) / _SETTINGS).write_bytes((home.root / _SETTINGS).read_bytes())
            (Path(folder) / path).parent.mkdir(parents=True)
            (Path(folder) / path).write_bytes(text)
            return Project(root=Path(folder)).incident(name).incident
        return None
    return None


def cut_history(home: Project) -> str:
    """Why git cannot tell all that there was, in words; empty where it can, or where there is no git.

    Args:
        home: The project.
    """
    if git_answer(home.root, "rev-parse", "--verify", "--quiet", "HEAD") is None or _is_whole(home.root):
        return ""
    return (
        "this checkout holds only a part of the history, so nobody can tell from it what was signed, changed "
        "or taken away: git fetch --unshallow, without grafts"
    )


def first_committed(home: Project, path: str) -> datetime | None:
    """The earliest date in the commits of a file; None where git knows none.

    Args:
        home: The project.
        path: Relative to it.
    """
    said = _told(home.root, "log", "--full-history", "--format=%at %ct", "HEAD", "--", path)
    dates = [int(word) for word in said.split() if word.isdigit()]
    return datetime.fromtimestamp(min(dates), UTC) if dates else None


def _told(root: Path, *asked: str) -> bytes:
    """What git answers of a history; nothing where there is none. Raises where it does not say.

    That it took too long, say, is no sign that nothing is gone.
    """
    said = git_answer(root, *asked)
    if said is None and git_answer(root, "rev-parse", "--verify", "--quiet", "HEAD") is not None:
        message = f"git did not say what the history holds (git {asked[0]})"
        raise BadInput(Fault(message=message, hint="see what it says there: git log, git fsck; then again"))
    return said or b""


def _is_whole(root: Path) -> bool:
    """Whether the history goes back to its first commit, with nothing put in its place."""
    if git_answer(root, "rev-parse", "--is-shallow-repository") != b"false\n":
        return False
    grafts = git_answer(root, "rev-parse", "--git-path", "info/grafts")
    return grafts is not None and not (root / grafts.decode().removesuffix("\n")).exists()


def _commits(root: Path) -> list[_Commit]:
    """All of them, none before one that builds on it."""
    listed = _told(root, "log", "--topo-order", "-z", "--no-mailmap", f"--format={_FIELDS}", "HEAD")
    return [_commit(text) for text in listed.decode("utf-8", "replace").split("\0") if text]


def _commit(text: str) -> _Commit:
    name, parents, authored, committed, *people, message = text.lstrip("\n").split("\n", 8)
    beside = (word for found in _BESIDE.findall(message) for word in found)
    return _Commit(
        name=name,
        parents=tuple(parents.split()),
        authored=int(authored) if authored.isdigit() else _UNDATED,
        committed=int(committed) if committed.isdigit() else _UNDATED,
        people=tuple(person.strip() for person in (*people, *beside) if person.strip()),
    )


def _dated_since(commits: list[_Commit], at: float) -> Iterator[str]:
    """All down to the oldest that bears a date since then; the newest comes first."""
    dated = [place for place, one in enumerate(commits) if max(one.authored, one.committed) >= at]
    yield from (one.name for one in commits[: dated[-1] + 1 if dated else 0])


def _misdated(commits: list[_Commit]) -> Iterator[str]:
    """Those that claim to be older than what they build on."""
    reached: dict[str, int] = {}
    for one in reversed(commits):
        before = max((reached.get(parent, 0) for parent in one.parents), default=0)
        reached[one.name] = max(before, one.committed)
        if one.committed < before - _SKEW:
            yield one.name


def _after(root: Path, signed: str | None) -> list[str]:
    """What was committed after a commit; nothing where this history does not hold it."""
    if signed is None or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", signed):
        return []
    return (git_answer(root, "rev-list", "HEAD", f"^{signed}") or b"").decode("ascii").split()
