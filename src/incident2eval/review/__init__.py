"""The quarterly review: figures over tables of incidents, tasks, duties, logs and gate runs."""

from incident2eval.review._material import Dwell, GateRun, Material
from incident2eval.review._review import PARTS, review

__all__ = ["PARTS", "Dwell", "GateRun", "Material", "review"]
