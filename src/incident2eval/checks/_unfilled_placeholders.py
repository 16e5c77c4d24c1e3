"""Did a text go out with fields of its template left unfilled?"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.acts.sending import sends, sent_texts, written
from incident2eval.detection.text.placeholders import Mark, Template, field_name, is_stand_in, marks
from incident2eval.detection.text.wording import sentence
from incident2eval.model import (
    JSON,
    CannotJudge,
    Finding,
    Findings,
    IncidentType,
    Observation,
    Origin,
    Run,
    flat_text,
)

_MOST_FIELDS = 40
_BREAK = re.compile(r"[\n\[\]{}<>%]")
"""Where what stands before a field ends: at a line's end, at another field."""
_BEFORE = 16
"""So many characters before a field tell the same place of a template in a finished text."""


@check(absence=False)
def unfilled_placeholders(run: Run, *, fields: Collection[str], kept: Collection[str] = ()) -> Findings:
    """Fields of a template that stand in the output, or in what was sent, where a value should.

    Args:
        run: The run to judge.
        fields: Names of the template's fields, in any spelling: `START DATE` is `{{start_date}}` too.
        kept: What stands in brackets in right outputs as well, and is no field.

    Raises:
        CannotJudge: if nobody says what the template's fields are (there may be none: an empty list).

    What went wrong:
        A letter, mail or report was filled in from a template, a value was missing, and the text went out
        with the name of the field in it, with a programming language's word for nothing, or with a gap.

    What is right:
        Every field has its value. Brackets that refer to something ([Schedule A], [1], [sic], [redacted]),
        links, tick boxes and code are no fields.

    What this cannot see:
        A field filled with a wrong value, with a zero, or taken out with its whole sentence; in square
        brackets, fields whose names neither the template showed nor the words of fields' names tell; `TBC`
        where nobody marked it as wrong.
    """
    if fields is None:
        raise CannotJudge("nobody says which fields the template has")
    template = Template.of(fields, kept or ())
    found: dict[str, Finding] = {}
    judged = 0
    for where, text in _texts(run):
        judged += 1
        for slot in template.slots(text):
            excerpt = sentence(text, slot.start, slot.end)
            found.setdefault(
                f"{slot.words}\n{excerpt}",
                Finding(
                    check="unfilled_placeholders",
                    step=None,
                    message=f"{where}says '{slot.words}' where a value should stand",
                    excerpt=excerpt,
                ),
            )
    return Findings(tuple(found.values()), judged=judged)


def _texts(run: Run) -> Iterator[tuple[str, str]]:
    """What a reader gets: the output, and what steps that send something were given; with who says it."""
    yield from (("", text) for text in written(run.output))
    for step in run.steps:
        if sends(step):
            yield from ((f"what '{step.name}' sent ", text) for text in sent_texts(step))


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The fields that the template shows and right outputs filled, if the recorded run left one unfilled."""
    right = _right_texts(known)
    kept = sorted({mark.name for text in right for mark in marks(text)})
    fields = [name for name in dict.fromkeys(_fields(known, right)) if name not in kept][:_MOST_FIELDS]
    facts = {"template_fields": fields, "kept_brackets": kept[:_MOST_FIELDS]}
    red = (
        unfilled_placeholders(known.recorded, fields=fields, kept=kept) if not known.recorded.is_empty else ()
    )
    return facts if red else None


def _right_texts(known: Known) -> list[str]:
    """What known-good and corrected runs wrote; a run repaired by us witnesses nothing."""
    corrected = known.corrected if known.origin is not Origin.REPAIRED else None
    runs = (*([corrected] if corrected else []), *known.good)
    return [text for run in runs for _, text in _texts(run)]


def _fields(known: Known, right: Collection[str]) -> Iterator[str]:
    """Names of fields: marks of the template, and of the recorded output, that right texts filled."""
    run = known.recorded
    shown = [flat_text([run.input, *(part for step in run.steps for part in (step.input, step.content))])]
    wrong = [words.casefold() for words in known.incident.wrong]
    for text in (*shown, *(text for _, text in _texts(run))):
        for mark in marks(text):
            marked = text[mark.start : mark.end].casefold()
            if _is_filled(mark, text, right) or any(marked in words for words in wrong):
                yield mark.name
    for words in known.incident.wrong:
        for word in words.split():
            name = field_name(word)
            if is_stand_in(name) and not any(name in text.casefold() for text in right):
                yield name


def _is_filled(mark: Mark, text: str, right: Collection[str]) -> bool:
    """Whether a right text goes on otherwise where the mark stands, or the mark's words are a field's."""
    if mark.referring:
        return False
    before = _BREAK.split(text[max(0, mark.start - _BEFORE) : mark.start])[-1].lstrip()
    filled = sum(map(str.isalpha, before)) >= 4 and any(before in one for one in right)
    return filled or mark.certain or mark.likely


def variants(known: Known) -> Iterable[Run]:
    """The same gap in other fields, in other marks, in lower case, as a word for nothing, and as nothing."""
    run = known.recorded
    names = ["START DATE", "CLIENT NAME", "FEE"]
    for name in names:
        low = name.lower().replace(" ", "_")
        for token in (
            f"[{name}]",
            f"[{name.lower()}]",
            f"{{{{{low}}}}}",
            f"{{{low}}}",
            f"<<{name}>>",
            f"<INSERT {name}>",
            f"${{{low}}}",
            f"%{low.upper()}%",
        ):
            yield replace(run, output=_with_end(run.output, f"Please note {token} for your records."))
    for gap in (
        "Dear None,",
        "Dear ,",
        "This holds from nan to 31 May.",
        "You owe £NaN today.",
        "Lorem ipsum dolor",
    ):
        yield replace(run, output=_with_end(run.output, gap))
    yield replace(run, output={"letter": {"body": flat_text(run.output)}})


def _with_end(output: JSON, line: str) -> JSON:
    """The output with one more line."""
    return f"{output}\n{line}" if isinstance(output, str) else {"output": output, "text": line}


CHECK = Check(
    judge=unfilled_placeholders,
    propose=propose,
    variants=variants,
    words=Words(
        test="every_field_of_the_template_is_filled",
        found="gaps",
        message="a field of the template was left unfilled",
    ),
    control=False,
    needs=frozenset({Observation.OUTPUT}),
    facts={"fields": "template_fields", "kept": "kept_brackets"},
    type=IncidentType.INCORRECT_EXTERNAL_OUTPUT,
)
