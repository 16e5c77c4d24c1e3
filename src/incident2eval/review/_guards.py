"""What stands guard: restarts, gate runs, cases, changes."""

from collections import Counter
from dataclasses import replace

from incident2eval.model import Event, FigureRow, Unit
from incident2eval.review._definition import Measured, count, counted_by, figure, share, where
from incident2eval.review._tables import Tables, changed_parts

_UNUSED = ("skipped", "not_run")


@figure("Restarts")
def restarts(t: Tables) -> Measured:
    """Restarts that logs tell of in the quarter, by workflow."""
    made = where(t.events, "event", Event.RESTARTED)
    return count(made, of=made, rows=counted_by(made, "workflow"))


@figure("Restarts refused")
def restarts_refused(t: Tables) -> Measured:
    """Restarts that were refused in the quarter, of all that were asked for."""
    asked = where(t.events, "event", Event.RESTARTED, Event.RESTART_REFUSED)
    refused = where(asked, "event", Event.RESTART_REFUSED)
    return count(refused, of=asked, rows=counted_by(refused, "workflow"))


@figure("Policy overrides")
def overrides(t: Tables) -> Measured:
    """Gate runs of the quarter that departed from the shipped policy."""
    runs = t.gate_runs
    return count(runs[runs["overrides"].map(bool).astype(bool)], of=runs)


@figure("Emergency restarts")
def emergencies(t: Tables) -> Measured:
    """Restarts of the quarter on an emergency override, without all that their level asks for."""
    made = where(t.events, "event", Event.RESTARTED)
    over = made[made["until"].notna()]
    return count(over, of=made, rows=counted_by(over, "workflow"))


@figure("Gate runs")
def gate_runs(t: Tables) -> Measured:
    """Runs of the gate in the quarter, by workflow."""
    return count(t.gate_runs, of=t.gate_runs, rows=counted_by(t.gate_runs, "workflow"))


@figure("Workflow changes followed by a gate run", Unit.SHARE)
def changes_followed(t: Tables) -> Measured:
    """Changes with a gate run of their workflow after them, within the quarter / all changes of the quarter.

    Changes are those that incident files tell of.
    """
    found = share(where(t.changes, "followed", True), of=t.changes, what="changes in incident files")
    rows = counted_by(t.changes, "kind")
    return replace(found, rows=_of(rows, found.ids))


def _of(rows: tuple[FigureRow, ...], followed: tuple[str, ...]) -> tuple[FigureRow, ...]:
    """The kinds of change, each with its share."""
    return tuple(
        FigureRow(
            label=row.label,
            value=round(len(ids) / row.n, 4),
            n=row.n,
            ids=ids,
        )
        for row in rows
        for ids in [tuple(one for one in row.ids if one in followed)]
    )


@figure("Changes that a gate run saw")
def changes_seen(t: Tables) -> Measured:
    """Gate runs of the quarter that judged another model, prompt, data or permissions than the one before."""
    runs = t.gate_runs
    changed = runs[runs["changed"].map(bool).astype(bool)]
    parts = changed.explode("changed")
    return count(changed, of=runs, rows=counted_by(parts, "changed"))


@figure("Changed since the last gate run")
def not_gated(t: Tables) -> Measured:
    """Workflows with a gate run whose parts are today not what the last one judged.

    Parts are the model, the prompt, the data and the permissions.
    """
    last = {run.workflow: run for run in sorted(t.material.gate_runs, key=lambda run: (run.at, run.report))}
    known = sorted(last.keys() & t.material.deployed.keys())
    changed = {one: changed_parts(last[one].digests, t.material.deployed[one]) for one in known}
    ids = tuple(one for one in known if changed[one])
    parts = Counter(part for one in ids for part in changed[one])
    rows = tuple(
        FigureRow(label=part, value=n, n=n, ids=tuple(one for one in ids if part in changed[one]))
        for part, n in sorted(parts.items())
    )
    unknown = tuple(sorted(t.material.workflows.keys() - set(known)))
    return Measured(value=len(ids), n=len(known), ids=ids, unknown=unknown, rows=rows)


@figure("Incidents with a case", Unit.SHARE)
def with_case(t: Tables) -> Measured:
    """Incidents with a locked case / incidents of the quarter."""
    guarded = t.incidents[t.incidents["cases"].map(bool).astype(bool)]
    return share(guarded, of=t.incidents, what="incidents")


@figure("Cases")
def cases(t: Tables) -> Measured:
    """Locked cases now, by workflow; a workflow without any has a row too."""
    names = sorted({*t.material.workflows, *(case.workflow for case in t.material.cases)})
    held = {name: tuple(sorted(c.id for c in t.material.cases if c.workflow == name)) for name in names}
    rows = tuple(FigureRow(label=name, value=len(ids), n=len(ids), ids=ids) for name, ids in held.items())
    ids = tuple(sorted(case.id for case in t.material.cases))
    return Measured(value=len(ids), n=len(ids), ids=ids, rows=rows)


@figure("Cases out of service")
def out_of_service(t: Tables) -> Measured:
    """Cases that a gate run of the quarter skipped or did not run."""
    run = t.outcomes.drop_duplicates("id")
    unused = where(t.outcomes, "outcome", *_UNUSED)
    return count(unused, of=run, rows=counted_by(unused.drop_duplicates(["id", "outcome"]), "outcome"))


@figure("Drafts")
def drafts(t: Tables) -> Measured:
    """Incidents whose case nobody has finished, now: each of them shuts the gate."""
    ids = tuple(sorted(t.material.drafts))
    return Measured(value=len(ids), n=len(t.material.files), ids=ids)


@figure("Cases changed by hand")
def edited(t: Tables) -> Measured:
    """Files of cases that a person changed and accepted with a reason, now."""
    ids = tuple(sorted({one.path for one in t.material.accepted}))
    return Measured(value=len(ids), n=len({case.incident for case in t.material.cases}), ids=ids)


@figure("Integrations without a case")
def uncovered(t: Tables) -> Measured:
    """Integrations in the settings that no locked case guards, now."""
    every = [(name, one) for name, flow in t.material.workflows.items() for one in flow.integrations]
    if t.material.uncovered is None:
        return Measured(value=None, n=len(every), because="nobody looked at what the cases cover")
    return Measured(value=len(t.material.uncovered), n=len(every), ids=tuple(sorted(t.material.uncovered)))
