"""Evaluating groups of rules over a stretch of time: what they record, and when their alerts fire.

Every group is evaluated at the start and then once an interval; groups at the same time in the order given,
rules of a group one after the other. So a rule sees what earlier rules recorded at the same time, and what
itself, later rules and later groups recorded the evaluation before. (A server gives each group an offset of
its own within the interval; where the true times are known, evaluate the groups one by one with them.)

Rules that read only earlier ones are evaluated over all times at once; see `surefoot.promql.order`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import numpy as np

from surefoot.promql import order
from surefoot.promql.alerts import Alert, AlertRule, AlertState, Phase, Surroundings
from surefoot.promql.engine import LOOKBACK_MS, Engine, Steps
from surefoot.promql.error import EvaluationError, PromqlError
from surefoot.promql.recording import Recorder, Row
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import NAME, Block, Labels, Scalar, Series, Storage, Text
from surefoot.promql.template import Sample, TemplateError

_MILLISECOND = timedelta(milliseconds=1)


class Rule(AlertRule, Protocol):
    """What is read of a rule, recording or alerting."""

    @property
    def kind(self) -> str:
        """``record`` or ``alert``."""

    @property
    def expr(self) -> str:
        """PromQL."""


class RuleGroup(Protocol):
    """Rules that are evaluated one after the other."""

    @property
    def name(self) -> str:
        """The group's name."""

    @property
    def interval(self) -> timedelta | None:
        """Between evaluations; None: the server's."""

    @property
    def rules(self) -> Sequence[Rule]:
        """In the order of their evaluation."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The server under which rules are evaluated.

    Attributes:
        interval: Of groups that name none, and of subqueries that name no step; milliseconds.
        semantics: Of its version.
        lookback: How old an instant vector's sample may be, milliseconds.
        external_labels: For templates.
        external_url: For templates.
        watch: Times, milliseconds, at which the firing alerts are wanted with their annotations.
    """

    interval: int = 60_000
    semantics: Semantics = field(default_factory=Semantics)
    lookback: int = LOOKBACK_MS
    external_labels: Mapping[str, str] = field(default_factory=dict)
    external_url: str = ""
    watch: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert, firing once; times in milliseconds.

    Attributes:
        since: When it became active.
        fired: When it began to fire.
        resolved: When it ended; None if it still fired at the end.
    """

    group: str
    name: str
    labels: Labels
    since: int
    fired: int
    resolved: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert that fires at a watched time, as its receivers would see it."""

    at: int
    name: str
    labels: Labels
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """An evaluation that failed; its rule recorded nothing then."""

    at: int
    group: str
    rule: str
    message: str


@dataclass(slots=True)
class RuleRun:
    """What happened while rules were evaluated; the recorded series are in the storage.

    Attributes:
        firings: By the time they fired, then by rule.
        watched: At the watched times.
        failures: In the order of evaluation; a stretch evaluated at once comes as a whole.
    """

    firings: list[Firing] = field(default_factory=list)
    watched: list[Shown] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def evaluate_groups(
    groups: Sequence[RuleGroup], storage: Storage, start: int, end: int, conditions: Conditions = Conditions()
) -> RuleRun:
    """Evaluate recording and alerting rules, and add what they record to the storage.

    Recorded are also ``ALERTS`` and ``ALERTS_FOR_STATE``, and a stale marker where a series ends.

    Args:
        groups: In the order in which they are evaluated.
        storage: The series; changed.
        start: Of the first evaluation of every group, milliseconds.
        end: No evaluation is later, milliseconds.
        conditions: The server.

    Raises:
        PromqlError: A rule does not parse or is not supported.
        UnsupportedTemplateError: A label's or a watched alert's template is not supported.
    """
    recorder, run = Recorder(storage), RuleRun()
    runners = [
        _Runner(
            rule, group.name, Steps(start, end, _ms(group.interval) or conditions.interval), recorder, conditions, run
        )
        for group in groups
        for rule in group.rules
    ]
    written = [order.writes(r.rule.kind, r.rule.name, r.rule.labels) for r in runners]
    cut = order.segments(written, [runner.reads for runner in runners])
    for first, stop, stepwise in cut:
        if stepwise:
            _take_turns(runners[first:stop])
        else:
            runners[first].run_at_once()
    for runner in runners:
        run.firings += runner.ended()
    run.firings.sort(key=lambda firing: firing.fired)
    return run


def _take_turns(runners: Sequence["_Runner"]) -> None:
    """Evaluate rules step by step, each at its own times, at the same time in order."""
    times = sorted({int(time) for runner in runners for time in runner.steps.times})
    for time in times:
        for runner in runners:
            if (time - runner.steps.start) % runner.steps.step == 0:
                runner.attempt(time)


class _Runner:
    """Evaluates one rule."""

    def __init__(
        self, rule: Rule, group: str, steps: Steps, recorder: Recorder, conditions: Conditions, run: RuleRun
    ) -> None:
        self.rule, self.group, self.steps = rule, group, steps
        self.reads = order.reads(rule.expr, [*rule.labels.values(), *rule.annotations.values()])
        self._recorder, self._conditions, self._run = recorder, conditions, run
        self._reset()

    def _reset(self) -> None:
        around = Surroundings(self._ask, self._conditions.external_labels, self._conditions.external_url)
        self._state = AlertState(self.rule, around)
        self._before: frozenset[Labels] = frozenset()
        self._firings: list[Firing] = []
        self._watched: list[Shown] = []

    def run_at_once(self) -> None:
        """Evaluate at all times together; if one of them fails, one by one."""
        try:
            self._evaluate(self.steps)
        except EvaluationError:
            self._reset()
            for time in self.steps.times:
                self.attempt(int(time))

    def attempt(self, time: int) -> None:
        """Evaluate at one time; a failure is noted."""
        try:
            self._evaluate(Steps(time, time, self.steps.step))
        except EvaluationError as error:
            self._run.failures.append(Failure(time, self.group, self.rule.name, str(error)))

    def ended(self) -> Iterator[Firing]:
        """Yield every firing, those that lasted to the end too."""
        self._run.watched += self._watched
        yield from self._firings
        for alert in self._state.active.values():
            if alert.fired is not None:
                yield self._firing(alert, alert.fired, None)

    def _evaluate(self, steps: Steps) -> None:
        rows = self._result(steps)
        rows = self._alerts(steps, rows) if self.rule.kind == "alert" else self._named(rows)
        self._before = self._recorder.record(steps.times, rows, self._before)

    def _result(self, steps: Steps) -> list[Row]:
        found = self._engine(steps.start).evaluate(self.rule.expr, steps)
        match found:
            case Block():
                rows = zip(found.labels, found.values, found.present, strict=True)
                return [Row(*row) for row in rows if row[2].any()]
            case Scalar(values):
                return [Row((), values, np.ones(len(values), bool))]
            case Text():
                message = f"the rule {self.rule.name} yields a text: write an expression that yields numbers"
                raise PromqlError(message, 0, len(self.rule.expr))

    def _engine(self, now: int) -> Engine:
        storage = self._recorder.storage
        if self.reads.ahead:
            storage = before(storage, now)
        given = self._conditions
        return Engine(storage, given.semantics, given.lookback, given.interval)

    def _named(self, rows: list[Row]) -> list[Row]:
        """Give the results of a recording rule their name and labels."""
        found: dict[Labels, Row] = {}
        for row in rows:
            changed = {**dict(row.labels), NAME: self.rule.name, **self.rule.labels}
            labels = tuple(sorted((name, text) for name, text in changed.items() if text))
            other = found.get(labels)
            if other is None:
                found[labels] = Row(labels, row.values, row.present)
                continue
            if np.any(other.present & row.present):
                raise EvaluationError("vector contains metrics with the same labelset after applying rule labels")
            values = np.where(row.present, row.values, other.values)
            found[labels] = Row(labels, values, row.present | other.present)
        return list(found.values())

    def _alerts(self, steps: Steps, rows: list[Row]) -> list[Row]:
        """Move the alerts on through the steps at which there are any."""
        times, state = steps.times, self._state
        made: dict[Labels, Row] = {}
        busy = np.any([row.present for row in rows], axis=0) if rows else np.zeros(len(times), bool)
        at = 0
        while (step := _next_busy(busy, at, waiting=bool(state.active))) is not None:
            now = int(times[step])
            samples = [(row.labels, float(row.values[step])) for row in rows if row.present[step]]
            for transition in state.step(now, samples):
                if transition.phase is Phase.INACTIVE and transition.alert.fired is not None:
                    self._firings.append(self._firing(transition.alert, transition.alert.fired, now))
            for labels, value in state.series():
                row = made.get(labels) or Row(labels, np.zeros(len(times)), np.zeros(len(times), bool))
                row.values[step], row.present[step] = value, True
                made[labels] = row
            if now in self._conditions.watch:
                self._watch(now)
            at = step + 1
        return list(made.values())

    def _watch(self, now: int) -> None:
        self._watched += [
            Shown(now, self.rule.name, alert.labels, self._state.annotations(alert))
            for alert in self._state.active.values()
            if alert.phase is Phase.FIRING
        ]

    def _ask(self, text: str, now: int) -> list[Sample]:
        """Answer a query of a template."""
        try:
            found = self._engine(now).evaluate(text, Steps(now, now, 1))
        except (PromqlError, EvaluationError) as error:
            raise TemplateError(f"error calling query: {error}") from None
        match found:
            case Block():
                rows = zip(found.labels, found.values, found.present, strict=True)
                return [Sample(dict(labels), float(values[0])) for labels, values, present in rows if present[0]]
            case Scalar(values):
                return [Sample({}, float(values[0]))]
            case Text():
                raise TemplateError("error calling query: rule result is not a vector or scalar")

    def _firing(self, alert: Alert, fired: int, resolved: int | None) -> Firing:
        return Firing(self.group, self.rule.name, alert.labels, alert.since, fired, resolved)


def before(storage: Storage, end: int) -> Storage:
    """Return a storage without the samples after a time, milliseconds; series that have none left, too."""
    cut = []
    for series in storage.series:
        count = int(np.searchsorted(series.times, end, side="right"))
        if count:
            cut.append(Series(series.labels, series.times[:count], series.values[:count], series.stale[:count]))
    return Storage(cut)


def _next_busy(busy: np.typing.NDArray[np.bool_], at: int, *, waiting: bool) -> int | None:
    """Find the next step with samples; while alerts are active, the very next one."""
    if at >= len(busy):
        return None
    if waiting:
        return at
    step = at + int(np.argmax(busy[at:]))
    return step if busy[step] else None


def _ms(length: timedelta | None) -> int:
    return 0 if length is None else length // _MILLISECOND
