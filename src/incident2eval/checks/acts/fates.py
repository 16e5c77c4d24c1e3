"""What became of a call: done, refused, or sent off with its answer lost on the way."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto

from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Status, Step, flat_text, is_empty

_LOST_CODES = {408, 499}
"""Codes below 500 that say nothing of whether the call was carried out."""
_CODE = re.compile(
    r"(?:\A\s{0,8}|\b(?:http(?:/\d(?:\.\d)?)?|status(?:[ _]code)?|code|error)\s{0,3}[:=]?\s{0,3})([45]\d\d)\b"
    r"|\b([45]\d\d) (?:client|server|internal|bad|service|gateway|not|too|forbidden|unauthori|conflict)",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"time[d]?[ _-]?out|deadline[ _]exceeded"
    r"|connection (?:was )?(?:reset|closed|lost|aborted|dropped|error)|reset by peer"
    r"|broken pipe|remote end closed"
    r"|no (?:response|answer|reply)|(?:response|answer|reply|acknowledg\w{1,6}) (?:was )?(?:lost|never)"
    r"|bad gateway|gateway|internal (?:server )?error|server error"
    r"|service (?:is )?(?:temporarily )?unavailable|unknown (?:state|outcome|result)|(?-i:\bUNAVAILABLE\b)",
    re.IGNORECASE,
)
_NEVER_ARRIVED = re.compile(r"connection refused|ECONNREFUSED|name or service not known", re.IGNORECASE)
_COMPLAINT = re.compile(
    r"\s{0,8}(?:error|exception|traceback|failed|failure|time[d]?[ _-]?out|http [45]\d\d)\b", re.IGNORECASE
)
_FAULT_KEYS = vocabulary("error errors exception fault")
_BAD_STATUS = vocabulary(
    "failed failure error rejected declined refused denied invalid not_found timeout timed_out "
    "unavailable conflict forbidden unauthorized rate_limited"
)
_HELD_BACK = re.compile(
    r"(?:need|requir|await|pending).{0,20}(?:approv|confirm|review|authori)", re.IGNORECASE
)
_UNDONE = vocabulary("found exists exist success ok") | vocabulary(
    "done completed processed executed applied succeeded posted paid refunded booked sent created shipped "
    "dispatched charged cancelled canceled reserved confirmed registered settled issued delivered placed"
)
"""Keys whose `false` says that something has not happened."""
_NO_SUCH = vocabulary("none not_found missing unpaid failed rejected declined absent")
_COUNTS = vocabulary("count total matches hits size")
_LONGEST = 2_000


class Fate(Enum):
    """What became of a call."""

    DONE = auto()
    REFUSED = auto()
    """It was turned down: nothing has changed."""
    LOST = auto()
    """Nobody knows: a time-out, a fault of the other side. It counts as done."""


def fate_of(step: Step) -> Fate:
    """What became of a call, by its status, its error and its answer.

    Codes from 500 on and time-outs leave open whether it was carried out; any other code from 400 on, too
    many requests included, and any other error say that it was not. An answer that asks for an approval first
    has changed nothing either.
    """
    said = _complaint(step)
    code = next(_codes(step, said), None)
    if code is not None:
        return Fate.LOST if code in _LOST_CODES or code >= 500 else Fate.REFUSED
    if said is None:
        return Fate.REFUSED if _is_held_back(step.output) else Fate.DONE
    return Fate.LOST if _LOST.search(said) and not _NEVER_ARRIVED.search(said) else Fate.REFUSED


def says_not_done(step: Step) -> bool:
    """Whether what a look-up brought back says that there is nothing: `[]`, `{"found": false}`, not found."""
    if step.status is not Status.OK or step.error:
        return "404" in flat_text(step.error) or "not found" in flat_text(step.error).casefold()
    if step.records:
        return False
    answer = _parsed(step.output)
    if isinstance(answer, str):
        return is_empty(answer) or bool(
            re.match(r"(?:no(?:ne|thing)?\b|not found)", answer.strip(), re.IGNORECASE)
        )
    asked = {str(leaf).casefold() for _, leaf in leaves(_parsed(step.input))}
    told = [(path, leaf) for path, leaf in leaves(answer) if str(leaf).casefold() not in asked]
    return any(_denies(path, leaf) for path, leaf in told) or all(is_empty(leaf) for _, leaf in told)


def _denies(path: str, leaf: JSON) -> bool:
    words = key_words(path)
    if leaf is False:
        return not _UNDONE.isdisjoint(words)
    if leaf == 0 and not isinstance(leaf, bool):
        return not _COUNTS.isdisjoint(words[-1:])
    return words[-1:] == ("status",) and _as_status(leaf) in _NO_SUCH


def _parsed(value: JSON) -> JSON:
    return (embedded(value) or value) if isinstance(value, str) else value


def _complaint(step: Step) -> str | None:
    """What a failed call says of its failure; None where it did not fail."""
    answer = _parsed(step.output)
    text = f"{step.error or ''}\n{flat_text(answer)[:_LONGEST]}".strip()
    if step.status is Status.ERROR or step.error:
        return text
    if isinstance(answer, Mapping):
        return text if any(_is_bad(key, value) for key, value in answer.items()) else None
    return text if isinstance(answer, str) and _COMPLAINT.match(answer) else None


def _is_bad(key: object, value: JSON) -> bool:
    words = key_words(str(key))
    if words in {("ok",), ("success",), ("succeeded",)}:
        return value is False
    if words == ("is", "error"):
        return value is True
    if words in {("status",), ("state",), ("outcome",)}:
        return _as_status(value) in _BAD_STATUS
    return bool(words) and words[-1] in _FAULT_KEYS and not is_empty(value) and value is not False


def _codes(step: Step, said: str | None) -> Iterator[int]:
    """Codes of 400 and more that say how the call failed."""
    for value in (dict(step.attributes), _parsed(step.output)):
        if not isinstance(value, Mapping):
            continue
        for path, leaf in leaves(value):
            words = key_words(path)
            is_code = words[-2:] in {("status", "code"), ("http", "status")} or path == "status"
            if is_code and isinstance(leaf, (int, str)) and str(leaf) in _ERROR_CODES:
                yield int(leaf)
    if said is not None and (match := _CODE.search(said[:_LONGEST])):
        yield int(match[1] or match[2])


def _is_held_back(output: JSON) -> bool:
    answer = _parsed(output)
    status = answer.get("status") if isinstance(answer, Mapping) else None
    return isinstance(status, str) and bool(_HELD_BACK.search(status[:_LONGEST]))


def _as_status(value: JSON) -> str:
    return "_".join(str(value).casefold().replace("-", " ").replace("_", " ").split()[:4])


_ERROR_CODES = frozenset(str(code) for code in range(400, 600))
