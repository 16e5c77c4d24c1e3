"""What a case calls the workflow with: as it was recorded, or given by a person in its place."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from incident2eval.collect import ONE
from incident2eval.detection.spots import spots
from incident2eval.model import JSON, BadInput, Fault, Incident2EvalError, NotProvable, texts
from incident2eval.pipeline._dossier import Dossier
from incident2eval.redaction import holds_secret
from incident2eval.store import read_bytes


def with_input(dossier: Dossier, path: Path) -> Dossier:
    """The dossier with a person's input in place of the recorded one.

    Raises:
        BadInput: The file holds no JSON object, or the incident took several inputs.
    """
    if list(dossier.gathered.inputs) != [ONE]:
        message = "the incident took several inputs, and this would replace one of them"
        hint = "edit `inputs` in its case.yaml, then prove it"
        raise BadInput(Fault(file=str(path), message=message, hint=hint))
    try:
        given = json.loads(read_bytes(path, file=str(path)))
    except (ValueError, RecursionError) as error:
        raise BadInput(Fault(file=str(path), message=f"is not JSON: {error}")) from error
    if not isinstance(given, dict) or not given:
        hint = "a workflow is called with a JSON object"
        raise BadInput(Fault(file=str(path), message="is no JSON object with anything in it", hint=hint))
    _refuse_strangers(dossier, given, path)
    return replace(dossier, gathered=replace(dossier.gathered, inputs={ONE: given}), synthetic=True)


def _refuse_strangers(dossier: Dossier, given: JSON, path: Path) -> None:
    """Refuse an input that is another customer's: the case judges by its own."""
    own, customers = dossier.known.customer_id, dossier.project.customers
    named = {text for _, text in texts(given) if text in customers}
    if own is not None and named and own not in named:
        message = f"speaks of {', '.join(sorted(named))}, and the case is about {own}"
        raise BadInput(Fault(file=str(path), message=message, hint=f"give an input of {own}"))


def with_kept_input(dossier: Dossier) -> Dossier:
    """The dossier with the input that a person gave for its case before, where one did."""
    if dossier.synthetic:
        return dossier
    try:
        case = dossier.project.case(dossier.incident.id)
    except Incident2EvalError:
        return dossier
    if not case.synthetic or case.input is None or list(dossier.gathered.inputs) != [ONE]:
        return dossier
    return replace(dossier, gathered=replace(dossier.gathered, inputs={ONE: case.input}), synthetic=True)


def look_at_inputs(dossier: Dossier, *, redact: bool) -> tuple[str, ...]:
    """What a person should know of what the workflow is called with: it stays as the workflow needs it.

    Raises:
        NotProvable: A secret stands in an input; it would be written into case.yaml.
    """
    inputs = dossier.gathered.inputs.values()
    where = f"cases/{dossier.incident.id}/case.yaml"
    way = f"incident2eval eval-case {dossier.incident.id} --input FILE"
    if any(holds_secret(text) for given in inputs for text in _labelled(dict(given))):
        raise NotProvable(
            f"a secret stands in the input, and the input goes into {where}",
            hint=f"change the secret, and give an input without it: {way}",
        )
    if not redact:
        return ()
    customers = dossier.project.customers
    texts_in = [text for given in inputs for text in _labelled(dict(given))]
    kinds = sorted({spot.kind for text in texts_in for spot in spots(text, customers)})
    if not kinds:
        return ()
    what = f"{where}: the input holds personal data ({', '.join(kinds)}), kept as the workflow needs it"
    return (f"{what}; to give a synthetic one: {way}",)


def _labelled(value: JSON) -> Iterator[str]:
    """Every text with the key that says what it is."""
    for path, text in texts(value):
        keys = [key for key in path.split(".") if not key.isdigit()]
        yield f"{keys[-1]}: {text}" if keys else text
