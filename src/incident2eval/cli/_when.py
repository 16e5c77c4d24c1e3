"""Times on the command line."""

from datetime import datetime

import click

from incident2eval.model import Moment
from incident2eval.store import UnclearMoment, moment


class When(click.ParamType[Moment]):
    """A time with its offset, or a bare date where that will do."""

    name = "time"

    def __init__(self, *, bare_date: bool) -> None:
        self._bare_date = bare_date

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        """The moment, UTC; fails with what to write instead."""
        try:
            return moment(str(value), bare_date=self._bare_date)
        except UnclearMoment as error:
            self.fail(f"{value!r} {error}: {_with_offset(str(value)) or error.hint}", param, ctx)


def _with_offset(written: str) -> str | None:
    """What to write where nothing but the offset is missing: this machine's; None where more is wrong."""
    text = written.strip()
    try:
        here = f"{text}{datetime.fromisoformat(text).astimezone().isoformat()[-6:]}"
        moment(here, bare_date=False)
    except (ValueError, OverflowError):
        return None
    return f"write {here} if it is by this machine's clock, {text}Z if it is UTC"


MOMENT = When(bare_date=True)
TIME = When(bare_date=False)
