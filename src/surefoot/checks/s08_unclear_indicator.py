"""Objective that does not say how it is measured.

## What it does

Reports an objective whose keys make no kind of indicator, or two at once. The kinds are availability and
error rate (`bad` or `good`, with `total`), latency (`under`, `histogram`), throughput (`at_least`, with
`rate` or `gauge`), freshness (`younger_than`, with `timestamp` or `age`), a time slice (`slice`), and a
ratio computed elsewhere (`raw`). The bound of an SLA has to be of the objective's kind.

## Why it matters

An objective without a measurement can be neither kept nor missed.

## Example

```yaml
service: checkout
slos:
  latency: {target: 99%, under: 500ms}
```

## Use instead

```yaml
service: checkout
slos:
  latency: {target: 99%, under: 500ms, histogram: http_request_duration_seconds}
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="S08",
    name="objective that does not say how it is measured",
    severity=Severity.ERROR,
    why="an indicator that Prometheus cannot read measures nothing",
)
