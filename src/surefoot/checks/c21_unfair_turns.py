"""Unfair turns.

## What it does

Plays every schedule over the policy's `oncall.simulate` and compares the hours, nights, weekends and holidays on
call of people who share a layer. It reports a schedule in which somebody has more than `oncall.unfair` (1.25)
times what somebody else has. A difference of two stretches on call is not reported: whole turns rarely add up.
Nights are the policy's `oncall.night` on the person's own clock, weekends the days without `oncall.business_hours`.

## Why it matters

Whoever always has the nights leaves first.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo], every: 12h, handover: 08:00}]}
```

## Use instead

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo], every: 1d, handover: 08:00}]}
```
"""

from collections.abc import Iterator
from datetime import date, timedelta

from surefoot.checks import Check
from surefoot.checks._oncall import place, simulated
from surefoot.domain.oncall.fairness import Unfair, unfair
from surefoot.domain.oncall.reading import numbers_of
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System

_HOUR = timedelta(hours=1)


def _dated(system: System, today: date) -> Iterator[Finding]:
    found = simulated(system, today)
    for name, course in found.courses.items():
        different = tuple(unfair(course, numbers_of(system).unfair)) if len(course.shares) > 1 else ()
        if different:
            yield CHECK.finding(
                place(course.plan.origin),
                f"`{name}` is unfair: {'; '.join(map(_told, different))}",
                "choose a length of turns that moves through the week, or rotate all people in every layer",
                subject=name,
            )


def _told(found: Unfair) -> str:
    of = "" if found.kind == "hours" else f" of {found.kind}"
    return f"`{found.most}` has {found.more / _HOUR:.0f} hours{of}, `{found.least}` {found.less / _HOUR:.0f}"


CHECK = Check(
    id="C21",
    name="unfair turns",
    severity=Severity.WARNING,
    why="whoever always has the nights leaves first",
    dated=_dated,
)
