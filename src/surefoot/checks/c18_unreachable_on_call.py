"""Person on call whom nothing reaches.

## What it does

Reports a person who serves within the policy's `oncall.simulate` and has neither `email` nor `phone`, `accounts`
or a `channel`. Whether a way works is not known from the spec: test pages prove that.

## Why it matters

A page to somebody who cannot be reached is a step of the escalation that does nothing.

## Example

```yaml
people:
  ana: {name: Ana Example}
schedules:
  shop-primary: {layers: [{rotate: ana, every: 1w}]}
```

## Use instead

```yaml
people:
  ana: {name: Ana Example, phone: "+351 210 000 001", reach: [phone]}
schedules:
  shop-primary: {layers: [{rotate: ana, every: 1w}]}
```
"""

from collections.abc import Iterator
from datetime import date

from surefoot.checks import Check
from surefoot.checks._oncall import place, shown, simulated
from surefoot.domain.oncall.reading import version_of
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _dated(system: System, today: date) -> Iterator[Finding]:
    found = simulated(system, today)
    people = version_of(system).people
    for person in found.loads:
        member = people.get(person)
        if member is None or member.reachable:
            continue
        shares = [(course.shares[person], course.plan) for course in found.courses.values() if person in course.shares]
        share, plan = min(shares, key=lambda pair: pair[0].spans[0])
        yield CHECK.finding(
            place(member.origin),
            f"`{person}` cannot be reached, and is on call in `{plan.name}` from {shown(share.spans[0][0], plan.zone)}",
            f'write a way: `phone: "+49 30 000001"`, `email: {person}@shop.example` or `accounts: {{slack: U0001}}`',
            subject=person,
        )


CHECK = Check(
    id="C18",
    name="person on call whom nothing reaches",
    severity=Severity.WARNING,
    why="a page to somebody who cannot be reached is a step that does nothing",
    dated=_dated,
)
