"""Too little rest between two shifts.

## What it does

Plays all schedules over the policy's `oncall.simulate` and reports a person whose shortest break between two
stretches on call, all schedules together, is shorter than `oncall.rest` (11 hours).

## Why it matters

Between two nights on call somebody has to sleep. Some laws say so, too.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo], every: 8h, handover: 08:00}]}
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
from datetime import date

from surefoot.checks import Check
from surefoot.checks._oncall import length, place, shown, simulated
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _dated(system: System, today: date) -> Iterator[Finding]:
    found = simulated(system, today)
    people = version_of(system).people
    for person, load in found.loads.items():
        limit = numbers_of(system).rest
        if load.rest is None or load.tired is None or load.rest >= limit:
            continue
        member = people.get(person)
        plan = next(course.plan for course in found.courses.values() if person in course.shares)
        zone = (member.zone if member else None) or plan.zone
        yield CHECK.finding(
            place(member.origin if member else plan.origin),
            f"`{person}` has {length(load.rest)} of rest, from {shown(load.tired, zone)} on, between two shifts",
            f"let somebody else take one of them; a break of {length(limit)} is asked for (`policy.oncall.rest`)",
            subject=person,
        )


CHECK = Check(
    id="C23",
    name="too little rest between two shifts",
    severity=Severity.WARNING,
    why="between two nights on call somebody has to sleep",
    dated=_dated,
)
