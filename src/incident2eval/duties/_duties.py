"""Every rule applied to an incident: no rule is dropped, and only facts or a named person end one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident2eval.duties._clock import day_due, due_at, is_late, shown, told
from incident2eval.duties._facts import facts_of, firing
from incident2eval.duties._moments import cannot_be
from incident2eval.duties._notes import FILED, Word, one_line, word_on
from incident2eval.duties._scope import match
from incident2eval.model import (
    Anchor,
    Answer,
    Approver,
    ClockState,
    Duty,
    DutyNote,
    Incident,
    Moment,
    Organisation,
    Promptness,
    Rule,
    Severity,
    WorkflowSettings,
)


def duties(  # noqa: PLR0913 - everything a duty hangs on, each by name
    incident: Incident,
    organisation: Organisation,
    rules: Sequence[Rule],
    *,
    now: datetime,
    severity: Severity,
    approvers: Sequence[Approver] = (),
    workflow: WorkflowSettings | None = None,
) -> tuple[Duty, ...]:
    """One duty for every rule, in the order of the rules: where its clock stands, and why.

    A rule does not apply where a fact that it hangs on is answered no, or where the settings declare a firm
    or place that it is not for. Whatever is unknown lets it stand. A filing or a person's decision counts for
    more than either.

    Args:
        incident: File and log together.
        organisation: What the settings declare of the firm.
        rules: As `rules` gives them, each id once.
        now: What the clocks are read at: an aware moment.
        severity: The level that counts; from 3 on counsel decides about notices to customers.
        approvers: Who may sign as what.
        workflow: The settings of its workflow, whose contracts may ask for a notice.

    Returns:
        Duties with their moments in UTC.
    """
    bench = _Bench(
        incident=incident,
        organisation=organisation,
        rules={rule.id: rule for rule in rules},
        words={rule.id: word_on(rule, incident, severity, approvers, now) for rule in rules},
        facts=facts_of(incident, workflow, severity),
        now=now,
    )
    return tuple(bench.duty(rule) for rule in rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """Where a clock would stand if nothing but time counted."""

    state: ClockState
    because: tuple[str, ...] = ()
    started: datetime | None = None
    due: datetime | None = None
    filed_at: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What all rules of one incident are judged by."""

    incident: Incident
    organisation: Organisation
    rules: Mapping[str, Rule]
    words: Mapping[str, Word]
    facts: Mapping[str, Answer]
    now: datetime

    def duty(self, rule: Rule) -> Duty:
        """A rule with its state: a person's word first, then facts, scope, date of force and clock."""
        word = self.words[rule.id]
        if word.note is not None:
            return self._settled(rule, word.note, word)
        fire, fit = firing(rule, self.facts), match(rule.scope, self.organisation)
        if not fire.fires or fit.fits is False:
            because = fit.because if fire.fires else fire.because
            because = (*word.remarks, *because, *_whose(rule))
            return Duty(rule=rule, state=ClockState.NOT_APPLICABLE, because=because)
        clock = self._clock(rule) if self._is_in_force(rule) else _Clock(state=ClockState.NOT_STARTED)
        state, force = clock.state, self._force(rule, clock.started)
        if state.is_open and fit.fits is None and self._is_in_force(rule):
            state = ClockState.SCOPE_NOT_DECLARED
        return Duty(
            rule=rule,
            state=state,
            because=(*word.remarks, *fire.because, *fit.because, *force, *clock.because, *_whose(rule)),
            started=clock.started,
            due=clock.due,
            filed_at=clock.filed_at,
        )

    def _is_in_force(self, rule: Rule) -> bool:
        """Whether a rule has come into force by now."""
        return rule.in_force is None or self.now.date() >= rule.in_force

    def _settled(self, rule: Rule, note: DutyNote, word: Word) -> Duty:
        """A rule that somebody filed, or decided not to be required."""
        by, clock = one_line(note.by or ""), self._clock(rule)
        filed = word.first_filed
        if filed:
            said = f"filed by {by} on {shown(filed)}"
        else:
            said = f"{by} decided that it is not required: {one_line(note.reason or '')}"
        return Duty(
            rule=rule,
            state=ClockState.FILED if note.state == FILED else ClockState.DECIDED_NOT_REQUIRED,
            because=(said, *word.remarks, *_whose(rule)),
            started=clock.started,
            due=clock.due,
            decided_by=by,
            reason=note.reason,
            filed_at=filed,
            late=is_late(filed, clock.due),
            ref=note.ref,
        )

    def _force(self, rule: Rule, started: datetime | None) -> Iterator[str]:
        """What the date on which a rule comes into force says."""
        if not self._is_in_force(rule):
            yield f"not in force before {rule.in_force}"
        elif rule.in_force and started and started.date() < rule.in_force:
            yield f"in force since {rule.in_force}, after this clock started: ask whether it holds"

    def _clock(self, rule: Rule) -> _Clock:
        """Where its clock stands by time alone."""
        if rule.after and (waits := self._waits(rule)):
            return waits
        if rule.term.promptly is Promptness.HOLD:
            return self._released(rule)
        start = self._start(rule)
        if rule.term.promptly is not None:
            due, words = self._limit(rule), told(rule.term)
            if rule.at_most:
                words += f", and {told(rule.at_most)} from when.aware at most"
            started = start if isinstance(start, datetime) else None
            because = (words, *self._slip(rule))
            return _Clock(state=self._by_now(due), because=because, started=started, due=due)
        if not isinstance(start, datetime):
            return self._missing(rule)
        return self._running(rule, start)

    def _waits(self, rule: Rule) -> _Clock | None:
        """The clock of a rule that waits for the filing of another; None once one is filed."""
        if any(self.words[name].is_filed for name in rule.after):
            return None
        names = ", ".join(rule.after)
        if self._nothing_follows(rule):
            because = (f"nothing follows from {names}: not applicable, or decided not to be required",)
            return _Clock(state=ClockState.NOT_APPLICABLE, because=because)
        if rule.term.promptly is Promptness.HOLD:
            because = (f"a hold, until one of these is filed: {names}",)
            return _Clock(state=ClockState.DUE, because=because, started=self._aware)
        return _Clock(
            state=ClockState.NOT_STARTED, because=(f"{told(rule.term)} from the filing of {names}",)
        )

    def _nothing_follows(self, rule: Rule) -> bool:
        """Whether none of the rules that it waits for is open any more."""
        return not any(self.duty(self.rules[name]).state.is_open for name in rule.after)

    def _released(self, rule: Rule) -> _Clock:
        """A hold that a notice has ended."""
        name = next(name for name in rule.after if self.words[name].is_filed)
        because = (f"the hold has ended: {name} was filed",)
        return _Clock(state=ClockState.FILED, because=because, filed_at=self.words[name].first_filed)

    @property
    def _aware(self) -> datetime | None:
        """When the firm became aware; None where that is not known, or cannot be right."""
        aware = self.incident.when.aware
        return None if aware is None or cannot_be(aware, self.now) else aware

    def _start(self, rule: Rule) -> Moment | None:
        """The moment that its clock counts from; None where that is not known, or cannot be right."""
        start = self._written(rule)
        return None if start is None or cannot_be(start, self.now) else start

    def _slip(self, rule: Rule) -> Iterator[str]:
        """That the moment that it counts from cannot be right, where it cannot."""
        start = self._written(rule)
        if start is not None and cannot_be(start, self.now):
            yield f"{_field(rule)} cannot be right: {start.isoformat()}"

    def _written(self, rule: Rule) -> Moment | None:
        """The moment that its clock counts from, as the file has it."""
        match rule.anchor:
            case Anchor.AWARE:
                return self.incident.when.aware
            case Anchor.NOW:
                return None
            case Anchor.FILING:
                filed = [self.words[name] for name in rule.after]
                moments = [word.last_filed for word in filed if word.is_filed and word.last_filed]
                sure = [one for one in moments if isinstance(one, datetime)]
                return max(sure) if sure else next(iter(moments), None)
            case _:
                return getattr(self.incident.circumstances, rule.anchor)  # type: ignore[no-any-return]  # by name

    def _running(self, rule: Rule, start: datetime) -> _Clock:
        """A clock with a number and a start."""
        due, because = due_at(rule.term, start), [f"{told(rule.term)} from {_field(rule)}, {shown(start)}"]
        if rule.at_most and due:
            limit = self._limit(rule)
            if limit is None:
                lack = "cannot be right" if self.incident.when.aware else "is missing"
                because.append(f"when.aware {lack}, from which it is {told(rule.at_most)} at most")
            elif start > limit:
                because.append(
                    f"it started later than {told(rule.at_most)} from when.aware: the term alone counts"
                )
            else:
                because.append(f"and {told(rule.at_most)} from when.aware at most")
                due = min(due, limit)
        return _Clock(state=self._by_now(due), because=tuple(because), started=start, due=due)

    def _by_now(self, due: datetime | None) -> ClockState:
        """Whether a clock that runs has run out."""
        return ClockState.OVERDUE if due and self.now > due else ClockState.DUE

    def _limit(self, rule: Rule) -> datetime | None:
        """The second limit, where awareness is known."""
        return due_at(rule.at_most, self._aware) if rule.at_most and self._aware else None

    def _missing(self, rule: Rule) -> _Clock:
        """A clock with a number, and no moment to count it from."""
        day, slips = self._start(rule), tuple(self._slip(rule))
        lack = "cannot be right" if slips else "is only a date" if day else "is missing"
        because = [*slips, f"{told(rule.term)} from {_field(rule)}, which {lack}"]
        limit = self._limit(rule)
        if limit and limit >= self.now:
            because.append(f"it starts before then: due at the latest {shown(limit)}")
        elif limit:
            because.append(
                f"{told(rule.at_most or rule.term)} from when.aware are over: the term alone will count"
            )
        because.append(self._would_be(rule, day))
        due = limit if limit and limit >= self.now else None
        return _Clock(state=ClockState.ANCHOR_MISSING, because=tuple(because), due=due)

    def _would_be(self, rule: Rule, day: Moment | None) -> str:
        """When it would be due, counted from what is known: never from midnight."""
        name, known = ("that date", day) if day else ("when.noticed", self.incident.when.noticed)
        if cannot_be(known, self.now):
            return f"{name} cannot be right: {known.isoformat()}"
        if isinstance(known, datetime):
            due = due_at(rule.term, known)
            return f"counted from {name} it would be due {shown(due)} at the earliest" if due else "no date"
        if found := day_due(rule.term, known):
            return f"counted from {name} it would be due on {found}; the hour is not known"
        return f"{name} is only a date, which tells no hour: say the time, with its offset"


def _whose(rule: Rule) -> Iterator[str]:
    """That a rule of the project's own judges here, where one of ours would."""
    if rule.replaces:
        yield "this is your own rule, in the place of ours"


def _field(rule: Rule) -> str:
    """What a clock counts from, as the file calls it."""
    if rule.anchor is Anchor.FILING:
        return f"the filing of {', '.join(rule.after)}"
    if rule.anchor is Anchor.AWARE:
        return "when.aware"
    return f"circumstances.{rule.anchor}"
