"""Words of people, on one line."""

from incident2eval.model import visible


def line(text: str) -> str:
    """A text from a file or a log, on one line and harmless to a terminal."""
    return " ".join(visible(text).split())


def same_person(name: str) -> str:
    """What two spellings of one name share: case and spaces do not make another person."""
    return " ".join(name.split()).casefold()
