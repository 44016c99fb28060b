from pathlib import Path

import pytest

from surefoot.domain.shields import settle, shields
from surefoot.resilience.settings import (
    AdaptiveSettings,
    BreakerSettings,
    BudgetSettings,
    BulkheadSettings,
    FallbackSettings,
    HedgeSettings,
    Mode,
    PipelineSettings,
    RateSettings,
    RetrySettings,
    ShedSettings,
    TimeoutSettings,
)
from surefoot.spec import policy
from surefoot.spec.model.dependency import Dependency
from surefoot.spec.model.policy_operations import OperationsPolicy
from tests.workspaces import resolved

SHIPPED = policy.area("operations", OperationsPolicy, {}, None)[0].resilience


def settled(**keys: object) -> PipelineSettings:
    return settle(Dependency.model_validate({"service": "bank", **keys}), SHIPPED)


@pytest.mark.req("RES-1", "RES-2", "RES-3", "RES-4")
def test_the_librarys_own_defaults_are_those_of_the_policy():
    assert settled(reset="30s").breaker == BreakerSettings()
    assert settled(retry="3").retry == RetrySettings()
    assert settled(retry="3").budget == BudgetSettings()
    assert settled(concurrency="5 queue 1").bulkhead == BulkheadSettings(5, 1)
    assert settled(concurrency="adaptive 5..10").adaptive == AdaptiveSettings(5, 10)
    assert settled(shed=True).shed == ShedSettings()
    assert settled(fallback="stale").fallback == (FallbackSettings("stale"),)
    assert TimeoutSettings().after == SHIPPED.timeout.total_seconds()


def test_what_is_not_declared_is_off():
    assert settled(deadline="2s") == PipelineSettings("bank", deadline=2)
    assert settled(budget="10%") == PipelineSettings("bank"), "nothing is sent again"


@pytest.mark.req("RES-1")
@pytest.mark.parametrize(
    ("preset", "breaker", "fallback"),
    [
        ("payment", BreakerSettings(share=0.5, window=10, reset=30), FallbackSettings("queue")),
        ("email", BreakerSettings(share=0.3, window=60, reset=60), FallbackSettings("queue")),
        ("search", BreakerSettings(share=0.5, window=5, reset=10), FallbackSettings("stale")),
    ],
)
def test_presets_are_as_required(preset: str, breaker: BreakerSettings, fallback: FallbackSettings):
    assert settled(preset=preset) == PipelineSettings("bank", breaker=breaker, fallback=(fallback,))


def test_own_keys_change_a_preset():
    found = settled(preset="payment", breaker="5 consecutive", fallback="value null", min_calls=7)
    assert found.breaker == BreakerSettings(consecutive=5, min_calls=7)
    assert found.fallback == (FallbackSettings("value"),)


def test_a_mode_alone_keeps_the_rule():
    assert settled(breaker="off").breaker == BreakerSettings(mode=Mode.DISABLED)
    preset = settled(preset="search", breaker={"mode": "metrics-only"}).breaker
    assert preset == BreakerSettings(share=0.5, window=5, reset=10, mode=Mode.METRICS_ONLY)


def test_a_delay_that_is_given_alone_does_not_contradict_the_other_default():
    assert settled(retry={"retries": 1, "cap": "500ms"}).retry == RetrySettings(1, 0.5, 0.5)
    assert settled(retry="1, 40s").retry == RetrySettings(1, 40, 40)


def test_every_key_is_carried_over():
    assert settled(
        deadline="2s",
        timeout="600ms in thread",
        retry="2, 100ms..1s x3 none",
        budget="10% floor 1",
        breaker="50% of 40 calls",
        min_calls=10,
        slow="80% over 500ms",
        reset="5s..1m x4",
        half_open="2 within 9s",
        concurrency="20 queue 50 wait 0s",
        rate="100/s burst 20 shared redis wait 1s",
        shed=True,
        fallback=["stale 1m", "alternative recent", "value []", "queue"],
        user_sees="less",
        chaos="allowed",
    ) == PipelineSettings(
        "bank",
        deadline=2,
        timeout=TimeoutSettings(0.6, thread=True),
        retry=RetrySettings(2, 0.1, 1, 3, "none"),
        budget=BudgetSettings(0.1, 1),
        breaker=BreakerSettings(
            share=0.5,
            calls=40,
            min_calls=10,
            slow_share=0.8,
            slow_over=0.5,
            reset=5,
            reset_longest=60,
            reset_factor=4,
            half_open=2,
            half_open_wait=9,
        ),
        bulkhead=BulkheadSettings(20, 50, 0),
        rate=RateSettings(100, 1, 20, wait=1, shared="redis"),
        shed=ShedSettings(),
        fallback=(
            FallbackSettings("stale", 60),
            FallbackSettings("alternative", alternative="recent"),
            FallbackSettings("value", value=[]),
            FallbackSettings("queue"),
        ),
        user_sees="less",
        chaos=True,
    )
    assert settled(hedge="after p99.9").hedge == HedgeSettings(quantile=0.999)
    assert settled(hedge="after 50ms").hedge == HedgeSettings(delay=0.05)
    assert settled(rate="100 per 1m sliding").rate == RateSettings(100, 60, sliding=True)


def test_the_spec_changes_the_policy_and_adds_presets(tmp_path: Path):
    system = resolved(
        tmp_path,
        """
        policy: {resilience: {queue_wait: 3s, presets: {mail: {breaker: 9 consecutive, reset: 1s, fallback: queue}}}}
        services:
          shop:
            depends_on:
              - {service: post, preset: mail, concurrency: 5}
              - {store: orders, user_sees: nothing}
        stores: {orders: {engine: postgresql}}
        """,
    )
    (found,) = shields(system)
    assert (found.service.name, found.settings.name) == ("shop", "post")
    assert found.settings.breaker == BreakerSettings(consecutive=9, reset=1)
    assert found.settings.bulkhead == BulkheadSettings(5, 0, 3)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"retry": "3", "hedge": "after p95"}, "exclude each other: drop one"),
        ({"preset": "paymnt"}, "no preset `paymnt`: write one of payment, email, search"),
        ({"breaker": "5 consecutive", "slow": "120% over 1s"}, "slow_share is 1.2: write a share"),
    ],
)
def test_contradictions_are_refused_and_left_out(keys: dict[str, object], problem: str):
    with pytest.raises(ValueError, match=problem):
        settled(**keys)
