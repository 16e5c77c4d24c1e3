"""Every step of this process that changes a disk, met in order before it is done: to fail it or to die there.

Patched where Python meets the system: open for writing, write, fsync, rename, mkdir.
"""

import builtins
import io
import os
import stat
from collections.abc import Callable
from typing import Any

Half = Callable[[], None]
"""Does half of a write."""

Act = Callable[[int, str, Half], OSError | None]
"""Told of each step: its number from 1, what it is, how to do half of it; hands back the error to raise."""

_OPEN, _MKDIR, _REPLACE, _FSYNC, _WRITE = os.open, os.mkdir, os.replace, os.fsync, os.write
_STREAM = io.open
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def watch(act: Act) -> None:
    """Tell `act` of every step from now on, for as long as this process lives."""
    steps = _Steps(act)
    os.open, os.mkdir = steps.open, steps.one("mkdir", _MKDIR)  # type: ignore[assignment]
    os.replace, os.fsync = steps.one("rename", _REPLACE), steps.one("fsync", _FSYNC)
    os.rename, os.write = os.replace, steps.write  # type: ignore[assignment]
    io.open = builtins.open = steps.stream  # type: ignore[assignment]


class _Steps:
    def __init__(self, act: Act) -> None:
        self.act, self.number, self.process = act, 0, os.getpid()

    def meet(self, what: str, half: Half = lambda: None) -> OSError | None:
        """One step: the error that it ends with, or none."""
        if os.getpid() != self.process:
            return None  # a child that was forked is not the one that is looked at
        self.number += 1
        return self.act(self.number, what, half)

    def one(self, what: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*given: Any, **more: Any) -> Any:
            if error := self.meet(what):
                raise error
            return real(*given, **more)

        return step

    def open(self, path: Any, flags: int, *given: Any, **more: Any) -> int:
        if flags & _WRITING and path != os.devnull and (error := self.meet("open")):
            raise error
        return _OPEN(path, flags, *given, **more)

    def write(self, descriptor: int, data: Any) -> int:
        if not _is_file(descriptor):
            return _WRITE(descriptor, data)
        short = [0]

        def half() -> None:
            short[0] = _WRITE(descriptor, memoryview(data)[: len(data) // 2])

        error = self.meet("write", half)
        if error is None:
            return _WRITE(descriptor, data)
        if short[0]:
            return short[0]  # a full disk takes what fits first, and refuses the rest
        raise error

    def stream(self, file: Any, mode: str = "r", buffering: int = -1, *given: Any, **more: Any) -> Any:
        """`open`, on top of a file whose writes are met."""
        is_number = isinstance(file, int)
        if not set(mode) & set("wax+") or file == os.devnull or (is_number and not _is_file(file)):
            return _STREAM(file, mode, buffering, *given, **more)
        if not is_number and (error := self.meet("open")):
            raise error
        names = ("encoding", "errors", "newline", "closefd", "opener")
        said = dict(zip(names, given, strict=False)) | more
        raw = _Raw(
            file, mode.replace("b", "").replace("t", ""), said.get("closefd", True), said.get("opener")
        )
        raw.steps = self
        if buffering == 0:
            return raw
        stream = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return stream
        return io.TextIOWrapper(stream, said.get("encoding"), said.get("errors"), said.get("newline"))


class _Raw(io.FileIO):
    steps: _Steps

    def write(self, data: Any, /) -> int:
        return self.steps.write(self.fileno(), data)


def _is_file(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)
