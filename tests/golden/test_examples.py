"""What the examples show: together they use everything that a spec can say."""

from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from surefoot.calendar.windows import CalendarWindow
from surefoot.domain.intake import Decision
from surefoot.spec.model import SECTIONS
from surefoot.spec.model.dependency import Dependency
from surefoot.spec.system import (
    EventSli,
    FreshnessSli,
    LatencySli,
    RawSli,
    SliceSli,
    System,
    ThroughputSli,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
TODAY = date(2026, 11, 1)


@pytest.fixture(scope="module")
def shop() -> System:
    workspace = api.check([EXAMPLES / "shop"], today=TODAY)
    assert workspace.system is not None
    return workspace.system


@pytest.mark.req("INT-3")
@pytest.mark.parametrize(
    ("example", "decision"),
    [
        ("shop", Decision.ACCEPT),
        ("sloth-migration", Decision.ACCEPT),
        ("minimal", Decision.CLARIFY),
        ("payment", Decision.CLARIFY),
    ],
)
def test_an_example_is_decided_as_it_says(example: str, decision: Decision):
    workspace = api.check([EXAMPLES / example], today=TODAY)
    assert workspace.decision is decision, workspace.findings


def test_the_minimal_example_is_about_fifteen_lines():
    lines = (EXAMPLES / "minimal/surefoot.yaml").read_text("utf-8").splitlines()
    assert len(lines) <= 16


def test_the_shop_uses_every_section(shop: System):
    written = {*shop.spec.single, *shop.spec.named}
    assert written == set(SECTIONS)


@pytest.mark.req("SLO-1")
def test_the_shop_uses_every_kind_of_indicator(shop: System):
    slos = [slo for service in shop.services.values() for slo in service.slos.values()]
    kinds = {type(slo.sli) for slo in slos}
    assert kinds == {EventSli, LatencySli, ThroughputSli, FreshnessSli, SliceSli, RawSli}
    assert {slo.sli.counts for slo in slos if isinstance(slo.sli, EventSli)} == {"bad", "good"}
    assert {slo.sli.gauge for slo in slos if isinstance(slo.sli, ThroughputSli)} == {True, False}
    assert {slo.sli.age for slo in slos if isinstance(slo.sli, FreshnessSli)} == {True, False}


def test_the_shop_shows_what_an_objective_can_say(shop: System):
    slos = [slo for service in shop.services.values() for slo in service.slos.values()]
    assert any(isinstance(slo.window, CalendarWindow) for slo in slos)
    assert any(slo.by for slo in slos)
    assert any(slo.sla and slo.sla.under for slo in slos)
    assert any(not slo.alerting.page.enabled for slo in slos)
    policies = shop.policy.slo.burn_policies
    assert {name for name, legs in policies.items() if any(slo.burn == legs for slo in slos)} == set(policies)


def test_the_shop_uses_every_kind_of_exporter_that_has_alerts(shop: System):
    kinds = {exporter.kind for service in shop.services.values() for exporter in service.exporters.values()}
    assert kinds == {"node", "cadvisor", "blackbox", "postgres"}


def test_the_shop_uses_every_key_of_a_dependency(shop: System):
    used = {
        key
        for service in shop.services.values()
        for dependency in service.model.depends_on
        for key in dependency.model_fields_set
    }
    assert used == set(Dependency.model_fields)


def test_the_shop_keeps_its_secrets_elsewhere(shop: System):
    channels = [entry.model for entry in shop.channels.values()]
    assert len({channel.kind for channel in channels}) >= 6
    text = "".join(path.read_text("utf-8") for path in sorted((EXAMPLES / "shop").rglob("*.yaml")))
    assert text.count("env:") >= 10


def test_the_shop_has_a_runbook_written_by_hand(shop: System):
    assert [book.title for book in shop.runbooks.values()] == ["Checkout answers nothing"]


@pytest.mark.req("SLO-9")
def test_the_migration_reads_each_foreign_form_as_it_is():
    system = api.load([EXAMPLES / "sloth-migration"], today=TODAY)
    formats = {service: next(iter(found.slos.values())).format for service, found in system.services.items()}
    assert formats == {
        "catalogue": "sloth.slok.dev/v1",
        "newsletter": "openslo/v1",
        "orders": "prometheus/v1",
    }
    assert system.policy.slo.burn == "sloth-4w"
