from pathlib import Path
from typing import Any

import pytest
import yaml

from surefoot.outputs.prometheus_config import OUTPUT, at_least
from surefoot.outputs.prometheus_rules import OUTPUT as RULES
from tests.workspaces import resolved, run, written

pytestmark = pytest.mark.req("MON-2")

WORKSPACE = """
    alertmanager: {targets: ["am-1:9093", "https://am.example/prefix"]}
    services:
      checkout:
        targets: ["localhost:8080", "http://localhost:8081/metrics"]
        url: https://shop.example
        health: /health
        exporters: [blackbox, node]
      search: {targets: ["localhost:9000"], selector: {job: checkout, env: prod}, scheme: https, metrics_path: /m}
      same: {targets: ["localhost:8080"], selector: {job: checkout}, url: https://shop.example, exporters: blackbox}
    exporters:
      blackbox: {targets: ["prober:9115"]}
      node: {targets: ["localhost:9100"], selector: {job: node, cluster: a}}
"""


def config(folder: Path, text: str = WORKSPACE) -> dict[str, Any]:
    [artifact] = written(OUTPUT, resolved(folder, text), folder)
    content = yaml.safe_load(artifact.text)
    assert isinstance(content, dict)
    return content


def test_intervals_rules_and_alertmanagers_are_the_policys_and_the_workspaces(tmp_path: Path):
    content = config(tmp_path)
    assert content["global"] == {
        "scrape_interval": "15s",
        "scrape_timeout": "10s",
        "evaluation_interval": "15s",
    }
    assert content["rule_files"] == ["rules/*.yml"]
    assert content["alerting"]["alertmanagers"] == [
        {"static_configs": [{"targets": ["am-1:9093"]}]},
        {"scheme": "https", "path_prefix": "/prefix", "static_configs": [{"targets": ["am.example"]}]},
    ]


def test_series_get_the_labels_that_the_rules_select(tmp_path: Path):
    jobs = {job["job_name"]: job for job in config(tmp_path)["scrape_configs"]}
    assert jobs["checkout"]["static_configs"] == [{"targets": ["localhost:8080", "localhost:8081"]}]
    assert jobs["node"]["static_configs"] == [{"targets": ["localhost:9100"], "labels": {"cluster": "a"}}]
    # Another path cannot share a job, only its label.
    assert jobs["checkout-search"]["metrics_path"] == "/m"
    assert jobs["checkout-search"]["scheme"] == "https"
    assert jobs["checkout-search"]["static_configs"] == [
        {"targets": ["localhost:9000"], "labels": {"job": "checkout", "env": "prod"}}
    ]


def test_page_and_health_are_probed_once_through_the_exporter(tmp_path: Path):
    [probe] = [job for job in config(tmp_path)["scrape_configs"] if job["job_name"] == "blackbox"]
    assert probe["params"] == {"module": ["http_2xx"]}
    assert probe["static_configs"] == [{"targets": ["https://shop.example", "https://shop.example/health"]}]
    assert probe["relabel_configs"][-1] == {"target_label": "__address__", "replacement": "prober:9115"}


def test_prometheus_3_is_told_how_to_read_what_names_no_type(tmp_path: Path):
    newer = config(tmp_path, WORKSPACE + '    policy: {prometheus: {target: "3.1"}}\n')
    assert all(job["fallback_scrape_protocol"] == "PrometheusText0.0.4" for job in newer["scrape_configs"])
    assert "fallback_scrape_protocol" not in config(tmp_path)["scrape_configs"][0]
    assert at_least("2.100", (2, 42))


@pytest.mark.real
@pytest.mark.parametrize("text", [WORKSPACE, "\n    services: {quiet: {}}\n"])
def test_promtool_accepts_the_configuration_and_its_rules(tmp_path: Path, tool, text: str):
    config(tmp_path, text)
    written(RULES, resolved(tmp_path, text), tmp_path)
    run(tool("promtool"), "check", "config", tmp_path / "prometheus/prometheus.yml")
