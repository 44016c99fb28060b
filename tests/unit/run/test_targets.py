from pathlib import Path

import pytest

from surefoot.run.targets import targets
from tests.workspaces import resolved

SPEC = """
    services:
      shop:
        targets: ["shop:8080", "http://shop:8081/metrics"]
        metrics_path: /internal/metrics
        url: https://shop.example
        exporters: [blackbox, node]
      search: {targets: ["search:9000"], selector: {job: find, env: prod}, scheme: https}
    exporters:
      blackbox: {targets: ["prober:9115"]}
      node: {targets: ["node:9100"]}
"""


@pytest.mark.req("PLT-3", "MON-2")
def test_what_prometheus_would_scrape_becomes_addresses(tmp_path: Path):
    found = {target.url: dict(target.labels) for target in targets(resolved(tmp_path, SPEC))}
    assert found == {
        "http://shop:8080/internal/metrics": {"instance": "shop:8080", "job": "shop"},
        "http://shop:8081/internal/metrics": {"instance": "shop:8081", "job": "shop"},
        "https://search:9000/metrics": {"env": "prod", "instance": "search:9000", "job": "find"},
        "http://node:9100/metrics": {"instance": "node:9100", "job": "node"},
        "http://prober:9115/probe?module=http_2xx&target=https%3A%2F%2Fshop.example": {
            "instance": "https://shop.example",
            "job": "blackbox",
        },
    }
