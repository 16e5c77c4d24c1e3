"""Who signed: enough people in the right roles, for this very report, and not only who mended it (R137)."""

import re
from collections.abc import Iterator, Sequence
from unicodedata import combining, normalize

from incident2eval.clearance._ask import Ask, Demand
from incident2eval.clearance._no_case import is_exempt, spoken
from incident2eval.clearance._words import judged, line, role_words, same
from incident2eval.model import Answer, Approval, Severity, Signature, SignedApproval
from incident2eval.model.incident import Questions

OWNER = "workflow_owner"

_FUNCTIONS = frozenset({"legal", "security"})
_FACTS = {
    "left_company": "it left the company",
    "exposed_information": "information got out",
    "took_action": "the AI acted",
    "obligation_possible": "a duty is possible",
}
"""Answers of yes, in words."""


def approval_demands(ask: Ask) -> Iterator[Demand]:
    """The signatures of the level, whatever else holds.

    Args:
        ask: Everything known.
    """
    words, questions = spoken(ask), tuple(one.questions for one in ask.concerns)
    yield judged(
        "settings as approved",
        ask.untrusted,
        held="approvers, owners, policy and targets are as approved" + (f"; {ask.late}" if ask.late else ""),
        todo=f"somebody approved before signs them: incident2eval approve settings {ask.workflow}",
    )
    yield judged(
        "nobody refused",
        (f"{line(one.approval.by)} refused it" for one in ask.refusals),
        held="no refusal of this report",
        todo="settle it, run the gate again, and have that report signed",
    )
    missing = tuple(missing_signatures(ask, ask.policy.signatures, ask.policy.people, words, questions))
    yield judged(
        "signatures",
        (*missing, *(_outdated(ask) if missing else ())),
        held=", ".join(f"{line(one.by)} ({role_words(one.role)})" for one in _said(words)),
        todo=_sign(ask),
    )
    if ask.severity > Severity.LOW:
        yield judged(
            "not only who mended it",
            _only_fixers(ask),
            held="somebody signed who did not change it",
            todo="somebody else signs too, who committed nothing since it was noticed",
        )
    if ask.severity is Severity.SEVERE:
        yield judged(
            "an executive who does not own it",
            _no_outsider(ask),
            held="signed",
            todo="an executive who does not own the workflow signs",
        )


def _outdated(ask: Ask) -> Iterator[str]:
    """Signatures that do not count any more, or never did."""
    for one in _said(ask.outdated):
        who = f"{line(one.by)} ({role_words(one.role)})"
        yield f"{who} signed without the look-back before them as the log holds it now: they sign again"


def missing_signatures(
    ask: Ask,
    asked: Sequence[Signature],
    people: int,
    words: Sequence[SignedApproval],
    questions: Sequence[Questions],
) -> Iterator[str]:
    """The signatures that are asked for and not there.

    Args:
        ask: Everything known; its trust names the workflow's owners.
        asked: By role.
        people: So many different people in all.
        words: What was signed.
        questions: The answers that say which roles are asked for, at the worst ever stated.
    """
    for one in asked:
        if not is_needed(one, questions):
            continue
        signed = {same(word.by) for word in _said(words) if word.role == one.role and _may(ask, word.by, one)}
        if len(signed) < one.people:
            count = "" if one.people == 1 else f" ({len(signed)} of {one.people})"
            whose = f" of {ask.workflow}" if one.role == OWNER else ""
            yield f"not signed by {_who(one.role)}{whose}{count}{_why(one, questions)}"
    different = {same(word.by) for word in _said(words)}
    if len(different) < people:
        yield f"{len(different)} of {people} different people signed"


def _sign(ask: Ask) -> str:
    who = "--as NAME --role ROLE --key KEY"
    if is_exempt(ask):
        return "; ".join(
            f"incident2eval approve no_case {one.name} --reason TEXT {who}" for one in ask.concerns
        )
    report = ask.report.path if ask.report else "FILE"
    return f"incident2eval sign-off {ask.workflow} --report {report} {who}"


def _who(role: str) -> str:
    """A role in a sentence: a function needs no article, a person does."""
    return role_words(role) if role in _FUNCTIONS else f"the {role_words(role)}"


def _why(signature: Signature, questions: Sequence[Questions]) -> str:
    """Why it is asked for, by what was answered; in the policy's own words where the answers do not tell."""
    names = dict.fromkeys((*signature.if_yes, *signature.unless_no))
    yes = [name for name in names if any(getattr(one, name, None) is Answer.YES for one in questions)]
    if told := [_FACTS[name] for name in yes if name in _FACTS]:
        return f", as {' and '.join(told)}"
    unknown = [name for name in signature.unless_no if name in _FACTS]
    if unknown:
        return f", as nobody has ruled out that {' or '.join(_FACTS[name] for name in unknown)}"
    return f" ({line(signature.when)})" if signature.when else ""


def is_needed(signature: Signature, questions: Sequence[Questions]) -> bool:
    """Whether the answers ask for it: unknown is not no."""
    if not signature.unless_no and not signature.if_yes:
        return True
    unless = any(
        getattr(one, name, Answer.UNKNOWN) is not Answer.NO
        for one in questions
        for name in signature.unless_no
    )
    yes = any(getattr(one, name, None) is Answer.YES for one in questions for name in signature.if_yes)
    return unless or yes


def _may(ask: Ask, name: str, signature: Signature) -> bool:
    """Whether somebody's signature counts in that role: of owners only this workflow's, where it is known."""
    if signature.role != OWNER:
        return True
    named = set(map(same, ask.trust.owners))
    owners = {same(one.name) for one in ask.trust.approvers if OWNER in one.roles} & named
    return not owners or same(name) in owners


def _said(words: Sequence[SignedApproval]) -> list[Approval]:
    return [one.approval for one in words]


def _only_fixers(ask: Ask) -> Iterator[str]:
    if ask.fixers is None:
        yield "git cannot say who changed it since it was noticed: fetch the whole history, without grafts"
        return
    fixers = [_tokens(one) for one in ask.fixers]
    signers = {same(one.by): one.by for one in _said(ask.words)}
    if signers and all(any(_may_be(_tokens(by), one) for one in fixers) for by in signers.values()):
        names = ", ".join(line(one) for one in signers.values())
        yield f"{names} changed the workflow since it was noticed, and nobody else signed"


def _tokens(name: str) -> frozenset[str]:
    """The words of a name, or of what stands before the @, as any spelling of it has them."""
    plain = "".join(one for one in normalize("NFKD", name.partition("@")[0]) if not combining(one))
    return frozenset(re.split(r"[\s._-]+", plain.casefold())) - {""}


def _may_be(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names may be one person's: the same words, or two and more of which one has yet others."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) > 1 and shorter <= longer)


def _no_outsider(ask: Ask) -> Iterator[str]:
    owner = same(ask.settings.owner or "")
    if not any(one.role == "executive" and same(one.by) != owner for one in _said(ask.words)):
        yield "no executive signed who does not own the workflow"
