"""A run as a tree alone: the step where the failure came in, the way it took, all else in short."""

from collections.abc import Iterator

from incident2eval.model import Customers, Part, RootCause, Run, StepKind, TreeRow
from incident2eval.pipeline._answer import Page, Tone, Words
from incident2eval.pipeline.shown.cells import plain, width
from incident2eval.pipeline.shown.failure_path import FailurePath
from incident2eval.pipeline.shown.layout import WIDTH, counted
from incident2eval.pipeline.shown.path_lines import Gutter, output_words, path_notes
from incident2eval.pipeline.shown.step_lines import Note, Owners, decided, lines_of, notes, tells
from incident2eval.pipeline.shown.tree import Branch, Gap, branches

MOST_LINES = 24
"""Steps that a terminal shows; those on the path, and what these hang on, come before all others."""

MOST_ROWS = 40
"""Steps that a report shows."""


def marked_tree(run: Run, cause: RootCause, customers: Customers) -> Page:
    """The steps of a run as a tree, the culprit and the path of the contamination marked.

    Args:
        run: The recorded run, with subject and owners.
        cause: Its root cause. Where its step is none of the run's, nothing is marked.
        customers: The roster, for their names.

    Returns:
        Lines of at most 80 columns. `>>` stands before the step where it came in, a line leads from there
        down to the output.
    """
    path, owners = FailurePath(run, cause), Owners(run, customers)
    shown = [*branches(run.steps, tells=lambda step: tells(step, owners), first=path.steps, most=MOST_LINES)]
    gutter = Gutter(path, shown)
    lines = [line for at, each in enumerate(shown) for line in _lines(at, each, gutter, owners)]
    end = [output_words(path, gutter.at(len(shown)))] if path.reaches_output else []
    return [[Words(f"  {counted(len(run.steps), 'step')}", Tone.STRONG)], *lines, *end]


def _lines(at: int, each: Branch | Gap, gutter: Gutter, owners: Owners) -> Iterator[list[Words]]:
    front = gutter.at(at)
    room = WIDTH - 2 - width(each.guide)
    if isinstance(each, Gap):
        yield [front.line, Words(each.guide, Tone.FAINT), Words(plain(_more(each), room), Tone.FAINT)]
        return
    step = each.step
    part, path = gutter.path.part(step.id, step.kind), gutter.path
    kind = f"{step.kind:<9} "
    name = plain(step.name or "(no name)", room - len(kind))
    tone = Tone.BAD if part is Part.CULPRIT else Tone.STRONG if part is not Part.ASIDE else Tone.PLAIN
    aside = "" if part is not Part.ASIDE else _fact(each, owners)
    left = room - len(kind) - width(name) - 2
    yield [
        front.line,
        Words(each.guide, Tone.FAINT),
        Words(kind, Tone.FAINT),
        Words(name, tone),
        *([Words(f"  {plain(aside, left)}", Tone.FAINT)] if aside and left > 12 else []),
    ]
    facts = [Note(Words(_fact(each, owners), Tone.FAINT))] if part is Part.CULPRIT else []
    for note in (*path_notes(path, step), *(fact for fact in facts if fact.words.text)):
        for line in lines_of(note, WIDTH - 2 - width(each.below)):
            yield [front.below, Words(each.below, Tone.FAINT), line]


def as_text(page: Page) -> str:
    """A page without its tones, for an answer that is plain text."""
    return "\n".join("".join(words.text for words in line).rstrip() for line in page)


def tree_rows(run: Run, cause: RootCause, customers: Customers) -> tuple[TreeRow, ...]:
    """The same tree in rows, for a report.

    Args:
        run: The recorded run as its case holds it.
        cause: Its root cause.
        customers: A roster of ids alone.

    Returns:
        No row where the cause's step is none of the run's.
    """
    path, owners = FailurePath(run, cause), Owners(run, customers)
    if path.culprit is None:
        return ()
    tree = branches(run.steps, tells=lambda step: tells(step, owners), first=path.steps, most=MOST_ROWS)
    rows = [_row(each, path, owners) for each in tree]
    if path.reaches_output:
        end = TreeRow(kind=StepKind.OUTPUT, name="the run's output", part=Part.OUTPUT, quote=path.quote(None))
        rows.append(end)
    return tuple(rows)


def _row(each: Branch | Gap, path: FailurePath, owners: Owners) -> TreeRow:
    if isinstance(each, Gap):
        return TreeRow(kind=None, name=_more(each), depth=each.depth)
    step = each.step
    fact = (
        decided(step.output, named=False).words.text if step.kind is StepKind.REVIEW else _fact(each, owners)
    )
    return TreeRow(
        kind=step.kind,
        name=plain(step.name or "(no name)", 200),
        depth=each.depth,
        part=path.part(step.id, step.kind),
        note=plain(fact, 200),
        quote=path.quote(step.id),
    )


def _more(gap: Gap) -> str:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in gap.kinds.most_common(4))
    return f"{counted(gap.kinds.total(), 'more step')}: {kinds}"


def _fact(branch: Branch, owners: Owners) -> str:
    """What matters most of a step in one line: an error before what it read or decided."""
    told = [note.words.text for note in notes(branch.step, owners) if note.whole or _judges(branch)]
    return told[-1] if told else ""


def _judges(branch: Branch) -> bool:
    return branch.step.kind is StepKind.GUARDRAIL
