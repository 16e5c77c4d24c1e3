"""The gate: from the lock and what was seen to one decision. Anything but a seen pass is none."""

from incident2eval.gate._decide import COULD_NOT_JUDGE, COUNTED, QUARANTINED, Seen, decide, exit_code
from incident2eval.gate._expected import GONE, Before, Change, changes_since
from incident2eval.gate._lock import differences, incidents_without_case
from incident2eval.gate._tolerance import Tolerance, bound, intolerable
from incident2eval.gate._waivers import Waivers, in_words

__all__ = [
    "COULD_NOT_JUDGE",
    "COUNTED",
    "GONE",
    "QUARANTINED",
    "Before",
    "Change",
    "Seen",
    "Tolerance",
    "Waivers",
    "bound",
    "changes_since",
    "decide",
    "differences",
    "exit_code",
    "in_words",
    "incidents_without_case",
    "intolerable",
]
