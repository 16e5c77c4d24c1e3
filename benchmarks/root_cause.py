"""Which step of a failed agent run went wrong, told without a model and without the right answer.

    python benchmarks/root_cause.py          the tables
    python benchmarks/root_cause.py --fit    the weights for the shelf of signals, fitted on all of the data

Data: who_and_when (two subsets, labels count from 0) and agentrx (two, labels count from 1), read by
incident2eval.formats. A trace whose steps are not its messages one by one is left out, and said so.

Ours, held out: a conditional logit over the steps of a run with an L2 penalty, fitted on the training folds
only. Folds are drawn by a hash of the question, so that no question is in both (who_and_when and agentrx
magentic share questions, and even runs), 5 folds, 5 draws; figures are means over all draws. The choice of
signals and of the penalty was made on the same data: that, no cross-validation takes out again.
Ours, other subsets: fitted on the other subsets alone, without the questions of the one that is judged.
Ours, shipped: the weights on the shelf, fitted on all of it; how well they fit, not how well they do.
Constants are chosen on the training folds of the same subset; `afterwards` the step is chosen on all of it.
Agent is who speaks at the step ranked first. Category: agentrx names ten, mapped to our four; who_and_when
has none. `any signal` is an oracle that picks the right signal for each run: how often the highest of at
least one signal is right. A weighted sum can be right where no single one is, so it is no strict ceiling.

Tried, and left out as held-out hits did not clearly rise: likeness to the speaker's earlier lines, an
instruction given again or with a change of course, words of giving up and of success, instructions and pages
that share few words with the request or the instruction, answers without a call, first failed call, share of
failures still to come, length, relative position, same speaker twice, other weights for each shape of team.
"""

import argparse
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from incident2eval.formats import read
from incident2eval.model import Category, Run, flat_text
from incident2eval.rootcause.signals import SIGNALS, probable_category, rank_steps, signal_values
from incident2eval.rootcause.signals._transcript import transcript

DATA = Path(os.environ.get("INCIDENT2EVAL_SHARED") or Path(__file__).parents[2] / "shared") / "data"
SUBSETS = ("algorithm_generated", "hand_crafted", "agentrx magentic", "agentrx tau")
FOLDS, DRAWS, PENALTY = 5, 5, 0.5
NOT_THE_MODEL = {
    "intent not supported": Category.WORKFLOW_DESIGN,
    "guardrails triggered": Category.WORKFLOW_DESIGN,
    "system failure": Category.WORKFLOW_DESIGN,
    "underspecified user intent": Category.DATA,
}
"""Categories of agentrx; the other six (invention, misreading, wrong calls, ...) are the model's."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One labelled run."""

    subset: str
    question: str
    run: Run
    step: int
    """Position of the step that people named, from 0."""
    agent: str
    category: Category | None

    @cached_property
    def values(self) -> Floats:
        """Steps times signals."""
        return np.array(signal_values(self.run), dtype=float)

    @cached_property
    def speakers(self) -> list[str]:
        """Who speaks, step by step."""
        return [(step.agent or step.name).casefold() for step in self.run.steps]

    @cached_property
    def errors(self) -> list[int]:
        """Positions of the steps that report an error."""
        return [at for at, line in enumerate(transcript(self.run).lines) if line.failed]


@dataclass(frozen=True, kw_only=True)
class Said:
    """The hits of a way of guessing on a case: 0, 1 or a chance between; None where it says nothing."""

    agent: float | None = None
    step: float | None = None
    within_1: float | None = None
    within_3: float | None = None
    category: float | None = None


def main() -> None:
    """Print the tables, or with --fit the weights."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--fit", action="store_true", help="print the weights fitted on all of the data")
    fit_only = options.parse_args().fit
    cases = [*_who_and_when(), *_agentrx()]
    if fit_only:
        for signal, weight in zip(SIGNALS, fit(cases), strict=True):
            print(f"{weight:6.2f}  {signal.name}")
        return
    for subset in SUBSETS:
        _print_table(subset, cases)
    _print_speed(cases)


def fit(cases: Sequence[Case]) -> Floats:
    """The weights that make the labelled steps most likely among the steps of their runs, held small."""
    rows = np.vstack([case.values for case in cases])
    sizes = [len(case.values) for case in cases]
    starts = np.cumsum([0, *sizes[:-1]])
    whose = np.repeat(np.arange(len(cases)), sizes)
    labelled = np.zeros(len(rows))
    labelled[starts + [case.step for case in cases]] = 1

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = rows @ weights
        scores -= np.maximum.reduceat(scores, starts)[whose]
        powers = np.exp(scores)
        totals = np.add.reduceat(powers, starts)[whose]
        likely = float(labelled @ (scores - np.log(totals)))
        slope = rows.T @ (labelled - powers / totals)
        return PENALTY / 2 * float(weights @ weights) - likely, PENALTY * weights - slope

    found: Floats = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x
    return found


def _print_table(subset: str, cases: Sequence[Case]) -> None:
    own = [case for case in cases if case.subset == subset]
    asked = {case.question for case in own}
    others = fit([case for case in cases if case.subset != subset and case.question not in asked])
    shipped = np.array([signal.weight for signal in SIGNALS])
    print(f"\n{subset}: {len(own)} runs, {np.mean([len(one.run.steps) for one in own]):.0f} steps on average")
    print(f"{'':24}{'agent':>8}{'step':>8}{'+-1':>8}{'+-3':>8}{'category':>10}")
    _row("ours, held out", _held_out(own, cases, lambda train: _by(fit(train))))
    _row("ours, other subsets", map(_by(others), own))
    _row("ours, shipped (fitted)", map(_by(shipped), own))
    _row("random", map(_random, own))
    _row("constant step", _held_out(own, own, _constant_step))
    _row("constant, afterwards", map(_constant_step(own), own))
    _row("constant agent", _held_out(own, own, _constant_agent))
    _row("constant category", _held_out(own, own, _constant_category))
    _row("first error", (_at(case, case.errors[0] if case.errors else 0) for case in own))
    _row("last error", (_at(case, case.errors[-1] if case.errors else len(case.values) - 1) for case in own))
    _print_ceiling(own, cases)


def _held_out(
    own: Sequence[Case], all_cases: Sequence[Case], learn: Callable[[list[Case]], Callable[[Case], Said]]
) -> Iterable[Said]:
    """What was learnt on the other folds says of each case, in every draw."""
    for draw in range(DRAWS):
        for fold in range(FOLDS):
            says = learn([case for case in all_cases if _fold(case, draw) != fold])
            yield from (says(case) for case in own if _fold(case, draw) == fold)


def _fold(case: Case, draw: int) -> int:
    return int(hashlib.sha256(f"{draw}:{case.question}".encode()).hexdigest(), 16) % FOLDS


def _by(weights: Floats) -> Callable[[Case], Said]:
    def says(case: Case) -> Said:
        return _at(case, int(np.argmax(case.values @ weights)), judges=True)

    return says


def _at(case: Case, at: int, *, judges: bool = False) -> Said:
    """The hits of naming one step; `judges` its category too."""
    off = abs(at - case.step)
    told = probable_category(case.run, case.run.steps[at].id) if judges else None
    return Said(
        agent=float(case.speakers[at] == case.agent),
        step=float(off == 0),
        within_1=float(off <= 1),
        within_3=float(off <= 3),
        category=float(told is case.category) if judges and case.category else None,
    )


def _random(case: Case) -> Said:
    """The chances of naming any step or, for the agent, any speaker."""
    off = np.abs(np.arange(len(case.values)) - case.step)
    return Said(
        agent=float(case.agent in case.speakers) / len(set(case.speakers)),
        step=1 / len(off),
        within_1=float(np.mean(off <= 1)),
        within_3=float(np.mean(off <= 3)),
    )


def _constant_step(train: Sequence[Case]) -> Callable[[Case], Said]:
    step = _commonest(case.step for case in train)
    return lambda case: _at(case, min(step, len(case.values) - 1))


def _constant_agent(train: Sequence[Case]) -> Callable[[Case], Said]:
    agent = _commonest(case.agent for case in train)
    return lambda case: Said(agent=float(agent == case.agent))


def _constant_category(train: Sequence[Case]) -> Callable[[Case], Said]:
    category = _commonest(case.category for case in train)
    return lambda case: Said(category=float(category is case.category) if case.category else None)


def _commonest(values: Iterable[Any]) -> Any:
    return max(sorted(Counter(values).items(), key=lambda one: str(one[0])), key=lambda one: one[1])[0]


def _row(name: str, said: Iterable[Said]) -> None:
    every = list(said)
    columns = [[getattr(one, name) for one in every] for name in Said.__dataclass_fields__]
    shares = [[hit for hit in column if hit is not None] for column in columns]
    cells = [f"{100 * float(np.mean(hits)):.1f}" if hits else "" for hits in shares]
    print(f"{name:24}" + "".join(f"{cell:>8}" for cell in cells[:-1]) + f"{cells[-1]:>10}")


def _print_ceiling(own: Sequence[Case], cases: Sequence[Case]) -> None:
    """How far single signals go, chosen with the labels in hand, and how high the labelled step stands."""
    hits = np.array([_peaks(case) for case in own])
    best = int(np.argmax(hits.mean(axis=0)))
    print(f"  best single signal, chosen afterwards: {100 * hits[:, best].mean():.1f} ({SIGNALS[best].name})")
    print(f"  any signal (oracle): {100 * hits.any(axis=1).mean():.1f}")
    ranks = []
    for fold in range(FOLDS):
        weights = fit([case for case in cases if _fold(case, 0) != fold])
        ranks += [_rank(case, weights) for case in own if _fold(case, 0) == fold]
    shares = ", ".join(f"{top}: {100 * float(np.mean(np.array(ranks) < top)):.1f}" for top in (1, 2, 3, 5))
    print(f"  labelled step among the first of ours, held out (one draw): {shares}")


def _peaks(case: Case) -> list[bool]:
    """Of every signal whether its first highest value is the labelled step's; of a flat signal it is not."""
    values = case.values
    return [bool(np.ptp(column) > 0 and np.argmax(column) == case.step) for column in values.T]


def _rank(case: Case, weights: Floats) -> int:
    scores = case.values @ weights
    return int(np.sum(scores > scores[case.step]))


def _print_speed(cases: Sequence[Case]) -> None:
    spent = []
    for case in cases:
        start = time.perf_counter()
        rank_steps(case.run)
        spent.append(1000 * (time.perf_counter() - start))
    print(f"\nrank_steps: {np.median(spent):.1f} ms a run (median), {max(spent):.1f} ms at most")


def _who_and_when() -> Iterable[Case]:
    for label in _labels("who_and_when"):
        path = DATA / "who_and_when" / "traces" / f"{label['id']}.json"
        messages = json.loads(path.read_bytes())["history"]
        run = _run(path, [message["content"] for message in messages])
        if run:
            yield Case(
                subset=label["subset"],
                question=label["question_ID"],
                run=run,
                step=label["mistake_step"],
                agent=label["mistake_agent"].casefold(),
                category=None,
            )


def _agentrx() -> Iterable[Case]:
    for label in _labels("agentrx"):
        tau = label["domain"] == "tau_retail"
        path = DATA / "agentrx" / "traces" / ("tau_retail" if tau else "magentic") / f"{label['id']}.json"
        trace = json.loads(path.read_bytes())
        run = _run(path, [message["content"] for message in (trace["traj"] if tau else trace)])
        if not label["root_cause_step"]:
            print(f"left out: {path.name} has no step as its root cause")
        elif run:
            yield Case(
                subset="agentrx tau" if tau else "agentrx magentic",
                question=str(label["id"]),
                run=run,
                step=label["root_cause_step"] - 1,
                agent=label["root_cause_agent"].casefold(),
                category=NOT_THE_MODEL.get(label["root_cause_category"].casefold(), Category.MODEL),
            )


def _labels(folder: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / folder / "labels.jsonl").read_text("utf-8").splitlines()]


def _run(path: Path, texts: Sequence[str | None]) -> Run | None:
    """The run in a file, if its steps are the messages one by one; says so where they are not."""
    run = read(path.read_bytes(), name=path.name).runs[0]
    said = [_spaced(flat_text(step.output)) for step in run.steps]
    same = len(said) == len(texts) and all(
        not text or text.lstrip().startswith(("{", "[")) or _spaced(text)[:80] in step
        for step, text in zip(said, texts, strict=True)
    )
    if not same:
        print(f"left out: the steps of {path.name} are not its messages one by one")
    return run if same else None


def _spaced(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
