"""Cycle of hard dependencies.

## What it does

Follows the hard dependencies between services and reports each way that leads back to its start.

## Why it matters

Services that cannot work without each other cannot be started one after the other: after an outage of all
of them each waits for the next. Their objectives cannot be derived from each other either.

## Example

```yaml
services:
  checkout: {depends_on: [{service: stock}]}
  stock: {depends_on: [{service: checkout}]}
```

## Use instead

```yaml
services:
  checkout: {depends_on: [{service: stock}]}
  stock: {depends_on: [{service: checkout, hard: false, fallback: stale 5m}]}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.graph import cycles, graph
from surefoot.finding import Finding, Role, Severity, Span
from surefoot.spec.system import Service, System


def _system(system: System) -> Iterator[Finding]:
    for cycle in cycles(graph(system).hard):
        first, target = system.services[cycle[0]], cycle[1] if len(cycle) > 1 else cycle[0]
        yield CHECK.finding(
            _place(first, target),
            f"hard dependencies run in a circle: {' -> '.join((*cycle, cycle[0]))}",
            "let one of them work without the other: give the call a `fallback` and write `hard: false`",
            subject=first.name,
        )


def _place(service: Service, target: str) -> Span:
    index = next(i for i, each in enumerate(service.model.depends_on) if each.hard and each.service == target)
    return service.origin.span("depends_on", index)


CHECK = Check(
    id="C06",
    name="cycle of hard dependencies",
    severity=Severity.ERROR,
    why="services that cannot work without each other cannot be started one after the other",
    ask=Role.ARCHITECT,
    system=_system,
)
