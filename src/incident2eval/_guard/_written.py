"""What an incident file states of its workflow and level, read without YAML: plain lines, or nothing."""

import json
import re
from collections.abc import Sequence
from typing import Any

GRADES = frozenset({"1", "2", "3", "4"})

_WORD = r"""(?:"([^"\\\n]+)"|'([^'\n]+)'|([^\W_](?:[\w. /@+-]*[\w./@+-])?))"""
_VALUE = re.compile(rf"\s*{_WORD}\s*(?:\s#.*)?")
_BRACES = re.compile(rf"\s*\{{\s*name\s*:\s*{_WORD}\s*(?:,[^{{}}]*)?\}}\s*(?:\s#.*)?")
_KEY = re.compile(r"""^(?:\?|["']?(workflow|severity)["']?[ \t]*:([^\n]*)\n?)""", re.MULTILINE)
_NAME_IN_BLOCK = re.compile(r"""^([ ]+)name[ \t]*:([^\n]*)$""", re.MULTILINE)


def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a JSON object, for its reader; one that stands there twice is refused."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def stated(written: bytes) -> tuple[str | None, int | None]:
    """The workflow and the level that an incident file states, each None where that is not certain.

    Only plain lines are read, because YAML takes longer than a workflow should wait: `workflow: NAME`, or
    `name: NAME` below `workflow:`, at the margin and once. An incident file may be JSON too.
    """
    if b"\0" in written:
        return None, None
    try:
        text = written.decode("utf-8-sig").replace("\r\n", "\n")
        if text.lstrip().startswith("{"):
            return _stated_in_json(json.loads(text, object_pairs_hook=once))
    except (ValueError, RecursionError):
        return None, None
    keys = list(_KEY.finditer(text))
    named, graded = _only(keys, "workflow"), _only(keys, "severity")
    severity = _VALUE.fullmatch(graded[2]) if graded else None
    level = _one(severity) if severity else None
    return (
        _workflow(named[2], text[named.end() :]) if named else None,
        int(level) if level in GRADES else None,
    )


def _only(keys: Sequence[re.Match[str]], key: str) -> re.Match[str] | None:
    """Where that key stands, if it stands there once; one written after `?` may be any."""
    found = [one for one in keys if one[1] in {key, None}]
    return found[0] if len(found) == 1 and found[0][1] else None


def _stated_in_json(told: dict[str, Any]) -> tuple[str | None, int | None]:
    named, level = told.get("workflow"), str(told.get("severity"))
    name = named.get("name") if isinstance(named, dict) else named
    return name if isinstance(name, str) else None, int(level) if level in GRADES else None


def _workflow(value: str, after: str) -> str | None:
    """The name in what follows `workflow:` on its line, or below it; None where that is not certain."""
    below = re.split(r"^(?=[^\s#])", after, maxsplit=1, flags=re.MULTILINE)[0]
    is_alone = not re.sub(r"#.*", "", below).strip()
    if value.partition("#")[0].strip():
        found = _VALUE.fullmatch(value) or (_BRACES.fullmatch(value) if value.count("name") == 1 else None)
        return _one(found) if found and is_alone else None
    names = list(_NAME_IN_BLOCK.finditer(below))
    if len(names) != 1 or len(re.findall(r"name[\"']?\s*:", below)) != 1:
        return None
    margin, value = names[0][1], names[0][2]
    lines = [line for line in below.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    is_flat = all(line.startswith(margin) and line[len(margin)] not in " \t" for line in lines)
    found = _VALUE.fullmatch(value)
    return _one(found) if found and is_flat else None


def _one(found: re.Match[str]) -> str | None:
    """The word that was found, whatever its quotes; nothing where YAML takes it for none."""
    word = next(filter(None, found.groups()), "")
    return None if found[3] == "null" else word
