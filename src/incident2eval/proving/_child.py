"""The child process: an isolated interpreter runs `python -I -S -B _child.py PACKAGES SITE...`.

PACKAGES is where incident2eval lies, SITE where installed packages do: they are only looked into, no .pth
file in them runs. All else comes on stdin once there is something to judge: a nonce, the folder that holds
the tests and an ini file of ours, and the sheet. So no other process knows the first or can change the last,
and a child that stands ready has nothing that anybody could reach. The outcomes are written last, and all at
once.
"""

import gc
import json
import os
import sys
from pathlib import Path

INI = "pytest.ini"
OUTCOMES = "outcomes.json"

ARGUMENTS = (
    "--noconftest", "--import-mode=importlib", "--strict-markers", "--strict-config", "--capture=no",
    "--continue-on-collection-errors", "--quiet", "--tb=native", "--no-summary", "-pno:cacheprovider",
)  # fmt: skip


def main(packages: str, *sites: str) -> None:
    """Judge every test in the folder's cases on every set of its sheet, and write the outcomes there."""
    sys.path += [packages, *sites]

    import pytest  # noqa: PLC0415 - only now is it known where from

    from incident2eval.checks import SHELF  # noqa: PLC0415, F401 - before any workflow could touch a file of it
    from incident2eval.proving._recorder import Recorder  # noqa: PLC0415
    from incident2eval.proving._sheet import load_sheet  # noqa: PLC0415

    gc.freeze()  # pytest looks for garbage several times over, and none of this is any
    nonce, place, sheet = sys.stdin.buffer.read().split(b"\0", 2)
    folder = Path(os.fsdecode(place))
    os.chdir(folder)
    recorder = Recorder(load_sheet(sheet))
    paths = [f"--rootdir={folder}", f"--confcutdir={folder}", f"-c{folder / INI}", str(folder / "cases")]
    pytest.main([*ARGUMENTS, *paths], plugins=[recorder])
    (folder / OUTCOMES).write_text(
        json.dumps(recorder.outcomes() | {"end": nonce.decode()}), encoding="utf-8"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # whatever a test left running ends here
