"""Cluster: which incidents failed alike, by what failed first, then by their words."""

from incident2eval.cluster.clustering import Cluster, Clustering, KnownType
from incident2eval.cluster.grouping import group
from incident2eval.cluster.neighbours import Neighbourhood, explain, nearest, place

__all__ = ["Cluster", "Clustering", "KnownType", "Neighbourhood", "explain", "group", "nearest", "place"]
