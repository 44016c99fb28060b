"""Include without a file, or a format of an unknown version.

## What it does

Reports an `include` that is absolute or matches no file, and a file of a foreign format (Sloth, OpenSLO)
whose version is not one that can be read. An empty match of a pattern with `*` is only a warning.

## Why it matters

What is not read promises nothing, and a format that is not understood must not be followed by guessing.

## Example

```yaml
service: checkout
include: [people.yaml]
```

## Use instead

```yaml
service: checkout
people:
  ana: {name: Ana Example}
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S10",
    name="include without a file, or a format of an unknown version",
    severity=Severity.ERROR,
    why="what is not read promises nothing",
)
