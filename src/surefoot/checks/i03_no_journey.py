"""No critical user journey.

## What it does

Reports a workspace without journeys, and each service of tier `critical` or `important` that no journey
runs through. For tier `critical` that is an error: nothing is built.

## Why it matters

Users do not use services, they use journeys. Without one nobody can say what an outage costs, which
service has to recover first, and whether the targets of the steps add up.

## Example

```yaml
service: checkout
tier: important
```

## Use instead

```yaml
service: checkout
tier: important
journeys:
  place-order: {steps: [checkout]}
```
"""

from collections.abc import Iterator
from dataclasses import replace

from surefoot.checks import Check
from surefoot.checks._scope import beginning, described
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import Service, System


def _system(system: System) -> Iterator[Finding]:
    steps = {step for journey in system.journeys.values() for step in journey.model.steps}
    services = list(described(system))
    outside = [each for each in services if each.tier != "normal" and each.name not in steps]
    for service in outside:
        yield _outside(service)
    if services and not system.journeys and not outside:
        yield CHECK.finding(
            beginning(system),
            "no critical user journey is identified",
            f"write `journeys: {{name: {{steps: [{services[0].name}]}}}}`",
            default="each service is judged by its own objectives alone",
        )


def _outside(service: Service) -> Finding:
    finding = CHECK.finding(
        service.origin.span(key=True),
        f"no user journey runs through `{service.name}`, a service of tier {service.tier}",
        f"name it among the `steps` of a journey: `journeys: {{name: {{steps: [{service.name}]}}}}`",
        subject=service.name,
        default="its failures are counted for no journey",
    )
    return replace(finding, severity=Severity.ERROR, default="") if service.tier == "critical" else finding


CHECK = Check(
    id="I03",
    name="no critical user journey",
    severity=Severity.QUESTION,
    why="users do not use services, they use journeys",
    ask=Role.ANALYST,
    system=_system,
)
