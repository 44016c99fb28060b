"""Double booking.

## What it does

Plays every schedule over the policy's `oncall.simulate` and reports a person who is on call in two schedules at
once; where they are primary and secondary of one escalation, it says so.

## Why it matters

If the primary sleeps through a page, so does the secondary who is the same person. And nobody can answer two
incidents.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
  eva: {name: Eva Example, email: eva@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo], every: 1w}]}
  shop-secondary: {layers: [{rotate: [ana, bo, eva], every: 1w}]}
escalations:
  shop: {primary: shop-primary, secondary: shop-secondary, lead: eva, executive: eva}
```

## Use instead

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
  eva: {name: Eva Example, email: eva@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo, eva], every: 1w}]}
  shop-secondary: {layers: [{rotate: [bo, eva, ana], every: 1w}]}
escalations:
  shop: {primary: shop-primary, secondary: shop-secondary, lead: eva, executive: eva}
```
"""

from collections.abc import Iterator
from datetime import date, timedelta

from surefoot.checks import Check
from surefoot.checks._oncall import length, place, simulated, times
from surefoot.domain.oncall.simulation import Double
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _dated(system: System, today: date) -> Iterator[Finding]:
    found = simulated(system, today)
    for double in found.doubles:
        plan = found.courses[double.schedules[1]].plan
        total = sum((end - start for start, end in double.spans), timedelta())
        yield CHECK.finding(
            place(plan.origin),
            f"{_what(double)} for {length(total)}: {times(double.spans, plan.zone)}",
            "rotate one of them by another order or start, or write a `swap` or an override for that time",
            subject=plan.name,
        )


def _what(double: Double) -> str:
    one, other = double.schedules
    if double.escalation:
        return f"`{double.person}` is both steps of the escalation `{double.escalation}` (`{one}` and `{other}`)"
    return f"`{double.person}` is on call in `{one}` and `{other}` at once"


CHECK = Check(
    id="C17",
    name="double booking",
    severity=Severity.WARNING,
    why="one person cannot back up themselves, nor answer two incidents",
    dated=_dated,
)
