"""What groups failures: we, and what others would take. A peer is imported only where it runs.

No peer knows fields or the roster. Drain3 has the likeness its makers ship (0.4) and the mask that dedup has;
Leiden's resolution was chosen on `tune` at 10,000 failures among 1, 2, 5, 10, 20, 50.
"""
# ruff: noqa: PLC0415 - a peer is imported in the process that runs it, and may be missing

import re
from collections.abc import Callable, Hashable, Sequence

from incident2eval.model import Customers, Failure

VARYING = r"\b(?:0x)?[0-9a-fA-F]{8,}\b|\d+"
MASK = re.compile(VARYING)
NEIGHBOURS = 10
RESOLUTION = 10.0

Labels = Sequence[Hashable]
Group = Callable[[Sequence[Failure]], Labels]
Prepare = Callable[[Customers], Group]
"""Imports what a method needs, which is not timed, and gives the method."""


def _ours(customers: Customers) -> Group:
    from incident2eval.cluster import group

    def grouped(failures: Sequence[Failure]) -> Labels:
        found = group(failures, customers=customers).assignment
        return [found[failure.id] for failure in failures]

    return grouped


def _ours_text(_: Customers) -> Group:
    from incident2eval.cluster import group

    def grouped(failures: Sequence[Failure]) -> Labels:
        found = group([Failure(id=each.id, text=each.text) for each in failures]).assignment
        return [found[failure.id] for failure in failures]

    return grouped


def masked(text: str) -> str:
    """The text without its digits and long hex numbers."""
    return MASK.sub("#", text)


def _dedup(_: Customers) -> Group:
    return lambda failures: [masked(failure.text) for failure in failures]


def _singletons(_: Customers) -> Group:
    return lambda failures: [failure.id for failure in failures]


def _same_fields(_: Customers) -> Group:
    return lambda failures: [
        (each.checks, each.control, each.step_kind, each.tool) if each.checks else each.id
        for each in failures
    ]


def _drain3(_: Customers) -> Group:
    from drain3 import TemplateMiner
    from drain3.masking import MaskingInstruction
    from drain3.template_miner_config import TemplateMinerConfig

    config = TemplateMinerConfig()
    config.drain_sim_th = 0.4
    config.masking_instructions = [MaskingInstruction(VARYING, "#")]
    config.profiling_enabled = False
    miner = TemplateMiner(config=config)
    return lambda failures: [miner.add_log_message(failure.text)["cluster_id"] for failure in failures]


def _leiden(_: Customers) -> Group:
    """Communities among the ten nearest neighbours of every distinct text, by words weighed with TF-IDF."""
    import igraph
    import sklearn.feature_extraction.text
    import sklearn.neighbors

    def grouped(failures: Sequence[Failure]) -> Labels:
        texts = [masked(failure.text) for failure in failures]
        numbers = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        vectors = sklearn.feature_extraction.text.TfidfVectorizer(sublinear_tf=True).fit_transform(numbers)
        near = sklearn.neighbors.NearestNeighbors(metric="cosine", n_neighbors=min(NEIGHBOURS, len(numbers)))
        distances = near.fit(vectors).kneighbors_graph(mode="distance").tocoo()
        edges = [
            (int(one), int(other), max(0.0, 1.0 - float(distance)))
            for one, other, distance in zip(distances.row, distances.col, distances.data, strict=True)
        ]
        graph = igraph.Graph.TupleList(edges, weights=True)
        communities = graph.community_leiden(
            objective_function="modularity", weights="weight", resolution=RESOLUTION, n_iterations=10
        )
        of = dict(zip(graph.vs["name"], communities.membership, strict=True))
        # A text without any neighbour stays alone.
        return [of.get(numbers[text], -1 - numbers[text]) for text in texts]

    return grouped


OURS, OURS_TEXT, DEDUP, SINGLETONS, DRAIN3, LEIDEN = (
    "ours, fields",
    "ours, text only",
    "exact dedup",
    "singletons",
    "Drain3",
    "TF-IDF + Leiden",
)
METHODS: dict[str, Prepare] = {
    OURS: _ours,
    OURS_TEXT: _ours_text,
    DEDUP: _dedup,
    SINGLETONS: _singletons,
    "same fields": _same_fields,
    DRAIN3: _drain3,
    LEIDEN: _leiden,
}
PEERS = tuple(name for name in METHODS if name not in {OURS, OURS_TEXT})
