"""Contradicting policies of a dependency.

## What it does

Fills in what an entry of `depends_on` leaves open, as the build does, and reports policies that exclude each
other (`retry` and `hedge`), numbers that make no sense (a share above 100 %) and presets that the policy does
not have.

## Why it matters

A call that is both repeated and hedged loads a sick dependency twice over. The library would refuse such
settings, at the start of a service in production; here they are refused before the build.

## Example

```yaml
service: checkout
depends_on:
  - {service: payment-api, retry: 3, hedge: after p95}
```

## Use instead

```yaml
service: checkout
depends_on:
  - {service: payment-api, retry: 3}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.shields import declared, name, numbers, settle
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    written = [
        (service, index, dependency)
        for service in system.services.values()
        for index, dependency in enumerate(service.model.depends_on)
        if declared(dependency)
    ]
    policies = numbers(system) if written else None
    for service, index, dependency in written:
        assert policies is not None
        try:
            settle(dependency, policies)
        except ValueError as error:
            problem, _, cure = str(error).partition(": ")
            yield CHECK.finding(
                service.origin.span("depends_on", index),
                f"the call to `{name(dependency)}` cannot be protected so: {problem}",
                cure or problem,
                subject=service.name,
            )


CHECK = Check(
    id="C13",
    name="contradicting policies of a dependency",
    severity=Severity.ERROR,
    why="the library would refuse them when the service starts",
    ask=Role.DEVELOPER,
    system=_system,
)
