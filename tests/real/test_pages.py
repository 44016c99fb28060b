"""From a failing service to the page: our own service, a real Prometheus, a real Alertmanager, an inbox.

One set of programs serves the whole file; each test has a service of its own in it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import Leg, detection, reset
from tests.real.programs import eventually, free_port, get
from tests.real.servers import App, Inbox
from tests.real.stack import build, start_alertmanager, start_prometheus

pytestmark = [pytest.mark.real]

LEG = Leg(timedelta(seconds=20), timedelta(seconds=5), 14.4, 8)
B = budget_ratio(99)
SCRAPE = EVALUATION = GROUP_WAIT = GROUP_INTERVAL = 1.0
SCHEDULING = 3.0  # what a busy machine may add
NAMES = ("failing", "quiet", "vanishing")


def _spec(ports: dict[str, int], alertmanager: int, inbox: int) -> str:
    services = "\n".join(
        f"""
  {name}:
    owner: web
    targets: ["127.0.0.1:{port}"]
    slos:
      served: {{target: 99%, bad: 'http_requests_total{{code=~"5.."}}', total: http_requests_total}}
      fast: {{target: 99%, under: 500ms, histogram: http_request_duration_seconds}}"""
        for name, port in ports.items()
    )
    return f"""
surefoot: 1
workspace: trial
links: {{runbooks: "https://docs.trial.example", dashboards: "https://graphs.trial.example/d/{{service}}"}}
alertmanager: {{targets: ["127.0.0.1:{alertmanager}"], group_wait: 1s, group_interval: 1s}}
policy:
  prometheus: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
  slo:
    window: 1h
    base: 5s
    period_step: 5s
    period_interval: 2s
    burn: trial
    burn_policies: {{trial: [{{tier: page, long: 20s, short: 5s, factor: 14.4}}]}}
services:{services}
teams:
  web: {{members: [ana], page: web-page, chat: "channel:web-chat"}}
  sea: {{members: [ana], page: sea-page}}
people:
  ana: {{name: Ana Example, email: ana@trial.example}}
channels:
  web-page: {{webhook: "http://127.0.0.1:{inbox}/web-page"}}
  web-chat: {{webhook: "http://127.0.0.1:{inbox}/web-chat"}}
  sea-page: {{webhook: "http://127.0.0.1:{inbox}/sea-page"}}
"""


@dataclass(frozen=True, slots=True)
class Stack:
    apps: dict[str, App]
    inbox: Inbox
    prometheus: str

    def query(self, expr: str) -> list[Any]:
        found: list[Any] = get(f"{self.prometheus}/api/v1/query?query={quote(expr)}")["data"]["result"]
        return found


@pytest.fixture(scope="module")
def stack(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("stack")
    tool("prometheus"), tool("prometheus-alertmanager")
    apps, inbox, ports = {name: App() for name in NAMES}, Inbox(), (free_port(), free_port())
    programs = []
    try:
        spec = _spec({name: app.port for name, app in apps.items()}, ports[1], inbox.port)
        built = build(folder, spec)
        alerting, _ = start_alertmanager(
            tool, folder / "alertmanager", built / "alertmanager/alertmanager.yml", ports[1]
        )
        programs.append(alerting)
        metrics, address = start_prometheus(tool, folder / "prometheus", built / "prometheus/prometheus.yml", ports[0])
        programs.append(metrics)
        running = Stack(apps, inbox, address)
        # Before the first scrape every series is absent: alerts are pending, for less than their time.
        eventually(lambda: running.query("up == 1") and not running.query("ALERTS"), metrics.tail)
        yield running
    finally:
        for program in programs:
            program.stop()
        for server in (*apps.values(), inbox):
            server.close()


def _until_clean(stack: Stack, service: str) -> None:
    """Wait until the long window is full of good requests, as the closed form assumes."""
    ratio = f'slo:sli_error:ratio_rate20s{{sloth_id="{service}-served"}}'
    full = f'count_over_time(http_requests_total{{job="{service}",code="200"}}[20s]) >= 19'
    eventually(lambda: stack.query(f"{ratio} == 0") and stack.query(full), f"{service} has no clean history", 40)


@pytest.mark.req("SLO-4", "ALR-3", "MON-2")
def test_a_page_arrives_in_time_at_its_receiver_and_so_does_its_end(stack: Stack):
    app, inbox = stack.apps["failing"], stack.inbox
    found = {"alertname": "FailingServedBudgetBurn", "service": "failing"}
    after, lasts = detection(LEG, B, 1.0), reset(LEG, B, 1.0)
    assert after is not None
    assert lasts is not None
    with app.used(20):
        _until_clean(stack, "failing")
        assert not inbox.alerts("firing", service="failing")
        app.failing = True
        bound = after.total_seconds() + SCRAPE + EVALUATION + GROUP_WAIT + SCHEDULING
        took = eventually(lambda: inbox.alerts("firing", **found), lambda: f"no page\n{inbox.summary()}", bound)
        assert took >= after.total_seconds() - EVALUATION
        time.sleep(LEG.short.total_seconds())  # so that the outage fills the short window
        app.failing = False
        bound = lasts.total_seconds() + SCRAPE + EVALUATION + GROUP_INTERVAL + SCHEDULING
        eventually(lambda: inbox.alerts("resolved", **found), lambda: f"no end\n{inbox.summary()}", bound)
    _, path, notification, alert = inbox.alerts("firing", **found)[0]
    assert (path, notification["receiver"]) == ("/web-page", "web-P2")
    assert (
        alert["labels"].items()
        >= {
            "team": "web",
            "priority": "P2",
            "severity": "error",
            "alert_type": "error_budget",
            "surefoot_tier": "page",
            "sloth_id": "failing-served",
        }.items()
    )
    notes = alert["annotations"]
    assert notes["runbook_url"].startswith("https://docs.trial.example/")
    assert notes["runbook_url"].endswith("FailingServedBudgetBurn.md")
    assert notes["dashboard_url"] == "https://graphs.trial.example/d/failing"
    assert "budget 1 %" in notes["description"]
    assert "<no value>" not in str(notes)
    assert "error calling" not in str(notes)
    assert {path for _, path, *_ in inbox.alerts("firing", service="failing")} == {"/web-page"}


@pytest.mark.req("SLO-1")
def test_a_service_without_traffic_has_neither_numbers_that_are_none_nor_alerts(stack: Stack):
    mine = '{__name__=~"slo:.+",sloth_service="quiet"}'
    budget = 'slo:error_budget:ratio{sloth_service="quiet"}'
    eventually(lambda: len(stack.query(budget)) == 2, "the rules were not evaluated")
    begin = time.monotonic()
    while time.monotonic() - begin < 12:
        values = {sample["metric"]["__name__"]: sample["value"][1] for sample in stack.query(mine)}
        assert "NaN" not in values.values(), values
        assert not any(name.startswith("slo:sli_error:ratio") for name in values), values
        assert stack.query('ALERTS{service="quiet"}') == []
        time.sleep(0.5)
    assert not stack.inbox.alerts("firing", service="quiet")


@pytest.mark.req("SLO-4")
def test_series_that_are_no_longer_exposed_raise_the_absent_alert_after_its_time(stack: Stack):
    app, found = stack.apps["vanishing"], {"alertname": "VanishingServedBudgetBurnAbsent"}
    with app.used(10):
        eventually(lambda: stack.query('slo:sli_error:ratio_rate5s{sloth_id="vanishing-served"}'), "no records")
        assert not stack.query('ALERTS{service="vanishing"}')
        app.exposing = False
        lasting = 3.0  # a total outage is detected after 2.88 s
        bound = SCRAPE + EVALUATION + lasting + EVALUATION + GROUP_WAIT + SCHEDULING
        took = eventually(lambda: stack.inbox.alerts("firing", **found), stack.inbox.summary, bound)
        assert took >= lasting
        app.exposing = True
        eventually(lambda: stack.inbox.alerts("resolved", **found), stack.inbox.summary)
    _, path, notification, alert = stack.inbox.alerts("firing", **found)[0]
    assert (path, notification["receiver"]) == ("/web-page", "web-P2")
    assert alert["labels"]["alert_type"] == "telemetry_absent"
