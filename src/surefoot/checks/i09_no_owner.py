"""Service without an owner.

## What it does

Reports a service that names no team as its `owner`.

## Why it matters

An alert that belongs to nobody is answered by nobody, and nobody keeps the runbook.

## Example

```yaml
service: checkout
health: http://checkout:8080/health
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
        if service.owner is None:
            team = next(iter(sorted(system.teams)), "payments")
            yield CHECK.finding(
                service.origin.span(key=True),
                f"`{service.name}` has no owner",
                f"name the team that is paged, such as `owner: {team}`",
                subject=service.name,
                default="its alerts carry `team: none` and go to the default receiver",
            )


CHECK = Check(
    id="I09",
    name="service without an owner",
    severity=Severity.QUESTION,
    why="an alert that belongs to nobody is answered by nobody",
    ask=Role.ARCHITECT,
    system=_system,
)
