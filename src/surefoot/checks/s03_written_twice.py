"""Thing written twice.

## What it does

Reports a key that stands twice in one mapping, and a service, team, journey or any other entry that is
described in two places.

## Why it matters

YAML readers keep the last of two equal keys without a word: the reader of the file believes one, the
machine follows the other.

## Example

```yaml
service: checkout
owner: payments
owner: web
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
    id="S03",
    name="thing written twice",
    severity=Severity.ERROR,
    why="two truths are none",
)
