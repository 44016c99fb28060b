from pathlib import Path

import pytest
import yaml

from surefoot.integrations.readings import names
from surefoot.outputs.resilience_rules import OUTPUT
from surefoot.promql.parse import parse
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("RES-5", "MON-2")

SPEC = """
    services:
      web: {depends_on: [{service: bank, breaker: 5 consecutive}]}
      bank: {depends_on: [{service: quiet}]}
      quiet: {}
"""


def test_services_with_policies_get_rules_over_metrics_that_exist(tmp_path: Path):
    (artifact,) = written(OUTPUT, resolved(tmp_path, SPEC), tmp_path)
    assert artifact.path == "prometheus/rules/web.resilience.yml"
    (group,) = yaml.safe_load(artifact.text)["groups"]
    assert group["name"] == "surefoot-resilience-web"
    exposed = {name + suffix for name in names() for suffix in ("", "_count", "_sum")}
    for rule in group["rules"]:
        expression = rule["expr"]
        parse(expression)
        assert 'service="web"' in expression
        assert any(f"{name}{{" in expression for name in exposed), expression
