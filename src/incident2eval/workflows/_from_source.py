"""Importing a project's own modules from their sources alone, in the worker.

Bytecode says of itself which source it was made of, by size and time of change: whoever may write beside the
source can make it say anything. What was installed keeps its bytecode.
"""

from __future__ import annotations

import sys
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

    from _typeshed.importlib import PathEntryFinderProtocol

_INSTALLED = frozenset({"site-packages", "dist-packages"})


class _Source(SourceFileLoader):
    """Compiles anew what it loads."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of a module."""
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


def import_from_source(folder: str) -> None:
    """Let no bytecode of a folder be imported.

    Args:
        folder: The project's, absolute.
    """
    root = Path(folder).resolve()
    finder = FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (_Source, SOURCE_SUFFIXES))

    def found(path: str) -> PathEntryFinderProtocol:
        place = Path(path or ".").resolve()
        if not place.is_relative_to(root) or _INSTALLED.intersection(place.parts):
            raise ImportError(path)
        return finder(path)

    sys.path_hooks.insert(0, found)
    sys.path_importer_cache.clear()
