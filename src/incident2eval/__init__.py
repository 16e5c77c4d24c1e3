"""incident2eval: turn an AI incident into regression tests, and hold the restart until they pass."""

__version__ = "0.1.0"
