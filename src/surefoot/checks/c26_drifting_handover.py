"""Hand-over that drifts.

## What it does

Reports a layer with `length: elapsed` whose hand-over moves on the clock within the policy's `oncall.simulate`,
and names the first time that it does.

## Why it matters

Turns of equal length do not end at the same time of day when clocks change. People look at clocks.

## Example

```yaml
timezone: Europe/Berlin
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo], every: 1w, length: elapsed}]}
```

## Use instead

```yaml
timezone: Europe/Berlin
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo], every: 1w}]}
```
"""

from collections.abc import Iterator
from datetime import date

from surefoot.calendar.wallclock import first_instant
from surefoot.checks import Check
from surefoot.checks._oncall import place, shown
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _dated(system: System, today: date) -> Iterator[Finding]:
    plans = version_of(system).plans
    for plan in plans.values():
        for layer in plan.layers:
            until = first_instant(today, system.zone) + numbers_of(system).simulate
            drifts = layer.turns.drift(until)
            if drifts is not None:
                yield CHECK.finding(
                    place(plan.origin),
                    f"the hand-over of the layer `{layer.name}` of `{plan.name}` is at another time "
                    f"from {shown(drifts, layer.turns.zone)} on",
                    "leave out `length: elapsed`, so that hand-overs stay at their time of day",
                    subject=plan.name,
                )


CHECK = Check(
    id="C26",
    name="hand-over that drifts",
    severity=Severity.INFO,
    why="people look at clocks",
    dated=_dated,
)
