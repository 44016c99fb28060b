"""Journey tighter than its steps.

## What it does

Computes what the objectives of a journey's steps promise together, from failures that add up over
independent ones to failures that coincide, and reports a `target` above the product.

## Why it matters

A journey works only if every step does. Three steps of 99.9 % make 99.7 % if they fail independently: a
journey promised at 99.9 % is broken while each team keeps its own promise.

## Example

```yaml
services:
  web:
    slos: {availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}}
  checkout:
    slos: {availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}}
journeys:
  place-order: {steps: [web, checkout], target: 99.9%}
```

## Use instead

```yaml
services:
  web:
    slos: {availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}}
  checkout:
    slos: {availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}}
journeys:
  place-order: {steps: [web, checkout], target: 99.8%}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.slo.burn import go_float
from surefoot.domain.slo.journey import feasible, step
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.entry import Entry
from surefoot.spec.model.service import Journey
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for journey in system.journeys.values():
        if journey.model.target is not None:
            yield from _judge(journey, journey.model.target, system)


def _judge(journey: Entry[Journey], target: float, system: System) -> Iterator[Finding]:
    services = [system.services.get(name) for name in dict.fromkeys(journey.model.steps)]
    slos = [slo for each in services if each and (slo := each.slos.get(journey.model.measure))]
    result = feasible(target, [step(slo.objective) for slo in slos])
    if not result.contradiction:
        return
    low, product, high = (
        f"{value * 100:.8g}" for value in (result.allowed.low, result.allowed.product, result.allowed.high)
    )
    steps = ", ".join(f"{slo.subject} {go_float(slo.objective)} %" for slo in slos)
    yield CHECK.finding(
        journey.origin.span("target"),
        f"the journey `{journey.name}` promises {go_float(target)} %, but its steps allow {product} % if they "
        f"fail independently, between {low} % and {high} % otherwise: {steps}",
        f"write `target: {product}%` or less, or ask for more from the steps",
        subject=journey.name,
    )


CHECK = Check(
    id="C09",
    name="journey tighter than its steps",
    severity=Severity.ERROR,
    why="such a journey is broken while each team keeps its own promise",
    ask=Role.ANALYST,
    system=_system,
)
