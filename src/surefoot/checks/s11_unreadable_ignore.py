"""Comment for Surefoot that cannot be read.

## What it does

Reports a comment that starts with `surefoot:` and is no valid exception: without a reason, with an
impossible date, or for a rule of reading (S), since what cannot be read cannot be ignored.

## Why it matters

An unexplained exception outlives its reason, and a misspelt one is taken for an exception that it is not.

## Example

```yaml
service: checkout
slos:
  availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}   # surefoot: ignore C02
```

## Use instead

```yaml
service: checkout
slos:   # surefoot: ignore C02 until 2099-01-31 -- the dependency is being put behind a cache
  availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S11",
    name="comment for Surefoot that cannot be read",
    severity=Severity.ERROR,
    why="an unexplained exception outlives its reason",
)
