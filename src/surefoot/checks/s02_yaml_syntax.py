"""Text that is not YAML.

## What it does

Reports where YAML stops being readable: tabs as indentation, brackets and quotes that are not closed,
a `:` too many, an alias without its anchor.

## Why it matters

Nothing after this place can be read, so nothing in the file counts.

## Example

```yaml
service: checkout
slos:
  availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total
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
    id="S02",
    name="text that is not YAML",
    severity=Severity.ERROR,
    why="nothing after this place can be read",
)
