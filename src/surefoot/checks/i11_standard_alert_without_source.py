"""Standard alert without a source.

## What it does

Reports the standard alerts that a service should have, but whose metric nothing declared provides: no
exporter of the kind, no counters, no histogram. They are not generated.

## Why it matters

An alert on a metric that does not exist never fires, and looks on every list as if it could. So it is
left out, and the disk that fills up is found by users, until somebody says where its metric comes from.

## Example

```yaml
service: checkout
targets: [checkout:8080]
slos:
  availability: {target: 99.9%, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}
```

## Use instead

```yaml
service: checkout
targets: [checkout:8080]
exporters: [node]
slos:
  availability: {target: 99.9%, bad: 'http_requests_total{code=~"5.."}', total: http_requests_total}
---
exporters:
  node: {targets: [checkout:9100]}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.checks._scope import described
from surefoot.domain.rules.standard import missing
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for service in described(system):
        sources: dict[str, list[str]] = {}
        for alert, source in missing(service, system):
            sources.setdefault(source, []).append(alert)
        if sources:
            alerts = [alert for group in sources.values() for alert in group]
            cures = [f"for {' and '.join(group)} {source}" for source, group in sources.items()]
            switched = ", ".join(f"{alert}: off" for alert in alerts)
            yield CHECK.finding(
                service.origin.span(key=True),
                f"`{service.name}` gets no alert {', '.join(f'`{alert}`' for alert in alerts)}: "
                "nothing declared provides the metrics",
                f"declare {'; '.join(cures)}. What does not apply, switch off: `alerts: {{{switched}}}`",
                subject=service.name,
                default="these alerts are not generated",
            )


CHECK = Check(
    id="I11",
    name="standard alert without a source",
    severity=Severity.QUESTION,
    why="an alert on a metric that does not exist never fires",
    ask=Role.PLATFORM,
    system=_system,
)
