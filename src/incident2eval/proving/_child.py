"""The child process: an isolated interpreter runs `python -I -S -B _child.py FOLDER PACKAGES SITE...`.

FOLDER holds the sheet, the tests and an ini file of ours; PACKAGES is where incident2eval lies, SITE where
installed packages do. The nonce comes on stdin, so that no other process knows it. The outcomes are written
last, and all at once.
"""

import json
import os
import site
import sys
from pathlib import Path

INI = "pytest.ini"
SHEET = "sheet.json"
OUTCOMES = "outcomes.json"

ARGUMENTS = (
    "--noconftest", "--import-mode=importlib", "--strict-markers", "--strict-config", "--capture=no",
    "--continue-on-collection-errors", "--quiet", "--tb=native", "-pno:cacheprovider",
)  # fmt: skip


def main(folder: Path, packages: str, *sites: str) -> None:
    """Judge every test in the folder's cases on every set of its sheet, and write the outcomes there."""
    nonce = sys.stdin.readline().strip()
    sys.path.append(packages)
    for path in sites:
        site.addsitedir(path)

    import pytest  # noqa: PLC0415 - only now is it known where from

    from incident2eval.proving._recorder import Recorder  # noqa: PLC0415
    from incident2eval.proving._sheet import load_sheet  # noqa: PLC0415

    recorder = Recorder(load_sheet((folder / SHEET).read_bytes()))
    paths = [f"--rootdir={folder}", f"--confcutdir={folder}", f"-c{folder / INI}", str(folder / "cases")]
    pytest.main([*ARGUMENTS, *paths], plugins=[recorder])
    (folder / OUTCOMES).write_text(json.dumps(recorder.outcomes() | {"end": nonce}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
    os._exit(0)  # whatever a test left running ends here
