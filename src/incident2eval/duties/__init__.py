"""Duties to notify: which rules an incident fires, where each clock stands, and why.

General information and a prompt for a qualified person, not legal advice: whoever shows a duty shows
`model.NOTICE` and the day the rule was checked with it.
"""

from incident2eval.duties._clock import due_at
from incident2eval.duties._duties import duties
from incident2eval.duties._rules import near, rules, stale, unread
from incident2eval.duties._words import advice, in_words

__all__ = ["advice", "due_at", "duties", "in_words", "near", "rules", "stale", "unread"]
