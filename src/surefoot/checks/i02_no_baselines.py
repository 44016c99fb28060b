"""No performance baselines.

## What it does

Reports a service without `baselines`.

## Why it matters

A target that was never compared with what the service does today is a guess: it is missed from the first
day, or promises less than users already have.

## Example

```yaml
service: checkout
description: Takes the order and charges the card.
```

## Use instead

```yaml
service: checkout
description: Takes the order and charges the card.
baselines: {p95: 180ms, peak: 1200/s, measured: 2026-10-01}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.checks._scope import described
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for service in described(system):
        if service.model.baselines is None:
            yield CHECK.finding(
                service.origin.span(key=True),
                f"`{service.name}` has no performance baselines",
                "measure, and write `baselines: {p95: 180ms, peak: 1200/s, measured: 2026-10-01}`",
                subject=service.name,
                default="targets and bounds are taken as they stand, compared with nothing",
            )


CHECK = Check(
    id="I02",
    name="no performance baselines",
    severity=Severity.QUESTION,
    why="a target that was never compared with what is, is a guess",
    ask=Role.QA,
    system=_system,
)
