from pathlib import Path

import pytest
import yaml

from surefoot.domain.rules.groups import groups
from surefoot.domain.rules.standard import KINDS, missing, standard_alerts
from surefoot.outputs._yaml import rule_file
from surefoot.spec.rulefile import Rule
from tests.workspaces import resolved, run

pytestmark = pytest.mark.req("ALR-2")

FULL = """
    services:
      checkout:
        owner: payments
        tier: critical
        targets: ["localhost:8080"]
        url: https://shop.example
        health: /health
        depends_on: [{store: orders}]
        exporters: [node, cadvisor, blackbox, postgres]
        slos:
          availability: {target: 99.9%, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}
          latency: {target: 99%, under: 500ms, histogram: http_request_duration_seconds}
    stores:
      orders: {engine: postgresql}
    teams:
      payments: {email: p@shop.example}
    exporters:
      node: {}
      cadvisor: {}
      blackbox: {targets: ["localhost:9115"]}
      postgres: {}
"""


def alerts(folder: Path, text: str, service: str = "checkout") -> dict[str, Rule]:
    system = resolved(folder, text)
    return {rule.name.removeprefix("Checkout"): rule for rule in standard_alerts(system.services[service], system)}


def service(extra: str, rest: str = "") -> str:
    return f"""
    services:
      checkout:
        {extra}
    {rest}
    """


def test_every_standard_alert_is_generated_where_everything_is_provided(tmp_path: Path):
    found = alerts(tmp_path, FULL)
    assert set(found) == {
        "ApiDown",
        "ServiceDown",
        "ServicePartlyDown",
        "HighErrorRate",
        "HighLatency",
        "DatabaseSlow",
        "HighCpu",
        "HighContainerCpu",
        "DiskFull",
        "CertificateExpiry",
        "ReplicationLag",
    }
    priorities = {name: rule.labels["priority"] for name, rule in found.items()}
    assert priorities["ApiDown"] == priorities["ServiceDown"] == "P1"
    assert priorities["ServicePartlyDown"] == priorities["HighErrorRate"] == priorities["HighLatency"] == "P2"
    assert priorities["DatabaseSlow"] == priorities["HighCpu"] == priorities["DiskFull"] == "P3"


def test_labels_and_annotations_are_those_that_routing_and_people_need(tmp_path: Path):
    rule = alerts(tmp_path, FULL)["HighErrorRate"]
    assert rule.labels == {
        "alert_type": "errors",
        "priority": "P2",
        "service": "checkout",
        "severity": "error",
        "team": "payments",
    }
    assert rule.annotations["runbook_url"] == "docs/operations/runbooks/checkout/CheckoutHighErrorRate.md"
    assert "{{ $value | humanizePercentage }}" in rule.annotations["description"]
    assert rule.annotations["summary"] == "checkout: more than 1 % of the requests fail"


def test_a_service_without_any_source_gets_no_alert_and_one_question_each(tmp_path: Path):
    system = resolved(tmp_path, service("description: nothing else"))
    checkout = system.services["checkout"]
    assert not list(standard_alerts(checkout, system))
    assert not list(groups(checkout, system))
    assert [name for name, _ in missing(checkout, system)] == [
        "api-down",
        "service-down",
        "high-error-rate",
        "high-latency",
        "high-cpu",
        "disk-full",
    ]


def test_nothing_is_missing_where_everything_is_provided_or_switched_off(tmp_path: Path):
    system = resolved(tmp_path, FULL)
    assert not list(missing(system.services["checkout"], system))
    off = ", ".join(f"{name}: off" for name in KINDS)
    system = resolved(tmp_path, service(f"alerts: {{{off}}}"))
    assert not list(missing(system.services["checkout"], system))


def test_a_database_and_a_certificate_are_asked_for_only_where_there_is_one(tmp_path: Path):
    text = service(
        "url: https://shop.example\n        depends_on: [{store: orders}]", "stores: {orders: {engine: postgresql}}"
    )
    system = resolved(tmp_path, text)
    names = [name for name, _ in missing(system.services["checkout"], system)]
    assert "database-slow" in names
    assert "certificate-expiry" in names


@pytest.mark.parametrize(
    ("preset", "tier", "errors", "lasting", "bound"),
    [
        ("sre", "critical", "> 0.01", 120, 'le="0.5"'),
        ("sre", "normal", "> 0.05", 300, 'le=~"1|1'),
        ("operations", "critical", "> 0.05", 300, 'le=~"1|1'),
    ],
)
def test_thresholds_follow_preset_and_tier(
    tmp_path: Path, preset: str, tier: str, errors: str, lasting: int, bound: str
):
    text = service(f"tier: {tier}\n        signals: {{requests: http_requests_total}}", f"policy: {{preset: {preset}}}")
    found = alerts(tmp_path, text)
    assert found["HighErrorRate"].expr.endswith(errors)
    assert found["HighErrorRate"].lasting is not None
    assert found["HighErrorRate"].lasting.total_seconds() == lasting
    assert bound in found["HighLatency"].expr


def test_the_service_changes_numbers_priority_and_runbook(tmp_path: Path):
    changes = "disk-full: {above: 90%, for: 5m, priority: P2, runbook: https://wiki.example/disk}"
    found = alerts(
        tmp_path, FULL.replace("        tier:", f"        alerts: {{high-cpu: off, {changes}}}\n        tier:")
    )
    assert "HighCpu" not in found
    disk = found["DiskFull"]
    assert "> 0.9\n" in disk.expr
    assert disk.labels["priority"] == "P2"
    assert disk.lasting is not None
    assert disk.lasting.total_seconds() == 300
    assert disk.annotations["runbook_url"] == "https://wiki.example/disk"


def test_a_limit_of_another_sort_changes_nothing(tmp_path: Path):
    text = FULL.replace("        tier:", "        alerts: {high-cpu: {above: 5m}}\n        tier:")
    assert alerts(tmp_path, text)["HighCpu"].expr.endswith("> 0.85")


def test_good_requests_are_counted_by_the_negated_condition_of_the_bad_ones(tmp_path: Path):
    text = service("slos: {a: {target: 99%, bad: 'x_total{code=~\"5..\"}', total: x_total}}")
    expr = alerts(tmp_path, text)["ApiDown"].expr
    assert expr == (
        'sum(rate(x_total{job="checkout"}[1m])) > 0 unless sum(rate(x_total{job="checkout",code!~"5.."}[1m])) > 0'
    )


def test_an_objective_on_another_metric_gives_its_own_names_and_no_latency(tmp_path: Path):
    text = service("slos: {a: {target: 99%, good: 'rpc_total{code=\"OK\"}', total: rpc_total}}")
    system = resolved(tmp_path, text)
    found = alerts(tmp_path, text)
    assert "rpc_total" in found["HighErrorRate"].expr
    assert "HighLatency" not in found
    assert "high-latency" in [name for name, _ in missing(system.services["checkout"], system)]


def test_rates_span_at_least_four_scrapes(tmp_path: Path):
    text = service("signals: {requests: r_total}", "policy: {prometheus: {scrape_interval: 1m}}")
    assert "[4m]" in alerts(tmp_path, text)["ApiDown"].expr


def test_the_profile_sloth_has_no_standard_alerts(tmp_path: Path):
    text = service("signals: {requests: r_total}", "policy: {slo: {profile: sloth}}")
    system = resolved(tmp_path, text)
    assert not list(standard_alerts(system.services["checkout"], system))
    assert not list(missing(system.services["checkout"], system))


SERIES = {
    'http_requests_total{job="checkout",code="200"}': "0+60x20 1200x40",
    'http_requests_total{job="checkout",code="500"}': "0x20 0+60x40",
    'http_request_duration_seconds_count{job="checkout"}': "0+60x60",
    'http_request_duration_seconds_bucket{job="checkout",le="0.5"}': "0+60x20 1200+30x40",
    'up{job="checkout",instance="a"}': "1x20 0x40",
    'up{job="checkout",instance="b"}': "1x30 0x30",
    'up{job="checkout",instance="c"}': "1x20 0x40",
    'node_filesystem_avail_bytes{job="node",instance="a",mountpoint="/",fstype="ext4"}': "70x20 10x40",
    'node_filesystem_size_bytes{job="node",instance="a",mountpoint="/",fstype="ext4"}': "100x60",
    'node_filesystem_avail_bytes{job="node",instance="a",mountpoint="/snap",fstype="squashfs"}': "0x60",
    'node_filesystem_size_bytes{job="node",instance="a",mountpoint="/snap",fstype="squashfs"}': "100x60",
    'probe_ssl_earliest_cert_expiry{job="blackbox",instance="https://shop.example"}': "86400x80",
    'pg_replication_lag_seconds{job="postgres",instance="r"}': "0x20 60x40",
    'node_cpu_seconds_total{job="node",instance="a",cpu="0",mode="idle"}': "0+60x20 1200+3x40",
}
SILENT = (
    "ApiDown",
    "ServiceDown",
    "ServicePartlyDown",
    "HighErrorRate",
    "HighLatency",
    "HighCpu",
    "DiskFull",
    "ReplicationLag",
)
FIRING = {  # minute by minute
    "ServicePartlyDown": ("25m", True),
    "HighErrorRate": ("30m", True),
    "HighLatency": ("30m", True),
    "ApiDown": ("25m", True),
    "ServiceDown": ("35m", True),
    "HighCpu": ("50m", True),
    "DiskFull": ("50m", True),
    "ReplicationLag": ("30m", True),
    "CertificateExpiry": ("70m", True),
}


@pytest.mark.real
def test_alerts_are_silent_before_and_fire_during_trouble_in_prometheus(tmp_path: Path, tool):
    system = resolved(tmp_path, FULL + "    policy: {prometheus: {scrape_interval: 1m}}\n")
    (tmp_path / "rules.yml").write_text(rule_file(list(groups(system.services["checkout"], system)), ""))
    rows = [(alert, "15m", False) for alert in SILENT] + [(a, at, on) for a, (at, on) in FIRING.items()]
    tests = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in SERIES.items()],
                "promql_expr_test": [
                    {
                        "expr": f'max(ALERTS{{alertname="Checkout{alert}",alertstate="firing"}})',
                        "eval_time": at,
                        "exp_samples": [{"labels": "{}", "value": 1}] if firing else [],
                    }
                    for alert, at, firing in rows
                ],
            }
        ],
    }
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(tests))
    run(tool("promtool"), "test", "rules", tmp_path / "tests.yml")
