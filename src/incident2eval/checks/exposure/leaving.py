"""What leaves a run: its output, and what its steps send, publish or post."""

from collections.abc import Iterator
from dataclasses import dataclass

from incident2eval.checks.acts.sending import sends
from incident2eval.checks.exposure.belongings import told
from incident2eval.detection.text.views import views
from incident2eval.model import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A text that leaves the run."""

    step: str | None
    """Id of the step that sends it; None is the output of the run."""
    text: str

    def readings(self) -> Iterator[str]:
        """The text as its reader sees it: without what is invisible, joined, rendered and decoded."""
        return (view.text for view in views(self.text))


def leaving(run: Run) -> Iterator[Leaving]:
    """Every text that leaves the run, the output first."""
    if text := told(run.output):
        yield Leaving(step=None, text=text)
    for step in run.steps:
        if sends(step) and (text := told(step.input)):
            yield Leaving(step=step.id, text=text)
