"""What a real Alertmanager does with the built configuration: inhibition and business hours.

The clock of Alertmanager cannot be moved: Go reads it from the kernel, not through the C library, so
libfaketime changes nothing (tried with Debian's package, version 0.25). Instead the team's time zone
is chosen so that it is noon or midnight there now.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.real.programs import eventually, post
from tests.real.servers import Inbox
from tests.real.stack import build

pytestmark = [pytest.mark.real]

ARRIVES = 10.0  # seconds that a notification may take; group_wait is one
STAYS_AWAY = 4.0
NOON, MIDNIGHT = 12, 0


def _spec(inbox: int, *, hour: int = NOON, burn: str = "multiwindow", hours: str = "mon-sun 09:00-17:00") -> str:
    """Write a workspace of two services whose team's clock shows about this hour."""
    return f"""
surefoot: 1
workspace: trial
alertmanager: {{group_wait: 1s, group_interval: 1s}}
policy: {{slo: {{burn: {burn}}}}}
services:
  cart:
    owner: web
    targets: ["cart:8080"]
    slos: {{served: {{target: 99%, bad: 'requests_total{{code="500"}}', total: requests_total, by: [region]}}}}
  search:
    owner: web
    targets: ["search:8080"]
    slos: {{served: {{target: 99%, bad: 'requests_total{{code="500"}}', total: requests_total}}}}
teams:
  web: {{members: [ana], page: page, chat: "channel:chat", timezone: {_zone(hour)}, hours: "{hours}"}}
people:
  ana: {{name: Ana Example, email: ana@trial.example}}
channels:
  page: {{webhook: "http://127.0.0.1:{inbox}/page"}}
  chat: {{webhook: "http://127.0.0.1:{inbox}/chat"}}
"""


def _zone(hour: int) -> str:
    """Name a time zone without summer time in which it is about this hour now; its sign is POSIX's."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return "Etc/UTC" if ahead == 0 else f"Etc/GMT{-ahead:+d}"


def _labels(built: Path, service: str, **wanted: str) -> dict[str, str]:
    """Return the labels of the compiled alert that has the wanted ones."""
    groups = yaml.safe_load((built / f"prometheus/rules/{service}.yml").read_text("utf-8"))["groups"]
    for group in groups:
        for rule in group["rules"]:
            labels = {**rule.get("labels", {}), "alertname": rule.get("alert", "")}
            if "alert" in rule and wanted.items() <= labels.items():
                return labels
    raise AssertionError(f"{service} has no alert with {wanted}")


def _fire(address: str, *alerts: dict[str, str]) -> None:
    begin = datetime.now(UTC).isoformat()
    post(f"{address}/api/v2/alerts", [{"labels": labels, "startsAt": begin} for labels in alerts])


def _arrives(inbox: Inbox, **labels: str) -> str:
    eventually(lambda: inbox.alerts("firing", **labels), lambda: f"{labels} is missing\n{inbox.summary()}", ARRIVES)
    _, path, notification, _ = inbox.alerts("firing", **labels)[0]
    return f"{path} {notification['receiver']}"


@pytest.mark.req("ALR-3")
def test_a_page_silences_the_ticket_of_its_objective_and_group_only(
    inbox: Inbox, alertmanager: Callable[[Path], str], tmp_path: Path
):
    built = build(tmp_path, _spec(inbox.port))
    address = alertmanager(built / "alertmanager/alertmanager.yml")
    identity = {"sloth_id": "cart-served", "sloth_service": "cart", "sloth_slo": "served"}
    page = {**_labels(built, "cart", surefoot_tier="page", alert_type="error_budget"), **identity, "region": "eu"}
    ticket = {**_labels(built, "cart", surefoot_tier="ticket"), **identity, "region": "eu"}
    elsewhere = {**ticket, "region": "us"}
    other = {
        **_labels(built, "search", surefoot_tier="ticket"),
        "sloth_id": "search-served",
        "sloth_service": "search",
        "sloth_slo": "served",
    }
    _fire(address, page, ticket, elsewhere, other)
    assert _arrives(inbox, service="cart", surefoot_tier="page") == "/page web-P2"
    assert _arrives(inbox, service="search", surefoot_tier="ticket") == "/chat web-P3"
    assert _arrives(inbox, surefoot_tier="ticket", region="us") == "/chat web-P3"
    time.sleep(STAYS_AWAY)
    assert not inbox.alerts("firing", surefoot_tier="ticket", region="eu"), inbox.summary()


@pytest.mark.req("ALR-3")
def test_a_service_that_is_down_silences_its_symptoms_and_nobody_elses(
    inbox: Inbox, alertmanager: Callable[[Path], str], tmp_path: Path
):
    built = build(tmp_path, _spec(inbox.port))
    address = alertmanager(built / "alertmanager/alertmanager.yml")
    down = _labels(built, "cart", alertname="CartServiceDown", priority="P1")
    slow = {"alertname": "HighLatency", "alert_type": "latency", "priority": "P3", "team": "web"}
    strange = {"alertname": "Strange", "team": "web", "priority": "P3"}  # no service: nothing that could be equal
    _fire(address, down, {**slow, "service": "cart"}, {**slow, "service": "search"}, strange)
    assert _arrives(inbox, alertname="CartServiceDown") == "/page web-P1"
    assert _arrives(inbox, alertname="HighLatency", service="search") == "/chat web-P3"
    assert _arrives(inbox, alertname="Strange") == "/chat web-P3"
    time.sleep(STAYS_AWAY)
    assert not inbox.alerts("firing", alertname="HighLatency", service="cart"), inbox.summary()


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _other_days(hour: int) -> str:
    """Name every day of the week but today, by the clock of `_zone`, in Surefoot's notation."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    today = (datetime.now(UTC) + timedelta(hours=ahead)).weekday()
    return ",".join(day for index, day in enumerate(WEEKDAYS) if index != today)


@pytest.mark.req("ALR-3", "SLO-4")
@pytest.mark.parametrize("when", ["inside", "at night", "on another day"])
def test_a_medium_burn_waits_for_business_hours_and_a_fast_one_does_not(
    inbox: Inbox, alertmanager: Callable[[Path], str], tmp_path: Path, when: str
):
    hour = MIDNIGHT if when == "at night" else NOON
    days = _other_days(hour) if when == "on another day" else "mon-sun"
    built = build(tmp_path, _spec(inbox.port, hour=hour, burn="budget-per-day", hours=f"{days} 09:00-17:00"))
    address = alertmanager(built / "alertmanager/alertmanager.yml")
    for service, tier in (("cart", "medium"), ("search", "fast")):
        _fire(address, {**_labels(built, service, surefoot_tier=tier), "sloth_id": f"{service}-served"})
    assert _arrives(inbox, surefoot_tier="fast") == "/page web-P2"
    if when == "inside":
        assert _arrives(inbox, surefoot_tier="medium") == "/page web-P2"
    else:
        time.sleep(STAYS_AWAY)
        assert not inbox.alerts("firing", surefoot_tier="medium"), inbox.summary()
