"""All that a restart asks for."""

from dataclasses import replace
from itertools import chain

from incident2eval.clearance._after import after_demands
from incident2eval.clearance._approvals import approval_demands
from incident2eval.clearance._ask import Ask, Demand
from incident2eval.clearance._cases import case_demands
from incident2eval.clearance._duties import duty_demands
from incident2eval.clearance._look_back import look_back_demands
from incident2eval.clearance._order import order_demands
from incident2eval.clearance._put_right import put_right_demands
from incident2eval.clearance._report import report_demands


def demands(ask: Ask) -> tuple[Demand, ...]:
    """Everything that this restart asks for, met or not, in the order in which it is done.

    What somebody took out of order, with a name and a reason, counts as met and says so.

    Args:
        ask: Everything known.
    """
    groups = (
        order_demands,
        put_right_demands,
        case_demands,
        look_back_demands,
        duty_demands,
        report_demands,
        approval_demands,
        after_demands,
    )
    return tuple(_or_skipped(one, ask) for one in chain.from_iterable(group(ask) for group in groups))


def _or_skipped(demand: Demand, ask: Ask) -> Demand:
    said = ask.skipped.get(demand.name)
    if demand.met or not demand.is_order or said is None:
        return demand
    return replace(demand, met=True, why=f"out of order, {said}: {demand.why}", todo="")
