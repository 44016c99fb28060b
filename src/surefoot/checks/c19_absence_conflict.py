"""On call while away.

## What it does

Reports an absence in which the person is on call, in any schedule, within the policy's `oncall.simulate`, and
proposes who of the schedule could stand in: somebody who is neither away nor on call then, and who carries least.
An absence is never applied by itself.

## Why it matters

Everybody believes that it is somebody else's turn.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers: [{rotate: [ana, bo], every: 1w, start: 2026-11-30 09:00}]
    absences: [{from: 2026-12-14, until: 2026-12-16, person: ana, reason: holidays}]
```

## Use instead

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers: [{rotate: [ana, bo], every: 1w, start: 2026-11-30 09:00}]
    absences: [{from: 2026-12-14, until: 2026-12-16, person: ana, reason: holidays}]
    overrides: [{from: 2026-12-14, until: 2026-12-16, replace: ana, with: bo}]
```
"""

from collections.abc import Iterator
from datetime import date

from surefoot.calendar.weekly import Span
from surefoot.checks import Check
from surefoot.checks._oncall import shown, simulated, times
from surefoot.domain.oncall.simulation import Conflict
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _dated(system: System, today: date) -> Iterator[Finding]:
    found = simulated(system, today)
    for conflict in found.conflicts:
        zone = found.courses[conflict.schedule].plan.zone
        person, origin = conflict.away.person, conflict.away.origin
        yield CHECK.finding(
            origin.span() if origin else None,
            f"`{person}` is away, and on call in `{conflict.schedule}` {times(conflict.spans, zone)}",
            _cure(conflict, zone),
            subject=conflict.schedule,
        )


def _cure(conflict: Conflict, zone: str) -> str:
    written = [
        _override(span, conflict.away.person, cover, zone)
        for span, cover in zip(conflict.spans, conflict.covers, strict=True)
        if cover
    ]
    if not written:
        return "nobody of the schedule is free then: find somebody else, and write an override"
    return f"write to `overrides` of `{conflict.schedule}`: {', '.join(written)}"


def _override(span: Span, person: str, cover: str, zone: str) -> str:
    start, end = (shown(instant, zone) for instant in span)
    return f"`{{from: {start}, until: {end}, replace: {person}, with: {cover}}}`"


CHECK = Check(
    id="C19",
    name="on call while away",
    severity=Severity.WARNING,
    why="everybody believes that it is somebody else's turn",
    dated=_dated,
)
