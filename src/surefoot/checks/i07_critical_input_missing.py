"""Input missing for a critical service.

## What it does

Reports a service of tier `critical` that lacks one of

- a design: `description` or `depends_on` (solution architect),
- a topology: `targets`, `selector`, `environments` or `regions` (platform team),
- an SLA: an objective with `sla` (business analyst).

A journey through it is demanded by I03, the compliance regimes by I04.

## Why it matters

For other services a default will do until somebody answers. What the business stands on is not built on
defaults: with such an input missing nothing is built at all.

## Example

```yaml
service: checkout
tier: critical
compliance: [none]
journeys:
  place-order: {steps: [checkout]}
slos:
  availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}
```

## Use instead

```yaml
service: checkout
tier: critical
compliance: [none]
description: Takes the order and charges the card.
targets: [checkout:8080]
journeys:
  place-order: {steps: [checkout]}
slos:
  availability: {target: 99.9%, sla: 99.5%, bad: http_errors_total, total: http_requests_total}
```
"""

from collections.abc import Iterator
from dataclasses import replace

from surefoot.checks import Check
from surefoot.checks._scope import described
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import Service, System


def _system(system: System) -> Iterator[Finding]:
    for service in described(system):
        if service.tier == "critical":
            for what, role, cure in _missing(service):
                finding = CHECK.finding(
                    service.origin.span(key=True),
                    f"`{service.name}` is of tier critical and has no {what}",
                    cure,
                    subject=service.name,
                )
                yield replace(finding, ask=role)


def _missing(service: Service) -> Iterator[tuple[str, Role, str]]:
    model = service.model
    if not (model.description or model.depends_on):
        yield "design", Role.ARCHITECT, "write `description:`, and under `depends_on:` what it needs"
    if not (model.targets or model.selector or model.environments or model.regions):
        cure = f"write `targets: [{service.name}:8080]`, or `selector`, `environments` or `regions`"
        yield "topology", Role.PLATFORM, cure
    if not any(slo.sla for slo in model.slos.values()):
        yield "SLA", Role.ANALYST, "add the contract's figure to an objective, such as `sla: 99.5%`"


CHECK = Check(
    id="I07",
    name="input missing for a critical service",
    severity=Severity.ERROR,
    why="what the business stands on is not built on defaults",
    ask=Role.ARCHITECT,
    system=_system,
)
