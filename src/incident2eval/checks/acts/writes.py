"""Whether a call changes something or only looks: by its name, by HTTP methods and SQL, by settings."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from itertools import pairwise

from incident2eval.checks.acts.tool_names import Tools
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Run, Step, StepKind

_WRITES = vocabulary(
    "create add insert update edit modify change set reset put patch delete remove erase purge drop send "
    "post publish submit pay reimburse reserve cancel reschedule approve reject authorise authorize grant "
    "revoke assign reassign unassign dispatch ship deliver place notify reply write upsert merge mark "
    "move rename replace apply adjust waive escalate resolve unlock lock enable disable activate "
    "deactivate suspend terminate enrol enroll unenroll subscribe unsubscribe admit discharge prescribe "
    "dispense disburse withdraw remit settle hire amend extend renew restore allocate upload redeem "
    "overwrite append close reopen invite rebook debit end stop begin finish pause resume switch block "
    "unblock freeze unfreeze link unlink attach detach swap exchange buy sell install uninstall deploy "
    "provision reorder replenish award evict onboard offboard promote demote dismiss commit push convert "
    "split administer grade enter redirect reroute reinstate postpone correct"
)
_OFTEN_NOUNS = vocabulary(
    "refund transfer issue order book charge credit deposit invoice bill email mail text sms message "
    "forward share schedule release register record flag tag label archive void sign accept decline "
    "confirm log save store note checkout request call report file fax quote"
)
"""Verbs of writing where a name begins or ends with them; elsewhere they are things: `order_lookup`."""
_KEPT = vocabulary("register record file log report schedule note label")
"""Things that are looked into where a name ends with them: `licence_register`."""
_DOING = vocabulary("process make execute run do perform trigger initiate start handle complete")
_ACTS = vocabulary(
    "refund transfer payment charge credit deposit order booking reservation shipment cancellation "
    "withdrawal payout release purchase dispatch return"
)
"""Things that are done, behind a verb that says no more than that: `process_refund`."""
_READS = vocabulary(
    "get list search lookup look find fetch read query check show view describe retrieve load count compare "
    "verify validate calculate compute estimate preview simulate analyse analyze summarise summarize "
    "classify extract parse think plan inspect examine browse scan select filter sort rank detect evaluate "
    "receive translate suggest recommend download ping poll watch wait sleep screen match is has can exists"
)
_READ_NOUNS = vocabulary("lookup history details detail status info information availability balance")
_BOOKKEEPING = vocabulary("log save store cache track think wait sleep")
_SENDING = vocabulary(
    "send email mail mailer mails gmail outlook sendgrid smtp notify text sms message messages deliver "
    "dispatch forward share reply post publish submit invite fax whatsapp telegram letter newsletter outbox "
    "twilio ses"
)
_ALTERNATIVES = {"or", "and", "then"}
_TRANSPORT = vocabulary("fetch url http https request requests web rest api call client")
"""Words of names that say how something is asked, not what is done."""
_METHODS = {"GET": False, "HEAD": False, "OPTIONS": False, "POST": True} | dict.fromkeys(
    ("PUT", "PATCH", "DELETE"), True
)
_METHOD_NAME = re.compile(r"\s*(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)\b")
_SEGMENT_END = re.compile(r"[./:\\]+|__+")
_SQL_KEYS = vocabulary("sql query statement stmt command mutation")
_SQL_WRITE = re.compile(
    r"(?:\A|[;)])\s{0,40}(?:insert\s+into|update\s+\S{1,200}\s+set|delete\s+from|merge\s+into|replace\s+into"
    r"|truncate\s+table|(?:drop|alter|create)\s+(?:table|view|index|schema|user|role)|mutation)\b",
    re.IGNORECASE,
)
_SQL_READ = re.compile(r"\s{0,40}(?:select|with|show|explain|describe)\s", re.IGNORECASE)
_TRIALS = {("dry", "run"), ("preview",), ("simulate",), ("validate", "only"), ("test", "mode")}
"""Keys that make a trial of a call."""
_LONGEST_NAME = 200


class Effect(Enum):
    """What a step does to the world outside the run."""

    READ = auto()
    """It changes nothing: a look-up, a thought, a dry run."""
    WRITE = auto()
    UNKNOWN = auto()
    """It is a call, and nothing says which of the two."""


def given(step: Step) -> JSON:
    """What a step was called with, arguments written as a text of JSON as what they say."""
    return (embedded(step.input) or step.input) if isinstance(step.input, str) else step.input


def effect_of(step: Step, listed: Tools) -> Effect:
    """Whether a step writes.

    Steps of kind tool and output count as calls; one that the trace calls a retrieval only where its name
    plainly says that it writes.

    Args:
        step: The step.
        listed: Tools that count as writes whatever they are called: those that need an approval.
    """
    is_retrieval = step.kind is StepKind.RETRIEVAL
    if not (step.is_call or is_retrieval) or _is_trial(step):
        return Effect.READ
    if step.name in listed:
        return Effect.WRITE
    said = _by_name(step.name)
    told = _by_statement(step, said) or _by_method(step, said) or said
    if is_retrieval:
        return told if told is Effect.WRITE and _plainly_writes(step.name) else Effect.READ
    if told is None:
        return Effect.WRITE if step.kind is StepKind.OUTPUT else Effect.UNKNOWN
    return told


def writes(run: Run, listed: Tools) -> Iterator[Step]:
    """The steps of a run that write, in order."""
    return (step for step in run.steps if effect_of(step, listed) is Effect.WRITE)


def is_sending(step: Step) -> bool:
    """Whether the name of a call says that it sends something to somebody."""
    return step.kind is StepKind.OUTPUT or not _SENDING.isdisjoint(_words(step.name))


def is_bookkeeping(step: Step) -> bool:
    """Whether a write only keeps the workflow's own notes, so that once more changes nothing."""
    return not _BOOKKEEPING.isdisjoint(_words(_SEGMENT_END.split(step.name)[-1])[:1])


def _words(name: str) -> tuple[str, ...]:
    return key_words(plain(name[:_LONGEST_NAME]).replace(".", "_"))


def _by_name(name: str) -> Effect | None:
    """What the verbs of a tool's name say, those behind its prefixes first: `mail.search` searches."""
    for segment in reversed(_SEGMENT_END.split(name[:_LONGEST_NAME])):
        words = _words(segment)
        if words and (found := _by_words(words)):
            return found
    return None


def _by_words(words: tuple[str, ...]) -> Effect | None:
    if any(one in _ALTERNATIVES and other in _WRITES for one, other in pairwise(words)):
        return Effect.WRITE  # get_or_create
    for at, word in enumerate(words):
        if word == "check" and words[at + 1 : at + 2] in {("in",), ("out",)}:
            return Effect.WRITE
        if word in _WRITES:
            return Effect.WRITE
        if word in _READS:
            return Effect.READ
    if words[-1] in _READ_NOUNS:
        return Effect.READ
    if words[0] in _DOING:
        return None if _ACTS.isdisjoint(words) else Effect.WRITE
    verbs = {words[0], *(words[-1:] if words[-1] not in _KEPT else ())}
    return None if _OFTEN_NOUNS.isdisjoint(verbs) else Effect.WRITE


def _plainly_writes(name: str) -> bool:
    return not _WRITES.isdisjoint(_words(name))


def _by_method(step: Step, said: Effect | None) -> Effect | None:
    """What the HTTP method says; a search may be a POST, and a GET may cancel all the same."""
    named = _METHOD_NAME.match(step.name)
    method = named[1] if named else next(_methods(step), None)
    if method is None:
        return None
    if named or said is None or _TRANSPORT.issuperset(_words(step.name)):
        return Effect.WRITE if _METHODS[method] else Effect.READ
    return said if method in {"GET", "HEAD", "OPTIONS", "POST"} else Effect.WRITE


def _methods(step: Step) -> Iterator[str]:
    for value in (given(step), dict(step.attributes)):
        for path, leaf in leaves(value):
            if isinstance(leaf, str) and leaf.upper() in _METHODS and key_words(path)[-1:] == ("method",):
                yield leaf.upper()


def _by_statement(step: Step, said: Effect | None) -> Effect | None:
    """What an SQL statement or a mutation among the arguments says."""
    for path, leaf in leaves(given(step)):
        if not isinstance(leaf, str) or not (path == "" or _SQL_KEYS.intersection(key_words(path)[-1:])):
            continue
        if _SQL_WRITE.search(leaf[:20_000]):
            return Effect.WRITE
        if _SQL_READ.match(leaf) and said is not Effect.WRITE:
            return Effect.READ
    return None


def _is_trial(step: Step) -> bool:
    return any(
        (leaf is True or leaf in {"true", "True", "TRUE"}) and key_words(path) in _TRIALS
        for path, leaf in leaves(given(step))
    )
