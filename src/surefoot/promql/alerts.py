"""The states of one alerting rule's alerts: pending, firing, resolved, as Prometheus keeps them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from surefoot.promql.error import EvaluationError
from surefoot.promql.series import NAME, Labels, without_name
from surefoot.promql.template import Context, Sample, TemplateError, UnsupportedTemplateError, expand

ALERTS = "ALERTS"
FOR_STATE = "ALERTS_FOR_STATE"
_MILLISECOND = timedelta(milliseconds=1)


class AlertRule(Protocol):
    """What is read of an alerting rule."""

    @property
    def name(self) -> str:
        """The alert's name."""

    @property
    def labels(self) -> Mapping[str, str]:
        """What it adds to the labels of the result; templates."""

    @property
    def annotations(self) -> Mapping[str, str]:
        """Texts for whoever reads the alert; templates."""

    @property
    def lasting(self) -> timedelta | None:
        """How long it must be active until it fires (``for``)."""

    @property
    def keep_firing_for(self) -> timedelta | None:
        """How long it fires on when it is no longer active."""


class Phase(StrEnum):
    """Where an alert stands."""

    PENDING = "pending"
    FIRING = "firing"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert that is pending or firing; times in milliseconds.

    Attributes:
        labels: What identifies it: the result's labels without the name, over them the rule's, expanded.
        phase: Pending or firing.
        source: The labels of the result, with the metric's name.
        value: Of the last evaluation at which it was active.
        seen: When that was.
        since: When it became active.
        fired: When it began to fire; None while pending.
        quiet: Since when it only fires on for ``keep_firing_for``; None while active.
    """

    labels: Labels
    phase: Phase
    source: Labels
    value: float
    seen: int
    since: int
    fired: int | None = None
    quiet: int | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """What happened to an alert at an evaluation.

    Attributes:
        alert: As it is now; of one that is over, as it was.
        phase: What it became: `Phase.INACTIVE` if it was resolved, or forgotten while pending.
    """

    alert: Alert
    before: Phase
    phase: Phase


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the texts of alerts may ask for beside their own sample.

    Attributes:
        query: Evaluates PromQL at a time (milliseconds); TemplateError if it fails.
    """

    query: Callable[[str, int], list[Sample]] | None = None
    external_labels: Mapping[str, str] = field(default_factory=dict)
    external_url: str = ""


class AlertState:
    """The alerts of one rule, moved on from evaluation to evaluation."""

    def __init__(self, rule: AlertRule, surroundings: Surroundings | None = None) -> None:
        self.rule = rule
        self.active: dict[Labels, Alert] = {}
        self._surroundings = surroundings or Surroundings()
        self._hold = _ms(rule.lasting)
        self._keep = _ms(rule.keep_firing_for)

    def step(self, now: int, samples: Sequence[tuple[Labels, float]]) -> list[Transition]:
        """Take the result of one evaluation.

        An alert with any sample is active, whatever the value. It is pending from the first active
        evaluation and fires from the one at which it has been active for ``for``. Without a sample a
        pending alert is forgotten; a firing one is resolved, unless fewer than ``keep_firing_for`` have
        passed since the first evaluation without a sample.

        Args:
            now: Milliseconds, later than at the step before.
            samples: The rule's expression's result.

        Raises:
            EvaluationError: Two samples get the same labels; nothing has changed then.
            UnsupportedTemplateError: A label's template uses what is not supported.
        """
        found = self._found(now, samples)
        transitions: list[Transition] = []
        for labels, alert in found.items():
            before = self.active.get(labels)
            if before is None:
                transitions.append(Transition(alert, Phase.INACTIVE, Phase.PENDING))
            else:
                alert = replace(  # noqa: PLW2901  # the same alert, as it is known by now
                    before, source=alert.source, value=alert.value, seen=now, quiet=None
                )
            self.active[labels] = alert
        for labels, alert in list(self.active.items()):
            transitions += self._move(now, labels, alert, seen=labels in found)
        return transitions

    def annotations(self, alert: Alert) -> dict[str, str]:
        """Expand the rule's annotations as they were when the alert was last active.

        Raises:
            UnsupportedTemplateError: One uses what is not supported. What merely fails becomes a text
                that says so, as in Prometheus.
        """
        return {name: self._expand(text, alert) for name, text in sorted(self.rule.annotations.items())}

    def series(self) -> Iterator[tuple[Labels, float]]:
        """Yield what Prometheus records of the alerts: ``ALERTS`` and ``ALERTS_FOR_STATE``.

        As in Prometheus, a rule's label that expands to nothing appears there as it was written.
        """
        for alert in self.active.values():
            labels = {**self.rule.labels, **dict(alert.labels), "alertname": self.rule.name}
            state = {**labels, NAME: ALERTS, "alertstate": alert.phase.value}
            yield tuple(sorted(state.items())), 1.0
            yield tuple(sorted({**labels, NAME: FOR_STATE}.items())), float(alert.since // 1000)

    def _found(self, now: int, samples: Sequence[tuple[Labels, float]]) -> dict[Labels, Alert]:
        found: dict[Labels, Alert] = {}
        for source, value in samples:
            bare = Alert((), Phase.PENDING, source, value, now, now)
            changed = {name: self._expand(text, bare) for name, text in self.rule.labels.items()}
            merged = {**dict(without_name(source)), **changed, "alertname": self.rule.name}
            labels = tuple(sorted((name, text) for name, text in merged.items() if text))
            if labels in found:
                raise EvaluationError("vector contains metrics with the same labelset after applying alert labels")
            found[labels] = replace(bare, labels=labels)
        return found

    def _move(self, now: int, labels: Labels, alert: Alert, *, seen: bool) -> Iterator[Transition]:
        if seen:
            if alert.phase is Phase.PENDING and now - alert.since >= self._hold:
                self.active[labels] = fired = replace(alert, phase=Phase.FIRING, fired=now)
                yield Transition(fired, Phase.PENDING, Phase.FIRING)
            return
        quiet = now if alert.quiet is None else alert.quiet
        if alert.phase is Phase.FIRING and now - quiet < self._keep:
            self.active[labels] = replace(alert, quiet=quiet)
            return
        del self.active[labels]
        yield Transition(alert, alert.phase, Phase.INACTIVE)

    def _expand(self, text: str, alert: Alert) -> str:
        around = self._surroundings
        query = around.query

        def ask(asked: str) -> list[Sample]:
            if query is None:
                raise TemplateError(f"nothing answers the query {asked!r}")
            return query(asked, alert.seen)

        context = Context(dict(alert.source), alert.value, ask, around.external_labels, around.external_url)
        try:
            return expand(text, context)
        except UnsupportedTemplateError:
            raise
        except TemplateError as error:
            return f"<error expanding template: {error}>"


def _ms(length: timedelta | None) -> int:
    return 0 if length is None else length // _MILLISECOND
