"""Did a review approve what it should have stopped?"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from incident2eval.checks import _foreign_names, _unfilled_placeholders, _ungrounded_figures
from incident2eval.checks._check import Blame, Check, Known, Words, check, observing
from incident2eval.checks.acts.approvals import approves, lets_through, reviewer_of
from incident2eval.checks.acts.approvers import is_machine, machines_of
from incident2eval.checks.acts.guardrails import Open
from incident2eval.checks.acts.reviews import (
    draft_of,
    is_answered,
    least_seconds,
    open_at_reviews,
    reviews,
    seconds_of,
    wording_of,
)
from incident2eval.detection.text.wording import key_words, leaves, sentence
from incident2eval.model import (
    JSON,
    Answer,
    CannotJudge,
    Category,
    Customers,
    Finding,
    Findings,
    IncidentType,
    Observation,
    Origin,
    Run,
    Step,
    StepKind,
    flat_text,
    is_empty,
)

_OF_DRAFTS = {
    one.name: one for one in (_foreign_names.CHECK, _unfilled_placeholders.CHECK, _ungrounded_figures.CHECK)
}
"""The checks that can tell of a draft alone that it should have been rejected."""
TOO_FAST, TOO_UNIFORM, NO_REVIEWER = "too_fast", "too_uniform", "no_reviewer"
"""What else may reject an approval, beside checks."""
_AUTHOR_KEYS = {("author",), ("drafted", "by"), ("prepared", "by"), ("written", "by")}
_MOST = 20

By = Mapping[str, Mapping[str, JSON]] | Sequence[str | Callable[..., Findings]]


@check(absence=False)
def rubber_stamped(run: Run, *, by: By, customers: Customers | None = None) -> Findings:
    """Reviews that approved what checks, or a guardrail before them, reject.

    Args:
        run: The run to judge.
        by: What a review must not approve: checks by name or as functions, or check -> the facts it needs.
            Beside checks `too_fast` (with `seconds`, the least that a review takes), `no_reviewer`, and
            `too_uniform` (with `alike`: from how many equal approvals on).
        customers: The roster, for checks that need it.

    Raises:
        CannotJudge: if nobody says what should have been rejected, or one of the checks lacks what it needs.

    What went wrong:
        Somebody was there to stop it and did not: the draft was faulty, often a guardrail had said so, and
        the review approved it all the same. That the text was put right afterwards changes nothing: the next
        one will not be.

    What is right:
        A review rejects a faulty draft, or approves it once it is mended; each review is judged on the draft
        that it was given itself. A finding of a guardrail is answered when the guardrail passes, when another
        draft no longer holds what it quotes, or when the reviewer says why it is let pass.

    What this cannot see:
        Whether a person really read what they approved, faults that neither the checks nor a guardrail know,
        and reviews that the workflow does not report.
    """
    if by is None:
        raise CannotJudge("nobody says what the review should have rejected")
    grounds = _Grounds.of(by, customers or Customers())
    held = reviews(run)
    left_open = open_at_reviews(run)
    found = [
        Finding(check="rubber_stamped", step=step.id, message=message, excerpt=excerpt)
        for at, step in held
        if lets_through(step)
        for message, excerpt in grounds.objections(run, at, left_open[at])
    ]
    found += grounds.uniform([step for _, step in held])
    return Findings(tuple(found), judged=len(held))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grounds:
    """What speaks against an approval."""

    checks: tuple[Callable[[Run], Findings], ...]
    rules: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)

    @classmethod
    def of(cls, by: By, customers: Customers) -> "_Grounds":
        """The same from what a test or case.yaml names.

        Raises:
            CannotJudge: if there is no check of one of the names.
        """
        named: dict[str, Mapping[str, JSON]] = {}
        own: list[Callable[[Run], Findings]] = []
        for one in by:
            name = one if isinstance(one, str) else getattr(one, "__name__", "")
            facts = by.get(name) if isinstance(by, Mapping) else None
            if name in _OF_DRAFTS or name in {TOO_FAST, TOO_UNIFORM, NO_REVIEWER}:
                named[name] = facts if isinstance(facts, Mapping) else {}
            elif callable(one):
                own.append(one)
            else:
                raise CannotJudge(f"there is no check {name!r} that can judge a draft")
        judges = [
            _judge(_OF_DRAFTS[name], facts, customers) for name, facts in named.items() if name in _OF_DRAFTS
        ]
        return cls(
            checks=(*judges, *own),
            rules={name: facts for name, facts in named.items() if name not in _OF_DRAFTS},
        )

    def objections(
        self, run: Run, at: int, left_open: Sequence[tuple[str, Open]]
    ) -> Iterator[tuple[str, str]]:
        """Why the review at a position should not have approved, with the words that show it."""
        review = run.steps[at]
        draft = draft_of(run, at)
        if not is_answered(review):
            for name, item in left_open[:_MOST]:
                said = "although it was shown" if name == review.name else f"although {name} had found"
                yield f"approved {said}: {item.label}", _quoted(item.quotes, flat_text(draft))
        if not is_empty(draft):
            before = replace(run, output=draft, steps=run.steps[:at])
            for judge in self.checks:
                yield from ((f"approved although it {one.message}", one.excerpt) for one in judge(before))
        yield from ((why, _said(review)) for why in self._of_the_review(run, review))

    def _of_the_review(self, run: Run, review: Step) -> Iterator[str]:
        """What is wrong with the review itself, whatever it approved."""
        least = self.rules.get(TOO_FAST, {}).get("seconds")
        took = seconds_of(review)
        if isinstance(least, (int, float)) and took is not None and took < least:
            yield f"approved after {took:g} seconds; a review takes {least:g} at least"
        if NO_REVIEWER in self.rules and (why := _nobody(run, review)):
            yield why

    def uniform(self, held: Sequence[Step]) -> Iterator[Finding]:
        """A series of approvals of which each says the same."""
        alike = self.rules.get(TOO_UNIFORM, {}).get("alike")
        if isinstance(alike, int) and len(held) >= max(2, alike) and _are_alike(held):
            message = f"approved all {len(held)} drafts in the same words"
            yield Finding(check="rubber_stamped", step=held[0].id, message=message, excerpt=_said(held[0]))


def _judge(check: Check, facts: Mapping[str, JSON], customers: Customers) -> Callable[[Run], Findings]:
    """A check on the shelf as a function of a run; what it sees is no judgement of the run's own output."""

    def judge(run: Run) -> Findings:
        with observing():
            return check(run, facts=facts, customer_id=run.customer_id, customers=customers)

    return judge


def _nobody(run: Run, review: Step) -> str | None:
    """Why no independent person approved, or None."""
    who = reviewer_of(review)
    if who is None:
        return "approved, and nobody is named who did"
    if is_machine(who, machines_of(run)):
        return f"approved by '{who}', which is no person"
    told = leaves([run.input, review.input])
    authors = {str(leaf).strip().casefold() for path, leaf in told if key_words(path) in _AUTHOR_KEYS}
    return f"approved by '{who}', who wrote it" if who.strip().casefold() in authors else None


def _are_alike(held: Sequence[Step]) -> bool:
    return all(map(lets_through, held)) and len({wording_of(step) for step in held}) == 1


def _said(review: Step) -> str:
    return " ".join(flat_text(review.output).split())[:200]


def _quoted(quotes: Sequence[str], draft: str) -> str:
    """The sentence of the draft that a finding quotes, else what the finding says."""
    for quote in quotes:
        start = draft.find(quote)
        if quote.strip() and start >= 0:
            return sentence(draft, start, start + len(quote))
    return quotes[0] if quotes else ""


def propose(known: Known) -> Mapping[str, JSON] | None:
    """What rejects the recorded approval for certain: open guardrails, checks, rules that others kept."""
    run = known.recorded
    if run.is_empty or not any(lets_through(step) for _, step in reviews(run)):
        return None
    witnesses = _witnesses(known)
    grounds: dict[str, JSON] = dict(_rules(known, witnesses))
    for one in _OF_DRAFTS.values():
        facts = _proposed(one, known)
        alike = [run for run in witnesses if not one.this_input or run.input == known.recorded.input]
        if facts is not None and _is_certain(one.name, facts, known, alike):
            grounds[one.name] = dict(facts)
    if not _finds(run, grounds, known) or any(_finds(good, {}, known) for good in known.good):
        return None
    return {"rejected_by": grounds}


def _proposed(check: Check, known: Known) -> Mapping[str, JSON] | None:
    """What a check proposes where the draft that was approved is what went out."""
    asked = (check.propose(replace(known, recorded=draft)) for draft in _approved_drafts(known.recorded))
    return next((facts for facts in asked if facts is not None), None)


def _witnesses(known: Known) -> tuple[Run, ...]:
    """Runs that show how reviews should go; one repaired by us shows nothing."""
    corrected = known.corrected if known.origin is not Origin.REPAIRED else None
    runs = (*([corrected] if corrected else []), *known.good)
    return tuple(run for run in runs if reviews(run) and not run.is_empty)


def _finds(run: Run, grounds: Mapping[str, JSON], known: Known) -> tuple[Finding, ...]:
    try:
        with observing():
            return tuple(rubber_stamped(run, by=grounds, customers=known.customers))  # type: ignore[arg-type]
    except CannotJudge:
        return ()


def _is_certain(name: str, facts: Mapping[str, JSON], known: Known, witnesses: Sequence[Run]) -> bool:
    """Whether a check rejects the recorded draft, for nothing but the incident, and no honest one.

    Where people marked the wrong words, it must have nothing left to say once these are gone; else an honest
    approval must show that it can pass.
    """
    grounds: dict[str, JSON] = {name: dict(facts)}
    judge = _judge(_OF_DRAFTS[name], facts, known.customers)
    drafts = [one for one in _approved_drafts(known.recorded) if _judged(judge, one)]
    if not drafts or any(_finds(run, grounds, known) for run in witnesses):
        return False
    wrong = [words for words in known.incident.wrong if words.strip()]
    if wrong:
        return not any(_judged(judge, replace(one, output=_without(one.output, wrong))) for one in drafts)
    return any(approves(step) for run in witnesses for _, step in reviews(run))


def _approved_drafts(run: Run) -> Iterator[Run]:
    """The run as each approving review met it: up to there, with the draft for its output."""
    for at, step in reviews(run):
        if lets_through(step) and not is_empty(draft := draft_of(run, at)):
            yield replace(run, output=draft, steps=run.steps[:at])


def _judged(judge: Callable[[Run], Findings], run: Run) -> Findings:
    try:
        return judge(run)
    except CannotJudge:
        return Findings()


def _without(draft: JSON, wrong: Sequence[str]) -> str:
    """The text of a draft with something harmless for each of the wrong words."""
    text = " ".join(flat_text(draft).split())
    for words in wrong:
        text = re.sub(re.escape(" ".join(words.split())), "something", text, flags=re.IGNORECASE)
    return text


def _rules(known: Known, witnesses: Sequence[Run]) -> Iterator[tuple[str, JSON]]:
    """The rules about reviews themselves that the recorded run broke and that settings or others keep."""
    run = known.recorded
    approved = [step for _, step in reviews(run) if lets_through(step)]
    said = (known.workflow.review_standard or "", known.incident.what_happened)
    least = next((seconds for text in said if (seconds := least_seconds(text)) is not None), None)
    if least is not None and any(
        (took := seconds_of(step)) is not None and took < least for step in approved
    ):
        yield TOO_FAST, {"seconds": least}
    lacking = [step for step in approved if _nobody(run, step)]
    if lacking and (_others_name_somebody(witnesses) or _was_approved_by_machine(lacking, known)):
        yield NO_REVIEWER, {}
    held = [step for _, step in reviews(run)]
    if len(held) >= 3 and _are_alike(held) and _others_differ(witnesses, len(held)):
        yield TOO_UNIFORM, {"alike": len(held)}


def _others_name_somebody(witnesses: Sequence[Run]) -> bool:
    """Whether every approval of honest runs is a person's."""
    held = [(run, step) for run in witnesses for _, step in reviews(run)]
    return bool(held) and not any(_nobody(run, step) for run, step in held)


def _was_approved_by_machine(lacking: Sequence[Step], known: Known) -> bool:
    """Whether something that is no person approved, and people say that the review failed."""
    incident = known.incident
    blamed = (
        IncidentType.HUMAN_REVIEW_FAILURE in incident.type
        or incident.questions.approved_wrongly is Answer.YES
    )
    return blamed and all(reviewer_of(step) for step in lacking)


def _others_differ(witnesses: Sequence[Run], count: int) -> bool:
    held = [[step for _, step in reviews(run)] for run in witnesses]
    return any(len(one) >= count and not _are_alike(one) for one in held)


def variants(known: Known) -> Iterable[Run]:
    """The same approval in other words, of the draft under another key, and tidied up behind it."""
    run = known.recorded
    held = [(at, step) for at, step in reviews(run) if lets_through(step)]
    if not held:
        return
    at, review = held[0]
    who = reviewer_of(review) or "Morgan Hill"
    said = review.output if isinstance(review.output, Mapping) else {}
    kept = {key: value for key, value in said.items() if key not in {"approved", "decision", "comment", "by"}}
    for answer in (
        {"approved": True, "by": who},
        {"decision": "approve", "reviewer": who},
        {"decision": "Approved.", "approver": {"name": who}, "comment": "fine"},
        {"verdict": "accept", "by": who, "comment": "ok to go"},
    ):
        yield _with_step(run, at, replace(review, output={**kept, **answer}))
    yield replace(run, output="It went out as agreed. Everything in it is right.")
    yield replace(run, output={"status": "released", "text": "All in order."})
    shown = review.input if isinstance(review.input, Mapping) else {}
    draft = draft_of(run, at)
    yield _with_step(run, at, replace(review, input={**shown, "draft": draft}))
    yield _with_step(run, at, replace(review, name="release desk", kind=StepKind.REVIEW))


def _with_step(run: Run, at: int, step: Step) -> Run:
    return replace(run, steps=(*run.steps[:at], step, *run.steps[at + 1 :]))


CHECK = Check(
    judge=rubber_stamped,
    propose=propose,
    variants=variants,
    words=Words(
        test="review_approves_no_faulty_draft",
        found="waved_through",
        message="a review approved what it should have stopped",
    ),
    control=True,
    needs=frozenset({Observation.OUTPUT, Observation.STEPS}),
    facts={"by": "rejected_by"},
    this_input=frozenset({"rejected_by"}),
    type=IncidentType.HUMAN_REVIEW_FAILURE,
    blames=Blame(
        rule="review approved a run with open findings",
        category=Category.HUMAN_REVIEW,
        control="review before release",
        why="the review approved a draft that should have been rejected",
    ),
)
