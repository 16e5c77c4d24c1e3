"""The report as Markdown for a comment on a pull request: verdict first, and nothing that links or loads."""

import re
from collections.abc import Iterable, Iterator

from incident2eval.model import CaseOutcome, EvalCase, Outcome, Report
from incident2eval.report.wording import (
    AS_REPORTED,
    NO_ADVICE,
    OUTCOMES,
    RULINGS,
    cause_in_words,
    guards,
    one_line,
    reasons,
    spoken,
    trials,
    version,
    worst_first,
)

MOST_ROWS = 60
"""A comment holds 65,536 characters: the rest is in the report."""
MOST_CAUSES = 10
LONGEST = 300

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#!$&])")
_BLOCK = re.compile(r"^(\d*)([-+=.)])")
_EMOJI = re.compile(r"(:[a-zA-Z+_-][\w+-]*)(?=:)")
"""`:emoji:` may be rendered as an image."""
_AUTOLINK = re.compile(
    r"(?<=[@#!%&~$^])(?=\w)"  # mentions and references: @name, #1, !1, owner/repo#1
    r"|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=mailto:)(?=\S)|(?<=xmpp:)(?=\S)"  # addresses
    r"|(?<=\bGH-)(?=\d)",
    re.IGNORECASE,
)


def markdown(report: Report) -> str:
    """The report as Markdown; every text is escaped, cut to a length, and kept from becoming a link."""
    decision = report.decision
    ruling = RULINGS[decision.decision]
    return (
        "\n\n".join(
            (
                f"## {ruling.label}: {escaped(decision.workflow)}",
                ruling.meaning,
                *_listed("Why", reasons(decision)),
                _table(report),
                *_causes(report),
                *_listed("Changed from the shipped policy", report.overrides),
                *_listed("Notes", report.notes),
                f"{spoken(report.started)}, commit {escaped(version(report))}, tool {escaped(report.tool)}.",
                f"{AS_REPORTED} {NO_ADVICE}",
            )
        )
        + "\n"
    )


def escaped(text: str) -> str:
    """The text as Markdown that says just that: markup escaped, a zero-width space where a link would be."""
    unlinked = _AUTOLINK.sub("\u200b", _EMOJI.sub("\\1\u200b", one_line(text, LONGEST)))
    return _BLOCK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", unlinked))


def _listed(title: str, texts: Iterable[str]) -> Iterator[str]:
    rows = [f"- {escaped(text)}" for text in texts]
    rest = [f"- and {len(rows) - MOST_ROWS} more, in the report"] if len(rows) > MOST_ROWS else []
    if rows:
        yield f"**{title}**\n\n" + "\n".join(rows[:MOST_ROWS] + rest)


def _table(report: Report) -> str:
    proofs = {proof.id: proof for proof in report.proofs}
    cases = worst_first(report.decision)
    if not cases:
        return "No case was run."
    rows = [_row(case, proofs.get(case.id)) for case in cases[:MOST_ROWS]]
    rest = f"\n\nand {len(cases) - MOST_ROWS} more cases, in the report." if len(cases) > MOST_ROWS else ""
    return "\n".join(("| Result | Case | Trials right | What it guards |", "|---|---|---|---|", *rows)) + rest


def _causes(report: Report) -> Iterator[str]:
    """The root cause of each incident in two lines: its category and step, and the control that failed."""
    rows = []
    for note in report.incidents:
        if note.cause is not None:
            category, where, control = cause_in_words(note.cause)
            proof = f"{note.cause.proof.capitalize()}."
            rows.append(f"- {escaped(f'{note.id}: {category} {where}')}\n  {escaped(f'{control} {proof}')}")
    rest = [f"- and {len(rows) - MOST_CAUSES} more, in the report"] if len(rows) > MOST_CAUSES else []
    if rows:
        yield "**Where it went wrong**\n\n" + "\n".join(rows[:MOST_CAUSES] + rest)


def _row(case: CaseOutcome, proof: EvalCase | None) -> str:
    result, guarded = OUTCOMES[case.outcome].label, escaped(guards(case, proof))
    if case.outcome is not Outcome.PASSED:
        result = f"**{result}**"
        guarded = f"{guarded} **{escaped(case.message or OUTCOMES[case.outcome].meaning)}**"
    elif case.message:
        guarded = f"{guarded} ({escaped(case.message)})"
    return f"| {result} | {escaped(case.id)} | {trials(case)} | {guarded} |"
