"""Objective of a foreign file that cannot be compiled.

## What it does

Reports an objective or an alert of a foreign format (Sloth, OpenSLO) that has no equivalent in rules: a
plug-in written in Go, a composite SLO, a calendar window that does not begin where the calendar's does.

## Why it matters

Left out silently, the objective would look watched and nobody would be paged.

## Example

```yaml
version: prometheus/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli:
      plugin: {id: acme/availability}
    alerting: {name: ShopAvailability}
```

## Use instead

```yaml
version: prometheus/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_errors_total[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))
    alerting: {name: ShopAvailability}
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S13",
    name="objective of a foreign file that cannot be compiled",
    severity=Severity.ERROR,
    why="what is dropped silently is a promise nobody keeps",
)
