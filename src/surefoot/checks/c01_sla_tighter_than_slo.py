"""SLA tighter than its SLO.

## What it does

Compares each SLA with the objective that it stands beside: its bound (`under`, `younger_than`, `at_least`)
must not be tighter, and with the same bound its target must not be higher. A looser bound may come with a
higher target: p95 below 200 ms inside, p99 below 500 ms by contract.

## Why it matters

The objective is the fence before the cliff. Where the contract is tighter, it is broken while every alert
is silent and the error budget looks healthy.

## Example

```yaml
service: checkout
slos:
  availability: {target: 99.5%, sla: 99.9%, bad: http_errors_total, total: http_requests_total}
```

## Use instead

```yaml
service: checkout
slos:
  availability: {target: 99.9%, sla: 99.5%, bad: http_errors_total, total: http_requests_total}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding, Role, Severity
from surefoot.promql.duration import format_duration
from surefoot.spec.model.slo import Sla
from surefoot.spec.system import FreshnessSli, LatencySli, Sli, Slo, System, ThroughputSli


def _system(system: System) -> Iterator[Finding]:
    for service in system.services.values():
        for slo in service.slos.values():
            if slo.sla is not None:
                yield from _compare(slo, slo.sla)


def _compare(slo: Slo, sla: Sla) -> Iterator[Finding]:
    key, inside, outside, tighter = _bounds(slo.sli, sla)
    if tighter:
        message = f"the SLA's bound `{key}: {outside}` is tighter than the objective's `{inside}`"
        cure = f"write `{key}: {inside}` or looser under `sla`, or tighten the objective to `{outside}`"
        yield CHECK.finding(slo.origin.span("sla", key), message, cure, subject=slo.subject)
    elif inside == outside and sla.target > slo.objective:
        given, promised = go_float(slo.objective), go_float(sla.target)
        message = f"the SLA of {promised} % is tighter than the objective of {given} %"
        cure = f"write a target above `{promised}%`, or an `sla` below `{given}%`"
        yield CHECK.finding(slo.origin.span("sla"), message, cure, subject=slo.subject)


def _bounds(sli: Sli, sla: Sla) -> tuple[str, str, str, bool]:
    """Return the key of the bound, the objective's and the SLA's as text, and whether the latter is tighter."""
    match sli:
        case LatencySli(bound=bound) if sla.under:
            return "under", format_duration(bound), format_duration(sla.under), sla.under < bound
        case FreshnessSli(bound=bound) if sla.younger_than:
            own = sla.younger_than
            return "younger_than", format_duration(bound), format_duration(own), own < bound
        case ThroughputSli(floor=floor) if sla.at_least is not None:
            return "at_least", _rate(floor), _rate(sla.at_least), sla.at_least > floor
        case _:
            return "", "", "", False


def _rate(floor: float) -> str:
    return f"{go_float(floor)}/s"


CHECK = Check(
    id="C01",
    name="SLA tighter than its SLO",
    severity=Severity.ERROR,
    why="the contract is broken while every alert is silent",
    ask=Role.ANALYST,
    system=_system,
)
