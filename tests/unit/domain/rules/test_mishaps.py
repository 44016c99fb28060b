from datetime import timedelta

import pytest

from surefoot.domain.rules.trials import trials
from tests.workspaces import resolved

EXPORTERS = """
exporters:
  node: {targets: [node-1:9100]}
  cadvisor: {targets: [cadvisor:8080]}
  blackbox: {targets: [blackbox:9115]}
  postgres: {targets: [postgres:9187]}
"""
SPEC = f"""{EXPORTERS}
services:
  shop:
    targets: [shop-1:80, shop-2:80]
    url: https://shop.example
    exporters: [node, cadvisor, blackbox, postgres]
    depends_on: [{{store: db}}]
    slos:
      served: {{target: 99.9%, bad: 'requests_total{{code="500"}}', total: requests_total}}
      fast: {{target: 99%, under: 1s, histogram: h}}
"""


@pytest.mark.req("ALR-2")
def test_every_standard_alert_has_a_story_that_fires(tmp_path):
    system = resolved(tmp_path, SPEC)
    tried = {trial.kind: list(trial.stories(system)) for trial in trials(system.services["shop"], system) if trial.kind}
    assert len(tried) == 9
    assert all(any(story.theory is not None for story in stories) for stories in tried.values())


@pytest.mark.req("ALR-2")
def test_a_service_that_is_only_probed_is_down_when_every_probe_fails(tmp_path):
    system = resolved(
        tmp_path, f"{EXPORTERS}\nservices: {{shop: {{url: https://shop.example, exporters: [blackbox]}}}}\n"
    )
    down = next(trial for trial in trials(system.services["shop"], system) if trial.kind == "api-down")
    (story,) = down.stories(system)
    assert story.theory == timedelta(minutes=1)
