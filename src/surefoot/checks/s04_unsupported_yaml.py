"""YAML that a spec must not contain.

## What it does

Reports what YAML allows and a spec has no use for: tags, merge keys (`<<`), keys that are no plain words,
more than 16 levels of nesting, an alias that contains itself, and aliases of aliases that expand to
millions of values.

## Why it matters

What is read must be exactly what was meant. These mean something else in every YAML library, or make a
small file fill the memory.

## Example

```yaml
service: checkout
labels: &shared {area: shop}
slos:
  availability: {<<: *shared, target: 99.9%, bad: http_errors_total, total: http_requests_total}
```

## Use instead

```yaml
service: checkout
labels: &shared {area: shop}
slos:
  availability: {labels: *shared, target: 99.9%, bad: http_errors_total, total: http_requests_total}
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S04",
    name="YAML that a spec must not contain",
    severity=Severity.ERROR,
    why="what is read must be exactly what was meant",
)
