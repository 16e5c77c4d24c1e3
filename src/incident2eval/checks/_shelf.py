"""Every check at once, for those who ask them all."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from incident2eval.checks import NAMES
from incident2eval.checks._check import Check
from incident2eval.model import IncidentType

SHELF: tuple[Check, ...] = tuple(import_module(f"incident2eval.checks._{name}").CHECK for name in NAMES)
"""Every check, in the order of `NAMES`."""

TYPE_OF_CHECK: Mapping[str, IncidentType] = MappingProxyType(
    {check.name: check.type for check in SHELF if check.type}
)
"""What kind of incident a red check speaks for, by its name; checks that speak for none are not in it."""
