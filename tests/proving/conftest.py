"""Proving test files on the runs of a small case."""

from collections.abc import Callable, Mapping

import pytest
from proving.small_case import BAD, CUSTOMERS, GOOD, HONEST, INCIDENT, Judge, Told

from incident2eval.model import CaseFile, Observation, Run, RunSet, Verdict
from incident2eval.proving import CaseSheet, prove


@pytest.fixture
def judge() -> Judge:
    """Prove test files on the recorded run, the corrected one and today's."""

    def judge(
        source: str | Mapping[str, str] = HONEST,
        *,
        live: Run | tuple[Run, ...] = GOOD,
        others: tuple[RunSet, ...] = (),
        timeout: float = 60,
        observes: tuple[Observation, ...] = (Observation.OUTPUT,),
        corrected: Run = GOOD,
        by: Callable[..., tuple[Verdict, ...]] = prove,
    ) -> Told:
        files = {"test_inc_2026_0142.py": source} if isinstance(source, str) else source
        sheet = CaseSheet(
            case=CaseFile(
                incident=INCIDENT,
                workflow="monthly-summary",
                customer_id="A1",
                input={"month": "2026-10"},
                observes=observes,
                facts={"approved_tools": ["search_notes"]},
            ),
            tests={name: text.encode() for name, text in files.items()},
            sets=(
                RunSet(name="recorded", runs={"input": BAD}),
                RunSet(name="corrected", runs={"input": corrected}),
                *(
                    RunSet(name=f"live-{number}", runs={"input": run}, live=True)
                    for number, run in enumerate(live if isinstance(live, tuple) else (live,), start=1)
                ),
                *others,
            ),
        )
        verdicts = by({INCIDENT: sheet}, customers=CUSTOMERS, timeout=timeout)
        return {(verdict.case, verdict.runs): (verdict.outcome, verdict.message) for verdict in verdicts}

    return judge
