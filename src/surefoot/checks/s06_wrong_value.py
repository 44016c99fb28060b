"""Value that is not understood.

## What it does

Reports a value of the wrong kind, in the wrong form or out of its range: `0.999` or `99,9` as a target,
`100%`, a window of `-30d`, a duration without a unit, a word that is not on the list.

## Why it matters

A value that is not understood cannot be kept, and guessing is worse: 0.999 could mean 99.9 % or 0.999 %.

## Example

```yaml
service: checkout
slos:
  availability: {target: 0.999, bad: http_errors_total, total: http_requests_total}
```

## Use instead

```yaml
service: checkout
slos:
  availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S06",
    name="value that is not understood",
    severity=Severity.ERROR,
    why="a value that is not understood cannot be kept",
)
