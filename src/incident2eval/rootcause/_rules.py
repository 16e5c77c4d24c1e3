"""The rules that turn what was seen into a category and a control, each with a name that is printed."""

from collections.abc import Callable
from dataclasses import dataclass

from incident2eval.checks import Blame
from incident2eval.model import Category, ChangeKind, Status, StepKind, flat_text
from incident2eval.rootcause._ageing import is_out_of_date, says_cached
from incident2eval.rootcause._grounds import BLAMES, Ground
from incident2eval.rootcause._provenance import WRITING
from incident2eval.rootcause._scene import Scene
from incident2eval.rootcause._symptoms import symptom


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: when it speaks, and what it then says."""

    name: str
    category: Category
    control: str
    """`{step}` stands for the step's name."""
    why: str
    speaks: Callable[[Scene], bool]

    def says(self, scene: Scene) -> Blame:
        """Its words on a scene."""
        return Blame(
            rule=self.name,
            category=self.category,
            control=self.control.replace("{step}", scene.culprit.name),
            why=self.why,
        )


def rulings(scene: Scene) -> tuple[Blame, ...]:
    """What the rules say of this scene: the deciding one first, then those of the same category.

    A review that let it pass comes before a control that failed at the step, that before all others.
    """
    first, *rest = RULES
    said = [first.says(scene)] if first.speaks(scene) else []
    said += _failed_controls(scene)
    said += [rule.says(scene) for rule in rest if rule.speaks(scene)] or ([] if said else [_LAST.says(scene)])
    return tuple(blame for blame in said if blame.category is said[0].category)


def _failed_controls(scene: Scene) -> list[Blame]:
    """What the checks of controls that found something on the step say, in the order of the shelf."""
    red = {finding.check for finding in scene.findings if finding.step == scene.culprit.id}
    return [blame for check, blame in BLAMES.items() if check in red]


def _on(*grounds: Ground) -> Callable[[Scene], bool]:
    return lambda scene: not scene.grounds.isdisjoint(grounds)


def _was_edited(scene: Scene) -> bool:
    return scene.culprit.kind is StepKind.REVIEW


def _failed(scene: Scene) -> bool:
    return scene.culprit.status is Status.ERROR and not scene.writes


def _was_reprompted(scene: Scene) -> bool:
    return scene.writes and scene.changed(ChangeKind.PROMPT) is not None


def _was_given_something_else(scene: Scene) -> bool:
    other = scene.others.of(scene.culprit)
    if not scene.writes or other is None:
        return False
    mine, theirs = scene.contents.given(scene.culprit), scene.others.contents.given(other)
    return any(one.stands_in(mine) and not one.stands_in(theirs) for one in scene.symptoms)


def _was_given_the_unread(scene: Scene) -> bool:
    given = scene.contents.given(scene.culprit)
    return scene.writes and any(
        one.stands_in(given) and not scene.contents.knew(scene.culprit, one) for one in scene.symptoms
    )


def _was_given_it_too(scene: Scene) -> bool:
    given = scene.contents.given(scene.culprit)
    return scene.writes and any(
        one.wrongly_in(given) or scene.contents.knew(scene.culprit, one) for one in scene.symptoms
    )


def _asked_for_something_else(scene: Scene) -> bool:
    return scene.others.given_alike(scene.culprit) is False


def _was_asked_for_the_unheard(scene: Scene) -> bool:
    """Whether a model asked for the call, with values that neither the request nor a step before holds."""
    step, contents = scene.culprit, scene.contents
    asked = any(one.kind in WRITING and step.name in flat_text(one.output) for one in contents.before(step))
    return (
        step.is_call
        and asked
        and any(
            one.values and one.stands_in(contents.given(step)) and not contents.knew(step, one)
            for one in scene.symptoms
        )
    )


def _looked_up_loosely(scene: Scene) -> bool:
    """Whether it gave the address that was used, and was not asked by whose run it is."""
    step, own = scene.culprit, scene.run.customer_id
    red = {finding.excerpt for finding in scene.findings if finding.check == "wrong_recipient"}
    used = any(symptom(one).stands_in(scene.contents.brought(step)) for one in red if one)
    by_owner = own is not None and own.casefold() in scene.contents.given(step).values
    return used and not scene.writes and not by_owner


def _was_out_of_date(scene: Scene) -> bool:
    return any(is_out_of_date(record.metadata, scene.run.started) for record in scene.brought_records())


def _was_a_copy(scene: Scene) -> bool:
    return scene.is_source and says_cached(scene.culprit)


def _read_others(scene: Scene) -> bool:
    """Whether the corrected run, asked the same, read other records, and no new data explain it."""
    other = scene.others.of(scene.culprit)
    if other is None or not other.records or scene.changed(ChangeKind.DATA):
        return False
    return {record.id for record in other.records} != {record.id for record in scene.culprit.records}


def _came_from_a_source(scene: Scene) -> bool:
    return (scene.is_source or scene.changed(ChangeKind.DATA) is not None) and scene.came_from_outside()


_LAST = Rule(
    name="a step of the workflow's own made it",
    category=Category.WORKFLOW_DESIGN,
    control="handling of {step}",
    why="it came in at a step that is neither a source nor a model",
    speaks=lambda _: True,
)

RULES = (
    Rule(
        name="review approved a run with open findings",
        category=Category.HUMAN_REVIEW,
        control="review before release",
        why="a person let pass what had been found, refused, or needed a second person",
        speaks=_on(Ground.LET_THROUGH),
    ),
    Rule(
        name="an approval of something else was taken",
        category=Category.WORKFLOW_DESIGN,
        control="approval bound to what it approves",
        why="what was approved is another record than the one that the run is about",
        speaks=_on(Ground.OF_ANOTHER),
    ),
    Rule(
        name="the reviewer brought it in",
        category=Category.HUMAN_REVIEW,
        control="review before release",
        why="no step before the review holds it: it came with what the reviewer decided or wrote",
        speaks=_was_edited,
    ),
    Rule(
        name="tool error not handled",
        category=Category.WORKFLOW_DESIGN,
        control="handling of a failed call",
        why="the call failed, and what came after it does not tell that from an answer",
        speaks=_failed,
    ),
    Rule(
        name="what mattered was not handed on",
        category=Category.WORKFLOW_DESIGN,
        control="what is handed over",
        why="the step was given it, and what came after the step was not",
        speaks=_on(Ground.LEFT_OUT),
    ),
    Rule(
        name="a text was cut before it was read",
        category=Category.WORKFLOW_DESIGN,
        control="length of what is handed over",
        why="what mattered stood behind the place where the text was cut",
        speaks=_on(Ground.CUT_OFF),
    ),
    Rule(
        name="a lookup that found nothing went on with a default",
        category=Category.WORKFLOW_DESIGN,
        control="stop where nothing is found",
        why="the step says itself that nothing matched, and the run went on with what it gave instead",
        speaks=_on(Ground.FELL_BACK),
    ),
    Rule(
        name="a change of the prompt went live unjudged",
        category=Category.WORKFLOW_DESIGN,
        control="judging a prompt before it goes live",
        why="the prompt had changed before, and no case held what the old one asked for",
        speaks=_was_reprompted,
    ),
    Rule(
        name="the model was given something else than in the right run",
        category=Category.WORKFLOW_DESIGN,
        control="what goes into the prompt",
        why="what it wrote stands in what it was given, and the corrected run gave it something else",
        speaks=_was_given_something_else,
    ),
    Rule(
        name="the prompt held what no step had read",
        category=Category.WORKFLOW_DESIGN,
        control="what goes into the prompt",
        why="what the model was given held it already, and no step before had brought it in",
        speaks=_was_given_the_unread,
    ),
    Rule(
        name="the model lost a not",
        category=Category.MODEL,
        control="grounding of what is written",
        why="the corrected run words the same sentence the other way round",
        speaks=_on(Ground.TURNED),
    ),
    Rule(
        name="the model took the wrong one of what it was given",
        category=Category.MODEL,
        control="grounding of what is written",
        why="it was given more than this to choose from, and took what was wrong",
        speaks=_was_given_it_too,
    ),
    Rule(
        name="the model wrote what no source holds",
        category=Category.MODEL,
        control="grounding of what is written",
        why="it first stands in what the model wrote; nothing that it was given holds it",
        speaks=lambda scene: scene.writes and not _was_given_it_too(scene),
    ),
    Rule(
        name="the model asked for what nothing before holds",
        category=Category.MODEL,
        control="arguments of {step}",
        why="the call was made with a value that stands in nothing that came before it",
        speaks=_was_asked_for_the_unheard,
    ),
    Rule(
        name="asked for something else than in the right run",
        category=Category.WORKFLOW_DESIGN,
        control="arguments of {step}",
        why="the call was made with other arguments than in the corrected run",
        speaks=_asked_for_something_else,
    ),
    Rule(
        name="looked up by something that fits several",
        category=Category.WORKFLOW_DESIGN,
        control="lookup of the recipient",
        why="the address was looked up by something else than whose run it was",
        speaks=_looked_up_loosely,
    ),
    Rule(
        name="a record was read that was out of date",
        category=Category.WORKFLOW_DESIGN,
        control="which records may still be read",
        why="the record says itself that it no longer held, and nothing kept it out",
        speaks=_was_out_of_date,
    ),
    Rule(
        name="a stored copy was used as if it were fresh",
        category=Category.WORKFLOW_DESIGN,
        control="age of stored copies",
        why="the step answered from a cache, and nothing asked how old that was",
        speaks=_was_a_copy,
    ),
    Rule(
        name="the wrong records were read",
        category=Category.WORKFLOW_DESIGN,
        control="choice of records",
        why="the corrected run read other records when it was asked the same",
        speaks=_read_others,
    ),
    Rule(
        name="the source record itself was wrong",
        category=Category.DATA,
        control="content of the source",
        why="it already stood in what the workflow read, and was carried on as it stood there",
        speaks=_came_from_a_source,
    ),
)
"""In the order in which they are asked; the first that speaks decides."""


def every_rule() -> tuple[Blame, ...]:
    """All that may be said of a cause, in the order in which it is asked; of two of one name the first."""
    first, *rest = (
        Blame(rule=one.name, category=one.category, control=one.control, why=one.why)
        for one in (*RULES, _LAST)
    )
    said: dict[str, Blame] = {}
    for blame in (first, *BLAMES.values(), *rest):
        said.setdefault(blame.rule, blame)
    return tuple(said.values())
