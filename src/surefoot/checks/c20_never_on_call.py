"""Person who never serves.

## What it does

Plays every schedule over the policy's `oncall.simulate` and reports a person of a layer who never is on call,
although others of the layer are. A layer that others cover altogether is a fallback and not reported.

## Why it matters

`count: calendar` with weekly hours, or two layers in step, can leave somebody out for ever; the others carry it.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers:
      - rotate: [ana, bo, ana, ana, ana, ana, ana]
        every: 1d
        only: mon
        count: calendar
        start: 2026-01-05 00:00
```

## Use instead

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers: [{rotate: [ana, bo], every: 1d, only: mon, start: 2026-01-05 00:00}]
```
"""

from collections.abc import Iterator
from datetime import date

from surefoot.checks import Check
from surefoot.checks._oncall import place, simulated
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _dated(system: System, today: date) -> Iterator[Finding]:
    for name, course in simulated(system, today).courses.items():
        for layer, person in course.idle:
            yield CHECK.finding(
                place(course.plan.origin),
                f"`{person}` takes turns in the layer `{layer}` of `{name}` and never is on call",
                "leave out `count: calendar`, choose another length or order of turns, or take the person out",
                subject=name,
            )


CHECK = Check(
    id="C20",
    name="person who never serves",
    severity=Severity.WARNING,
    why="who is left out for ever leaves the work to the others",
    dated=_dated,
)
