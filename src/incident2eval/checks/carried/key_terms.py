"""The telling words of what was said on the way, for conditions that hold no date, figure or id."""

import re

from incident2eval.checks._check import Known
from incident2eval.checks.carried.loss import carried_only_by_the_corrected
from incident2eval.checks.carried.sources import told_later
from incident2eval.checks.carried.values import Kind, Said, Value
from incident2eval.detection.text.wording import vocabulary
from incident2eval.model import StepKind, flat_text

_WORD = re.compile(r"[a-z][a-z-]{4,30}", re.IGNORECASE)
_ORDINARY = vocabulary(
    "about above across after again against almost along already although always among another anything "
    "around because become before being below better between cannot could different does doing during "
    "each either else enough every everything first forget found further getting given gives going "
    "great happy having hello hence here hereby however important instead into itself keep kindly later "
    "least leave little looking lovely maybe might mind moment morning never note nothing other others "
    "otherwise ought please point possible quite rather really regards remember right shall should "
    "since something sorry still sure thank thanks that their theirs them there therefore these they "
    "thing things think this those though three through today together tomorrow under until using usual "
    "wants welcome where whether which while would write yesterday your yours"
)
_MOST = 5
_HANDING = {StepKind.INPUT, StepKind.HANDOFF, StepKind.REVIEW}


def key_terms(known: Known, asked: Said) -> list[str]:
    """Up to five words of what was said or handed over that only the corrected run takes up.

    Nothing, unless the incident's words say that this is what went missing.
    """
    incident = known.incident
    handed_over = [
        flat_text([step.input, step.output]) for step in known.recorded.steps if step.kind in _HANDING
    ]
    said = "\n".join((*told_later(known.recorded), *handed_over))
    words = dict.fromkeys(word.casefold() for word in _WORD.findall(said))
    terms = [Value(kind=Kind.TERM, shown=word) for word in words if word not in _ORDINARY]
    lost = [one for one in carried_only_by_the_corrected(terms, known) if not asked.holds(one)]
    meant = [one for one in lost if any(Said(text).holds(one) for text in incident.right)]
    named = incident.wrong and "context_loss" in incident.failure_modes
    return [one.shown for one in (meant if incident.wrong else []) or (lost if named else [])][:_MOST]
