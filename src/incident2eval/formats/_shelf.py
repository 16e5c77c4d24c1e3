"""The formats, in order, and what reads a file in any of them."""

from collections.abc import Iterator
from typing import BinaryIO

from incident2eval.formats._anthropic import ANTHROPIC
from incident2eval.formats._atif import ATIF
from incident2eval.formats._conversations import MESSAGES
from incident2eval.formats._format import Format, Part, Reading
from incident2eval.formats._inspect import INSPECT
from incident2eval.formats._jsonl import JSONL
from incident2eval.formats._langfuse import LANGFUSE
from incident2eval.formats._langsmith import LANGSMITH
from incident2eval.formats._managed_agents import MANAGED_AGENTS
from incident2eval.formats._mlflow import MLFLOW
from incident2eval.formats._openai_chat import OPENAI_CHAT
from incident2eval.formats._openai_responses import OPENAI_RESPONSES
from incident2eval.formats._otel_json import OTEL_JSON
from incident2eval.formats._otlp import OTLP
from incident2eval.formats._phoenix import PHOENIX
from incident2eval.formats._phoenix_frame import PHOENIX_FRAME
from incident2eval.formats._promptfoo import PROMPTFOO
from incident2eval.formats._reading import parts_of, read_as
from incident2eval.formats._run import RUN
from incident2eval.formats._vercel import VERCEL
from incident2eval.formats.files._parquet import archived_groups
from incident2eval.model import BadInput

FORMATS: tuple[Format, ...] = (
    RUN,
    OTLP,
    OTEL_JSON,
    PHOENIX,
    PHOENIX_FRAME,
    LANGFUSE,
    LANGSMITH,
    MLFLOW,
    VERCEL,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    ANTHROPIC,
    PROMPTFOO,
    INSPECT,
    ATIF,
    MANAGED_AGENTS,
    MESSAGES,
    JSONL,
)
"""Every format, in the order in which a file is tried: the plainest last."""


def parts(
    file: BinaryIO,
    *,
    name: str,
    format: str | None = None,  # noqa: A002
    groups: range | None = None,
) -> Iterator[Part]:
    """Read a file of any size as a stream, packed or plain, whatever tracing tool wrote it.

    Args:
        file: Open for reading.
        name: How the user knows the file; for messages only, the format is told by content.
        format: Name of a format on the shelf, to overrule what the content says.
        groups: Only these of the row groups that `row_groups` counted; what is skipped is named by its place
            in the whole file.

    Returns:
        The file, or each of those in an archive, while it is read; read a part before asking for the next.

    Raises:
        BadInput: when no run could be read, in one clear line.
    """
    return parts_of(file, name=name, format=format, shelf=FORMATS, groups=groups)


def row_groups(file: BinaryIO) -> int | None:
    """In how many parts a file can be read, each on its own: the row groups of an archive.

    Args:
        file: Open for reading; afterwards it stands at its beginning again.

    Returns:
        None of any other file, which is read as a whole.
    """
    return archived_groups(file)


def told_as(file: BinaryIO, *, name: str) -> str | None:
    """The format of a file, by its first rows only; of an archive its first file's. None where it is none."""
    try:
        first = next(parts(file, name=name), None)
    except BadInput:
        return None
    return first.format or None if first else None


def read(data: bytes, *, name: str, format: str | None = None) -> Reading:  # noqa: A002
    """Read the runs in a file as a whole, packed or plain, whatever tracing tool wrote it.

    Args:
        data: The file's bytes.
        name: How the user knows the file; for messages only, the format is told by content.
        format: Name of a format on the shelf, to overrule what the content says.

    Returns:
        At least one run, the format's name, and what had to be skipped and why.

    Raises:
        BadInput: when no run could be read, in one clear line.
    """
    return read_as(data, name=name, format=format, shelf=FORMATS)
