"""Retrieved documents as records."""

from collections.abc import Mapping

from incident2eval.formats._shape import decoded, first, items, mapping, rest, text
from incident2eval.model import JSON, Record

_IDS = ("id", "doc_id", "document_id", "chunk_id", "key")
_TEXTS = ("content", "page_content", "text", "document", "body")


def records_of(value: JSON) -> tuple[Record, ...]:
    """The records in what a retrieval returned; owners are left to `with_owners`.

    Args:
        value: A list of documents, or an object that holds one under `documents`.

    Returns:
        The records, or none where the value is anything else.
    """
    value = decoded(value)
    if isinstance(value, dict) and "documents" in value:
        value = decoded(value["documents"])
    documents = [_opened(item) for item in items(value)]
    return tuple(_record(each) for each in documents) if documents and all(documents) else ()


def documents_in(value: JSON) -> tuple[Record, ...]:
    """The records in a tool's result, where it plainly is documents: each has `page_content`."""
    value = decoded(value)
    listed = items(mapping(value).get("documents")) or items(value)
    plain = bool(listed) and all("page_content" in _opened(item) for item in listed)
    return records_of(value) if plain else ()


def _opened(item: JSON) -> Mapping[str, JSON]:
    """A document out of LangChain's serialized form."""
    source = mapping(decoded(item))
    return mapping(source.get("kwargs")) if source.get("lc") else source


def _record(source: Mapping[str, JSON]) -> Record:
    metadata = mapping(decoded(source.get("metadata")))
    body = first(source, *_TEXTS)
    used = {
        "metadata",
        *(key for key in _TEXTS if source.get(key) is body),
        *(key for key in _IDS[:1] if key in source),
    }
    return Record(
        id=text(first(source, *_IDS)) or text(first(metadata, *_IDS)) or "",
        text=body if isinstance(body, str) else "" if body is None else str(body),
        metadata={**rest(source, frozenset(used)), **metadata},
    )
