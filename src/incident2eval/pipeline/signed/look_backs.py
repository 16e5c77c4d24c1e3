"""The look-backs that a person has before them when they sign a report, as the logs tell of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from incident2eval.clearance import Concern, look_back_mark, look_back_words
from incident2eval.model import LookBack
from incident2eval.pipeline.signed.open_incidents import standing
from incident2eval.pipeline.signed.trust import Trusted
from incident2eval.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedBack:
    """What the logs of a workflow's open incidents tell of look-backs."""

    words: tuple[str, ...] = ()
    """Of each incident: how many runs were looked through, or why none, and who says so."""
    marks: tuple[str, ...] = ()
    """What tells these look-backs from any others."""

    @property
    def said(self) -> str:
        """What a signature says of them."""
        return "; ".join(self.words) + (f" [{' '.join(self.marks)}]" if self.marks else "")


def looked_back(
    home: Project, workflow: str, trusted: Trusted, at: datetime, said: Callable[[str], str]
) -> LookedBack:
    """The look-backs of all incidents that the workflow stands still for, where any are there or asked for.

    Args:
        home: The project.
        workflow: Its name.
        trusted: Whose signatures count.
        at: UTC.
        said: Makes of a person's reason what may be kept of it.
    """
    found = standing(home, workflow, trusted, at).open
    concerns = [Concern(file=one.file) for one in found]
    levels = [home.settings.policy.level(one.file.level.counts).look_back for one in found]
    told = [
        one
        for one, asked in zip(concerns, levels, strict=True)
        if asked is not LookBack.OPTIONAL or look_back_mark(one)
    ]
    return LookedBack(
        words=tuple(look_back_words(one, said) for one in told),
        marks=tuple(filter(None, map(look_back_mark, told))),
    )
