"""Embedded metrics cannot measure this.

## What it does

Where `metrics: embedded` is chosen, finds objectives whose service names no targets (nothing is scraped, so
nothing is measured), and workspaces whose rules alone need more series than embedded metrics are meant for.
The real number of series is counted while `surefoot watch` runs, and told there under the same id.

## Why it matters

An objective without samples never alerts; too many series make evaluations, and with them alerts, come late.

## Example

```yaml
metrics: embedded
service: search
slos:
  availability: {target: 99.9%, bad: 'requests_total{code=~"5.."}', total: requests_total}
```

## Use instead

```yaml
metrics: embedded
service: search
targets: ["search:8080"]
slos:
  availability: {target: 99.9%, bad: 'requests_total{code=~"5.."}', total: requests_total}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.rules.sources import exporters
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import Service, System

_OWN = 3  # series that a scrape adds itself: `up`, its duration, its number of samples
_EACH = 2  # series that an objective reads at each target at least: what is bad, and all


def _system(system: System) -> Iterator[Finding]:
    entry = system.spec.single.get("metrics")
    if entry is None or getattr(entry.model, "embedded", None) is None:
        return
    for service in system.services.values():
        if service.slos and not _scraped(service):
            yield CHECK.finding(
                service.origin.span(key=True),
                f"`{service.name}` names no targets, so its objectives cannot be measured",
                'add where its metrics are exposed, such as `targets: ["host:8080"]`',
                subject=service.name,
            )
    least = sum(_series(service) for service in system.services.values())
    most = system.policy.embedded.series
    if least > most:
        yield CHECK.finding(
            entry.origin.span("embedded", key=True),
            f"at least {least} series are needed, and embedded metrics are meant for {most}",
            "run Prometheus and write `metrics: {prometheus: http://host:9090}`; the rules stay the same",
        )


def _scraped(service: Service) -> bool:
    own = bool(service.model.targets)
    return (
        own or any(exporter.targets for exporter in service.exporters.values()) or bool(exporters(service, "blackbox"))
    )


def _series(service: Service) -> int:
    return len(service.model.targets) * (_OWN + _EACH * len(service.slos))


CHECK = Check(
    id="C12",
    name="beyond embedded metrics",
    severity=Severity.WARNING,
    why="what is not measured, or measured late, alerts nobody",
    ask=Role.PLATFORM,
    system=_system,
    needs="the number of series that the targets expose is known only while `surefoot watch` runs",
)
