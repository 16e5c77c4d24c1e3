"""Like cases that were decided differently: a second look at the parts that hold any."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from incident2eval.lookback import CaseColumns, Part, PartResult, unlike_cases
from incident2eval.model import NotJudged
from incident2eval.pipeline.past.engines import Done
from incident2eval.pipeline.past.kept import KeptParts
from incident2eval.pipeline.past.pieces import Pieces
from incident2eval.pipeline.past.question import Asking, Question

Engine = Callable[[Question, Sequence[Pieces]], Done]
"""Judges parts."""


def compared(
    asking: Asking, question: Question, engine: Engine, parts: Sequence[Pieces], noted: Sequence[CaseColumns]
) -> PartResult | None:
    """What comparing like cases adds to what the runs showed one by one; None where nothing asks for it.

    Args:
        asking: The question with all that it takes to ask it.
        question: What is asked.
        engine: Who reads the parts again.
        parts: The parts, in order.
        noted: The cases of each.

    Raises:
        NotJudged: It was interrupted.
    """
    if asking.likeness is None:
        return None
    cases = unlike_cases(noted)
    part = Part(customers=asking.judge.customers)
    part.alike.append((asking.likeness.watch.check.name, cases.alike))
    found = [(pieces, some) for pieces, some in zip(parts, cases.runs, strict=True) if some]
    wanted = [pieces for pieces, _ in found]
    digest = hashlib.sha256(asking.digest().encode() + cases.keys).hexdigest()
    kept = KeptParts(asking.home, digest)
    _read_again(replace(question, unlike=cases.keys), engine, wanted, kept)
    deciders = []
    for (_, some), result in zip(found, kept.results(wanted), strict=True):
        deciders += [one for one in result.deciders if one.number in some]
        part.faults += result.faults
    for seen, version in asking.likeness.compared(deciders, asking.judge, asking.judge.customers):
        part.compare(seen, version)
    kept.drop()
    return part.result()


def _read_again(question: Question, engine: Engine, wanted: Sequence[Pieces], kept: KeptParts) -> None:
    left = [pieces for pieces in wanted if not kept.has(pieces)]
    try:
        for pieces, result in engine(question, left) if left else ():
            kept.keep(pieces, result)
    except KeyboardInterrupt:
        raise NotJudged(
            "interrupted while like cases were compared: what was judged is kept",
            hint="the same command goes on from there",
        ) from None
