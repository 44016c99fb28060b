"""Silence that nobody notices.

## What it does

Finds burn-rate alerts for whose series the given files have no alert on absence.

## Why it matters

A ratio without samples exceeds nothing. When the service is gone altogether, or its scrape fails, the
burn alert is silent, and resolves if it was firing.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: >-
          sum(rate(errors_total{job="shop"}[1h])) / sum(rate(requests_total{job="shop"}[1h])) > 14.4 * 0.001
          and sum(rate(errors_total{job="shop"}[5m])) / sum(rate(requests_total{job="shop"}[5m])) > 14.4 * 0.001
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: >-
          sum(rate(errors_total{job="shop"}[1h])) / sum(rate(requests_total{job="shop"}[1h])) > 14.4 * 0.001
          and sum(rate(errors_total{job="shop"}[5m])) / sum(rate(requests_total{job="shop"}[5m])) > 14.4 * 0.001
      - alert: ShopMissing
        expr: absent(requests_total{job="shop"})
        for: 1m
```
"""

from collections.abc import Iterator, Sequence

from surefoot.checks import Check
from surefoot.checks._burn import burn_alerts
from surefoot.checks._recorded import Recorded
from surefoot.checks._tree import Read, binaries, calls, every, place
from surefoot.finding import Finding, Severity
from surefoot.promql.walk import metric_names
from surefoot.spec.rulefile import RuleFile

_LIFE = frozenset({"up", "probe_success"})


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    known = Recorded(rules)
    watched: set[str] = set()
    for read in rules:
        if read.rule.kind == "alert":
            watched |= _watched(read)
    told: set[frozenset[str]] = set()
    for alert in burn_alerts(rules):
        families = frozenset(condition.family for condition in alert.conditions)
        if families in told or (known.sources(metric_names(alert.read.tree)) | _LIFE) & watched:
            continue
        told.add(families)
        message = "no alert here notices when these series are absent: silence exceeds no threshold"
        cure = "add an alert `absent(total{...})` with `for:` the time in which a total outage pages"
        yield CHECK.finding(place(alert.read.rule), message, cure, subject=alert.read.rule.name)


def _watched(read: Read) -> set[str]:
    """Collect the metrics whose absence an alert tells."""
    found: set[str] = set()
    for call in calls(read.tree, "absent", "absent_over_time"):
        found |= metric_names(call)
    for node in binaries(read.tree, "unless"):
        found |= metric_names(node.lhs)
    return found | (metric_names(read.tree) & _LIFE)


CHECK = Check(
    id="L22",
    name="silence that nobody notices",
    severity=Severity.WARNING,
    why="the worst outage is the one that stops the metrics too",
    rules=_rules,
    needs="an alert on absence may stand in files that were not given",
)
