"""The version of the code as git holds it, whatever records are added to it."""

from incident2eval.store import Project, git_answer, sha256

_RECORDS = ("incidents", "reports", "approvals")
"""Folders of what is written down: whatever is added to them, the version stays the same."""


def version_digest(home: Project) -> str | None:
    """A digest of the files that are committed, but for records; None where git cannot say it.

    Args:
        home: The project; a commit that touches only records leaves its version as it is.
    """
    told = git_answer(home.root, "ls-tree", "-r", "-z", "HEAD")
    if not told:
        return None
    lines = told.decode("utf-8", "surrogateescape").split("\0")
    kept = (one for one in lines if one.partition("\t")[2].partition("/")[0] not in _RECORDS)
    return sha256("\0".join(kept).encode("utf-8", "surrogateescape"))
