"""PromQL that does not parse.

## What it does

Parses every expression of specs and rule files, and points at the character where it breaks. It also
reports an expression with a fixed range where Surefoot has to put in ranges of its own.

## Why it matters

Prometheus refuses a whole rule file because of one expression, and goes on with the rules of yesterday.

## Example

```yaml
service: checkout
slos:
  availability: {target: 99.9%, bad: 'http_requests_total{code=~"5..}', total: http_requests_total}
```

## Use instead

```yaml
service: checkout
slos:
  availability: {target: 99.9%, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S09",
    name="PromQL that does not parse",
    severity=Severity.ERROR,
    why="an indicator that Prometheus cannot read measures nothing",
)
