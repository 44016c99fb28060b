"""Key that nothing reads.

## What it does

Reports a key that its section does not know, and names the one that was probably meant.

## Why it matters

A key that nothing reads promises nothing: with `sel:` misspelt, the alert watches every service or none.

## Example

```yaml
service: checkout
ownr: payments
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
    id="S05",
    name="key that nothing reads",
    severity=Severity.ERROR,
    why="a key that nothing reads promises nothing",
)
