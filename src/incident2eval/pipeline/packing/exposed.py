"""What a pack for a client says of the client's data: what was read of it, what was said, and to whom."""

from collections.abc import Iterator

from incident2eval.detection.text.wording import embedded
from incident2eval.model import Customer, Incident, Record, Run, StepKind, flat_text, texts
from incident2eval.pipeline.packing.contents import Asked
from incident2eval.pipeline.packing.hiding import ClientView
from incident2eval.pipeline.packing.own import is_own, own_records
from incident2eval.pipeline.packing.withheld import FOREIGN
from incident2eval.report.pack import Exposed, Reading
from incident2eval.report.wording import spoken

_LEFT = {
    "yes": "Yes.",
    "no": "No, says the incident file.",
    "unknown": "Not known: nobody has written down yet whether it did.",
}


def exposed(asked: Asked, client: Customer, view: ClientView, runs: tuple[Run, Run] | None) -> Exposed:
    """What of the client's was exposed, and where it went, as far as the recorded run and the file say.

    Args:
        asked: The pack.
        client: Whose data.
        view: How the client may see it.
        runs: The recorded run as it was and as it is given; None where none could be read.
    """
    run, told = runs or (None, None)
    return Exposed(
        summary=_summary(client, run),
        read=tuple(_readings(client, run, told)) if run and told else (),
        said=tuple(_said(told)) if run and told and not is_own(run, client) else (),
        went=(
            ("Did anything leave the company", _LEFT[asked.incident.questions.left_company]),
            *_recipients(client, asked.incident, view),
        ),
    )


def _summary(client: Customer, run: Run | None) -> str:
    if run is None:
        return "No run could be read from the evidence: which of your records it read is not known from here."
    number = len(list(own_records(run, client)))
    records = f"{number} of your records" if number else "no record that is marked as yours"
    if is_own(run, client):
        return (
            f"The run that went wrong was made for you. It read {records}, which are shown as they were. "
            "What it read and said of other customers is left out."
        )
    whose = "another customer" if run.customer_id else "somebody whom the evidence does not name"
    return (
        f"The run that went wrong was made for {whose}, not for you. It read {records}. Whose run it "
        "was, what was asked, and what was read and said of others is left out; what speaks of you stays."
    )


def _readings(client: Customer, run: Run, told: Run) -> Iterator[Reading]:
    for step, shown in zip(run.steps, told.steps, strict=True):
        for record, seen in zip(step.records, shown.records, strict=True):
            if record.owner == client.id:
                at = spoken(step.started) if step.started else "at a time not recorded"
                yield Reading(record=seen.id or "a record", by=f"{shown.name}, {at}", text=_content(seen))


def _content(record: Record) -> str:
    """What a record says, and what is noted beside it."""
    beside = "; ".join(f"{path}: {text}" for path, text in texts(dict(record.metadata)))
    return f"{record.text} ({beside})" if beside else record.text


def _said(told: Run) -> Iterator[tuple[str, str]]:
    """What speaks of the client in what the run gave out: where, and the words."""
    seen: set[str] = set()
    for where, text in _given_out(told):
        for words in map(str.strip, text.split(FOREIGN)):
            if words not in seen and any(map(str.isalpha, words)):
                seen.add(words)
                yield where, words.replace("\n", "; ")


def _given_out(told: Run) -> Iterator[tuple[str, str]]:
    yield "the run's result", flat_text(told.output)
    for step in told.steps:
        if step.kind is StepKind.OUTPUT:
            yield f"what {step.name} sent", flat_text(step.input)
        elif step.kind in {StepKind.TOOL, StepKind.RETRIEVAL}:
            inside = embedded(step.output) if isinstance(step.output, str) else None
            yield f"what {step.name} brought in", flat_text(step.output if inside is None else inside)


def _recipients(client: Customer, incident: Incident, view: ClientView) -> Iterator[tuple[str, str]]:
    name = "Received it, or could read it"
    if not incident.recipients:
        yield name, "Nobody is written down."
    for one in incident.recipients:
        who = "you" if one.ref == client.id else view.who(one.ref)
        assessed = view.text(one.assessed) if one.assessed else "not assessed"
        retrieved = f"; retrieved: {view.text(one.retrieved)}" if one.retrieved else ""
        yield name, f"{who}: {assessed}{retrieved}"
