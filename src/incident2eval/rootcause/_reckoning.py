"""Figures that a step reckoned out: the fault may lie in what it reckoned with."""

import re
from decimal import Decimal

from incident2eval.model import Step, StepKind
from incident2eval.rootcause._content import content
from incident2eval.rootcause._provenance import PROSE, Contents
from incident2eval.rootcause._symptoms import Symptom

_NUMBER = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)[a-z%]{0,2}")
_MOST_FACTORS = 60
"""Figures that a step was given; of more, no pair would mean anything."""


def factor(contents: Contents, wrong: Symptom, at: Step, told: str) -> Symptom | None:
    """What a step multiplied to get a wrong figure, as a symptom of its own; None where it did not.

    Of the two factors the one is taken whose right value is known: it stands in what people told, or in what
    a step before was given; else the one that did not come with the request.

    Args:
        contents: The run.
        wrong: The words that first stand at the step.
        at: The step.
        told: What people wrote about the incident.
    """
    product = next((number for value in wrong.values if (number := _number(value))), None)
    given = contents.given(at).values
    if at.kind in PROSE | {StepKind.RETRIEVAL} or product is None or len(given) > _MOST_FACTORS:
        return None
    should = next((n for v in (wrong.right.values if wrong.right else ()) if (n := _number(v))), None)
    heard = content(told).values.union(*(contents.brought(step).values for step in contents.before(at)))
    best: tuple[int, Symptom] | None = None
    for value in sorted(given):
        one = _number(value)
        others = (other for each in given if each != value and (other := _number(each)))
        if one is None or one in {0, 1} or not any(one * other == product for other in others):
            continue
        right = _spelt(should * one / product) if should is not None else ""
        score = (2 if right in heard else 0) + (value not in contents.request.values)
        if best is None or score > best[0]:
            best = (score, _symptom(value, right, wrong.quote))
    return best[1] if best else None


def _symptom(value: str, right: str, of: str) -> Symptom:
    return Symptom(
        quote=value,
        says=content(value),
        wrong=content(value),
        phrases=(content(value).flat,),
        right=content(right) if right else None,
        of=of,
    )


def _number(value: str) -> Decimal | None:
    match = _NUMBER.fullmatch(value)
    return Decimal(match[1]) if match else None


def _spelt(number: Decimal) -> str:
    return f"{number.normalize():f}"
