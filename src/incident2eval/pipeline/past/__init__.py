"""Runs of the past: the archive read once, asked what a case asks, and what was found told over time."""
