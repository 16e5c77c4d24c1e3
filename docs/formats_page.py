"""What cog writes into docs/formats.md: the shelf, the spellings and the limits as the code has them."""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tables import table

from incident2eval.formats import FORMATS, Format, _reading
from incident2eval.formats.files import _gather, _parse, _unpack
from incident2eval.formats.owners._roster import _NOUNS, _WEAK_NOUNS
from incident2eval.formats.spans import _literal
from incident2eval.pipeline.shown import run_page as _run_page
from incident2eval.pipeline.shown import sheet as _sheet
from incident2eval.pipeline.shown import tree as _tree

MB = 1024 * 1024


class Export(NamedTuple):
    """What nobody can tell from the code of a format."""

    told: str
    """What a run of it says beside the words that went in and out."""
    untold: str
    """What it cannot say."""
    way: str = ""
    """How to get one out of the tool, where that is known for sure."""


EXPORTS = {
    "run": Export(
        told="everything that a run has",
        untold="nothing",
        way="have your workflow write it, a run a line (`incident2eval schema run`)",
    ),
    "otlp": Export(
        told="the tree of steps, times, models, tool calls, records, errors, session, user",
        untold="prompts and answers, where the instrumentation was not told to record them",
        way="let the collector write a file: `exporters: {file: {path: traces.jsonl}}`",
    ),
    "otel-json": Export(
        told="the same as OTLP",
        untold="what was not printed: the bare attributes of a span have no time and no parent",
        way="a console exporter's output",
    ),
    "phoenix": Export(
        told="the tree of steps, times, models, tool calls, records, errors, session, user",
        untold="who approved, unless a span says so",
        way="`GET /v1/projects/{project}/spans` of your server, or its download as JSONL",
    ),
    "phoenix-dataframe": Export(
        told="the same as Phoenix spans",
        untold="in CSV, values of Python that cannot be written down as literals stay text",
        way='`Client().spans.get_spans_dataframe(...)`, then `.to_parquet("spans.parquet")`',
    ),
    "langfuse": Export(
        told="the tree of steps, times, models, tool calls, records, errors, scores, session, user",
        untold="the kind of a plain SPAN, which is guessed; very large texts may be missing in the download",
        way="open the trace, **Download JSON**",
    ),
    "langsmith": Export(
        told="the tree of steps, times, models, tool calls, records, errors, session, user",
        untold="the kind of a `chain` run, which is guessed",
        way="`Client().list_runs(project_name=...)`, every run as a line of JSON",
    ),
    "mlflow": Export(
        told="the tree of steps, times, models, tool calls, records, errors, session, user",
        untold="steps, where the trace was searched for without its spans",
        way="`mlflow.get_trace(trace_id).to_json()`",
    ),
    "vercel": Export(
        told="the tree of steps, times, models, tool calls, errors, the metadata given to telemetry",
        untold="prompts and answers, where `recordInputs` or `recordOutputs` is false",
        way="`experimental_telemetry: {isEnabled: true}` (to version 6), and any OpenTelemetry exporter",
    ),
    "openai-chat": Export(
        told="model, tool calls and their results as the next request repeats them, refusals, errors",
        untold="what the workflow did between its calls, how long it took; "
        "whose run it was, but for `user` and `metadata`",
        way='log the bodies as lines: `{"request": {...}, "response": {...}}`',
    ),
    "openai-responses": Export(
        told="model, tool calls, searches with what they found, approvals of MCP calls, refusals, errors",
        untold="what stands behind `previous_response_id`; what the workflow did between its calls",
        way='log the bodies as lines: `{"request": {...}, "response": {...}}`',
    ),
    "anthropic": Export(
        told="model, tool calls and their results, searches with what they found, refusals, errors",
        untold="when it was; what the workflow did between its calls",
        way='log the bodies as lines: `{"request": {...}, "response": {...}}`',
    ),
    "promptfoo": Export(
        told="what each provider said to each test, what each assertion found, errors",
        untold="steps inside the provider, unless it was traced",
        way="`promptfoo eval --output results.json`",
    ),
    "inspect": Export(
        told="the tree of steps, times, models, tool calls, approvals, scores, errors",
        untold="samples that the log does not hold",
        way="the `.eval` file in `./logs`, or `inspect log dump FILE`",
    ),
    "atif": Export(
        told="models, tool calls, when a step began, errors, the session",
        untold="how long a step took; the tree, but for agents that were called",
        way="Harbor's `trajectory.json`",
    ),
    "managed-agents": Export(
        told="models, tool calls, approvals, times, errors",
        untold="whose run it was",
        way="`GET /v1/sessions/{session_id}/events`",
    ),
    "messages": Export(
        told="who said what, tool calls, errors that a tool's answer states",
        untold="the tree; mostly also times, models and whose run it was",
        way='any list of `{"role": ..., "content": ...}`',
    ),
    "jsonl": Export(
        told="what its columns or keys say in the usual words",
        untold="anything under a word of your own: that stays in `attributes`",
        way="any log of yours: JSON lines, CSV or parquet",
    ),
}


def shelf() -> str:
    """Every format: what it is, what it tells and does not, how to get it."""
    return "\n\n".join("\n".join(_entry(each)) for each in FORMATS)


def _entry(format: Format) -> Iterator[str]:  # noqa: A002 - the field's word
    export = EXPORTS[format.name]
    yield f"### `{format.name}`\n\n**{format.title}**\n"
    yield from (sys.modules[format.sniff.__module__].__doc__ or "").strip().splitlines()
    yield f"\n- **Tells** {export.told}."
    yield f"- **Cannot tell** {export.untold}."
    if export.way:
        yield f"- **Get it**: {export.way}"


def spellings() -> str:
    """The keys that say whose a record is, and those that `read` shows at the head of a run."""
    plain, weak = map(_listed, (_NOUNS, _WEAK_NOUNS))
    rows = [
        ("whose a record is, by any id or name", plain),
        ("the same, but only by an id or name that the roster knows, if there is one", weak),
        *((f"{noun} of the run", _listed(sorted(keys))) for noun, keys in _run_page.CONTEXT.items()),
    ]
    return table(("says", "keys, however they are spelt"), rows)


def limits() -> str:
    """Every cap, from the constants."""
    rows: Sequence[tuple[str, str]] = (
        (
            "one value: a line, an item of a list, a span, any other document",
            _mb(_parse.MAX_DOCUMENT),
        ),
        ("objects and lists inside each other", f"{_parse.MAX_DEPTH:,}"),
        ("values in one value", f"{_parse.MAX_VALUES:,}"),
        ("Python's notation in a string", _mb(_literal.MAX_LITERAL)),
        ("what packed files unpack to, in all", _mb(_unpack.MAX_UNPACKED)),
        (
            f"the same against the packed size, beyond {_mb(_unpack.FREE_RATIO)}",
            f"{_unpack.MAX_RATIO:,} times",
        ),
        ("files in an archive", f"{_unpack.MAX_MEMBERS:,}"),
        ("archives and compressed files inside each other", f"{_unpack.MAX_LAYERS:,}"),
        ("spans of unfinished traces held in memory; more go to temporary files", _mb(_gather.MOST_HELD)),
        ("things left out of a file that are named; more are counted", f"{_reading.MOST_SKIPPED:,}"),
        ("inferences that are named; more are counted", f"{_sheet.MOST_NAMED:,}"),
        ("steps of a run that are drawn; `--json` has all", f"{_tree.MOST_STEPS:,}"),
    )
    return table(("of", "at most"), rows)


def _mb(size: int) -> str:
    return f"{size // MB:,} MB"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
