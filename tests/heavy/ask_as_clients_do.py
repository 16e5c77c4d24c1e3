"""Run by the interpreter that has the tools' own clients: asks a server for one trace, and prints its steps.

python ask_as_clients_do.py langfuse|langsmith URL QUESTION
"""

import json
import sys
from typing import Any


def langfuse(url: str, question: dict[str, Any]) -> list[str | None]:
    from langfuse.api.client import LangfuseAPI

    client = LangfuseAPI(base_url=url, username="pk-lf-made-up", password="sk-lf-made-up")  # noqa: S106 - made up
    page = client.observations.get_many(**question)
    return [each.name for each in page.data]


def langsmith(url: str, question: dict[str, Any]) -> list[str | None]:
    from langsmith._client import Langsmith

    client = Langsmith(base_url=url, api_key="made-up", _strict_response_validation=True)
    return [each.name for each in client.runs.query_v2(**question)]


def langsmith_traces(url: str, question: dict[str, Any]) -> list[str | None]:
    from langsmith._client import Langsmith

    client = Langsmith(base_url=url, api_key="made-up", _strict_response_validation=True)
    return [each.root_run.trace_id for each in client.traces.query(**question) if each.root_run]


if __name__ == "__main__":
    ask = {"langfuse": langfuse, "langsmith": langsmith, "langsmith_traces": langsmith_traces}[sys.argv[1]]
    print(json.dumps(ask(sys.argv[2], json.loads(sys.argv[3]))))
