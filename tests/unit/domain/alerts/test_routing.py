"""Whose an alert is, and how much it matters."""

from datetime import UTC, datetime
from typing import Any

import pytest

from surefoot.domain.alerts.routing import IncidentKey, Owner, Routed, World, risen, route, storm_key
from surefoot.domain.alerts.signal import Signal, Status
from surefoot.spec.model.channel import AlertSource
from surefoot.spec.model.policy_oncall import Intake

pytestmark = pytest.mark.req("INC-2")

NOW = datetime(2026, 8, 22, 3, 0, tzinfo=UTC)
INTAKE = Intake.model_validate(
    {
        "default_priority": "P2",
        "priority_labels": {"critical": "P1", "error": "P2", "warning": "P3", "info": "P4"},
        "opsgenie": {"P1": "P1", "P2": "P2", "P3": "P3", "P4": "P4", "P5": "P4"},
        "queue_wait": "5s",
        "reconcile": {"every": "60s", "absent_reads": 2, "peer_up": "5m"},
        "heartbeat": {"every": "5m", "priority": "P1"},
        "silent": "24h",
        "beat_late": "30s",
    }
)
MATRIX = {
    "P1": {"critical": "SEV1", "important": "SEV2", "normal": "SEV3"},
    "P2": {"critical": "SEV2", "important": "SEV3", "normal": "SEV4"},
    "P3": {"critical": "SEV3", "important": "SEV4", "normal": "SEV4"},
    "P4": {"critical": "SEV4"},
}
SERVICES = {"cart": Owner("shop", "critical"), "blog": Owner("words", "normal")}
PLAIN = AlertSource()


def world(**changes: Any) -> World:
    return World(
        **{
            "services": SERVICES,
            "default_team": "all",
            "default_tier": "important",
            "intake": INTAKE,
            "matrix": MATRIX,
            **changes,
        }
    )


def signal(route: dict[str, str] | None = None, group: str = "g", **labels: str) -> Signal:
    return Signal("am", "f1", Status.FIRING, NOW, group=group, labels=labels, route=route or {})


def routed(given: Signal, source: AlertSource = PLAIN, **changes: Any) -> Routed:
    return route(given, source, world(**changes))


@pytest.mark.parametrize(
    ("labels", "priority"),
    [
        ({"priority": "P3", "severity": "critical"}, "P3"),
        ({"severity": "critical"}, "P1"),
        ({"severity": "Warning"}, "P3"),
        ({"priority": "info"}, "P4"),
        ({"priority": "P5"}, "P4"),
        ({"priority": "p1"}, "P1"),
    ],
)
def test_the_label_says_the_priority_else_what_the_source_calls_severe(labels, priority):
    found = routed(signal(service="cart", **labels))
    assert (found.priority, found.doubts) == (priority, ())


@pytest.mark.parametrize("labels", [{}, {"severity": "page"}, {"priority": "P9"}])
def test_without_a_known_priority_it_wakes_somebody_and_says_so(labels):
    found = routed(signal(service="cart", **labels))
    assert found.priority == "P2"
    assert "without a known priority" in found.doubts[0].message


def test_a_source_has_words_of_its_own():
    source = AlertSource.model_validate({"priorities": {"page": "P1"}})
    assert routed(signal(service="cart", severity="page"), source).priority == "P1"


def test_the_priorities_of_opsgenie_are_the_policys():
    source = AlertSource.model_validate({"kind": "opsgenie"})
    intake = INTAKE.model_copy(update={"opsgenie": {"P1": "P2"}})
    assert routed(signal(service="cart", priority="P1"), source, intake=intake).priority == "P2"
    assert routed(signal(service="cart", priority="P1"), intake=intake).priority == "P1"


def test_the_service_is_the_label_else_a_rule_else_the_route_else_the_default_teams():
    source = AlertSource.model_validate({"services": [{"match": {"job": "blog-.*"}, "service": "blog"}]})
    found = [
        routed(signal(service="cart", job="blog-1"), source),
        routed(signal(job="blog-1"), source),
        routed(signal(job="my-blog-1", route={"service": "cart"}), source),
        routed(signal(service="unknown"), source),
    ]
    assert [(each.service, each.team) for each in found] == [
        ("cart", "shop"),
        ("blog", "words"),
        ("cart", "shop"),
        (None, "all"),
    ]
    assert "no service is called `unknown`" in found[3].doubts[1].message


def test_a_sources_team_gets_what_belongs_to_no_service():
    source = AlertSource.model_validate({"team": "payments"})
    found = routed(signal(), source)
    assert (found.team, found.key) == ("payments", IncidentKey("team:payments", "g"))


@pytest.mark.parametrize(
    ("service", "priority", "severity"),
    [("cart", "P1", "SEV1"), ("blog", "P1", "SEV3"), ("cart", "P4", "SEV4"), ("blog", "P4", None), ("x", "P1", "SEV2")],
)
def test_severity_follows_from_priority_and_tier(service, priority, severity):
    assert routed(signal(service=service, priority=priority)).severity == severity


def test_a_spec_changes_the_matrix():
    found = routed(signal(service="blog", priority="P1"), own={"normal": {"P1": "SEV1"}})
    assert found.severity == "SEV1"


def test_alerts_of_a_group_are_one_incident():
    assert routed(signal(service="cart")).key == IncidentKey("cart", "g")
    assert routed(signal(service="cart", group="")).key == IncidentKey("cart", "f1")
    assert storm_key("cart").owner == "cart"


def test_labels_group_where_the_spec_says_so():
    source = AlertSource.model_validate({"group_by": ["service", "environment"], "environment": "production"})
    assert routed(signal(service="cart"), source).key.group == "service=cart,environment=production"
    assert routed(signal(service="cart"), group_by=("alertname",)).key.group == "alertname="


@pytest.mark.parametrize(
    ("one", "other", "heavier"),
    [("SEV2", "SEV1", "SEV1"), ("SEV1", "SEV3", "SEV1"), (None, "SEV4", "SEV4"), ("SEV4", None, "SEV4"), (None,) * 3],
)
def test_severity_only_rises(one, other, heavier):
    assert risen(one, other) == heavier
