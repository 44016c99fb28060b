"""Dependency written twice.

## What it does

Reports a service that lists the same service, or the same store, more than once in `depends_on`.

## Why it matters

The policies of a call are found by the name of what is called. Of two entries only one would be in force, and
nobody could say which.

## Example

```yaml
service: checkout
depends_on:
  - {service: payment-api, timeout: 600ms}
  - {service: payment-api, retry: 3}
```

## Use instead

```yaml
service: checkout
depends_on:
  - {service: payment-api, timeout: 600ms, retry: 3}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.shields import name
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for service in system.services.values():
        seen: set[str] = set()
        for index, dependency in enumerate(service.model.depends_on):
            if name(dependency) in seen:
                yield CHECK.finding(
                    service.origin.span("depends_on", index),
                    f"`{service.name}` depends on `{name(dependency)}` twice",
                    "write all that is said about it in one entry; a store named like a service needs another name",
                    subject=service.name,
                )
            seen.add(name(dependency))


CHECK = Check(
    id="C15",
    name="dependency written twice",
    severity=Severity.ERROR,
    why="only one of the entries would be in force",
    ask=Role.DEVELOPER,
    system=_system,
)
