"""What failed first, as far as it is known: checks, control, kind of step, tool."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol


class Witness(Protocol):
    """Whatever says what failed: a failure, or a known type."""

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks that were red, the first to fail first."""

    @property
    def control(self) -> str | None:
        """Name of the control that failed."""

    @property
    def step_kind(self) -> str | None:
        """Kind of the step where it came in."""

    @property
    def tool(self) -> str | None:
        """Name of that step."""


class Kin(Enum):
    """Whether two faults are one."""

    SAME = "same"
    UNDECIDED = "undecided"
    """The words have to tell."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Fault:
    """What failed first; what is not known is None or empty."""

    checks: frozenset[str]
    first: str
    control: str | None
    step_kind: str | None
    tool: str | None

    @classmethod
    def of(cls, witness: Witness) -> "Fault":
        """What a failure or a known type says of it."""
        checks = witness.checks
        return cls(
            frozenset(checks),
            checks[0] if checks else "",
            witness.control or None,
            witness.step_kind or None,
            witness.tool or None,
        )

    def kin(self, other: "Fault") -> Kin:
        """Whether both are one fault.

        Two checks that share nothing, two controls or two kinds of step are two faults, whatever the words.
        Two tools are two as well, but under one control the words decide: each workflow calls its steps what
        it likes. Beyond that the same checks are one fault, and so is the same control where no check speaks.
        Checks that overlap are left to the words where each set holds what failed first in the other.
        """
        if _differ(self.control, other.control) or _differ(self.step_kind, other.step_kind):
            return Kin.OTHER
        one_tool = not _differ(self.tool, other.tool)
        if not one_tool and (self.control is None or other.control is None):
            return Kin.OTHER
        if self.checks and other.checks and self.checks != other.checks:
            overlap = self.first in other.checks and other.first in self.checks
            return Kin.UNDECIDED if overlap else Kin.OTHER
        told = self.checks == other.checks and (self.checks or (self.control and other.control))
        return Kin.SAME if told and one_tool else Kin.UNDECIDED

    def adds(self, other: "Fault") -> bool:
        """Whether this one knows something that the other one does not, beside checks."""
        return bool(
            (self.control and not other.control)
            or (self.step_kind and not other.step_kind)
            or (self.tool and not other.tool)
        )

    def filled(self, other: "Fault") -> "Fault":
        """The same fault with what the other one knows besides."""
        return replace(
            self,
            control=self.control or other.control,
            step_kind=self.step_kind or other.step_kind,
            tool=self.tool or other.tool,
        )

    @property
    def places(self) -> tuple[tuple[str, str | None], ...]:
        """Control, kind of step and tool, each with its name."""
        return (("control", self.control), ("step kind", self.step_kind), ("tool", self.tool))

    @property
    def core(self) -> Hashable:
        """What says first what failed: the checks, or else the control."""
        return self.checks or self.control

    @property
    def known(self) -> bool:
        """Whether checks or a control say what failed."""
        return bool(self.checks or self.control)

    @property
    def blank(self) -> bool:
        """Whether nothing at all is known."""
        return not (self.known or self.step_kind or self.tool)


class Faults:
    """Types by what failed, so that a failure finds those of its fault without asking all of them."""

    def __init__(self) -> None:
        self._read: dict[tuple[object, ...], Fault] = {}
        self._types: defaultdict[Hashable, list[int]] = defaultdict(list)
        self._faults: list[Fault] = []
        self._same: defaultdict[Hashable, dict[Fault, tuple[int, ...]]] = defaultdict(dict)

    def of(self, witness: Witness) -> Fault:
        """What a failure or a known type says of what failed; the same object for those that say the same."""
        said = (witness.checks, witness.control, witness.step_kind, witness.tool)
        fault = self._read.get(said)
        if fault is None:
            fault = self._read[said] = Fault.of(witness)
        return fault

    def found(self, fault: Fault) -> int:
        """The number of a new type with this fault."""
        number = len(self._faults)
        self._faults.append(fault)
        self._add(number, fault)
        return number

    def fill(self, number: int, fault: Fault) -> None:
        """What a later failure knows besides holds for the type: the next one is measured by it too."""
        if fault.adds(self._faults[number]):
            self._faults[number] = self._faults[number].filled(fault)
            self._add(number, self._faults[number])

    def __getitem__(self, number: int) -> Fault:
        """What is known of a type."""
        return self._faults[number]

    def same(self, fault: Fault) -> tuple[int, ...]:
        """The types that are of this fault, whatever the words."""
        if not fault.known:
            return ()
        same = self._same[fault.core]
        if fault not in same:
            near = dict.fromkeys(self._like(fault))
            same[fault] = tuple(one for one in near if self._faults[one].kin(fault) is Kin.SAME)
        return same[fault]

    def _add(self, number: int, fault: Fault) -> None:
        """A type that may be found by this fault from now on."""
        if fault.known:
            core = fault.core
            self._same.pop(core, None)
            for key in (core, (core, fault.control), (core, fault.control, fault.tool)):
                if number not in self._types[key][-1:]:
                    self._types[key].append(number)

    def _like(self, fault: Fault) -> Iterator[int]:
        """Types that may be of this fault; a type may come twice."""
        core = fault.core
        controls, tools = dict.fromkeys((fault.control, None)), dict.fromkeys((fault.tool, None))
        for key in ((core, control, tool) for control in controls for tool in tools):
            yield from self._types.get(key, ())[:_MOST]
        if not fault.control:
            yield from self._types.get(core, ())[:_MOST]
        elif not fault.tool:
            yield from self._types.get((core, fault.control), ())[:_MOST]
            yield from self._types.get((core, None), ())[:_MOST]


_MOST = 50
"""So many types of the same checks are asked where a failure does not say more."""


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other
