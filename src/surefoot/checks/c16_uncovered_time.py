"""Time without anybody on call.

## What it does

Plays every schedule over the policy's `oncall.simulate` (400 days) and reports one that leaves hours in which
nobody is on call. Layers, overrides and clock changes count: regions that follow the sun leave a gap in the
weeks between their clock changes, although their hours add up on paper.

## Why it matters

A page in that time reaches nobody at this step and waits for the next one.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers: [{rotate: [ana, bo], every: 1w, only: mon-fri}]
```

## Use instead

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers:
      - {rotate: [ana, bo], every: 1w, only: mon-fri}
      - {rotate: [bo, ana], every: 1w, only: sat-sun}
```
"""

from collections.abc import Iterator
from datetime import date

from surefoot.checks import Check
from surefoot.checks._oncall import length, place, simulated, times
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _dated(system: System, today: date) -> Iterator[Finding]:
    for name, course in simulated(system, today).courses.items():
        if course.gaps:
            yield CHECK.finding(
                place(course.plan.origin),
                f"nobody is on call in `{name}` for {length(course.uncovered)}: {times(course.gaps, course.plan.zone)}",
                "add a layer that fills it, such as one of lower `priority` without `only`",
                subject=name,
            )


CHECK = Check(
    id="C16",
    name="time without anybody on call",
    severity=Severity.WARNING,
    why="a page in that time reaches nobody at this step",
    dated=_dated,
)
