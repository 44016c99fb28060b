from pathlib import Path
from typing import Any

import pytest

from surefoot.integrations.readings import names, read, text, write
from surefoot.resilience import (
    AdaptiveSettings,
    BreakerSettings,
    BudgetSettings,
    BulkheadSettings,
    FallbackSettings,
    HedgeSettings,
    Pipeline,
    PipelineSettings,
    RateSettings,
    RetrySettings,
    ShedSettings,
    TimeoutSettings,
    load,
)

pytestmark = pytest.mark.req("RES-5")

FULL = {
    "deadline": 5,
    "timeout": TimeoutSettings(1),
    "budget": BudgetSettings(),
    "breaker": BreakerSettings(share=0.5, calls=10, min_calls=2),
    "bulkhead": BulkheadSettings(7),
    "rate": RateSettings(100),
    "shed": ShedSettings(),
    "fallback": (FallbackSettings("value", value=1),),
    "chaos": True,
}


def values(pipelines: Any) -> dict[str, str]:
    lines = [line for line in write(pipelines).decode().splitlines() if not line.startswith("#")]
    return dict(line.rsplit(" ", 1) for line in lines)


def test_every_policy_has_its_metrics_in_the_names_of_resilience4j():
    settings: Any = FULL
    retrying = Pipeline(PipelineSettings("a", retry=RetrySettings(), **settings))
    hedging = Pipeline(PipelineSettings("b", hedge=HedgeSettings(delay=1), adaptive=AdaptiveSettings(1, 5)))
    found = {family.name for family in read([retrying, hedging])}
    assert found == set(names())
    retrying.call(int)
    shown = values([retrying])
    assert shown['resilience4j_circuitbreaker_state{name="a",state="closed"}'] == "1"
    assert shown['resilience4j_circuitbreaker_state{name="a",state="half_open"}'] == "0"
    assert shown['resilience4j_circuitbreaker_calls_seconds_count{name="a",kind="successful"}'] == "1"
    assert shown['resilience4j_circuitbreaker_buffered_calls{name="a",kind="successful"}'] == "1"
    assert shown['resilience4j_circuitbreaker_failure_rate{name="a"}'] == "-1"
    assert shown['resilience4j_retry_calls_total{name="a",kind="successful_without_retry"}'] == "1"
    assert shown['resilience4j_bulkhead_max_allowed_concurrent_calls{name="a"}'] == "7"
    assert shown['resilience4j_ratelimiter_available_permissions{name="a"}'] == "99"
    retrying.call(int)
    assert values([retrying])['resilience4j_circuitbreaker_failure_rate{name="a"}'] == "0.0"


def test_both_ways_to_write_agree():
    settings: Any = FULL
    pipelines = [Pipeline(PipelineSettings(name, retry=RetrySettings(), **settings)) for name in ("a", 'b"\\\n')]
    assert write(pipelines) == text(read(pipelines))


def test_pipelines_of_a_file_have_their_service_as_a_label(tmp_path: Path):
    path = tmp_path / "resilience.json"
    path.write_text('{"format": 1, "services": {"web": {"bank": {"breaker": {}}}, "jobs": {"bank": {"breaker": {}}}}}')
    shown = values(load(path))
    assert 'resilience4j_circuitbreaker_slow_calls{name="bank",service="web"}' in shown
    assert 'resilience4j_circuitbreaker_slow_calls{name="bank",service="jobs"}' in shown


def test_nothing_gives_nothing():
    assert write([]) == b""
    assert write([Pipeline(PipelineSettings("a"))]) == b""
