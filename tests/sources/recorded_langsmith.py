"""Two runs of one trace, in the shape that LangSmith's published interface `/api/v2` gives runs.

Made by hand after what its Python client records and takes for an answer (version 0.15): from no server.
"""

PROJECT = "0f2c6c0a-6d6e-4c39-9d9c-0a2b7d3f6f11"
TRACE = "01a200cf-80b6-7313-9879-37438c2b1180"
SEARCH = "01a200cf-80c3-7500-ad7b-194cd74ccffe"
KEY = "lsv2_pt_made_up"

ROOT = {
    "id": TRACE,
    "name": "support_rag",
    "run_type": "CHAIN",
    "start_time": "2026-11-22T01:12:08.630170Z",
    "end_time": "2026-11-22T01:12:08.648545Z",
    "inputs": {"input": "How do I close my account?"},
    "outputs": {"answer": "The balance must be zero."},
    "error": None,
    "extra": {"metadata": {"tenant": "tenant-0"}},
    "parent_run_ids": [],
    "project_id": PROJECT,
    "trace_id": TRACE,
    "dotted_order": f"20261122T011208630170Z{TRACE}",
}
CHILD = {
    **ROOT,
    "id": SEARCH,
    "name": "VectorStoreRetriever",
    "run_type": "RETRIEVER",
    "inputs": {"query": "close account"},
    "outputs": {
        "documents": [{"page_content": "Balance zero.", "metadata": {"id": "doc-1", "tenant": "tenant-0"}}]
    },
    "parent_run_ids": [TRACE],
    "dotted_order": f"20261122T011208630170Z{TRACE}.20261122T011208643000Z{SEARCH}",
}
