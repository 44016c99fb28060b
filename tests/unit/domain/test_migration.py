"""From a foreign format to Surefoot's own."""

from dataclasses import replace

import pytest

from surefoot.domain import migration
from surefoot.domain.migration import Migration, migrate
from surefoot.spec.formats import Foreign, Format, all_formats
from surefoot.spec.source import Document, parse
from surefoot.spec.write import service_yaml

SLOTH = """\
version: prometheus/v1
service: orders
labels: {team: fulfilment}
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(errors_total{job="orders"}[{{.window}}]))
        total_query: sum(rate(requests_total{job="orders"}[{{.window}}]))
    alerting:
      name: OrdersErrors
      ticket_alert: {disable: true}
"""
WINDOWS = """\
apiVersion: sloth.slok.dev/v1
kind: AlertWindows
spec:
  sloPeriod: 7d
  page:
    quick: {errorBudgetPercent: 8, shortWindow: 5m, longWindow: 1h}
    slow: {errorBudgetPercent: 12.5, shortWindow: 30m, longWindow: 6h}
  ticket:
    quick: {errorBudgetPercent: 20, shortWindow: 2h, longWindow: 1d}
    slow: {errorBudgetPercent: 42, shortWindow: 6h, longWindow: 3d}
"""
OPENSLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: delivery}
spec:
  service: letters
  budgetingMethod: Occurrences
  timeWindow: [{duration: 28d, isRolling: true}]
  indicator:
    metadata: {name: delivered}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'delivered_total{job="letters"}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: 'letters_total{job="letters"}'}}}
  objectives: [{target: 0.98}]
"""


def documents(*texts: str) -> list[Document]:
    return [found for number, text in enumerate(texts) for found in parse(f"{number}.yaml", text.encode())[0]]


def migrated(name: str, *texts: str) -> Migration:
    return migrate(all_formats()[name], documents(*texts))


@pytest.mark.req("PLT-4", "SLO-9")
@pytest.mark.parametrize(("form", "texts"), [("sloth", (SLOTH,)), ("sloth", (SLOTH, WINDOWS)), ("openslo", (OPENSLO,))])
def test_the_same_rules_follow_from_what_was_written(form: str, texts: tuple[str, ...]):
    found = migrated(form, *texts)
    assert found.proof.rules > 0
    assert found.proof.different == ()
    assert found.findings == ()


@pytest.mark.req("PLT-4")
def test_a_difference_in_meaning_is_found(monkeypatch: pytest.MonkeyPatch):
    written = service_yaml
    monkeypatch.setattr(migration, "service_yaml", lambda entry: written(entry).replace("99.9%", "99%"))
    different = migrated("sloth", SLOTH).proof.different
    assert "OrdersErrors" in different
    assert "slo:objective:ratio" in different


def test_a_service_is_not_narrowed_to_a_job_that_nobody_named():
    assert "selector: {}" in migrated("openslo", OPENSLO).services["letters"]


def test_alert_windows_become_a_policy_of_the_workspace():
    text = migrated("sloth", SLOTH, WINDOWS).workspace("shop", ["services/*.yaml"])
    assert text.startswith("surefoot: 1\nworkspace: shop\npolicy:\n  slo:\n    window: 1w\n")
    assert text.endswith("include:\n- services/*.yaml\n")


def test_alerts_that_the_default_profile_adds_are_named():
    assert migrated("sloth", SLOTH).added == ("OrdersErrorsAbsent",)


def test_an_owner_is_given_to_those_who_have_none():
    found = migrate(all_formats()["sloth"], documents(SLOTH), owner="fulfilment")
    assert "owner: fulfilment" in found.services["orders"]


def test_nothing_makes_nothing():
    empty = Format("nothing", lambda _: True, lambda _: Foreign())
    found = migrate(empty, [])
    assert (found.services, found.slos, found.proof.rules) == ({}, (), 0)
    assert replace(found.proof, different=()) == found.proof
