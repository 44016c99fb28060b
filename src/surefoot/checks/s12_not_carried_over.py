"""Part of a foreign file that is not carried over.

## What it does

Reports what a file of a foreign format (Sloth, OpenSLO) says and Surefoot reads, but cannot keep or keeps
with another meaning: a label that Prometheus has no name for, a notification target, a second set of alert
windows. Where nothing is lost that matters, it is only information.

## Why it matters

What is dropped silently is a promise nobody keeps: the file still says it, and everybody believes the file.

## Example

```yaml
apiVersion: openslo/v1
kind: SLO
metadata: {name: availability, labels: {app.kubernetes.io/name: shop}}
spec:
  service: shop
  budgetingMethod: Occurrences
  timeWindow: [{duration: 30d, isRolling: true}]
  indicator:
    metadata: {name: errors}
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {type: Prometheus, spec: {query: http_errors_total}}}
        total: {metricSource: {type: Prometheus, spec: {query: http_requests_total}}}
  objectives: [{target: 0.999}]
```

## Use instead

```yaml
apiVersion: openslo/v1
kind: SLO
metadata: {name: availability, labels: {app: shop}}
spec:
  service: shop
  budgetingMethod: Occurrences
  timeWindow: [{duration: 30d, isRolling: true}]
  indicator:
    metadata: {name: errors}
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {type: Prometheus, spec: {query: http_errors_total}}}
        total: {metricSource: {type: Prometheus, spec: {query: http_requests_total}}}
  objectives: [{target: 0.999}]
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S12",
    name="part of a foreign file that is not carried over",
    severity=Severity.WARNING,
    why="what is dropped silently is a promise nobody keeps",
)
