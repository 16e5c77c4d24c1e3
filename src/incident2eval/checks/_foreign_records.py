"""Did a step read records that belong to another customer?"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from incident2eval.checks._check import Blame, Check, Known, Words, check
from incident2eval.model import (
    JSON,
    CannotJudge,
    Category,
    Customers,
    Finding,
    Findings,
    IncidentType,
    Observation,
    Record,
    Run,
)


@check(absence=True)
def foreign_records(run: Run, *, customer: str, customers: Customers) -> Findings:
    """Records of another customer that a step of the run fetched.

    Args:
        run: The run to judge.
        customer: Id of the run's own customer.
        customers: The roster.

    Raises:
        CannotJudge: if nobody says whose run it is.

    What went wrong:
        A retrieval, a look-up or a session store handed the workflow records of somebody else. Whether the
        draft then quotes them is luck: the control that failed is the permission, and a draft that happens to
        be clean proves nothing.

    What is right:
        Every record that a step reads belongs to the run's own customer or to nobody (help articles, price
        lists).

    What this cannot see:
        Records whose owner the trace does not tell, and texts that a step read without reporting them as
        records. Where the roster knows neither the customer nor any owner in the run, any owner but the
        customer counts as foreign.
    """
    if customer is None:
        raise CannotJudge("nobody says whose run it is, so no record is foreign or its own")
    owned = [(step, record) for step in run.steps for record in step.records if record.owner is not None]
    known = customer in customers or any(record.owner in customers for _, record in owned)
    found = tuple(
        Finding(
            check="foreign_records",
            step=step.id,
            message=f"fetched {record.id or 'a record'}, which '{customers.label(record.owner)}' owns, "
            f"for '{customers.label(customer)}'",
            excerpt=record.id or record.text[:200],
        )
        for step, record in owned
        if record.owner != customer and (record.owner in customers or not known)
    )
    return Findings(found, judged=sum(len(step.records) for step in run.steps))


def propose(known: Known) -> Mapping[str, JSON] | None:
    """Nothing beyond the customer and the roster, which hold for any run."""
    return {} if known.customer_id is not None else None


def variants(known: Known) -> Iterable[Run]:
    """The same read with another stranger's record, with one only, and under an output that quotes none."""
    run, own = known.recorded, known.customer_id
    strangers = [row.id for row in known.customers if row.id != own]
    for index, step in enumerate(run.steps):
        foreign = [record for record in step.records if record.owner not in {None, own}]
        if not foreign:
            continue
        mine = tuple(record for record in step.records if record.owner in {None, own})

        def with_records(records: tuple[Record, ...], at: int = index) -> Run:
            return replace(
                run, steps=(*run.steps[:at], replace(run.steps[at], records=records), *run.steps[at + 1 :])
            )

        yield from (with_records((*mine, replace(foreign[0], owner=owner))) for owner in strangers)
        yield with_records((foreign[0], *mine))
        yield replace(with_records((*mine, *foreign)), output="All quiet this month.")


CHECK = Check(
    judge=foreign_records,
    propose=propose,
    variants=variants,
    words=Words(
        test="retrieval_fetches_only_this_customers_records",
        found="strays",
        message="another customer's records were fetched",
    ),
    control=True,
    needs=frozenset({Observation.STEPS, Observation.RECORDS}),
    type=IncidentType.DATA_EXPOSURE,
    blames=Blame(
        rule="retrieval returned what belongs to another customer",
        category=Category.WORKFLOW_DESIGN,
        control="retrieval scope",
        why="the read returned records that belong to another customer",
    ),
)
