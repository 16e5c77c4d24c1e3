"""`schema`: the JSON Schema of a file or an answer."""

from incident2eval import store
from incident2eval.pipeline._answer import Answer


def schema(*, name: str) -> Answer:
    """The JSON Schema of incident, case, run, settings or report.

    Raises:
        BadInput: There is no schema of that name.
    """
    import json  # noqa: PLC0415 - only for the text

    document = store.schema(name)
    return Answer(data=document, text=json.dumps(document, indent=2, ensure_ascii=False))
