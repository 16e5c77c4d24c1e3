"""Calls that failed: which ones, whether something else answered for them, and who admits it."""
