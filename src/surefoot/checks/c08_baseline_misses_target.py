"""Baseline that misses the target already.

## What it does

Compares objectives about latency with the measured `p50`, `p95` and `p99`, and those about throughput with
the measured `typical` and `peak` rate. It reports an objective that is missed by what was measured.

## Why it matters

With p95 at 700 ms, fewer than 95 % of the requests are faster than 500 ms; a target of 99 % is missed from
the first day, and the alert about it is switched off on the second.

## Example

```yaml
service: checkout
slos:
  latency: {target: 99%, under: 500ms, histogram: http_request_duration_seconds}
baselines: {p95: 700ms, measured: 2026-10-01}
```

## Use instead

```yaml
service: checkout
slos:
  latency: {target: 99%, under: 1s, histogram: http_request_duration_seconds}
baselines: {p95: 700ms, measured: 2026-10-01}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding, Role, Severity
from surefoot.promql.duration import format_duration
from surefoot.spec.model.service import Baselines
from surefoot.spec.system import LatencySli, Slo, System, ThroughputSli

_QUANTILES = (("p50", 50.0), ("p95", 95.0), ("p99", 99.0))


def _system(system: System) -> Iterator[Finding]:
    for service in system.services.values():
        measured = service.model.baselines
        for slo in service.slos.values() if measured else ():
            assert measured is not None
            problem = _problem(slo, measured)
            if problem:
                message, cure = problem
                cure = f"{cure}, or measure again: the baseline is of {measured.measured}"
                yield CHECK.finding(slo.origin.span(key=True), message, cure, subject=slo.subject)


def _problem(slo: Slo, measured: Baselines) -> tuple[str, str] | None:
    match slo.sli:
        case LatencySli(bound=bound):
            for key, quantile in _QUANTILES:
                value = getattr(measured, key)
                if value is not None and value > bound and slo.objective >= quantile:
                    promised = f"{go_float(slo.objective)} % shall be faster than {format_duration(bound)}"
                    shown = format_duration(value)
                    return f"{promised}, but the measured {key} is {shown}", f"write an `under` above `{shown}`"
        case ThroughputSli(floor=floor):
            for key in ("peak", "typical"):
                rate = getattr(measured, key)
                if rate is not None and rate < floor:
                    promised = f"at least {go_float(floor)}/s are promised"
                    shown = f"{go_float(rate)}/s"
                    return f"{promised}, but the measured {key} is {shown}", f"write `at_least: {shown}` or less"
        case _:
            pass
    return None


CHECK = Check(
    id="C08",
    name="baseline that misses the target already",
    severity=Severity.WARNING,
    why="a target that is missed from the first day is switched off on the second",
    ask=Role.QA,
    system=_system,
)
