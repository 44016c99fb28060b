"""Service without a health endpoint.

## What it does

Reports a service that names no `health` address.

## Why it matters

A service that serves no requests looks the same from outside as one that nobody calls. Its health endpoint
tells the two apart, tells a deployment when to go on, and a balancer whom to leave out.

## Example

```yaml
service: checkout
owner: payments
```

## Use instead

```yaml
service: checkout
owner: payments
health: http://checkout:8080/health
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.checks._scope import described
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for service in described(system):
        if service.model.health is None:
            yield CHECK.finding(
                service.origin.span(key=True),
                f"`{service.name}` has no health endpoint",
                f"serve one, and write `health: http://{service.name}:8080/health`",
                subject=service.name,
                default="only `up` and the metrics of its requests tell whether it lives",
            )


CHECK = Check(
    id="I10",
    name="service without a health endpoint",
    severity=Severity.QUESTION,
    why="without one, silence and death look the same",
    ask=Role.DEVELOPER,
    system=_system,
)
