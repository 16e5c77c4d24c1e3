"""The way of a failure through a run: the step where it came in, those that carried it on, the output."""

from collections.abc import Sequence

from incident2eval.model import Part, RootCause, Run, StepKind

LONGEST_QUOTE = 120
"""Characters of a quote that are worth showing: enough to know it again."""


class FailurePath:
    """What each step of a run has to do with its root cause."""

    def __init__(self, run: Run, cause: RootCause | None) -> None:
        """Follow a cause through a run; without one, or with one of another run, every step is aside."""
        known = {step.id for step in run.steps}
        passages = cause.path if cause else ()
        self.cause = cause
        self.culprit = cause.step if cause and cause.step in known else None
        """Id of the step where it came in, if it is one of this run's."""
        self._quotes = {one.step: one.quote for one in passages if one.step in known or one.step is None}
        on_path = {*self._quotes, self.culprit} if self.culprit is not None else set[str | None]()
        self.steps = frozenset(step for step in on_path if step is not None)
        """Ids of all steps on the path."""
        self.reaches_output = self.culprit is not None and None in self._quotes

    @property
    def control(self) -> str:
        """Name of the control that failed, or nothing."""
        return self.cause.control.name if self.cause and self.cause.control else ""

    def part(self, step_id: str, kind: StepKind) -> Part:
        """What a step has to do with the failure."""
        if self.culprit is None or step_id not in self.steps:
            return Part.ASIDE
        if step_id == self.culprit:
            return Part.CULPRIT
        return Part.OUTPUT if kind is StepKind.OUTPUT else Part.CARRIER

    def quote(self, step_id: str | None) -> str:
        """The words of the failure that a step holds, or the output for None; empty where none are known."""
        return shortened(self._quotes.get(step_id, ""))

    def last(self, shown: Sequence[str | None]) -> int:
        """The position to which the path is drawn among rows with these ids, the output's own behind them.

        Returns:
            The position of the last row on the path below the culprit; the culprit's own where it went
            nowhere, or -1 where there is no culprit.
        """
        if self.culprit not in shown or self.culprit is None:
            return -1
        if self.reaches_output:
            return len(shown)
        return max(at for at, step in enumerate(shown) if step in self.steps)


def shortened(quote: str) -> str:
    """A quote on one line, without the marks around it, and no longer than a person needs."""
    line = " ".join(quote[: 4 * LONGEST_QUOTE].split())
    if len(line) > 1 and line[0] == line[-1] and line[0] in "'\"":
        line = line[1:-1]
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1].rstrip()}…"
