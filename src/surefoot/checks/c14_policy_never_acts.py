"""Policy that never acts.

## What it does

Reports policies of a dependency that another one keeps from ever acting: a `timeout` that is not shorter than
the `deadline` of the whole call, a `breaker` with a `deadline` but no `timeout` (a call that hangs ends by the
deadline, which says nothing about the dependency and is not counted), `slow` calls or a `hedge` that begin only
after the `timeout`, a `budget` without `retry` or `hedge`, fallbacks behind a constant `value`, and settings of a
breaker that is `off`.

## Why it matters

Whoever reads the spec believes that the call is protected in this way. It shows in the first outage that it
is not.

## Example

```yaml
service: checkout
depends_on:
  - {service: payment-api, timeout: 600ms, breaker: 50% in 10s, slow: 80% over 1s}
```

## Use instead

```yaml
service: checkout
depends_on:
  - {service: payment-api, timeout: 600ms, breaker: 50% in 10s, slow: 80% over 400ms}
```
"""

from collections.abc import Iterator
from datetime import timedelta

from surefoot.checks import Check
from surefoot.domain.shields import BREAKER_KEYS, name
from surefoot.finding import Finding, Role, Severity
from surefoot.promql.duration import format_duration
from surefoot.spec.model.dependency import Dependency
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for service in system.services.values():
        for index, dependency in enumerate(service.model.depends_on):
            for key, problem, cure in (*_times(dependency), *_others(dependency)):
                yield CHECK.finding(
                    service.origin.span("depends_on", index, key),
                    f"`{key}` of the calls to `{name(dependency)}` never acts: {problem}",
                    cure,
                    subject=service.name,
                )


def _times(dependency: Dependency) -> Iterator[tuple[str, str, str]]:
    attempt = dependency.timeout.after if dependency.timeout else None
    whole = dependency.deadline
    if attempt and whole and attempt >= whole:
        yield "timeout", f"the whole call ends after {_text(whole)}", "write a shorter `timeout`, or drop it"
    if dependency.breaker and dependency.breaker.mode != "disabled" and whole and not attempt:
        problem = "when calls hang, the deadline ends them, and nothing is counted"
        yield "breaker", problem, f"add a `timeout` below {_text(whole)}"
    limit = min((each for each in (attempt, whole) if each), default=None)
    if limit is None:
        return
    ends = f"a call ends after {_text(limit)}"
    if dependency.slow and dependency.slow.over >= limit:
        yield "slow", ends, f"write less than {_text(limit)}, such as `80% over {_text(_half(limit))}`"
    if dependency.hedge and dependency.hedge.delay and dependency.hedge.delay >= limit:
        yield "hedge", ends, f"write less than {_text(limit)}, or `after p95`"


def _others(dependency: Dependency) -> Iterator[tuple[str, str, str]]:
    if dependency.budget and not dependency.retry and not dependency.hedge:
        yield "budget", "no call is sent again", "add `retry: 3` or `hedge: after p95`, or drop it"
    kinds = [fallback.kind for fallback in dependency.fallback]
    if "value" in kinds[:-1]:
        yield "fallback", "the constant always answers before the last one", "write the `value` last"
    if dependency.breaker and dependency.breaker.mode == "disabled":
        for key in BREAKER_KEYS[1:]:
            if getattr(dependency, key) is not None:
                yield key, "the breaker is `off`", "switch the breaker on, such as `50% in 10s`, or drop it"


def _half(limit: timedelta) -> timedelta:
    return timedelta(milliseconds=max(1, limit // timedelta(milliseconds=2)))


def _text(length: timedelta) -> str:
    return format_duration(length)


CHECK = Check(
    id="C14",
    name="policy that never acts",
    severity=Severity.WARNING,
    why="the spec promises a protection that is not there",
    ask=Role.DEVELOPER,
    system=_system,
)
