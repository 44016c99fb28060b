import warnings
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from surefoot.spec.model import SECTIONS
from surefoot.spec.model.record import Record
from tests.unit.spec.model.complaint import load

ENTRIES = {
    "person": (
        "people",
        "{name: Ana Example, email: ana@shop.example, timezone: Europe/Lisbon, reach: [push, phone, email]}",
    ),
    "team": ("teams", '{members: [ana, bo, chen], lead: bo, chat: "slack:#payments"}'),
    "schedule": (
        "schedules",
        """
        layers:
          - {rotate: [ana, bo, chen], every: 1w, handover: mon 09:00}
          - {rotate: [bo, chen], every: 1w, only: sat-sun}
        """,
    ),
    "escalation": (
        "escalations",
        "{profile: four-steps, primary: pay-1, secondary: pay-2, lead: bo, executive: vp-engineering}",
    ),
    "data class": (
        "data",
        "{class: critical, store: db, rpo: 5m, rto: 1h, method: archive, personal: true, sensitive: [card_last4]}",
    ),
    "store": (
        "stores",
        """
        engine: postgresql
        dsn: env:ORDERS_DSN
        backup:
          tool: pgbackrest
          full: daily 02:00
          incremental: 6h
          wal: continuous
          keep: {full: 30d, incremental: 7d, wal: 7d}
          to: [s3://backups-eu, s3://backups-us]
        replica: {region: us-west-2, standby: true}
        failover: {fence: ["./fence-primary.sh"], dns: ["./point-dns.sh"], scale: ["./scale-dr.sh"], transient_wait: 5m}
        verify: {daily: true, weekly: restore, quarterly: drill, invariants: ["select count(*) > 0 from orders"]}
        """,
    ),
    "audit": (
        "audit",
        "{retention: strictest, events: {order.refund: {category: data, priority: high, capture: [amount, reason]}}}",
    ),
    "experiment": (
        "experiments",
        """
        hypothesis: checkout keeps its SLO when payment-api answers in 3 s
        target: payment-api
        environment: staging
        steady: [checkout/availability, checkout/latency]
        fault: {latency: 3s}
        guards: [payment-api/availability]
        max_share: 50%
        duration: 10m
        schedule: tue-thu 10:00-15:00
        budget: 2%
        """,
    ),
    "holidays": ("holidays", "{days: {2026-12-25: Christmas}, yearly: {01-01: New Year}}"),
    "holidays in a list": ("holidays", "{days: [2026-12-25, 2026-12-26]}"),
    "last resort": ("last_resort", "{people: [ana], channels: ops-mail}"),
    "last resort, short": ("last_resort", "ana"),
    "channel, short": ("channels", "{slack: env:SLACK_URL}"),
    "channel": ("channels", "{webhook: {url: https://hooks.shop.example/page, token: env:HOOK_TOKEN}, fallback: mail}"),
    "console": ("channels", "console"),
    "source": ("sources", "{kind: alertmanager, heartbeat: Watchdog 5m, reconcile: {urls: [http://am-1:9093]}}"),
    "status page": ("status_page", "{title: Shop, publish: /srv/status, components: {Checkout: checkout}}"),
    "maintenance": ("maintenance", "{reason: database upgrade, services: checkout, weekly: sun 02:00-04:00}"),
    "incidents": ("incidents", '{room: "slack:#inc-{id}", roles: {commander: commanders}, comms: public-fast}'),
    "review": ("reviews", "{subject: burn-rate, every: weekly mon 09:30, owner: payments}"),
    "access": ("access", "{role: auditor, people: [ana], services: checkout}"),
    "game day": (
        "gamedays",
        """
        from: 2026-12-01 10:00
        timetable: [{at: 0s, experiment: slow}, {at: 30m, experiment: down, inject_only: true}]
        roles: {lead: ana, injector: bo, scribe: chen, responders_from: pay-1}
        objectives: {detect: 5m, acknowledge: 5m, recover: 30m}
        sealed: true
        """,
    ),
    "monkey": (
        "monkey",
        """
        enabled: true
        groups: {web: {services: web, environment: staging, fault: pod_kill}}
        hours: mon-fri 10:00-15:00
        """,
    ),
    "capacity": (
        "capacity",
        """
        horizon: 90d
        headroom: 30%
        resources: {db: {store: db, use: pg_connections, limit: 200}}
        launches: {eu: x2.5}
        """,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("section", "text"), ENTRIES.values(), ids=list(ENTRIES))
def test_the_documented_form_loads_and_fits_the_schema(section, text):
    load(section, text)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_a_valid_schema_without_warnings(section):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Draft202012Validator.check_schema(SECTIONS[section].adapter.json_schema())


def test_no_model_holds_a_number_as_its_default():
    """A default number belongs into the policy, where a spec can change it."""
    guilty = []
    for model in _models(Record):
        for name, field in model.model_fields.items():
            default = field.default
            if isinstance(default, int | float) and not isinstance(default, bool):
                guilty.append(f"{model.__name__}.{name}")
    assert guilty == []


def _models(kind: type[Record]) -> Iterator[type[Record]]:
    for section in SECTIONS.values():
        _ = section.adapter
    for model in kind.__subclasses__():
        yield model
        yield from _models(model)
