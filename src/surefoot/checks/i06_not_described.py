"""Component not described.

## What it does

Reports a service or store that a service depends on, but that the workspace does not describe, and the
team or exporter of a service where none is described at all. (A misspelt name beside others is S07.)

## Why it matters

What nobody describes, nobody can rely on: its objective is missing in every product of objectives, its
failure in every blast radius, and an alert for an unknown team reaches the default receiver.

## Example

```yaml
service: checkout
depends_on:
  - {service: payment-api}
```

## Use instead

```yaml
services:
  checkout:
    depends_on:
      - {service: payment-api}
  payment-api: {description: Talks to the bank.}
```
"""

from surefoot.checks import Check
from surefoot.finding import Role, Severity

CHECK = Check(
    id="I06",
    name="component not described",
    severity=Severity.QUESTION,
    why="what nobody describes, nobody can rely on",
    ask=Role.ARCHITECT,
)
