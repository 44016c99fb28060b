"""Name that leads nowhere.

## What it does

Reports a name of another section's entry that does not exist: a person in a team or a rotation, a
schedule in an escalation, a channel, a store, a burn policy. Services that one depends on, and a team
or exporter where none is described at all, are questions instead (I06).

## Why it matters

A name that leads nowhere is a promise nobody keeps: a rotation with a misspelt person pages the gap.

## Example

```yaml
people:
  ana: {name: Ana Example}
teams:
  payments: {members: [anna]}
```

## Use instead

```yaml
people:
  ana: {name: Ana Example}
teams:
  payments: {members: [ana]}
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S07",
    name="name that leads nowhere",
    severity=Severity.ERROR,
    why="a name that leads nowhere is a promise nobody keeps",
)
