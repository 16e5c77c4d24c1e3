"""Free-text failures of agents: which step went wrong first, by a few general signals, without a model."""

from incident2eval.rootcause.signals._ranking import probable_category, rank_steps, signal_values
from incident2eval.rootcause.signals._shelf import SIGNALS, Signal

__all__ = ["SIGNALS", "Signal", "probable_category", "rank_steps", "signal_values"]
