"""An incident as others keep records of it: AIID, OECD, AVID and VERIS, each field with how well it fits."""

from collections.abc import Mapping

from incident2eval.exchange._aiid import AIID
from incident2eval.exchange._avid import AVID
from incident2eval.exchange._mapping import Field, Fit, Mapped, Target, exported, record
from incident2eval.exchange._oecd import OECD
from incident2eval.exchange._veris import VERIS

TARGETS: Mapping[str, Target] = {target.name: target for target in (AIID, OECD, AVID, VERIS)}
"""Whom a record can be made for, by the name that `--as` takes."""

__all__ = ["TARGETS", "Field", "Fit", "Mapped", "Target", "exported", "record"]
