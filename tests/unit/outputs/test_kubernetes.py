from pathlib import Path
from typing import Any

import pytest
import yaml

from surefoot.outputs.kubernetes import OUTPUT
from surefoot.outputs.prometheus_rules import OUTPUT as RULES
from tests.workspaces import resolved, run, written

pytestmark = pytest.mark.req("MON-2")

WORKSPACE = """
    services:
      Check_out:
        port: metrics
        selector: {job: shop, env: prod}
        url: https://shop.example
        exporters: blackbox
        slos:
          a: {target: 99%, bad: bad_total, total: all_total}
      search: {targets: ["localhost:9000"], metrics_path: /m}
      quiet: {}
    exporters:
      blackbox: {targets: ["prober:9115"]}
"""


def manifests(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    artifacts = written(OUTPUT, resolved(folder, WORKSPACE), folder)
    return {
        Path(artifact.path).stem: {manifest["kind"]: manifest for manifest in yaml.safe_load_all(artifact.text)}
        for artifact in artifacts
    }


def test_each_service_has_the_manifests_that_its_spec_supports(tmp_path: Path):
    found = manifests(tmp_path)
    assert {name: list(kinds) for name, kinds in found.items()} == {
        "Check_out": ["PrometheusRule", "ServiceMonitor", "Probe"],
        "search": ["PrometheusRule", "ServiceMonitor"],
    }
    for manifest in (each for kinds in found.values() for each in kinds.values()):
        assert manifest["apiVersion"] == "monitoring.coreos.com/v1"
        assert manifest["metadata"]["name"] in ("check-out", "search")


@pytest.mark.real
def test_the_rules_are_those_of_the_plain_file(tmp_path: Path, tool):
    rule = manifests(tmp_path)["Check_out"]["PrometheusRule"]
    written(RULES, resolved(tmp_path, WORKSPACE), tmp_path)
    plain = yaml.safe_load((tmp_path / "prometheus/rules/Check_out.yml").read_text())
    assert rule["spec"] == plain
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rule["spec"]))
    run(tool("promtool"), "check", "rules", tmp_path / "rules.yml")


def test_the_monitor_selects_by_app_and_sets_the_labels_of_the_rules(tmp_path: Path):
    found = manifests(tmp_path)
    spec = found["Check_out"]["ServiceMonitor"]["spec"]
    assert spec["selector"] == {"matchLabels": {"app": "Check_out"}}
    [endpoint] = spec["endpoints"]
    assert endpoint["port"] == "metrics"
    assert endpoint["relabelings"] == [
        {"targetLabel": "job", "replacement": "shop"},
        {"targetLabel": "env", "replacement": "prod"},
    ]
    [derived] = found["search"]["ServiceMonitor"]["spec"]["endpoints"]
    assert (derived["targetPort"], derived["path"]) == (9000, "/m")
    assert "relabelings" not in derived


def test_the_probe_asks_the_prober_about_the_page(tmp_path: Path):
    spec = manifests(tmp_path)["Check_out"]["Probe"]["spec"]
    assert spec["jobName"] == "blackbox"
    assert spec["prober"] == {"url": "prober:9115"}
    assert spec["targets"] == {"staticConfig": {"static": ["https://shop.example"]}}
