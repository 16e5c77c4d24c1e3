"""The report as Markdown for a comment on a pull request: verdict first, and nothing that links or loads."""

import re
from collections.abc import Iterable, Iterator

from incident2eval.model import CaseOutcome, EvalCase, Outcome, Report
from incident2eval.report.wording import (
    AS_REPORTED,
    FIRST,
    MONITORED,
    NO_ADVICE,
    OUTCOMES,
    QUARANTINED,
    RULINGS,
    approved,
    cause_in_words,
    controls,
    counts_until,
    guards,
    level,
    may_sign,
    meaning,
    one_line,
    quarantined,
    reasons,
    spoken,
    trials,
    version,
    weakest_bound,
    worst_first,
)

LONGEST_COMMENT = 65_000
"""A comment holds 65,536 characters: the rest is in the report."""
MOST_ROWS = 60
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


def markdown(report: Report, digest: str) -> str:
    """The report as Markdown; every text is escaped, cut to a length, and kept from becoming a link.

    Args:
        report: What is told.
        digest: SHA-256 of its JSON.
    """
    decision = report.decision
    head = f"## {RULINGS[decision.decision].label}: {escaped(decision.workflow)}\n\n{meaning(decision)}\n\n"
    made = f"{spoken(report.started)}, commit {escaped(version(report))}, tool {escaped(report.tool)}."
    tail = f"\n\n{made} SHA-256 of the JSON report: {digest}\n\n{AS_REPORTED} {NO_ADVICE}\n"
    return head + _cut("\n\n".join(_body(report)), LONGEST_COMMENT - len(head) - len(tail)) + tail


def _body(report: Report) -> Iterator[str]:
    decision = report.decision
    aside = (f"{case.id}: {case.waived}" for case in quarantined(decision))
    yield from _listed("Why", reasons(decision))
    yield from _listed("In quarantine: these do not count", aside)
    yield _table(report)
    yield from _causes(report)
    yield from _listed("Approvals", map(approved, report.approvals))
    yield from _listed("Changed from the shipped policy", report.overrides)
    yield from _listed("Notes", report.notes)
    yield from _listed("About this report", _about(report))


def _cut(text: str, limit: int) -> str:
    """The text up to the last line that fits, and a word where the rest is."""
    if len(text) <= limit:
        return text
    rest = "\n\nCut here: the report has all of it."
    return text[: limit - len(rest)].rpartition("\n")[0].rstrip() + rest


def _about(report: Report) -> Iterator[str]:
    """What the decision rests on and how far it reaches, a line each."""
    if report.monitor:
        yield MONITORED
    if report.severity is not None:
        yield f"Judged at {level(report.severity)}"
    if counts := counts_until(report):
        yield f"Counts until {counts}"
    if shown := weakest_bound(report.decision):
        yield f"Trials: {shown}"
    if held := controls(report.decision):
        yield f"Controls: {held}"
    yield f"Report before this one: {report.previous or FIRST}"
    if report.trust.approvers:
        yield f"May sign: {may_sign(report)}"
    if report.environment:
        yield "Ran on: " + "; ".join(f"{name} {value}" for name, value in sorted(report.environment.items()))


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
    if case.waived:
        result = f"{result}, **{QUARANTINED.label.lower()}**"
    elif case.outcome is not Outcome.PASSED:
        result = f"**{result}**"
    if case.outcome is not Outcome.PASSED:
        guarded = f"{guarded} **{escaped(case.message or OUTCOMES[case.outcome].meaning)}**"
    elif case.message:
        guarded = f"{guarded} ({escaped(case.message)})"
    return f"| {result} | {escaped(case.id)} | {trials(case)} | {guarded} |"
