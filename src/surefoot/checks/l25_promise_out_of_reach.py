"""Objective that contradicts another promise.

## What it does

Compares each objective with its SLA, and an availability with the product of the availabilities of the
services that it cannot do without (`depends_on`, hard, without fallback).

## Why it matters

An SLA tighter than the objective is broken before any alert sounds. A service that needs two others of
99.9 % each fails with either of them: 99.8 % is left before its own first fault.

## Example

```yaml
service: shop
slos:
  availability: {target: 99.9%, sla: 99.95%, bad: errors_total, total: requests_total}
```

## Use instead

```yaml
service: shop
slos:
  availability: {target: 99.9%, sla: 99.5%, bad: errors_total, total: requests_total}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.slo.burn import go_float
from surefoot.domain.slo.journey import feasible, step
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import EventSli, Service, Slo, System


def _system(system: System) -> Iterator[Finding]:
    for service in system.services.values():
        needed = _needed(service, system)
        for slo in service.slos.values():
            yield from _agreement(slo)
            if needed and isinstance(slo.sli, EventSli):
                yield from _product(slo, needed)


def _agreement(slo: Slo) -> Iterator[Finding]:
    if slo.sla is None or slo.sla.under or slo.sla.younger_than or slo.sla.at_least:
        return  # a looser bound may well be kept more often
    if slo.sla.target > slo.objective:
        message = f"the SLA {go_float(slo.sla.target)} % is tighter than the objective {go_float(slo.objective)} %"
        cure = f"write a target above {go_float(slo.sla.target)}%, or loosen the SLA below {go_float(slo.objective)}%"
        span = slo.origin.span("sla") if slo.origin.has("sla") else slo.origin.span(key=True)
        yield CHECK.finding(span, message, cure, subject=slo.subject)


def _product(slo: Slo, needed: dict[str, Slo]) -> Iterator[Finding]:
    judged = feasible(slo.objective, [step(other.objective) for other in needed.values()])
    if not judged.contradiction:
        return
    shown = " × ".join(f"{go_float(other.objective)} %" for other in needed.values())
    product = 100 * judged.allowed.product
    equals = f" = {product:.6g} %" if len(needed) > 1 else ""
    message = (
        f"the objective {go_float(slo.objective)} % is tighter than its hard dependencies allow "
        f"({', '.join(needed)}): {shown}{equals}"
    )
    cure = f"write a target of at most {product:.6g}%, or give a dependency a `fallback`"
    yield CHECK.finding(slo.origin.span("target"), message, cure, subject=slo.subject)


def _needed(service: Service, system: System) -> dict[str, Slo]:
    """Collect, for each service that this one cannot do without, the availability that it promises."""
    result: dict[str, Slo] = {}
    for dependency in service.model.depends_on:
        other = system.services.get(dependency.service or "")
        if other is None or not dependency.hard or dependency.fallback:
            continue
        promised = [slo for slo in other.slos.values() if isinstance(slo.sli, EventSli)]
        named = [slo for slo in promised if slo.name == "availability"] or promised
        if len(named) == 1:
            result[other.name] = named[0]
    return result


CHECK = Check(
    id="L25",
    name="objective that contradicts another promise",
    severity=Severity.ERROR,
    why="of two promises that contradict each other one will be broken",
    ask=Role.ARCHITECT,
    system=_system,
    needs="dependencies that this workspace does not describe promise nothing",
)
