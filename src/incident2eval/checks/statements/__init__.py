"""Statements: what a sentence says, of what, with which figures, and whether it says or denies it."""
