"""What happens when a dependency fails: how each call is shielded, and what users see then (RES-4)."""

from collections.abc import Iterator
from datetime import timedelta
from json import dumps
from typing import assert_never

from surefoot.artifact import Artifact
from surefoot.domain.shields import name, shields
from surefoot.outputs import Output
from surefoot.outputs._markdown import code, length, page, table
from surefoot.resilience.settings import (
    AdaptiveSettings,
    BreakerSettings,
    BulkheadSettings,
    FallbackSettings,
    Mode,
    PipelineSettings,
)
from surefoot.spec.model.dependency import Dependency
from surefoot.spec.system import Service, System

_PATH = "docs/operations/degradation.md"
_INTRODUCTION = (
    "How each service shields itself from what it depends on, and what users see while that fails. Without a "
    "policy a failure is passed on as it comes."
)


def _render(system: System) -> Iterator[Artifact]:
    needing = [service for service in system.services.values() if service.model.depends_on]
    if needing:
        yield Artifact(_PATH, page(system, "Degradation", _blocks(needing, system)))


def _blocks(services: list[Service], system: System) -> Iterator[str]:
    settled = {(each.service.name, name(each.dependency)): each.settings for each in shields(system)}
    yield _INTRODUCTION
    for service in services:
        yield f"## {service.name}"
        rows = (
            _row(dependency, settled.get((service.name, name(dependency)))) for dependency in service.model.depends_on
        )
        yield table(("Depends on", "Kind", "Shielded by", "When it fails", "Users see", "Experiments"), rows)


def _row(dependency: Dependency, settings: PipelineSettings | None) -> tuple[str, ...]:
    kind = f"{'hard' if dependency.hard else 'soft'}, {'service' if dependency.service else 'store'}"
    shield = "; ".join(words(settings)) if settings else ""
    instead = ", else ".join(_fallback(each) for each in settings.fallback) if settings else ""
    passed = "the caller gets the error"
    seen = dependency.user_sees or "not said"
    return name(dependency), kind, shield or "nothing", instead or passed, seen, dependency.chaos


def words(settings: PipelineSettings) -> Iterator[str]:
    """Say in words what each policy does, outermost first."""
    if settings.deadline is not None:
        yield f"at most {_time(settings.deadline)} for the whole call"
    if settings.shed:
        yield f"less important calls are shed when more than {_share(1 - settings.shed.headroom)} fail"
    if settings.adaptive:
        limit = settings.adaptive
        yield f"{limit.least} to {limit.most} calls at a time, as many as it bears{_queue(limit)}"
    yield from _again(settings)
    if settings.rate:
        rate = settings.rate
        burst = f" in bursts of {rate.burst}" if rate.burst else ""
        shared = f", counted in {rate.shared}" if rate.shared else ""
        yield f"at most {rate.count} calls per {_time(rate.per)}{burst}{shared}"
    if settings.breaker:
        yield _breaker(settings.breaker)
    if settings.bulkhead:
        yield f"{settings.bulkhead.limit} calls at a time{_queue(settings.bulkhead)}"
    if settings.timeout:
        yield f"at most {_time(settings.timeout.after)} for one attempt"


def _again(settings: PipelineSettings) -> Iterator[str]:
    share = f", for {_share(settings.budget.share)} of the calls at most" if settings.budget else ""
    if settings.retry:
        retry = settings.retry
        growing = f"within {_time(retry.base)}, growing ×{retry.factor:g} to {_time(retry.cap)}"
        yield f"up to {retry.retries} repetitions {growing}{share}"
    if settings.hedge:
        hedge = settings.hedge
        after = f"p{hedge.quantile * 100:g}" if hedge.quantile is not None else _time(hedge.delay or 0)
        yield f"a second call after {after}{share}"


def _breaker(breaker: BreakerSettings) -> str:
    if breaker.mode is Mode.DISABLED:
        return "the breaker is off"
    slow = ""
    if breaker.slow_share is not None and breaker.slow_over is not None:
        slow = f", or {_share(breaker.slow_share)} slower than {_time(breaker.slow_over)}"
    if breaker.share is None:
        rule = f"{breaker.consecutive} failures in a row{slow}"
    else:
        window = _time(breaker.window) if breaker.window else f"{breaker.calls} calls"
        rule = f"{_share(breaker.share)} failures in {window}{slow} (from {breaker.min_calls} calls on)"
    mode = "" if breaker.mode is Mode.NORMAL else f" [{breaker.mode}]"
    pause = _time(breaker.reset)
    if breaker.reset_longest > breaker.reset:
        pause += f", up to {_time(breaker.reset_longest)}"
    return f"the breaker opens at {rule} for {pause}{mode}"


def _queue(limit: BulkheadSettings | AdaptiveSettings) -> str:
    return f", {limit.queue} more wait {_time(limit.wait)} at most" if limit.queue else ""


def _fallback(fallback: FallbackSettings) -> str:
    match fallback.kind:
        case "stale":
            return f"the last good answer, at most {_time(fallback.stale)} old"
        case "queue":
            return "queued and made later"
        case "value":
            return f"the constant {code(dumps(fallback.value, ensure_ascii=False))}"
        case "alternative":
            return f"{fallback.alternative} instead"
        case _:
            assert_never(fallback.kind)


def _time(seconds: float) -> str:
    return f"{round(seconds * 1000, 1):g} ms" if seconds < 1 else length(timedelta(seconds=seconds))


def _share(share: float) -> str:
    return f"{round(share * 100, 4):g} %"


OUTPUT = Output(
    "degradation-document",
    "How each call to a dependency is shielded, and what users see when it fails.",
    _render,
)
