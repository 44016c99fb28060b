"""Service without an objective.

## What it does

Reports a service that has no `slos`.

## Why it matters

Without an objective nobody can say whether the service is good enough: every incident is a discussion, and
there is no budget that decides between features and repairs.

## Example

```yaml
service: checkout
owner: payments
```

## Use instead

```yaml
service: checkout
owner: payments
slos:
  availability: {target: 99.9%, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.checks._scope import described
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for service in described(system):
        if not service.model.slos:
            yield CHECK.finding(
                service.origin.span(key=True),
                f"`{service.name}` has no objective",
                "write `slos: {availability: {target: 99.9%, bad: errors_total, total: requests_total}}`",
                subject=service.name,
                default="it gets standard alerts, but no burn alerts and no error budget",
            )


CHECK = Check(
    id="I08",
    name="service without an objective",
    severity=Severity.QUESTION,
    why="without an objective nobody can say whether the service is good enough",
    ask=Role.OWNER,
    system=_system,
)
