"""No service described.

## What it does

Reports a workspace without a single service.

## Why it matters

Promises are made by services. People, channels and policies alone leave nothing to measure or to alert.

## Example

```yaml
surefoot: 1
workspace: shop
```

## Use instead

```yaml
surefoot: 1
workspace: shop
services:
  checkout: {owner: payments}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.checks._scope import beginning
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    if not system.services:
        cure = "write `service: name`, or `services:` with names below it; or include the files that do"
        default = "nothing is built"
        yield CHECK.finding(beginning(system), "no service is described", cure, default=default)


CHECK = Check(
    id="I01",
    name="no service described",
    severity=Severity.QUESTION,
    why="promises are made by services",
    ask=Role.ARCHITECT,
    system=_system,
)
