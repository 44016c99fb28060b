"""Override that changes nothing.

## What it does

Reports an override still to come that removes or replaces somebody who is not on call in that time.

## Why it matters

Whoever wrote it believes that somebody else is on call than is.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers: [{rotate: [ana, bo], every: 1w, start: 2026-11-30 09:00}]
    overrides: [{from: 2026-12-01 18:00, until: 2026-12-02 09:00, replace: bo, with: ana}]
```

## Use instead

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers: [{rotate: [ana, bo], every: 1w, start: 2026-11-30 09:00}]
    overrides: [{from: 2026-12-01 18:00, until: 2026-12-02 09:00, replace: ana, with: bo}]
```
"""

from collections.abc import Iterator
from datetime import date

from surefoot.calendar.wallclock import first_instant
from surefoot.checks import Check
from surefoot.checks._oncall import span
from surefoot.domain.oncall.reading import version_of
from surefoot.domain.oncall.timeline import effect
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _dated(system: System, today: date) -> Iterator[Finding]:
    start = first_instant(today, system.zone)
    for plan in version_of(system).plans.values():
        for index, override in enumerate(plan.overrides):
            if override.until > start and not effect(plan, index):
                time = span((override.begins, override.until), plan.zone)
                yield CHECK.finding(
                    override.origin.span() if override.origin else None,
                    f"`{override.person}` is not on call in `{plan.name}` {time}: there is nobody to {override.kind}",
                    "name who is on call then: `surefoot oncall who --at` tells; or write `cover:`, which always acts",
                    subject=plan.name,
                )


CHECK = Check(
    id="C25",
    name="override that changes nothing",
    severity=Severity.WARNING,
    why="whoever wrote it believes that somebody else is on call than is",
    dated=_dated,
)
