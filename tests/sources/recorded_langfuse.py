"""Two observations of one trace, in the shape that Langfuse's published interface gives them.

Made by hand after what its Python client takes for an answer (version 5): from no server.
"""

TRACE = "25f4bdeebaab60e6e1bee7e8469554bc"
OBSERVATIONS = "/api/public/v2/observations"
ROOT = {
    "id": "5cb389a3bdd21a6e",
    "traceId": TRACE,
    "projectId": "p1",
    "parentObservationId": None,
    "isRootObservation": True,
    "type": "CHAIN",
    "name": "monthly-summary",
    "startTime": "2026-11-18T09:41:07.000Z",
    "endTime": "2026-11-18T09:41:11.000Z",
    "level": "DEFAULT",
    "statusMessage": None,
    "input": '{"month": "2026-10"}',
    "output": "A quiet month.",
    "metadata": {"account_id": "A1"},
    "userId": "user-1",
    "traceName": "monthly-summary",
}
CHILD = {
    **ROOT,
    "id": "6cb389a3bdd21a6e",
    "parentObservationId": ROOT["id"],
    "isRootObservation": False,
    "type": "RETRIEVER",
    "name": "search_notes",
    "input": '{"query": "October"}',
    "output": '[{"page_content": "Quiet.", "metadata": {"account_id": "A1"}, "id": "note-877"}]',
}
