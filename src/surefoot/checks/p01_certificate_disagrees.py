"""Firing certificate whose ways disagree.

## What it does

Reports an alert that fires or stops at other times than its closed form says, in our engine or in promtool.
`surefoot prove alerts` finds it, not `surefoot check`: it evaluates the rules over made-up outages.

## Why it matters

The detection times in the documents would be wrong, and with them what the team expects of its alerts.

## Example

```yaml
groups:
  - name: checkout
    rules:
      - record: slo:sli_error:ratio_rate1h
        expr: sum(rate(errors_total[6h])) / sum(rate(requests_total[6h]))   # built with [1h]
```

## Use instead

```yaml
groups:
  - name: checkout
    rules:
      - record: slo:sli_error:ratio_rate1h
        expr: sum(rate(errors_total[1h])) / sum(rate(requests_total[1h]))
```
"""

from surefoot.checks import Check
from surefoot.finding import Severity

CHECK = Check(
    id="P01",
    name="firing certificate whose ways disagree",
    severity=Severity.ERROR,
    why="the alert does not fire when its promise says",
    needs="only `surefoot prove alerts` evaluates rules",
)
