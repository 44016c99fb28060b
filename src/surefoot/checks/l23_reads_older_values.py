"""Alert that reads older values.

## What it does

Finds burn-rate alerts that read series which another group records, and tells when that group is slower.

## Why it matters

Groups run independently: the alert sees a value of the other group's last run, up to one interval old.
If that interval reaches the lookback of 5 minutes, the series has gaps and the alert resolves in between.

## Example

```yaml
groups:
  - name: shop-records
    interval: 10m
    rules:
      - record: shop:errors:ratio_rate1h
        expr: sum(rate(errors_total{job="shop"}[1h])) / (sum(rate(requests_total{job="shop"}[1h])) > 0)
  - name: shop-alerts
    rules:
      - alert: ErrorBudgetBurn
        expr: shop:errors:ratio_rate1h > 14.4 * 0.001
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate1h
        expr: sum(rate(errors_total{job="shop"}[1h])) / (sum(rate(requests_total{job="shop"}[1h])) > 0)
      - alert: ErrorBudgetBurn
        expr: shop:errors:ratio_rate1h > 14.4 * 0.001
```
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from surefoot.checks import Check
from surefoot.checks._burn import BurnAlert, burn_alerts
from surefoot.checks._recorded import Recorded
from surefoot.checks._tree import every, place, word
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.promql.walk import vector_selectors
from surefoot.spec.rulefile import RuleFile

_LOOKBACK = timedelta(minutes=5)


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    known = Recorded(rules)
    for alert in burn_alerts(rules):
        yield from _alert(alert, known)


def _alert(alert: BurnAlert, known: Recorded) -> Iterator[Finding]:
    rule, own = alert.read.rule, alert.read.group
    selectors = {selector.metric: selector for selector in vector_selectors(alert.read.tree)}
    for metric, selector in sorted(selectors.items()):
        groups = {read.group.name: read.group for read in known.selected(selector)}
        if len(groups) != 1 or own.name in groups:
            continue
        name, other = groups.popitem()
        interval = other.interval
        slower = interval is not None and interval > (own.interval or timedelta(minutes=1))
        age = f"up to {format_duration(interval)}" if interval else "up to one interval"
        message = f"`{metric}` is recorded in another group, `{name}`: its value is {age} old"
        if interval is not None and interval >= _LOOKBACK:
            message += ", and there are gaps between"
        cure = f"move the alert into `{name}`, behind the recording rule"
        finding = CHECK.finding(place(rule, word(metric)), message, cure, subject=rule.name)
        yield finding if slower else replace(finding, severity=Severity.INFO)
        return


CHECK = Check(
    id="L23",
    name="alert that reads older values",
    severity=Severity.WARNING,
    why="the alert comes later than its windows promise, or with gaps",
    rules=_rules,
)
