"""Whether a call of a tool failed, as far as its step tells for certain; "there is none" is an answer."""

import re
from collections.abc import Mapping

from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Status, Step

_GONE = (
    r"\btim(?:ed?|ing)[ _-]?outs?\b|\bdeadline[ _]exceeded|\bunavailable|\bunreachable",
    r"\boutage|\bmaintenance|\bnot (?:available|reachable)\b|\boverload",
    r"\bno route to|\bname resolution|\bbroken pipe|\bnetwork (?:error|failure|is)",
    r"\bconnect(?:ion|ivity)? ?(?:refused|reset|aborted|error|closed|lost|fail)",
    r"\b(?:could not|couldn't|cannot|can't|failed to|unable to) (?:connect|reach)",
    r"\bdid(?: not|n't) (?:answer|respond|reply)|\bno (?:answer|response|reply)\b",
    r"\binternal (?:server )?error|\bserver error|\bbad gateway|\bgateway time",
    r"\bcircuit (?:breaker|is open|open)",
)
_LOCKED = (
    r"\btoo many requests|\brate[ _-]?limit|\bquota|\bthrottl|\bunauthori[sz]ed|\bforbidden",
    r"\b(?:access|permission)[ _]denied|\bauthentication (?:failed|required|error)|\btoken (?:has )?expired",
    r"\b(?:invalid|missing|expired|wrong) (?:api.?key|(?:access )?token|credentials?|certificate)",
)
_CODES_IN_WORDS = (
    r"\b(?:http|status|code|error|errno)\b\W{0,3}(?:code\W{0,3})?(?:40[138]|429|5\d\d)\b",
    r"\A\W{0,3}(?:40[138]|429|5\d\d)\b",
)
_OUTAGE = re.compile("|".join((*_GONE, *_LOCKED, *_CODES_IN_WORDS)), re.IGNORECASE)
"""The other side was not there, or did not let the call in."""
_ANSWER = re.compile(
    r"\b(?:40[0459]|410|422)\b|\bnot[ _]?found|\bno such|\bnothing (?:found|matches)"
    r"|\bdo(?:es)?(?: not|n't) (?:exist|match|add up|have|belong)"
    r"|\bno (?:match|result|record|row|entr|data|document|item|order|user|customer)"
    r"|\bunknown (?!error|failure|exception)|\binvalid|\bvalidation|\bmust (?:be|have|not)\b|\brequired\b"
    r"|\bnot (?:enough|allowed|eligible|supported|permitted|valid)|\bshould\b|\balready\b|\bcannot be\b"
    r"|\binsufficient|\bduplicate|\bmismatch|\bbad request|\bunsupported|\bout of range|\bmissing\b",
    re.IGNORECASE,
)
"""The other side was there and said no: nothing of that kind, not like this."""
_BEGINS = re.compile(
    r"\s*(?:(?:\w{0,40}error|\w{0,40}exception|failed|failure)\s?[:(]|traceback \(most recent"
    r"|http[ /]?\S{0,4} ?[45]\d\d\b|[45]\d\d\b ?[:\-A-Za-z]"
    r"|(?:the )?(?:request|call|connection|service|operation|server)\b[^.\n]{0,40}"
    r"(?:timed out|refused|reset|unavailable|did not)|timed out|timeout|service unavailable"
    r"|internal server error|too many requests|bad gateway|gateway time)",
    re.IGNORECASE,
)
"""How the text begins that a tool returns in place of a result."""
_NOTHING = vocabulary("false none null no ok 0 success")
_FAILED = vocabulary("error failed failure fail timeout timedout unavailable unreachable exception")
_CODES = vocabulary("status status_code http_status http_status_code code error_code http_code")
_ERRORS = vocabulary("error errors err exception failure fault error_message")
_FLAGS = vocabulary("is_error timed_out timeout failed has_error")
_CUT_SHORT = vocabulary("partial truncated incomplete degraded timed_out cut_short")
_WHOLE = vocabulary("complete completed finished")
_REFUSED = vocabulary("ok success successful succeeded")
_TOLD = vocabulary("message msg detail details reason description title content text body hint")
_ENVELOPE = (
    vocabulary("request_id trace_id retry_after timestamp took duration_ms elapsed source service type path")
    | (_CODES | _ERRORS | _FLAGS | _CUT_SHORT)
    | (_WHOLE | _REFUSED | _TOLD)
)
"""Keys that tell how a call went, not what it found."""
_PROGRAMS = vocabulary("code source_code script program command cmd python bash sql")
"""Arguments that hold a program; one that crashes tells of its writer, not of a service."""
_WRAPPERS = vocabulary("result data response output text")
_ATTRIBUTES = ("http.response.status_code", "http.status_code", "rpc.http.status_code")
_THREE_DIGITS = re.compile(r"\s*([1-5]\d\d)\b", re.ASCII)
_DEEPEST = 5
_LONGEST = 600
"""What a tool says in place of a result is short."""


def failure(step: Step) -> str | None:
    """What went wrong with a call, in the words of its step; None where it answered, if only with a no."""
    if step.status is Status.ERROR or step.error:
        words = step.error or _in_output(step.output) or _told(step.output) or "failed"
        return None if _is_answer(words) or (_runs_a_program(step) and not is_outage(words)) else words
    if step.records:
        return None
    if any(_is_bad(_code(step.attributes.get(name))) for name in _ATTRIBUTES):
        return _told(step.output) or "the call came back with an error status"
    return _in_output(step.output)


def is_outage(words: str) -> bool:
    """Whether words tell of a service that was not there or let nobody in."""
    return bool(_OUTAGE.search(words))


def _is_answer(words: str) -> bool:
    return not is_outage(words[:_LONGEST]) and bool(_ANSWER.search(words[:_LONGEST]))


def _runs_a_program(step: Step) -> bool:
    return any("_".join(key_words(path)) in _PROGRAMS for path, _ in leaves(step.input))


def _in_output(output: JSON, depth: int = 0) -> str | None:
    """What went wrong, where the result of a call says so itself."""
    if isinstance(output, str):
        parsed = embedded(output)
        return _in_text(output.strip()) if parsed is None else _in_output(parsed, depth)
    if isinstance(output, (list, tuple)):
        return _in_output(output[0], depth + 1) if len(output) == 1 and depth < _DEEPEST else None
    if not isinstance(output, Mapping):
        return None
    inner = [value for key, value in output.items() if key in _WRAPPERS]
    if len(inner) == 1 and output.keys() <= _WRAPPERS | {"type"} and depth < _DEEPEST:
        return _in_output(inner[0], depth + 1)
    return _in_object({"_".join(key_words(str(key))): value for key, value in output.items()})


def _in_text(words: str) -> str | None:
    begins = len(words) <= _LONGEST and _BEGINS.match(words)
    return words if begins and not _is_answer(words) else None


def _in_object(fields: Mapping[str, JSON]) -> str | None:
    """What went wrong by the fields of a result: their names as words joined by underscores."""
    told = _told([value for key, value in fields.items() if key in _ERRORS | _TOLD])
    codes = [code for key in sorted(fields.keys() & _CODES) if (code := _code(fields[key])) is not None]
    if any(map(_is_bad, codes)):
        return told or f"status {next(filter(_is_bad, codes))}"
    if any(400 <= code < 500 for code in codes):
        return None
    bare = _is_bare([value for key, value in fields.items() if key not in _ENVELOPE])
    if _says_failed(fields) and not _is_answer(told) and (bare or is_outage(told)):
        return told or "failed"
    if any(fields.get(key) is False for key in _REFUSED) and is_outage(told):
        return told
    cut = any(fields.get(key) is True for key in _CUT_SHORT) or any(
        fields.get(key) is False for key in _WHOLE
    )
    return (told or "cut short, with nothing to show") if cut and bare else None


def _says_failed(fields: Mapping[str, JSON]) -> bool:
    named = any(not _is_nothing(fields[key]) for key in fields.keys() & _ERRORS)
    flagged = any(fields[key] is True for key in fields.keys() & _FLAGS)
    words = {"".join(key_words(str(fields.get(key, "")))) for key in ("status", "code")}
    return named or flagged or not words.isdisjoint(_FAILED)


def _is_nothing(value: JSON) -> bool:
    return not value or (isinstance(value, str) and value.strip().casefold() in _NOTHING)


def _is_bare(rest: JSON) -> bool:
    """Whether nothing stands beside an error: no rows, and a count of none."""
    return not any(leaf for _, leaf in leaves(rest))


def _code(value: JSON) -> int | None:
    """A status of HTTP, however it is written."""
    digits = _THREE_DIGITS.match(str(value)[:20])
    return int(digits[1]) if digits else None


def _is_bad(code: int | None) -> bool:
    return code is not None and (500 <= code < 600 or code in {401, 403, 408, 429})


def _told(value: JSON) -> str:
    said = (str(leaf) for path, leaf in leaves(value) if key_words(path)[-1:] != ("type",))
    return " ".join(" ".join(said).split())[:_LONGEST]
