"""Evaluating the compiled rules while samples come in: what they record, and which alerts are active."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from surefoot.promql.alerts import Alert, AlertState, Surroundings, Transition
from surefoot.promql.error import EvaluationError, PromqlError
from surefoot.promql.live import Live
from surefoot.promql.live.algebra import Vector
from surefoot.promql.parse import parse
from surefoot.promql.rules import Rule, RuleGroup
from surefoot.promql.series import NAME, Labels
from surefoot.promql.template import Sample, TemplateError, queries
from surefoot.promql.template import parse as parse_template


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a rule recorded; None ends a series."""

    labels: Labels
    value: float | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A rule that could not be evaluated."""

    rule: str
    message: str


class LiveRule:
    """One rule; of an alerting one, its alerts too.

    Attributes:
        key: Tells it apart from others, the same as long as it means the same.
        state: Its alerts; None for a recording rule.
        moved: What happened to its alerts at the last evaluation.
    """

    def __init__(self, group: str, rule: Rule, live: Live) -> None:
        self.rule = rule
        self.key = _key(group, rule)
        self.moved: list[Transition] = []
        self._live = live
        self._program = live.program(rule.expr)
        self.state = AlertState(rule, Surroundings(self._ask)) if rule.kind == "alert" else None
        for template in (*rule.labels.values(), *rule.annotations.values()):
            for query in _queries(template):
                live.program(query)  # so that the memory keeps what it looks at
        self._names: dict[Labels, Labels] = {}
        self._before: dict[Labels, None] = {}

    def evaluate(self, now: int) -> list[Recorded]:
        """Evaluate at a time, milliseconds; what is recorded is in the memory too.

        Raises:
            EvaluationError: The data does not fit the rule.
            PromqlError: The engine does not support the rule.
        """
        found = self._program(now)
        if self.state is not None:
            self.moved = self.state.step(now, list(found.items())) if found or self.state.active else []
            return []
        return self._record(now, found)

    def _record(self, now: int, found: Vector) -> list[Recorded]:
        made: dict[Labels, None] = {}
        recorded: list[Recorded] = []
        for source, value in found.items():
            labels = self._named(source)
            if labels in made:
                raise EvaluationError("vector contains metrics with the same labelset after applying rule labels")
            made[labels] = None
            recorded.append(Recorded(labels, value))
        recorded += [Recorded(labels, None) for labels in self._before if labels not in made]
        for one in recorded:
            buffer = self._live.memory.buffer(one.labels)
            if one.value is None:
                buffer.end(now)
            else:
                buffer.append(now, one.value)
        self._before = made
        return recorded

    def _named(self, source: Labels) -> Labels:
        labels = self._names.get(source)
        if labels is None:
            changed = {**dict(source), NAME: self.rule.name, **self.rule.labels}
            labels = self._names[source] = tuple(sorted((name, text) for name, text in changed.items() if text))
        return labels

    def _ask(self, text: str, now: int) -> list[Sample]:
        """Answer a query of a template."""
        try:
            found = self._live.program(text)(now)
        except (PromqlError, EvaluationError) as error:
            raise TemplateError(f"error calling query: {error}") from None
        return [Sample(dict(labels), value) for labels, value in found.items()]


class LiveGroup:
    """Rules that are evaluated one after the other.

    Attributes:
        every: Between evaluations, milliseconds.
        shift: Evaluations are so much later than a multiple of `every`.
    """

    def __init__(self, group: RuleGroup, live: Live, every: int, shift: int) -> None:
        self.name, self.every, self.shift = group.name, every, shift
        self.rules = [LiveRule(group.name, rule, live) for rule in group.rules]

    def due(self, after: int, now: int) -> int | None:
        """Return the latest time in ``(after, now]`` at which it is to be evaluated; None if there is none."""
        last = (now - self.shift) // self.every * self.every + self.shift
        return last if last > after else None

    def evaluate(self, now: int) -> Iterator[list[Recorded] | Trouble]:
        """Evaluate the rules in order; one that fails does not stop the others."""
        for rule in self.rules:
            try:
                yield rule.evaluate(now)
            except (EvaluationError, PromqlError) as error:
                yield Trouble(rule.rule.name, str(error))


def alerts(groups: Sequence[LiveGroup]) -> Iterator[tuple[LiveRule, Alert]]:
    """Go through every pending or firing alert."""
    for group in groups:
        for rule in group.rules:
            if rule.state is not None:
                for alert in rule.state.active.values():
                    yield rule, alert


def _queries(template: str) -> list[str]:
    """Find the queries of a text; what is malformed fails when the text is expanded."""
    if "query" not in template:
        return []
    try:
        found = [query for query in queries(parse_template(template)) if query is not None]
        return [query for query in found if _parses(query)]
    except TemplateError:
        return []


def _parses(query: str) -> bool:
    try:
        parse(query)
    except PromqlError:
        return False
    return True


def _key(group: str, rule: Rule) -> str:
    meant = "\n".join([group, rule.name, rule.expr, str(sorted(rule.labels.items())), str(rule.lasting)])
    return hashlib.sha256(meant.encode()).hexdigest()[:16]
