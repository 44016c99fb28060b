"""The forms in which the parts of a spec are first shown to people, together as one workspace."""

from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from surefoot.calendar.windows import Rolling
from surefoot.finding import Severity
from surefoot.spec.system import EventSli, FreshnessSli, LatencySli, System, ThroughputSli

FILES = {
    "surefoot.yaml": """\
surefoot: 1
workspace: shop
timezone: Europe/Berlin
compliance: [gdpr, pci-dss]
policy: {preset: sre}
metrics: {prometheus: http://127.0.0.1:9090}
links:
  logs: "https://kibana.example/app/discover?q=service:{service}&from={from}&to={to}"
  traces: "https://jaeger.example/search?service={service}&start={from}&end={to}"
include: [people.yaml, services/*.yaml, data.yaml, runbooks/*.md]
""",
    "services/checkout.yaml": """\
service: checkout
owner: payments
tier: critical
description: Takes the order and charges the card.
provided_by:
  {design: solution-architect, topology: platform, journeys: business-analyst, data: data-architect, baselines: qa}
selector: {job: checkout}
health: http://checkout:8080/health
url: https://shop.example/checkout
environments: [staging, production]
slos:
  availability:
    {target: 99.9%, sla: 99.5%, window: 30d, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}
  latency:      {target: 99%, under: 500ms, histogram: http_request_duration_seconds}
  throughput:   {target: 99%, at_least: 1000/s, rate: http_requests_total}
  freshness:    {target: 99%, younger_than: 60s, timestamp: orders_last_export_timestamp_seconds}
journeys:
  place-order: {steps: [web, checkout, payment-api], measure: availability}
depends_on:
  - {service: payment-api, breaker: 50% in 10s, reset: 30s, fallback: queue,
     user_sees: delayed confirmation, chaos: allowed}
  - {service: search, hard: false, breaker: 50% in 5s, reset: 10s, fallback: {alternative: recent},
     user_sees: limited search}
  - {store: orders-db, breaker: 5 consecutive, fallback: stale 5m, user_sees: data up to 5 minutes old}
baselines: {p95: 180ms, peak: 1200/s, measured: 2026-10-01}
alerts:
  disk-full: {above: 85%}
gradual_rollout: {steps: [1%, 10%, 50%, 100%], hold: 10m}
""",
    "services/others.yaml": """\
services:
  web:
    slos: {availability: {target: 99.9%, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}}
  payment-api:
    slos: {availability: {target: 99.95%, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}}
  search: {description: Finds products.}
""",
    "people.yaml": """\
people:
  ana:  {name: Ana Example, email: ana@shop.example, timezone: Europe/Lisbon, reach: [push, phone, email]}
  bo:   {name: Bo Example, email: bo@shop.example}
  chen: {name: Chen Example, email: chen@shop.example}
  vp-engineering: {name: Dara Example, email: dara@shop.example}
teams:
  payments: {members: [ana, bo, chen], lead: bo, chat: "slack:#payments"}
schedules:
  payments-primary:
    layers:
      - {rotate: [ana, bo, chen], every: 1w, handover: mon 09:00}
      - {rotate: [bo, chen], every: 1w, only: sat-sun}
  payments-secondary:
    layers: [{rotate: [bo, chen, ana], every: 1w, handover: mon 09:00}]
escalations:
  payments:
    {profile: four-steps, primary: payments-primary, secondary: payments-secondary, lead: bo, executive: vp-engineering}
""",
    "data.yaml": """\
data:
  orders:
    {class: critical, store: orders-db, rpo: 5m, rto: 1h, method: archive, personal: true, sensitive: [card_last4]}
stores:
  orders-db:
    engine: postgresql
    dsn: env:ORDERS_DSN
    backup: {tool: pgbackrest, full: daily 02:00, incremental: 6h, wal: continuous,
      keep: {full: 30d, incremental: 7d, wal: 7d}, to: [s3://backups-eu, s3://backups-us]}
    replica: {region: us-west-2, standby: true}
    failover: {fence: ["./fence-primary.sh"], dns: ["./point-dns.sh"], scale: ["./scale-dr.sh"], transient_wait: 5m}
    verify: {daily: true, weekly: restore, quarterly: drill, invariants: ["select count(*) > 0 from orders"]}
audit:
  retention: strictest
  events: {order.refund: {category: data, priority: high, capture: [amount, reason]}}
experiments:
  payment-api-slow: {hypothesis: checkout stays within its SLO when payment-api answers in 3 s,
    target: payment-api, environment: staging, steady: [checkout/availability, checkout/latency],
    fault: {latency: 3s}, guards: [payment-api/availability], duration: 10m, max_share: 50%, budget: 2%}
""",
    "runbooks/checkout-slow.md": "# Checkout is slow\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> api.Workspace:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return api.check([tmp_path], today=date(2026, 10, 2))


@pytest.fixture
def system(workspace: api.Workspace) -> System:
    assert workspace.system is not None
    return workspace.system


@pytest.mark.req("INT-1")
def test_nothing_in_them_is_an_error(workspace: api.Workspace):
    errors = [finding for finding in workspace.findings if finding.severity is Severity.ERROR]
    assert not errors, errors


@pytest.mark.req("SLO-1")
def test_the_keys_of_an_objective_choose_its_kind(system: System):
    kinds = {name: type(slo.sli) for name, slo in system.services["checkout"].slos.items()}
    assert kinds == {
        "availability": EventSli,
        "latency": LatencySli,
        "throughput": ThroughputSli,
        "freshness": FreshnessSli,
    }


def test_defaults_are_filled_in_from_the_policy(system: System):
    latency = system.services["checkout"].slos["latency"]
    assert isinstance(latency.window, Rolling)
    assert latency.period.days == 30
    assert [leg.tier for leg in latency.burn] == ["page", "page", "ticket", "ticket"]


def test_a_journey_inside_a_service_belongs_to_the_workspace(system: System):
    assert system.journeys["place-order"].model.steps == ("web", "checkout", "payment-api")


def test_a_runbook_is_named_by_its_file(system: System):
    assert system.runbooks["checkout-slow"].title == "Checkout is slow"
