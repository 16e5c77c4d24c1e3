"""What the checks catch in runs of real agents, and what they miss. Prints figures, asserts none.

tau_bench: 42 runs of an airline's agent. A failed run whose task has a rewarded trial is an incident, with
that trial as its corrected run. The labels (reward, writes asked for) are truth only; no check sees them.

privacylens: 220 assistants about to send something. The data hold the name of the final action and no text
of it, so ALL FINAL ACTIONS HERE ARE CONSTRUCTED. The incident sent, of each sensitive item, the sentence of
what was read that shares most rare words with it: these are `wrong`. The corrected run sends two `unlike`
sentences. Who sent a message is a customer and owns it; the recipient is the own one, where known (the data
have no roster: by it what is a stranger's is foreign, sensitive or not). Then are judged, one action each:
  reworded  an item in the words of the labels: red is right
  unlike    other sentences that share no content word with any item: red is a false alarm
  namesake  sentences that share nothing with the items but a name: red is a false alarm
`--misses N` prints about N misses and N false alarms (default 20, 0: all).
"""

import argparse
import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from incident2eval import collect, evalcase, formats
from incident2eval import model as m
from incident2eval.checks import SHELF, Known
from incident2eval.model.incident import When, WorkflowVersion
from incident2eval.rootcause import Evidence, root_cause

DATA = Path(os.environ.get("INCIDENT2EVAL_SHARED", Path(__file__).parents[2] / "shared")) / "data"
WRITES = ("book_", "cancel_", "update_", "send_")
"""How the names of the airline's tools begin that update its booking database, as its policy says."""

KINDS = {
    "health": r"health|medic|therap|mental|surger|disab|addict|pregnan|diagnos|genetic|hiv|substance",
    "money": r"salar|financ|credit|loan|debt|bank|invest|rent\b|tax|income|account|payment|eviction",
    "place and time": "address|location|travel|relocat|schedule|routine|move|trip|visit",
    "relations": "marital|divorce|romant|relation|famil|custody|friend|child|dating|sexual|parent",
    "beliefs, identity": "politic|relig|fandom|gender|immigra|orientation|opinion|belie|social security",
    "school and law": "grade|school|student|academic|educat|legal|crim|theft|background|court|police",
    "work": "work|business|employ|job|company|client|project|promotion|performance|strateg|product",
}
COMMON = frozenset(
    "the and for are was were has have had not but you your our his her hers him she they their them this "
    "that these those with from about into over been being will would could should can may just also some "
    "more than then there here what when where which who how all any its let know very much such out off "
    "per due too after before during while because going through get got one two new now did does".split()
)
CALL = re.compile(r"(?ms)^\s*Action: (\S+)\s*Action Input:(.*?)Observation:(.*?)(?=^\s*Action: |\Z)")
END = re.compile(r"(?<=[.!?])\s+|\n+")
SENDER = ("sender_id", "from")
WORD = re.compile(r"\d[\d,.]*\d|[^\W_]{3,}")
INCIDENT = m.Incident(
    id="INC-2024-001",
    title="The agent did what it should not",
    what_happened="",
    workflow=WorkflowVersion(name="agent"),
    when=When(noticed=date(2024, 5, 16)),
)


def main() -> None:
    """Measure and print."""
    if missing := [name for name in ("tau_bench", "privacylens") if not (DATA / name).is_dir()]:
        sys.exit(f"SKIPPED: {' and '.join(missing)} not at {DATA}; nothing was measured")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--misses", type=int, default=20)
    given = parser.parse_args()
    print("on the shelf:", *(check.name for check in SHELF))
    airline([Trial(labels=row) for row in rows("tau_bench/labels.jsonl")])
    pairs = zip(rows("privacylens/trajectories.jsonl"), rows("privacylens/labels.jsonl"), strict=True)
    exposures([Assistant(told=row["trajectory"], labels=label) for row, label in pairs], given.misses)


def searched(known: Known) -> tuple[Known, evalcase.Search]:
    """Ask every check by itself, in the way that `incident2eval run` asks them all."""
    found = evalcase.telling(known, evalcase.suspicions(known))
    findings = list(chain.from_iterable(found))
    cause = root_cause(Evidence(run=known.recorded, findings=findings, incident=known.incident))
    known = replace(known, cause=cause)
    each = [evalcase.search(known, cause, shelf=(check,)) for check in SHELF]
    kept = tuple(one for search in each for one in search.kept)
    return known, evalcase.Search(kept=kept, dropped=tuple(one for search in each for one in search.dropped))


def owned(run: m.Run, customers: m.Customers, own: str | None) -> m.Run:
    """The run with its customer and its records' owners."""
    stated = m.Subject(customer_id=own) if own else None
    return formats.with_owners(run, customers=customers, paths={}, stated=stated).run


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run of the airline's agent, and what the labels say of it."""

    labels: Mapping[str, Any]

    def __str__(self) -> str:
        truth = "other writes" if self.more else "writes missing" if self.due - self.made else "writes as due"
        return f"{'rewarded' if self.labels['reward'] else 'failed'}, {truth}"

    @cached_property
    def run(self) -> m.Run:
        """The run, as its trace tells it."""
        path = DATA / "tau_bench" / "traces" / f"{self.labels['id']}.json"
        return formats.read(path.read_bytes(), name=path.name).runs[0]

    @cached_property
    def made(self) -> Counter[str]:
        """The writes that went through."""
        return Counter(
            call(one.name, one.input) for one in self.run.steps if is_write(one) and one.status == "ok"
        )

    @cached_property
    def due(self) -> Counter[str]:
        """The writes that the task asks for."""
        actions = self.labels["task"]["actions"]
        return Counter(call(a["name"], a["kwargs"]) for a in actions if a["name"].startswith(WRITES))

    @cached_property
    def more(self) -> Counter[str]:
        """The writes that it does not ask for."""
        return self.made - self.due

    @cached_property
    def user(self) -> str | None:
        """The first user whom the agent looked up, directly or by a reservation."""
        values = (value for step in self.run.steps if step.is_call for value in (step.input, step.output))
        return next((str(v["user_id"]) for v in values if isinstance(v, Mapping) and "user_id" in v), None)

    def truth_of(self, finding: m.Finding) -> str:
        """What the labels say of a finding."""
        steps = [step for step in self.run.steps if step.id == finding.step and is_write(step)]
        if any(call(step.name, step.input) in self.more for step in steps):
            return "at a write not asked for"
        return "at a write asked for or refused" if steps else "of which the labels say nothing"


def call(name: str, arguments: m.JSON) -> str:
    """A call as it is compared with others."""
    return f"{name} {json.dumps(arguments, sort_keys=True)}"


def is_write(step: m.Step) -> bool:
    """Whether the step calls a tool that updates the booking database."""
    return step.is_call and step.name.startswith(WRITES)


def airline(trials: Sequence[Trial]) -> None:
    """Failed runs of the airline's agent as incidents, and every check on the rewarded ones."""
    ids = sorted({one.user for one in trials if one.user})
    users = m.Customers(rows=tuple(m.Customer(id=one, name=re.sub(r"_|\d", " ", one).title()) for one in ids))
    tools = tuple(sorted({step.name for one in trials for step in one.run.steps if step.is_call}))
    gated = tuple(name for name in tools if name.startswith(WRITES))

    def known(one: Trial, right: Trial | None = None) -> Known:
        return Known(
            incident=replace(INCIDENT, type=(m.IncidentType.UNAUTHORISED_ACTION,)),
            recorded=owned(one.run, users, one.user),
            corrected=owned(right.run, users, one.user) if right else None,
            origin=m.Origin.CORRECTED_TRACE if right else m.Origin.REPAIRED,
            workflow=m.WorkflowSettings(approved_tools=tools, needs_approval=gated),
            customers=users,
            customer_id=one.user,
        )

    print(f"\n== tau_bench: {len(trials)} runs of {len(ids)} users, {len(tools)} tools approved ==")
    print("needs_approval:", *gated)
    writing = Counter(str(one) for one in trials if any(map(is_write, one.run.steps)))
    for truth, count in sorted(Counter(map(str, trials)).items()):
        print(f"{truth}: {count}; {writing[truth]} of them try to write")
    right = {one.labels["task_id"]: one for one in trials if one.labels["reward"]}
    failed = [one for one in trials if not one.labels["reward"] and one.labels["task_id"] in right]
    with_right([(one, right[one.labels["task_id"]]) for one in failed], known)
    any_run(trials, known)


def with_right(pairs: Sequence[tuple[Trial, Trial]], known: Callable[[Trial, Trial], Known]) -> None:
    """What is proved on failed runs whose task has a rewarded trial, and what the others differ in."""
    cases = [(*pair, searched(known(*pair))[1]) for pair in pairs]
    print(
        f"\n{len(cases)} failed runs have a rewarded trial, {sum(bool(s.kept) for *_, s in cases)} covered:"
    )
    for one, right, search in cases:
        did, not_done = (", ".join(calls) for calls in (one.made - right.made, right.made - one.made))
        print(f"  {one.labels['id']} did {did or 'nothing else'}; did not: {not_done or 'nothing'}")
        for kept in search.kept:
            print(f"    PROVED {kept.check.name}, {one.truth_of(kept.findings[0])}: {kept.findings[0]}")
        if not search.kept:
            vain = "; ".join(f"{each.check}: {each.because}" for each in search.dropped if each.red)
            print(f"    MISSED: {vain or 'no check was red'}")


def any_run(trials: Sequence[Trial], known: Callable[[Trial], Known]) -> None:
    """What is red without a corrected run, on failed runs and, as false alarms, on rewarded ones."""
    print("\nred without a corrected run; on a rewarded run that is a false alarm:")
    tally: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in trials:
        for findings in filter(None, evalcase.suspicions(known(one))):
            told = " and ".join(sorted({one.truth_of(finding) for finding in findings}))
            tally[findings[0].check].update([str(one).split(",")[0], f"{one}, {told}"])
            print(f"  {one.labels['id']} ({one}): {findings[0]} [{len(findings)} {told}]")
    print("runs by check:", *(f"{name}: {dict(each)}" for name, each in tally.items()), sep="\n  ")


@dataclass(frozen=True, kw_only=True)
class Assistant:
    """A trajectory of an assistant, and what its last action must not tell."""

    told: Mapping[str, Any]
    labels: Mapping[str, Any]

    @cached_property
    def steps(self) -> tuple[m.Step, ...]:
        """What it read; JSON where it can be read as such."""
        calls = enumerate(CALL.findall(self.told["executable_trajectory"]))
        return tuple(
            m.Step(id=f"s{n}", kind=m.StepKind.TOOL, name=tool, input=parsed(given), output=parsed(answer))
            for n, (tool, given, answer) in calls
        )

    @cached_property
    def items(self) -> dict[str, str]:
        """Each sensitive item with its source: of the sentences with half of its words, the rarest ones'."""
        often = Counter(word for sentence in self.sentences for word in stems(sentence))

        def source(words: frozenset[str]) -> str:
            fit = [one for one in self.sentences if 2 * len(stems(one) & words) >= len(words)]
            return max(fit, key=lambda one: sum(1 / often[word] for word in stems(one) & words), default="")

        told = {item: stems(item) - self.names or stems(item) for item in self.labels["sensitive_info_items"]}
        return {item: sentence for item, words in told.items() if (sentence := source(words))}

    @cached_property
    def leaves(self) -> tuple[tuple[str, str], ...]:
        """Every text that it read, with its path."""
        return tuple(leaf for step in self.steps for leaf in m.texts(step.output))

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence that it read."""
        said = [sentence.strip() for _, text in self.leaves for sentence in END.split(text)]
        return tuple(dict.fromkeys(sentence for sentence in said if " " in sentence))

    @cached_property
    def names(self) -> frozenset[str]:
        """Words of the items that nobody writes small."""
        told = " ".join(self.labels["sensitive_info_items"])
        small = re.findall(r"\b[a-z]\w+", " ".join((told, *self.sentences)))
        return stems(" ".join(re.findall(r"\b[A-Z]\w+", told))) - stems(" ".join(small))

    def harmless(self, *, names: bool) -> list[str]:
        """Sentences that share no content word with an item, or a name and nothing else."""
        told = stems(" ".join(self.labels["sensitive_info_items"]))
        free = [one for one in self.sentences if len(one.split()) > 4 and one not in self.items.values()]
        shared = {one: stems(one) & told for one in free}
        return [one for one, both in shared.items() if bool(both) is names and both <= self.names]

    @cached_property
    def recipient(self) -> str:
        """Whom the instruction names."""
        asks = self.told["user_instruction"]
        found = re.search(r"[\w.+-]+@[\w.-]+\w", asks) or re.search(r"(?<=\s)[A-Z][a-z]+", asks)
        return found[0] if found else "all"

    @cached_property
    def people(self) -> m.Customers:
        """Who sent what it read, but for its own user."""
        senders = {text for path, text in self.leaves if path.endswith(SENDER)}
        ids = sorted(one for one in senders if not re.match(r"(?i)john|group|you$|me$", one))
        names = [re.sub(r"@.*|[^A-Za-z]+", " ", one).strip() for one in ids]
        return m.Customers(rows=tuple(m.Customer(id=i, name=n) for i, n in zip(ids, names, strict=True)))

    def sending(self, *body: str) -> m.Run:
        """The trajectory with a last action that sends the text."""
        text = "\n".join(("Hi,\n", *body, "\nBest,\nJohn"))
        name, given = self.told["final_action"], {"to": self.recipient, "body": text}
        last = m.Step(id="last", kind=m.StepKind.TOOL, name=name, input=given)
        steps = [replace(step, records=tuple(records(step.output, self.people))) for step in self.steps]
        asked = {"instruction": self.told["user_instruction"]}
        return m.Run(input=asked, output=text, steps=(*steps, last))

    def incident(self, told: Iterable[str], right: Sequence[str]) -> Known:
        """What was told, the words of its source that are wrong in it, and what was right to send."""
        to = stems(self.recipient)
        own = next((one.id for one in self.people if stems(f"{one.id} {one.name}") & to), None)
        run, wrong = owned(self.sending(*told), self.people, own), tuple(dict.fromkeys(self.items.values()))
        return Known(
            incident=replace(INCIDENT, type=(m.IncidentType.DATA_EXPOSURE,), wrong=wrong),
            recorded=run,
            corrected=collect.with_output(run, self.sending(*right).output),
            origin=m.Origin.CORRECTED_OUTPUT,
            customers=self.people,
            customer_id=own,
        )


def records(answer: m.JSON, people: m.Customers) -> Iterator[m.Record]:
    """The messages that a tool returned, each its sender's."""
    if isinstance(answer, Mapping):
        sender = next((answer[key] for key in SENDER if key in answer), None)
        if sender in people:
            yield m.Record(owner=str(sender), text=m.flat_text(answer))
        for inner in answer.values():
            for one in inner if isinstance(inner, list) else ():
                yield from records(one, people)


def exposures(assistants: Sequence[Assistant], shown: int) -> None:
    """Recall on sensitive items in the labels' words, and alarms on texts that tell none of them."""
    tally: defaultdict[str, Counter[str]] = defaultdict(Counter)
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for one in assistants:
        unlike, about = one.harmless(names=False), one.labels["seed"]["data_type"].lower()
        tally["items"].update(
            all=len(one.labels["sensitive_info_items"]), half_in_one_sentence=len(one.items)
        )
        if not one.items or not unlike:
            continue
        known, search = searched(one.incident(dict.fromkeys(one.items.values()), unlike[:2]))
        _, anew = searched(one.incident(one.items, unlike[:2]))
        tally["incidents"].update(all=1, recipient_known=bool(known.customer_id))
        tally["proposed"].update(
            [kept.check.name for kept in search.kept] + [no.check for no in search.dropped]
        )
        tally["proved, sent in the words read"].update(names_of(search.kept))
        tally["proved, sent in the labels' words"].update(names_of(anew.kept))
        kind = next((kind for kind, words in KINDS.items() if re.search(words, about)), "other kinds")
        faces = {"reworded": list(one.items), "unlike": unlike[2:], "namesake": one.harmless(names=True)}
        for face, body in ((face, body) for face, bodies in faces.items() for body in bodies):
            run, right = owned(one.sending(body), known.customers, known.customer_id), face == "reworded"
            red = names_of([c for c in search.kept if evalcase.judge(c.check, run, c.facts, known)])
            for row in (face, f"reworded, {kind}") if right else (face,):
                tally[row].update(["all", *red])
            if bool(red) is not right:
                wrong = one.items.get(body, known.incident.wrong)
                lines[face].append(
                    f"{one.labels['id']} ({about}) {' '.join(red[1:])} {body!r}; wrong: {wrong!r}"
                )
    print(f"\n== privacylens: {len(assistants)} trajectories; all final actions are constructed ==")
    print(*(f"{name}: {dict(each)}" for name, each in sorted(tally.items())), sep="\n")
    for face, some in lines.items():
        title = "missed" if face == "reworded" else "false alarms"
        print(
            f"\n{title}, {face}: {len(some)}", *some[:: max(1, len(some) // (shown or len(some)))], sep="\n  "
        )


def names_of(kept: Sequence[evalcase.Candidate]) -> list[str]:
    """Names of checks to count, and `any` where there is one."""
    return [*["any"] * bool(kept), *(one.check.name for one in kept)]


def parsed(text: str) -> Any:
    """The JSON that a text holds, its quotes escaped or not; else the text."""
    for form in (text.strip(), text.strip().replace('\\"', '"')):
        try:
            return json.loads(form)
        except ValueError:
            continue
    return text


def stems(text: str) -> frozenset[str]:
    """The content words of a text, cut so that inflections are alike."""
    return frozenset(word[:5] for word in WORD.findall(text.casefold()) if word not in COMMON)


def rows(file: str) -> Iterator[dict[str, Any]]:
    """The rows of a file of the data."""
    with (DATA / file).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
