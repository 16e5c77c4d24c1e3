"""in-toto statements: what is said (the predicate) of what (the subjects, by digest), in one form."""

import json
from collections.abc import Mapping
from typing import Any

from incident2eval.model import JSON, BadInput, Fault


def statement(
    *, subjects: Mapping[str, Mapping[str, str]], predicate_type: str, predicate: Mapping[str, JSON]
) -> bytes:
    """An in-toto Statement v1 in canonical JSON.

    Args:
        subjects: Name -> algorithm -> digest, such as `{"report.json": {"sha256": "..."}}`.
        predicate_type: What kind of thing is said; a URI.
        predicate: What is said.

    Raises:
        BadInput: It is no statement: nothing said, no subject, or a subject without a digest.
    """
    from in_toto_attestation.v1.statement import (  # type: ignore[import-untyped] # noqa: PLC0415
        STATEMENT_TYPE_URI,
    )

    said: dict[str, JSON] = {
        "_type": STATEMENT_TYPE_URI,
        "subject": [{"name": name, "digest": dict(digest)} for name, digest in subjects.items()],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }
    refuse_malformed(said)
    return canonical(said)


def parsed(payload: bytes) -> Mapping[str, JSON]:
    """The statement that canonical bytes hold.

    Raises:
        BadInput: They are not canonical, or no statement.
    """
    said = strictly(payload, what="the signed statement")
    refuse_malformed(said)
    return said


def strictly(raw: bytes, *, what: str) -> dict[str, Any]:
    """The object that canonical JSON holds; whatever differs by one bit from canonical is refused.

    Raises:
        BadInput: It is anything else; a key twice, NaN and blanks are.
    """
    try:
        value = json.loads(raw)
        is_canonical = isinstance(value, dict) and canonical(value) == raw
    except (ValueError, RecursionError) as error:
        raise BadInput(Fault(message=f"{what} is no JSON that can be trusted")) from error
    if not is_canonical:
        raise BadInput(
            Fault(message=f"{what} is not in its one form: it was changed, or reformatted after signing")
        )
    return dict(value)


def canonical(value: JSON) -> bytes:
    """The value as bytes that are the same wherever it is written: sorted keys, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def refuse_malformed(said: Mapping[str, JSON]) -> None:
    """Refuse what is no in-toto Statement v1, as the library of its makers reads it; raises BadInput."""
    from google.protobuf.json_format import ParseDict, ParseError  # type: ignore[import-untyped] # noqa: PLC0415
    from in_toto_attestation.v1.statement import Statement  # noqa: PLC0415

    predicate, read = said.get("predicate"), Statement([], "", {"is": "read apart"})
    if not isinstance(predicate, dict) or not predicate:
        raise BadInput(Fault(message="is no in-toto statement: it says nothing"))
    try:
        # Without the predicate: any object is one, and over that of a large report the library takes long.
        ParseDict({name: value for name, value in said.items() if name != "predicate"}, read.pb)
        read.validate()
    except (ParseError, ValueError, TypeError, RecursionError) as error:
        raise BadInput(Fault(message=f"is no in-toto statement: {error}")) from error
