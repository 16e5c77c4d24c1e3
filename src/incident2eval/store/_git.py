"""What git says of the project: the commit that a report speaks of, what differs from it, what git tracks."""

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from incident2eval.model import visible
from incident2eval.store._log import without_torn_tail

TIMEOUT = 20.0
"""Seconds that git may take to answer."""

RECORDS = ("incidents", "reports", "approvals")
"""Folders of what is written down: the workflow is the same version whatever is added to them."""

_NO_RECORDS = tuple(f":!{folder}" for folder in RECORDS)

_ENVIRONMENT = {"LC_ALL": "C", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0"}
_OVERRULED = (
    *("core.trustctime=true", "core.checkStat=default", "core.ignoreStat=false"),
    *("core.fsmonitor=false", "core.untrackedCache=false", "core.sparseCheckout=false"),
    *("core.excludesFile=/dev/null", "core.attributesFile=/dev/null", "safe.bareRepository=explicit"),
    *("log.mailmap=false", "log.showSignature=false", "log.follow=false", "i18n.logOutputEncoding=UTF-8"),
    *("log.showRoot=true", "log.diffMerges=separate"),
)
"""What settings of a checkout could otherwise make git say of it."""

_NOT_CODE = {"cases", "tests"}
"""Folders whose untracked Python files no workflow imports; the lock sees to the cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """What git tracks among the files that were asked for."""

    files: tuple[str, ...] = ()
    """Relative to the project, sorted."""
    unanswered: tuple[str, ...] = ()
    """Why git could not say it, in its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    answer: str | None = None
    """None where git has none."""
    trouble: str = ""

    @property
    def names(self) -> list[str]:
        """The answer as the names that it lists."""
        return [name for name in (self.answer or "").split("\0") if name]


class _Unanswered(Exception):  # noqa: N818 - a state of git
    """Git does not say it; the reason is in the message."""


def git_answer(folder: Path, *arguments: str) -> bytes | None:
    """What git answers, whatever a checkout's own settings would have it say; None where it has no answer.

    Args:
        folder: Where it is asked.
        arguments: A command that only reads, and what it is given.
    """
    git = shutil.which("git")
    said = _ask(git, folder, *arguments) if git else _Said()
    return None if said.answer is None else os.fsencode(said.answer)


def commit_of(root: Path) -> tuple[str | None, bool]:
    """The commit that is checked out, and whether tracked files differ from it.

    Returns:
        `(None, False)` where there is no git, no commit, or a repository that does not hold the project
        (a folder that git ignores, say): the report then stands on digests alone.
    """
    git = shutil.which("git")
    if git is None or not _ask(git, root, "ls-files", "--", "incident2eval.toml").answer:
        return None, False
    head = _ask(git, root, "rev-parse", "--verify", "--quiet", "HEAD").answer
    return (head.strip(), bool(uncommitted(root))) if head else (None, False)


def uncommitted(root: Path) -> tuple[str, ...]:
    """What makes the project another version than its commit, sorted.

    Tracked files whose bytes differ from what is committed, line ends and Git LFS apart, whatever the index
    and filters say; those that git was told not to look at; and Python files that git does not know and a
    workflow could import. Records do not count (`RECORDS`), nor does what a committed .gitignore names.

    Args:
        root: The project.

    Returns:
        Paths relative to it; the reason in words where git cannot say it.
    """
    git = shutil.which("git")
    if git is None:
        return ()
    try:
        found = {*_staged(git, root), *_differing(git, root), *_foreign(git, root)}
        return tuple(sorted(map(_text, found)))
    except _Unanswered as error:
        return (f"git cannot say it: {error}",)


def _staged(git: str, root: Path) -> set[str]:
    """What git itself says that differs, and what it was told not to look at."""
    status = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=no")
    above = _told(git, root, "rev-parse", "--show-prefix").answer or ""
    changed = _told(git, root, *status, "--ignore-submodules=none", "--", ".", *_NO_RECORDS).names
    unseen = _told(git, root, "ls-files", "-v", "-z", "--", ".", *_NO_RECORDS).names
    # A small letter or an S: somebody told git to take the file for unchanged.
    hidden = {line[2:] for line in unseen if line[:1].islower() or line[:1] == "S"}
    return hidden | {line[3:].removeprefix(above.strip("\n")) for line in changed}


def _differing(git: str, root: Path) -> Iterator[str]:
    """Tracked files whose bytes are not those of the commit: the index may lie, and a filter too."""
    deadline = time.monotonic() + TIMEOUT
    for line in _told(git, root, "ls-tree", "-r", "-z", "HEAD").names:
        about, _, name = line.partition("\t")
        mode, _, digest = about.split()
        if name.split("/")[0] in RECORDS:
            continue
        if time.monotonic() > deadline:
            raise _Unanswered(f"comparing the files took longer than {TIMEOUT:g} seconds")
        if not _is_committed(git, root / name, mode, digest):
            yield name


def _is_committed(git: str, path: Path, mode: str, digest: str) -> bool:
    """Whether what lies there is the object that is committed."""
    try:
        if mode == "160000":
            return _is_clean_checkout(git, path, digest)
        if path.is_symlink() != (mode == "120000"):
            return False
        content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except OSError:
        return False
    if is_blob(content, digest):
        return True
    pointer = _ask(git, path.parent, "cat-file", "blob", digest).answer or ""
    is_pointer = pointer.startswith("version https://git-lfs.github.com/spec/")
    return is_pointer and f"\noid sha256:{hashlib.sha256(content).hexdigest()}\n" in pointer


def is_blob(content: bytes, name: str) -> bool:
    """Whether git calls a file of that content by that name, line ends apart.

    Args:
        content: Of the file.
        name: Of an object, in hex.
    """
    return any(_digest(one, name) == name for one in (content, content.replace(b"\r\n", b"\n")))


def _digest(content: bytes, like: str) -> str:
    """The name that git gives to a file of that content."""
    blob = b"blob %d\0%b" % (len(content), content)
    known = hashlib.sha256(blob) if len(like) == 64 else hashlib.sha1(blob, usedforsecurity=False)
    return known.hexdigest()


def _is_clean_checkout(git: str, path: Path, commit: str) -> bool:
    """Whether a submodule is at that commit, or was never fetched."""
    if not os.path.lexists(path / ".git"):
        return not any(path.iterdir())
    return _told(git, path, "rev-parse", "HEAD").answer == f"{commit}\n" and not uncommitted(path)


def _foreign(git: str, root: Path) -> set[str]:
    """Python files that are not committed and could be imported, but for those that commits ignore."""
    listed = _told(git, root, "ls-files", "--others", "-z", "--", ".", *_NO_RECORDS).names
    code = [name for name in listed if _is_importable(_as_folder(root, name))]
    stale = {name for name in listed if name.endswith(".pyc") and _is_trusted_blindly(root, name)}
    return stale | {name for name in code if name.endswith(".pyc")} | set(_not_ignored(git, root, code))


def _not_ignored(git: str, root: Path, names: Sequence[str]) -> Iterator[str]:
    """Those of the files that no committed .gitignore names; other lists of the checkout do not count."""
    if not names:
        return
    asked = ("check-ignore", "--verbose", "--non-matching", "-z", "--stdin")
    said = _ask(git, root, *asked, given="\0".join(names), codes=(0, 1))
    if said.answer is None:
        raise _Unanswered(said.trouble)
    fields = said.answer.split("\0")
    committed: dict[str, bool] = {"": False}
    for source, pattern, name in zip(fields[::4], fields[2::4], fields[3::4], strict=False):
        if source not in committed:
            committed[source] = _is_committed_rule(git, root, source)
        if pattern.startswith("!") or not committed[source]:
            yield name


def _is_committed_rule(git: str, root: Path, source: str) -> bool:
    """Whether a list of ignored files is a .gitignore as it is committed."""
    if Path(source).name != ".gitignore":
        return False
    for line in _told(git, root, "ls-tree", "-z", "--full-tree", "HEAD", "--", source).names:
        mode, _, digest = line.partition("\t")[0].split()
        return _is_committed(git, (_top(root) or root) / source, mode, digest)
    return False


def changed_since(root: Path, commit: str) -> tuple[str, ...] | None:
    """The files in which the commit that is checked out differs from another, but for records.

    Args:
        root: The project.
        commit: The other one, in hex.

    Returns:
        Paths relative to the project; None where git cannot say it: no git, or it does not know the commit.
    """
    git = shutil.which("git")
    if git is None or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        return None
    asked = ("diff-tree", "-r", "--name-only", "-z", "--no-renames", "--relative")
    said = _ask(git, root, *asked, commit, "HEAD", "--", ".", *_NO_RECORDS)
    return None if said.answer is None else tuple(map(_text, said.names))


def _is_importable(path: str) -> bool:
    """Whether a workflow could import it: a module in folders that could be packages, or another checkout."""
    *folders, name = path.split("/")
    if name and not name.endswith((".py", ".pyc", ".so", ".pyd")):
        return False
    # An extension names the interpreter before its suffix; bytecode among __pycache__ stands for no source.
    module = name.partition(".")[0] if name.endswith((".so", ".pyd")) else name.rpartition(".")[0]
    names = [*folders, module] if name else folders
    cached = name.endswith(".pyc") and "__pycache__" in folders
    return bool(names) and not cached and all(map(str.isidentifier, names)) and names[0] not in _NOT_CODE


def _as_folder(root: Path, name: str) -> str:
    """The name, with a slash at its end where it is a link to a folder: a package like any other."""
    path = root / name
    return f"{name}/" if "." not in path.name and path.is_symlink() and path.is_dir() else name


def _is_trusted_blindly(root: Path, name: str) -> bool:
    """Whether it is bytecode that an interpreter takes without a look at the source (PEP 552)."""
    *folders, _ = name.split("/")
    if folders[-1:] != ["__pycache__"] or not all(map(str.isidentifier, folders)):
        return False
    try:
        with (root / name).open("rb") as file:
            return file.read(8)[4:] == b"\1\0\0\0"
    except OSError:
        return True


def tracked(root: Path, asked: Mapping[Path, Sequence[str]]) -> Tracked:
    """The files that git tracks among those asked for; nothing where there is no git or no repository.

    Args:
        root: The project.
        asked: Folder -> patterns from there or absolute, `**` for any folders. The repository around each is
            asked; what lies outside it is not tracked by it.
    """
    git = shutil.which("git")
    if git is None:
        return Tracked()
    files: set[str] = set()
    unanswered: dict[str, None] = {}
    for folder, patterns in asked.items():
        # One by one: git answers nothing at all where one of them leads out of the repository.
        for pattern in patterns if _in_repository(folder) else ():
            said = _ask(git, folder, "ls-files", "-z", "--", f":(glob){pattern}")
            files |= {_text(os.path.relpath(folder / name, root)) for name in said.names}
            if said.answer is None and "is outside repository" not in said.trouble:
                unanswered[said.trouble] = None
    return Tracked(files=tuple(sorted(files)), unanswered=tuple(unanswered))


def shortened(root: Path, log: Path) -> str | None:
    """Why a file that only grows no longer holds what commits up to now held of it; None where it does.

    It has to begin with what is committed, and to hold every line of earlier commits, in their order: who
    takes one away commits that too. What a crash left of a line is none, committed or not.

    Args:
        root: The project.
        log: The file, there or not.

    Returns:
        In words; None also where there is no git, no repository or no commit of the file.
    """
    git = shutil.which("git")
    if git is None or not _in_repository(root):
        return None
    name = log.relative_to(root).as_posix()
    now = _whole_lines(log.read_bytes() if log.is_file() else b"")
    newest, *earlier = _versions(git, root, name) or ([],)
    if now[: len(newest)] != newest:
        return f"{name} does not begin with what is committed of it: lines were taken away or changed"
    for lines in earlier:
        left = iter(now)
        if not all(line in left for line in lines):
            return f"{name} lacks lines that an earlier commit held: they were taken away or changed"
    return None


def _versions(git: str, root: Path, name: str) -> list[list[str]]:
    """The lines of a file in HEAD, then in each commit that changed it, the newest first."""
    commits = _ask(git, root, "rev-list", "--full-history", "HEAD", "--", name).answer
    if not commits:
        return []
    names = (f"{commit}:./{name}" for commit in ("HEAD", *commits.split()))
    said = _ask(git, root, "cat-file", "--batch", given="".join(f"{one}\n" for one in names)).answer
    left, found = os.fsencode(said or ""), list[list[str]]()
    while left:
        about, _, left = left.partition(b"\n")
        size = int(about.split()[-1]) if about.split()[-1].isdigit() else -1  # a commit that took it away
        found.append(_whole_lines(left[: max(size, 0)]))
        left = left[size + 1 :]
    return found


def _whole_lines(raw: bytes) -> list[str]:
    return without_torn_tail(raw).decode("utf-8", "backslashreplace").splitlines()


def _in_repository(folder: Path) -> bool:
    """Whether the folder is there and lies in a repository, whatever git thinks of it."""
    return folder.is_dir() and _top(folder) is not None


def _top(folder: Path) -> Path | None:
    """The nearest folder upward that holds .git, a file where the checkout is one of several."""
    place = folder.resolve()
    return next((one for one in (place, *place.parents) if os.path.lexists(one / ".git")), None)


def _text(said: str) -> str:
    """What any encoding can write; what was no UTF-8 as backslashes."""
    return os.fsencode(said).decode("utf-8", "backslashreplace")


def _told(git: str, folder: Path, *arguments: str) -> _Said:
    """What git answers; raises where it does not."""
    said = _ask(git, folder, *arguments)
    if said.answer is None:
        raise _Unanswered(said.trouble)
    return said


def _ask(
    git: str, folder: Path, *arguments: str, given: str | None = None, codes: Sequence[int] = (0,)
) -> _Said:
    top = _top(folder)
    if top is None:
        return _Said(trouble="not a git repository")
    # What a hook or a shell set for another repository, or for another reading of paths, is not for us.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # As an option, since git heeds core.worktree only where the checkout itself sets it.
    settings = [word for setting in _OVERRULED for word in ("-c", setting)]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; nothing of an incident is in it
            [git, "-C", str(folder), f"--work-tree={top}", *settings, *arguments],
            env=environment | _ENVIRONMENT,
            input=None if given is None else os.fsencode(given),
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _Said(trouble=f"it gave no answer within {TIMEOUT:g} seconds")
    except OSError as error:
        return _Said(trouble=f"it cannot be called: {error.strerror}")
    if done.returncode in codes:
        return _Said(answer=os.fsdecode(done.stdout))
    # Paths as the user knows them: git is told where the repository is, and names it whole.
    said = done.stderr.decode("utf-8", "backslashreplace").replace(f"{top}{os.sep}", "")
    lines = said.strip().splitlines()
    return _Said(trouble=visible(lines[0]) if lines else f"exit code {done.returncode}")
