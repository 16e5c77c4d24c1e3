"""The look-back: which past runs show the same failure, whom it reached, since when, and what is unknown."""

from incident2eval.lookback._hits import Said
from incident2eval.lookback._likeness import CaseColumns, Likeness, decider, unlike_cases
from incident2eval.lookback._marks import marks_of
from incident2eval.lookback._part import Fate, Part, PartResult, decoded, encoded, key_of, row_key
from incident2eval.lookback._reviewed import reached, reviewed
from incident2eval.lookback._series import AT_ONCE, Series, Side, side_of
from incident2eval.lookback._watch import Reach, Seen, Verdict, Watch
from incident2eval.lookback._whole import whole
from incident2eval.lookback._window import Coverage, asked_window

__all__ = [
    "AT_ONCE",
    "CaseColumns",
    "Coverage",
    "Fate",
    "Likeness",
    "Part",
    "PartResult",
    "Reach",
    "Said",
    "Seen",
    "Series",
    "Side",
    "Verdict",
    "Watch",
    "asked_window",
    "decider",
    "decoded",
    "encoded",
    "key_of",
    "marks_of",
    "reached",
    "reviewed",
    "row_key",
    "side_of",
    "unlike_cases",
    "whole",
]
