import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from surefoot.outputs.alertmanager import OUTPUT
from tests.workspaces import resolved, run, written

pytestmark = pytest.mark.req("ALR-3")

WORKSPACE = """
    timezone: Europe/Lisbon
    alertmanager: {smtp_smarthost: "mail.example:587", smtp_from: alerts@shop.example}
    services:
      checkout:
        owner: payments
        slos:
          a: {target: 99%, bad: bad_total, total: all_total, by: [tenant]}
      search:
        owner: shop
        slos:
          a: {target: 99%, bad: bad_total, total: all_total, burn: budget-per-day}
      orphan: {}
    teams:
      payments: {chat: "slack:#payments", page: pager, email: p@shop.example}
      shop:
        chat: "slack:#shop"
        email: s@shop.example
        default: true
        timezone: Europe/Berlin
        hours: ["mon-fri 08:00-18:00", "sat 22:00-02:00"]
    channels:
      pager: {pagerduty: env:PAGERDUTY_KEY}
      slack: {slack: env:SLACK_URL}
"""


def config(folder: Path, text: str = WORKSPACE) -> dict[str, Any]:
    [artifact] = written(OUTPUT, resolved(folder, text), folder)
    content = yaml.safe_load(artifact.text)
    assert isinstance(content, dict)
    return content


def receivers(folder: Path, text: str = WORKSPACE) -> dict[str, dict[str, Any]]:
    return {receiver["name"]: receiver for receiver in config(folder, text)["receivers"]}


@pytest.mark.real
@pytest.mark.parametrize("team", ["payments", "shop", "none"])
@pytest.mark.parametrize("priority", ["P1", "P2", "P3", "P4"])
def test_each_priority_of_each_team_reaches_its_receiver(tmp_path: Path, tool, team: str, priority: str):
    config(tmp_path)
    file = tmp_path / "alertmanager/alertmanager.yml"
    run(tool("amtool"), "check-config", file)
    labels = (f"team={team}", f"priority={priority}", "alertname=A", "service=s")
    told = run(tool("amtool"), "config", "routes", "test", f"--config.file={file}", *labels)
    assert told.strip() == f"{team}-{priority}"
    unknown = run(tool("amtool"), "config", "routes", "test", f"--config.file={file}", "alertname=Foreign")
    assert unknown.strip() == "default"


@pytest.mark.req("ALR-1")
def test_each_priority_goes_by_its_means(tmp_path: Path):
    found = receivers(tmp_path)
    keys = {name: [key for key in receiver if key != "name"] for name, receiver in found.items()}
    assert keys["payments-P1"] == keys["payments-P2"] == ["pagerduty_configs"]
    assert keys["payments-P3"] == ["slack_configs"]
    assert keys["payments-P4"] == ["email_configs"]
    # Without a pager the chat stands in; a service without an owner goes to the default team.
    assert found["shop-P1"]["slack_configs"][0]["channel"] == "#shop"
    assert found["none-P4"]["email_configs"][0]["to"] == "s@shop.example"


def test_no_secret_stands_inside_only_the_file_that_holds_it(tmp_path: Path):
    found = receivers(tmp_path)
    assert found["payments-P1"]["pagerduty_configs"][0]["routing_key_file"] == "/etc/alertmanager/secrets/pager"
    assert found["payments-P3"]["slack_configs"][0]["api_url_file"] == "/etc/alertmanager/secrets/slack"
    text = (tmp_path / "alertmanager/alertmanager.yml").read_text()
    assert "env:" not in text


def test_pages_go_to_surefoot_where_it_runs(tmp_path: Path):
    text = (
        WORKSPACE
        + """    links: {surefoot: https://surefoot.example/}
    sources: {cluster-a: {key: env:INTAKE_KEY}}
"""
    )
    found = receivers(tmp_path, text)
    [hook] = found["payments-P1"]["webhook_configs"]
    assert hook["url"] == "https://surefoot.example/in/alertmanager/cluster-a"
    credentials = hook["http_config"]["authorization"]["credentials_file"]
    assert credentials == "/etc/alertmanager/secrets/cluster-a"
    assert "slack_configs" in found["payments-P3"]


@pytest.mark.parametrize("channel", ["webhook: env:HOOK", "teams: env:HOOK", "telegram: {token: env:T, chat: c}"])
def test_a_channel_that_alertmanager_cannot_use_gives_way_to_its_fallback(tmp_path: Path, channel: str):
    text = f"""
    services: {{checkout: {{owner: payments}}}}
    teams: {{payments: {{page: odd}}}}
    channels:
      odd: {{{channel}, fallback: plain}}
      plain: {{webhook: https://hooks.shop.example/page}}
    """
    [hook] = receivers(tmp_path, text)["payments-P1"]["webhook_configs"]
    assert hook["url"] == "https://hooks.shop.example/page"


@pytest.mark.real
def test_every_kind_of_channel_passes_amtool(tmp_path: Path, tool):
    text = """
    services: {a: {owner: a}, b: {owner: b}, c: {owner: c}, d: {owner: d}, e: {owner: e}}
    teams:
      a: {page: bot, chat: "channel:hook"}
      b: {page: genie}
      c: {page: mail, email: c@shop.example}
      d: {page: hook}
      e: {page: duty, email: e@shop.example}
    channels:
      bot: {slack: {token: env:SLACK_TOKEN, room: "#ops"}}
      genie: {opsgenie: {key: env:OPSGENIE_KEY, url: https://api.eu.opsgenie.example/}}
      mail: {email: {to: [ops@shop.example], smtp: mail.example, from: a@shop.example, username: u, password: env:P}}
      hook: {webhook: {url: https://hooks.shop.example/page, token: env:TOKEN}}
      duty: {pagerduty: {key: env:KEY, url: https://events.eu.example/v2/enqueue}}
    """
    found = receivers(tmp_path, text)
    assert found["e-P4"]["email_configs"][0]["smarthost"] == "mail.example:587"
    run(tool("amtool"), "check-config", tmp_path / "alertmanager/alertmanager.yml")


def test_tiers_of_one_objective_share_a_group_and_the_higher_silences_the_lower(tmp_path: Path):
    content = config(tmp_path)
    assert content["route"]["group_by"] == ["service", "sloth_id", "alertname"]
    page, fast, medium, down, grave = content["inhibit_rules"]
    assert page["source_matchers"] == ['surefoot_tier="page"', 'sloth_id=~".+"']
    assert page["target_matchers"] == ['surefoot_tier="ticket"', 'sloth_id=~".+"']
    assert page["equal"] == ["sloth_id", "tenant"]
    assert fast["target_matchers"][0] == 'surefoot_tier=~"medium|slow"'
    assert medium["target_matchers"][0] == 'surefoot_tier="slow"'
    assert "latency" in down["target_matchers"][0]
    assert grave["target_matchers"] == ['priority=~"P3|P4"', 'service=~".+"']


def test_business_hours_are_the_teams_by_its_own_clock(tmp_path: Path):
    content = config(tmp_path)
    [hours] = content["time_intervals"]
    assert hours == {
        "name": "business-hours-shop",
        "time_intervals": [
            {
                "times": [{"start_time": "08:00", "end_time": "18:00"}],
                "weekdays": ["monday:friday"],
                "location": "Europe/Berlin",
            },
            {
                "times": [{"start_time": "22:00", "end_time": "24:00"}],
                "weekdays": ["saturday"],
                "location": "Europe/Berlin",
            },
            {
                "times": [{"start_time": "00:00", "end_time": "02:00"}],
                "weekdays": ["sunday"],
                "location": "Europe/Berlin",
            },
        ],
    }
    waiting = [route for route in content["route"]["routes"] if "active_time_intervals" in route]
    assert [route["matchers"][-1] for route in waiting] == ['surefoot_tier="medium"', 'surefoot_tier="slow"']


def test_priorities_repeat_in_their_own_time(tmp_path: Path):
    routes = config(tmp_path)["route"]["routes"]
    repeats = {route["matchers"][1]: route["repeat_interval"] for route in routes}
    assert repeats == {'priority="P1"': "1h", 'priority="P2"': "4h", 'priority="P3"': "1d", 'priority="P4"': "1w"}
    assert "--data.retention=336h" in (tmp_path / "alertmanager/alertmanager.yml").read_text()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        assert isinstance(port, int)
        return port


@contextmanager
def alertmanager(program: str, folder: Path) -> Iterator[str]:
    """Run a real Alertmanager on the generated configuration."""
    address = f"127.0.0.1:{_free_port()}"
    command = [
        program,
        f"--config.file={folder / 'alertmanager/alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={"PATH": os.environ["PATH"]})
    try:
        yield f"http://{address}/api/v2/alerts"
    finally:
        process.terminate()
        process.wait()


def _states(url: str, alerts: list[dict[str, Any]]) -> dict[str, str]:
    body = json.dumps([{"labels": labels} for labels in alerts]).encode()
    headers = {"Content-Type": "application/json"}
    deadline = time.monotonic() + 20
    before: dict[str, str] = {}
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=2).close()  # noqa: S310  # loopback
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # loopback
                told = json.load(answer)
        except OSError:
            told = []
        states = {a["labels"]["alertname"]: a["status"]["state"] for a in told}
        if len(told) == len(alerts) and states == before and "suppressed" in states.values():
            return states
        before = states  # an alert may be seen before the inhibitor has learned of its source
        assert time.monotonic() < deadline, "Alertmanager does not answer"
        time.sleep(0.2)


@pytest.mark.real
def test_alertmanager_silences_what_follows_and_nothing_of_others(tmp_path: Path, tool):
    config(tmp_path)
    burn = {"alert_type": "error_budget", "sloth_id": "checkout-a", "service": "checkout", "tenant": "x"}
    alerts = [
        {**burn, "alertname": "Page", "surefoot_tier": "page", "priority": "P2"},
        {**burn, "alertname": "Ticket", "surefoot_tier": "ticket", "priority": "P3"},
        {**burn, "alertname": "OtherTenant", "surefoot_tier": "ticket", "priority": "P3", "tenant": "y"},
        {"alertname": "Down", "alert_type": "availability", "priority": "P1", "service": "search"},
        {"alertname": "Slow", "alert_type": "latency", "priority": "P2", "service": "search"},
        {"alertname": "Disk", "alert_type": "saturation", "priority": "P3", "service": "search"},
        {"alertname": "OtherService", "alert_type": "latency", "priority": "P3", "service": "checkout"},
        {"alertname": "NoService", "alert_type": "latency", "priority": "P3"},
    ]
    with alertmanager(tool("prometheus-alertmanager"), tmp_path) as url:
        states = _states(url, alerts)
    silenced = {name for name, state in states.items() if state == "suppressed"}
    assert silenced == {"Ticket", "Slow", "Disk"}
