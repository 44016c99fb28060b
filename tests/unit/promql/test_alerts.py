from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from surefoot.promql.alerts import AlertState, Phase, Surroundings
from surefoot.promql.error import EvaluationError
from surefoot.promql.template import Sample, UnsupportedTemplateError

MINUTE = 60_000
DOWN = (("__name__", "up"), ("job", "api"))


@dataclass(frozen=True)
class Rule:
    lasting: timedelta | None = None
    keep_firing_for: timedelta | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    name: str = "Down"


def phases(state: AlertState, *active: bool) -> list[str]:
    """Evaluate once a minute; the phase after each evaluation."""
    found = []
    for minute, is_active in enumerate(active):
        state.step(minute * MINUTE, [(DOWN, 0.0)] if is_active else [])
        found.append(next((alert.phase.value for alert in state.active.values()), "-"))
    return found


@pytest.mark.req("MON-2")
@pytest.mark.parametrize(
    ("hold", "keep", "active", "expected"),
    [
        (0, 0, "11010", "f f - f -"),
        (2, 0, "1111", "p p f f"),
        (2, 0, "11011110", "p p - p p f f -"),
        (1, 2, "110001", "p f f f - p"),
        (1, 2, "11001001", "p f f f f f f f"),
        (1, 2, "110000", "p f f f - -"),
        (2, 5, "110", "p p -"),
        (0, 1, "1000", "f f - -"),
    ],
)
def test_alerts_move_as_in_prometheus(hold: int, keep: int, active: str, expected: str):
    """Minutes of ``for`` and ``keep_firing_for``, and at which evaluations there is a sample."""
    state = AlertState(Rule(timedelta(minutes=hold), timedelta(minutes=keep)))
    words = {"pending": "p", "firing": "f", "-": "-"}
    assert " ".join(words[phase] for phase in phases(state, *(mark == "1" for mark in active))) == expected


def test_transitions_tell_of_every_change():
    state = AlertState(Rule(timedelta(minutes=1)))
    told = [
        [(t.before, t.phase) for t in state.step(minute * MINUTE, samples)]
        for minute, samples in enumerate([[(DOWN, 1.0)], [(DOWN, 1.0)], [(DOWN, 1.0)], []])
    ]
    assert told == [
        [(Phase.INACTIVE, Phase.PENDING)],
        [(Phase.PENDING, Phase.FIRING)],
        [],
        [(Phase.FIRING, Phase.INACTIVE)],
    ]


def test_a_sample_of_any_value_is_active():
    state = AlertState(Rule())
    state.step(0, [((("a", "1"),), 0.0), ((("a", "2"),), float("nan"))])
    assert len(state.active) == 2


def test_labels_and_annotations_are_expanded():
    rule = Rule(
        labels={"team": "shop", "of": "{{ $labels.job }}", "empty": "{{ $labels.nope }}"},
        annotations={"text": "{{ $labels.job }} is {{ $value }}", "more": '{{ query "up" | len }}'},
    )
    asked = []

    def ask(text: str, at: int) -> list[Sample]:
        asked.append((text, at))
        return []

    state = AlertState(rule, Surroundings(ask))
    state.step(5 * MINUTE, [(DOWN, 0.5)])
    (alert,) = state.active.values()
    assert dict(alert.labels) == {"alertname": "Down", "job": "api", "of": "api", "team": "shop"}
    assert state.annotations(alert) == {"more": "0", "text": "api is 0.5"}
    assert asked == [("up", 5 * MINUTE)]


def test_series_of_alerts_are_those_of_prometheus():
    state = AlertState(Rule(timedelta(minutes=1), labels={"empty": "{{ $labels.nope }}"}))
    state.step(90_500, [(DOWN, 1.0)])
    kept = {"alertname": "Down", "empty": "{{ $labels.nope }}", "job": "api"}
    assert [(dict(labels), value) for labels, value in state.series()] == [
        ({"__name__": "ALERTS", "alertstate": "pending", **kept}, 1.0),
        ({"__name__": "ALERTS_FOR_STATE", **kept}, 90.0),
    ]


def test_a_template_that_fails_says_so_in_its_text():
    state = AlertState(Rule(annotations={"text": '{{ query "x" | first }}', "bad": "{{ first 1 }}"}))
    state.step(0, [(DOWN, 1.0)])
    (alert,) = state.active.values()
    assert state.annotations(alert)["text"].startswith("<error expanding template: nothing answers")
    assert "first() wants" in state.annotations(alert)["bad"]


def test_a_template_that_is_not_supported_is_refused():
    state = AlertState(Rule(labels={"a": '{{ tableLink "up" }}'}))
    with pytest.raises(UnsupportedTemplateError, match="tableLink"):
        state.step(0, [(DOWN, 1.0)])


def test_two_samples_of_one_alert_change_nothing():
    state = AlertState(Rule(labels={"job": "same"}))
    with pytest.raises(EvaluationError, match="same labelset"):
        state.step(0, [(DOWN, 1.0), ((("job", "web"),), 1.0)])
    assert not state.active
