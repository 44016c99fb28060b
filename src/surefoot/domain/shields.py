"""How a service shields itself from what it depends on: the settings of each call, preset and policy filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

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
from surefoot.spec.model.dependency import Dependency, Fallback
from surefoot.spec.system import Service, System

if TYPE_CHECKING:
    from surefoot.spec.model.policy_operations import Resilience, ResiliencePreset
    from surefoot.spec.source import Value

BREAKER_KEYS = ("breaker", "min_calls", "slow", "reset", "half_open")
POLICY_KEYS = (
    *("preset", "deadline", "timeout", "retry", "budget"),
    *BREAKER_KEYS,
    *("concurrency", "rate", "hedge", "fallback"),
)


@dataclass(frozen=True, slots=True)
class Shield:
    """The settings of the calls from one service to one thing that it depends on."""

    service: Service
    dependency: Dependency
    settings: PipelineSettings


def name(dependency: Dependency) -> str:
    """Return the name of what is depended on."""
    return dependency.service or dependency.store or ""


def declared(dependency: Dependency) -> bool:
    """Return whether it has any policy."""
    return dependency.shed or any(getattr(dependency, key) not in (None, ()) for key in POLICY_KEYS)


def shields(system: System) -> Iterator[Shield]:
    """List every shield in the order of the spec; one that contradicts itself is left out (rule C13 reports it)."""
    policies = numbers(system)
    for service in system.services.values():
        for dependency in service.model.depends_on:
            if declared(dependency):
                try:
                    yield Shield(service, dependency, settle(dependency, policies))
                except ValueError:
                    continue


def numbers(system: System) -> "Resilience":
    """Return the policy's numbers of resilience, with the spec's changes."""
    from surefoot.spec.model.policy_operations import OperationsPolicy  # noqa: PLC0415  # few specs need it

    written = system.spec.single.get("policy")
    changes = cast("Mapping[str, Value]", written.model) if written else {}
    return policy.area("operations", OperationsPolicy, changes, written.origin if written else None)[0].resilience


def settle(dependency: Dependency, policies: "Resilience") -> PipelineSettings:
    """Fill in what a dependency leaves open: from its preset, then from the policy.

    A policy that is not asked for stays off, except that repetitions and hedges always have a budget.

    Raises:
        ValueError: Its policies contradict each other, or the preset does not exist; says what to write.
    """
    preset = policies.presets.get(dependency.preset or "")
    if dependency.preset and preset is None:
        raise ValueError(f"there is no preset `{dependency.preset}`: write one of {', '.join(policies.presets)}")
    repeats = dependency.retry is not None or dependency.hedge is not None
    timeout = dependency.timeout
    return PipelineSettings(
        name=name(dependency),
        deadline=dependency.deadline.total_seconds() if dependency.deadline else None,
        timeout=TimeoutSettings(timeout.after.total_seconds(), timeout.thread) if timeout else None,
        retry=_retry(dependency, policies),
        budget=_budget(dependency, policies) if repeats else None,
        breaker=_breaker(dependency, preset, policies),
        bulkhead=_bulkhead(dependency, policies),
        adaptive=_adaptive(dependency, policies),
        rate=_rate(dependency),
        hedge=_hedge(dependency),
        shed=ShedSettings(_part(policies.shed.headroom), _part(policies.shed.most)) if dependency.shed else None,
        fallback=tuple(
            _fallback(each, policies) for each in dependency.fallback or ((preset.fallback,) if preset else ())
        ),
        user_sees=dependency.user_sees or "",
        chaos=dependency.chaos == "allowed",
    )


def _retry(dependency: Dependency, policies: "Resilience") -> RetrySettings | None:
    own, shipped = dependency.retry, policies.retry
    if own is None:
        return None
    standard = RetrySettings()
    base, cap = own.base or shipped.base, own.cap or shipped.cap
    first = base.total_seconds() if base else standard.base
    longest = cap.total_seconds() if cap else standard.cap
    if own.cap is None:
        longest = max(longest, first)
    elif own.base is None:
        first = min(longest, first)
    return RetrySettings(
        retries=own.retries,
        base=first,
        cap=longest,
        factor=own.factor or shipped.factor or standard.factor,
        jitter=own.jitter or shipped.jitter or standard.jitter,
    )


def _budget(dependency: Dependency, policies: "Resilience") -> BudgetSettings:
    own = dependency.budget or policies.budget
    floor = policies.budget.floor if own.floor is None else own.floor
    return BudgetSettings(_part(own.share), BudgetSettings().floor if floor is None else floor)


def _breaker(
    dependency: Dependency, preset: "ResiliencePreset | None", policies: "Resilience"
) -> BreakerSettings | None:
    if preset is None and all(getattr(dependency, key) is None for key in BREAKER_KEYS):
        return None
    shipped, standard = policies.breaker, BreakerSettings()
    rule = dependency.breaker or (preset.breaker if preset else shipped.rule)
    mode = Mode(rule.mode)
    if rule.share is None and rule.consecutive is None:  # a mode alone
        rule = preset.breaker if preset else shipped.rule
    reset = dependency.reset or (preset.reset if preset else shipped.reset)
    half_open, slow = dependency.half_open or shipped.half_open, dependency.slow
    longest, wait = reset.longest or shipped.reset.longest, half_open.wait or shipped.half_open.wait
    return BreakerSettings(
        consecutive=rule.consecutive,
        share=None if rule.share is None else _part(rule.share),
        window=rule.window.total_seconds() if rule.window else None,
        calls=rule.calls,
        min_calls=dependency.min_calls or shipped.min_calls,
        slow_share=_part(slow.share) if slow else None,
        slow_over=slow.over.total_seconds() if slow else None,
        reset=reset.first.total_seconds(),
        reset_longest=longest.total_seconds() if longest else standard.reset_longest,
        reset_factor=reset.factor or shipped.reset.factor or standard.reset_factor,
        half_open=half_open.calls,
        half_open_wait=wait.total_seconds() if wait else standard.half_open_wait,
        mode=mode,
    )


def _bulkhead(dependency: Dependency, policies: "Resilience") -> BulkheadSettings | None:
    own = dependency.concurrency
    if own is None or own.limit is None:
        return None
    wait = policies.queue_wait if own.wait is None else own.wait
    return BulkheadSettings(own.limit, own.queue or 0, wait.total_seconds())


def _adaptive(dependency: Dependency, policies: "Resilience") -> AdaptiveSettings | None:
    own = dependency.concurrency
    if own is None or own.least is None or own.most is None:
        return None
    wait = policies.queue_wait if own.wait is None else own.wait
    return AdaptiveSettings(own.least, own.most, own.queue or 0, wait.total_seconds())


def _rate(dependency: Dependency) -> RateSettings | None:
    own = dependency.rate
    if own is None:
        return None
    return RateSettings(
        count=own.count,
        per=own.per.total_seconds(),
        burst=own.burst,
        sliding=own.algorithm == "sliding",
        wait=own.wait.total_seconds() if own.wait else 0.0,
        shared=own.shared,
    )


def _hedge(dependency: Dependency) -> HedgeSettings | None:
    own = dependency.hedge
    if own is None:
        return None
    if own.quantile is not None:
        return HedgeSettings(quantile=_part(own.quantile))
    return HedgeSettings(delay=own.delay.total_seconds() if own.delay else None)


def _fallback(own: Fallback, policies: "Resilience") -> FallbackSettings:
    age = own.stale or policies.stale
    return FallbackSettings(own.kind, age.total_seconds(), own.value, own.alternative)


def _part(percent: float) -> float:
    """Turn 99.9 into 0.999, not into the nearest quotient."""
    return round(percent / 100, 10)
