"""The child process: an isolated interpreter runs `python -I -S -B _child.py FOLDER PACKAGES SITE...`.

FOLDER holds the tests and an ini file of ours; PACKAGES is where incident2eval lies, SITE where installed
packages do: they are only looked into, no .pth file in them runs. The nonce and the sheet come on stdin, so
that no other process knows the one or can change the other. The outcomes are written last, and all at once.
"""

import json
import os
import sys
from pathlib import Path

INI = "pytest.ini"
OUTCOMES = "outcomes.json"

ARGUMENTS = (
    "--noconftest", "--import-mode=importlib", "--strict-markers", "--strict-config", "--capture=no",
    "--continue-on-collection-errors", "--quiet", "--tb=native", "-pno:cacheprovider",
)  # fmt: skip


def main(folder: Path, packages: str, *sites: str) -> None:
    """Judge every test in the folder's cases on every set of its sheet, and write the outcomes there."""
    nonce, _, sheet = sys.stdin.buffer.read().partition(b"\n")
    sys.path += [packages, *sites]

    import pytest  # noqa: PLC0415 - only now is it known where from

    from incident2eval.proving._recorder import Recorder  # noqa: PLC0415
    from incident2eval.proving._sheet import load_sheet  # noqa: PLC0415

    recorder = Recorder(load_sheet(sheet))
    paths = [f"--rootdir={folder}", f"--confcutdir={folder}", f"-c{folder / INI}", str(folder / "cases")]
    pytest.main([*ARGUMENTS, *paths], plugins=[recorder])
    (folder / OUTCOMES).write_text(
        json.dumps(recorder.outcomes() | {"end": nonce.decode()}), encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
    os._exit(0)  # whatever a test left running ends here
