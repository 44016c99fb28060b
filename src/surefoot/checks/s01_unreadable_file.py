"""File that cannot be read.

## What it does

Reports a file that is missing, empty, larger than 16 MiB, not UTF-8, or holds a character that YAML
forbids, and a folder without `surefoot.yaml`. The example is an empty file.

## Why it matters

A file that cannot be read makes no promise, and what it was meant to say is missing elsewhere.

## Example

```yaml
```

## Use instead

```yaml
service: checkout
owner: payments
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S01",
    name="file that cannot be read",
    severity=Severity.ERROR,
    why="a file that cannot be read makes no promise",
)
