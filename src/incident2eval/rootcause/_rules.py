"""The rules that turn what was seen into a category and a control, each with a name that is printed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from incident2eval.checks import SHELF, Blame
from incident2eval.detection.text.wording import key_words, vocabulary
from incident2eval.model import (
    Category,
    ChangeKind,
    Finding,
    Record,
    Run,
    SeenChange,
    Status,
    Step,
    StepKind,
)
from incident2eval.rootcause._ageing import is_out_of_date, says_cached
from incident2eval.rootcause._content import content
from incident2eval.rootcause._divergence import Counterparts
from incident2eval.rootcause._provenance import WRITING, Contents
from incident2eval.rootcause._symptoms import Symptom, symptom

BLAMES = {check.name: check.blames for check in SHELF if check.blames}
"""What each check of a control says when it finds something on a step."""

READS = vocabulary(
    "get find search read load look lookup fetch list query recall retrieve select check register registry "
    "catalogue catalog directory database table index store crm erp records record master source price prices"
)
"""Words in the name of a call that reads from somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that the rules go by."""

    contents: Contents
    culprit: Step
    symptoms: tuple[Symptom, ...]
    """Those that the step brought in; all, where nothing says which."""
    findings: Sequence[Finding]
    others: Counterparts
    changes: tuple[SeenChange, ...] = ()
    reasons: Sequence[str] = ()
    """What speaks against the step, in words."""
    let_through: bool = False
    """Whether the step is a review that let pass what it should have stopped."""

    @property
    def run(self) -> Run:
        """The recorded run."""
        return self.contents.run

    def changed(self, *kinds: ChangeKind) -> SeenChange | None:
        """A change of one of these kinds, or None."""
        return next((one for one in self.changes if one.kind in kinds), None)

    @property
    def is_source(self) -> bool:
        """Whether the step reads from somewhere: a retrieval, or a call that is named like one."""
        step = self.culprit
        words = set(key_words(step.name.replace(".", "_")))
        return step.kind is StepKind.RETRIEVAL or bool(step.records) or not READS.isdisjoint(words)

    def brought_records(self) -> list[Record]:
        """The records that hold what is wrong."""
        return [
            record
            for record in self.culprit.records
            if any(one.stands_in(content(record.text)) for one in self.symptoms)
        ]

    def came_from_outside(self) -> bool:
        """Whether the step itself brought it in: neither its input nor anything before it holds it."""
        given = self.contents.given(self.culprit)
        return not any(one.stands_in(given) or self.contents.knew(self.culprit, one) for one in self.symptoms)


Rule = Callable[[Scene], Blame | None]


def rulings(scene: Scene) -> tuple[Blame, ...]:
    """What the rules say of this scene: the deciding one, then those of the same category."""
    said = [blame for rule in RULES if (blame := rule(scene)) is not None] or [_made_on_the_way(scene)]
    return tuple(blame for blame in said if blame.category is said[0].category)


def _blind_approval(scene: Scene) -> Blame | None:
    if not scene.let_through:
        return None
    return Blame(
        rule="review approved a run with open findings",
        category=Category.HUMAN_REVIEW,
        control="review before release",
        why="the review approved a draft that a check before it had found fault with",
    )


def _failed_check(scene: Scene) -> Blame | None:
    """What the checks of controls found on the step, in the order of the shelf."""
    red = {finding.check for finding in scene.findings if finding.step == scene.culprit.id}
    return next((blame for check, blame in BLAMES.items() if check in red), None)


def _approval_of_another(scene: Scene) -> Blame | None:
    if not any("is an approval of" in one for one in scene.reasons):
        return None
    return Blame(
        rule="an approval of something else was taken",
        category=Category.WORKFLOW_DESIGN,
        control="approval bound to what it approves",
        why="what was approved is another record than the one that the run is about",
    )


def _edited(scene: Scene) -> Blame | None:
    if scene.culprit.kind is not StepKind.REVIEW:
        return None
    return Blame(
        rule="the reviewer brought it in",
        category=Category.HUMAN_REVIEW,
        control="review before release",
        why="no step before the review holds it: it came with what the reviewer decided or wrote",
    )


def _failed_call(scene: Scene) -> Blame | None:
    if scene.culprit.status is not Status.ERROR or scene.culprit.kind in WRITING:
        return None
    return Blame(
        rule="tool error not handled",
        category=Category.WORKFLOW_DESIGN,
        control="handling of a failed call",
        why="the call failed, and what came after it does not tell that from an answer",
    )


def _changed_prompt(scene: Scene) -> Blame | None:
    change = scene.changed(ChangeKind.PROMPT)
    if scene.culprit.kind not in WRITING or change is None:
        return None
    return Blame(
        rule="a change of the prompt went live unjudged",
        category=Category.WORKFLOW_DESIGN,
        control="judging a prompt before it goes live",
        why=f"the prompt had changed before ({change.what or 'how is not told'}); no case held the old one",
    )


def _given_something_else(scene: Scene) -> Blame | None:
    """The model was given what is wrong, which the right run did not give it."""
    contents, other = scene.contents, scene.others.of(scene.culprit)
    if scene.culprit.kind not in WRITING or other is None:
        return None
    mine, theirs = contents.given(scene.culprit), scene.others.contents.given(other)
    if not any(one.stands_in(mine) and not one.stands_in(theirs) for one in scene.symptoms):
        return None
    return Blame(
        rule="the model was given something else than in the right run",
        category=Category.WORKFLOW_DESIGN,
        control="what goes into the prompt",
        why="what it wrote stands in what it was given, and the corrected run gave it something else",
    )


def _unread_ground(scene: Scene) -> Blame | None:
    """What the model was given holds it, although no step that the trace shows had read it."""
    contents = scene.contents
    given = contents.given(scene.culprit)
    if scene.culprit.kind not in WRITING or not any(
        one.stands_in(given) and not contents.knew(scene.culprit, one) for one in scene.symptoms
    ):
        return None
    return Blame(
        rule="the prompt held what no step had read",
        category=Category.WORKFLOW_DESIGN,
        control="what goes into the prompt",
        why="what the model was given held it already, and no step before had brought it in",
    )


def _took_the_wrong_one(scene: Scene) -> Blame | None:
    """The model was given what it wrote, among other things, and that was not the one to take."""
    contents = scene.contents
    given = contents.given(scene.culprit)
    if scene.culprit.kind not in WRITING or not any(
        one.wrongly_in(given) or contents.knew(scene.culprit, one) for one in scene.symptoms
    ):
        return None
    return Blame(
        rule="the model took the wrong one of what it was given",
        category=Category.MODEL,
        control="grounding of what is written",
        why="what it was given held the right as well, and it took the wrong",
    )


def _invented(scene: Scene) -> Blame | None:
    if scene.culprit.kind not in WRITING:
        return None
    return Blame(
        rule="the model wrote what no source holds",
        category=Category.MODEL,
        control="grounding of what is written",
        why="it first stands in what the model wrote; nothing that it was given holds it",
    )


def _asked_for_something_else(scene: Scene) -> Blame | None:
    if scene.others.given_alike(scene.culprit) is not False:
        return None
    return Blame(
        rule="asked for something else than in the right run",
        category=Category.WORKFLOW_DESIGN,
        control=f"arguments of {scene.culprit.name}",
        why="the call was made with other arguments than in the corrected run",
    )


def _looked_up_loosely(scene: Scene) -> Blame | None:
    """An address was looked up by something that does not say whose it should be."""
    if scene.culprit.kind in WRITING:
        return None
    red = {finding.excerpt for finding in scene.findings if finding.check == "wrong_recipient"}
    step, own = scene.culprit, scene.run.customer_id
    used = any(symptom(one).stands_in(scene.contents.brought(step)) for one in red if one)
    if not used or (own is not None and own.casefold() in scene.contents.given(step).values):
        return None
    return Blame(
        rule="looked up by something that fits several",
        category=Category.WORKFLOW_DESIGN,
        control="lookup of the recipient",
        why="the address was looked up by something else than whose run it was",
    )


def _out_of_date(scene: Scene) -> Blame | None:
    if not any(is_out_of_date(record.metadata, scene.run.started) for record in scene.brought_records()):
        return None
    return Blame(
        rule="a record was read that was out of date",
        category=Category.WORKFLOW_DESIGN,
        control="which records may still be read",
        why="the record says itself that it no longer held, and nothing kept it out",
    )


def _copy(scene: Scene) -> Blame | None:
    if not scene.is_source or not says_cached(scene.culprit):
        return None
    return Blame(
        rule="a stored copy was used as if it were fresh",
        category=Category.WORKFLOW_DESIGN,
        control="age of stored copies",
        why="the step answered from a cache, and nothing asked how old that was",
    )


def _other_records(scene: Scene) -> Blame | None:
    """The same was asked, and other records came than in the right run."""
    other = scene.others.of(scene.culprit)
    if other is None or not other.records or scene.changed(ChangeKind.DATA):
        return None
    if {record.id for record in other.records} == {record.id for record in scene.culprit.records}:
        return None
    return Blame(
        rule="the wrong records were read",
        category=Category.WORKFLOW_DESIGN,
        control="choice of records",
        why="the corrected run read other records when it was asked the same",
    )


def _wrong_source(scene: Scene) -> Blame | None:
    if not (scene.is_source or scene.changed(ChangeKind.DATA)) or not scene.came_from_outside():
        return None
    return Blame(
        rule="the source record itself was wrong",
        category=Category.DATA,
        control="content of the source",
        why="it already stood in what the workflow read, and was carried on as it stood there",
    )


def _made_on_the_way(scene: Scene) -> Blame:
    return Blame(
        rule="a step of the workflow's own made it",
        category=Category.WORKFLOW_DESIGN,
        control=f"handling of {scene.culprit.name}",
        why="it came in at a step that is neither a source nor a model",
    )


RULES: tuple[Rule, ...] = (
    _blind_approval,
    _failed_check,
    _approval_of_another,
    _edited,
    _failed_call,
    _changed_prompt,
    _given_something_else,
    _unread_ground,
    _took_the_wrong_one,
    _invented,
    _asked_for_something_else,
    _looked_up_loosely,
    _out_of_date,
    _copy,
    _other_records,
    _wrong_source,
)
"""In the order in which they are asked; the first that speaks decides."""
