import json
from typing import Any

import pytest

from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import (
    AdaptiveSettings,
    BreakerSettings,
    BudgetSettings,
    BulkheadSettings,
    FallbackSettings,
    HedgeSettings,
    PipelineSettings,
    RateSettings,
    RetrySettings,
    ShedSettings,
    TimeoutSettings,
)
from surefoot.resilience.state import page, text

pytestmark = pytest.mark.req("RES-5")


def pipelines() -> Any:
    common: dict[str, Any] = {
        "deadline": 2.0,
        "timeout": TimeoutSettings(),
        "budget": BudgetSettings(),
        "breaker": BreakerSettings(),
        "rate": RateSettings(5),
        "shed": ShedSettings(),
        "chaos": True,
        "fallback": (FallbackSettings("stale"),),
    }
    return [
        Pipeline(PipelineSettings("payment-api", retry=RetrySettings(), bulkhead=BulkheadSettings(5), **common)),
        Pipeline(PipelineSettings("search", hedge=HedgeSettings(delay=1), adaptive=AdaptiveSettings(1, 9), **common)),
    ]


def test_the_page_is_json_with_every_policy():
    (one, other) = json.loads(json.dumps(page(pipelines())))["pipelines"]
    assert one["name"] == "payment-api"
    assert {*one["policies"], *other["policies"]} == {
        *("fallback", "deadline", "shed", "adaptive", "budget", "retry", "hedge"),
        *("rate", "breaker", "bulkhead", "timeout", "chaos"),
    }


def test_the_page_for_people_has_a_line_for_each_policy():
    lines = text(pipelines()).splitlines()
    assert lines[0] == "payment-api"
    assert any(line.startswith("  breaker     state=closed generation=0 ") for line in lines)
    assert len(lines) == 2 + 10 + 10
