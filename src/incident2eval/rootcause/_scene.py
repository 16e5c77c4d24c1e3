"""What the rules go by: the step where it came in, and all that is known around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from incident2eval.detection.text.wording import key_words, vocabulary
from incident2eval.model import ChangeKind, Finding, Record, Run, SeenChange, Step, StepKind
from incident2eval.rootcause._content import content
from incident2eval.rootcause._divergence import Counterparts
from incident2eval.rootcause._grounds import Ground
from incident2eval.rootcause._provenance import WRITING, Contents
from incident2eval.rootcause._symptoms import Symptom

READS = vocabulary(
    "get find search read load look lookup fetch list query recall retrieve select check register registry "
    "catalogue catalog directory database table index store crm erp records record master source price prices"
)
"""Words in the name of a call that reads from somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that the rules go by."""

    contents: Contents
    culprit: Step
    symptoms: tuple[Symptom, ...]
    """Those that the step brought in; all, where nothing says which."""
    findings: Sequence[Finding]
    others: Counterparts
    changes: tuple[SeenChange, ...] = ()
    grounds: frozenset[Ground] = frozenset()
    """On what the step is suspected."""

    @property
    def run(self) -> Run:
        """The recorded run."""
        return self.contents.run

    def changed(self, *kinds: ChangeKind) -> SeenChange | None:
        """A change of one of these kinds, or None."""
        return next((one for one in self.changes if one.kind in kinds), None)

    @property
    def is_source(self) -> bool:
        """Whether the step reads from somewhere: a retrieval, or a call that is named like one."""
        step = self.culprit
        words = set(key_words(step.name.replace(".", "_")))
        return step.kind is StepKind.RETRIEVAL or bool(step.records) or not READS.isdisjoint(words)

    @property
    def writes(self) -> bool:
        """Whether a model or an agent worded it."""
        return self.culprit.kind in WRITING

    def brought_records(self) -> list[Record]:
        """The records that hold what is wrong."""
        return [
            record
            for record in self.culprit.records
            if any(one.stands_in(content(record.text)) for one in self.symptoms)
        ]

    def came_from_outside(self) -> bool:
        """Whether the step itself brought it in: neither its input nor anything before it holds it."""
        given = self.contents.given(self.culprit)
        return not any(one.stands_in(given) or self.contents.knew(self.culprit, one) for one in self.symptoms)
