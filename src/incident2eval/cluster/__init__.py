"""Cluster: which incidents failed alike, by what failed first, then by their words."""

from incident2eval.cluster.clustering import Cluster, Clustering, KnownType
from incident2eval.cluster.fault import Fault
from incident2eval.cluster.grouping import group
from incident2eval.cluster.labels import Labels
from incident2eval.cluster.neighbours import Neighbourhood, explain, nearest, place

__all__ = [
    "Cluster",
    "Clustering",
    "Fault",
    "KnownType",
    "Labels",
    "Neighbourhood",
    "explain",
    "group",
    "nearest",
    "place",
]
