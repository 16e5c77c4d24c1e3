"""Words that were marked as wrong and that no test would miss."""

from collections.abc import Iterator
from dataclasses import replace

from incident2eval.checks import Known
from incident2eval.evalcase._search import Search, judge


def unseen(found: Search, known: Known) -> Iterator[str]:
    """The words under `wrong` that could stand in a right output again, and no test would be red.

    Each is put behind the output of the corrected run by itself: a mend that takes out the rest and leaves
    these would pass.
    """
    corrected, recorded = known.corrected, known.recorded
    if corrected is None or not isinstance(corrected.output, str) or not isinstance(recorded.output, str):
        return
    for words in known.incident.wrong:
        if words not in recorded.output or words in corrected.output:
            continue
        half = replace(corrected, output=f"{corrected.output}\n\n{words}")
        seen = (
            judge(one.check, one.check.of(half, (half,)), one.facts, known)
            for one in found.kept
            if not one.check.all_runs
        )
        if not any(seen):
            yield words
