"""Times on the command line."""

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
            self.fail(f"{value!r} {error}: {error.hint}", param, ctx)


MOMENT = When(bare_date=True)
TIME = When(bare_date=False)
