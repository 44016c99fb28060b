"""On call too much of the time.

## What it does

Plays all schedules over the policy's `oncall.simulate` and reports, once for each schedule, the people who are on
call for more than `oncall.load` (25 %) of the time, all their schedules together.

## Why it matters

Whoever is always on call can do no other work, and wears out. A rotation of one week needs four people.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo], every: 1w}]}
```

## Use instead

```yaml
policy: {oncall: {load: 51%}}
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary: {layers: [{rotate: [ana, bo], every: 1w}]}
```
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from surefoot.checks import Check
from surefoot.checks._oncall import place, simulated
from surefoot.domain.oncall.reading import numbers_of
from surefoot.domain.oncall.simulation import Simulation
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System

_PERCENT = 100
_LUCK = 0.5  # per cent: whole turns rarely add up to a share exactly


def _dated(system: System, today: date) -> Iterator[Finding]:
    found = simulated(system, today)
    limit = numbers_of(system).load if found.loads else _PERCENT
    loaded: defaultdict[str, list[str]] = defaultdict(list)
    for person, load in found.loads.items():
        if load.share * _PERCENT > limit + _LUCK:
            loaded[_main(found, person)].append(f"`{person}` {load.share:.0%}")
    for name, people in loaded.items():
        yield CHECK.finding(
            place(found.courses[name].plan.origin),
            f"on call for more than {limit:g} % of the time: {', '.join(people)}",
            "let more people take turns, or raise `policy.oncall.load` knowingly",
            subject=name,
        )


def _main(found: Simulation, person: str) -> str:
    """Name the first of the schedules that take most of a person's time."""
    hours = {name: each.shares[person].amount.hours for name, each in found.courses.items() if person in each.shares}
    most = max(hours.values())
    return next(name for name, own in hours.items() if own > most / 2)


CHECK = Check(
    id="C22",
    name="on call too much of the time",
    severity=Severity.INFO,
    why="whoever is always on call can do no other work, and wears out",
    dated=_dated,
)
