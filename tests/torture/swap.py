"""Links put in the place of folders and files while the store reads and writes: nothing outside is touched.

python tests/torture/swap.py [--swaps 1000]
"""

import argparse
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from incident2eval.model import Incident2EvalError
from incident2eval.store._evidence import keep_files
from incident2eval.store._files import read_bytes, write_atomically, write_together

SECRET = b"outside: nobody may read this through the store, or write over it"


class Swapper(threading.Thread):
    """Puts a link in a path's place and the real thing back, again and again."""

    def __init__(self, path: Path, target: Path) -> None:
        super().__init__(daemon=True)
        self._path, self._aside = path, path.with_name(f"{path.name}.aside")
        self._target = target
        self._link = path.with_name(f"{path.name}.link")
        self.swaps = 0
        self.stop = False

    def run(self) -> None:
        """Swap until told to stop; the real thing is in its place at the end."""
        while not self.stop:
            self._link.symlink_to(self._target)
            try:
                self._path.rename(self._aside)
                self._link.rename(self._path)
                self._path.unlink()
                self._aside.rename(self._path)
                self.swaps += 1
            except OSError:  # the store was quicker, and made one of its own
                self._mend()

    def _mend(self) -> None:
        self._link.unlink(missing_ok=True)
        while self._aside.exists():
            if self._path.is_dir() and not self._path.is_symlink():
                shutil.rmtree(self._path, ignore_errors=True)
            else:
                self._path.unlink(missing_ok=True)
            with suppress(OSError):
                self._aside.rename(self._path)


def race(folder: Path, what: str, work: Callable[[Path], bytes | None], swaps: int) -> tuple[int, int, int]:
    """How often something was swapped, how often the store went through, and what it did outside."""
    inside, outside = folder / "project" / "evidence", folder / "outside"
    inside.mkdir(parents=True)
    outside.mkdir()
    (inside / "trace.json").write_bytes(b"inside")
    (outside / "trace.json").write_bytes(SECRET)
    path, target = (inside, outside) if what == "folder" else (inside / "trace.json", outside / "trace.json")
    swapper = Swapper(path, target)
    swapper.start()
    done, leaked = 0, 0
    while swapper.swaps < swaps:
        try:
            leaked += work(inside) == SECRET
            done += 1
        except (Incident2EvalError, OSError):
            continue
    swapper.stop = True
    swapper.join()
    content = {each.name: each.read_bytes() for each in outside.iterdir()}
    return swapper.swaps, done, leaked + (content != {"trace.json": SECRET})


def written(folder: Path) -> None:
    """Write over a file."""
    write_atomically(folder / "trace.json", b"inside, written")


def kept(folder: Path) -> None:
    """Add to the evidence."""
    (folder / "new.json").unlink(missing_ok=True)
    keep_files(folder, {"new.json": b"new"})


def both(folder: Path) -> None:
    """Write two files together."""
    write_together({folder / "trace.json": b"inside, too", folder / "other.json": b"other"})


def main() -> int:
    """Race every way to read and write; whether any went outside."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--swaps", type=int, default=1000)
    swaps = asked.parse_args().swaps
    ways: dict[str, Callable[[Path], bytes | None]] = {
        "read a file": lambda folder: read_bytes(folder / "trace.json"),
        "write a file": written,
        "write two files": both,
        "keep evidence": kept,
    }
    worst = 0
    for what in ("file", "folder"):
        for name, work in ways.items():
            if what == "folder" and name == "read a file":
                continue  # a folder of evidence may be a link: the settings say where evidence lies
            with tempfile.TemporaryDirectory() as folder:
                swapped, done, outside = race(Path(folder), what, work, swaps)
            print(f"{what} swapped {swapped:,} times, {name}: {done:,} went through, {outside} outside")
            worst = max(worst, outside)
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())
