"""Step of a journey without the measured objective.

## What it does

Reports a step of a journey whose service is described but has no objective of the name that the journey
measures (`measure`, by default `availability`).

## Why it matters

The objective of a journey is computed from those of its steps. A step without one counts as never
failing, so the journey looks better than it is.

## Example

```yaml
services:
  web:
    slos: {latency: {target: 99%, under: 500ms, histogram: http_request_duration_seconds}}
journeys:
  browse: {steps: [web]}
```

## Use instead

```yaml
services:
  web:
    slos: {latency: {target: 99%, under: 500ms, histogram: http_request_duration_seconds}}
journeys:
  browse: {steps: [web], measure: latency}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for name, journey in system.journeys.items():
        measure = journey.model.measure
        for index, step in enumerate(journey.model.steps):
            service = system.services.get(step)
            if service is None or measure in service.slos:
                continue
            others = ", ".join(f"`measure: {each}`" for each in service.slos)
            cure = f"give `{step}` an objective named `{measure}`"
            yield CHECK.finding(
                journey.origin.span("steps", index),
                f"the journey `{name}` measures `{measure}`, which its step `{step}` has no objective for",
                f"{cure}, or write {others}" if others else cure,
                subject=name,
                default="the step is taken as never failing",
            )


CHECK = Check(
    id="I14",
    name="step of a journey without the measured objective",
    severity=Severity.QUESTION,
    why="a step without an objective makes the journey look better than it is",
    ask=Role.ANALYST,
    system=_system,
)
