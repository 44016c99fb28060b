"""Tiers that cannot be told apart.

## What it does

Finds burn-rate alerts of one name, with different factors, whose labels are all the same.

## Why it matters

Without a label such as `severity`, page and ticket of one incident are the same alert to Alertmanager:
they take the same route, and no inhibition can let the page silence the ticket.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate1h{job="shop"} > 14.4 * 0.001
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate3d{job="shop"} > 1 * 0.001
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate1h{job="shop"} > 14.4 * 0.001
        labels: {severity: page}
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate3d{job="shop"} > 1 * 0.001
        labels: {severity: ticket}
```
"""

from collections.abc import Iterator, Sequence

from surefoot.checks import Check
from surefoot.checks._burn import BurnAlert, burn_alerts
from surefoot.checks._tree import every, field
from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import RuleFile


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    first: dict[tuple[object, ...], BurnAlert] = {}
    for alert in burn_alerts([*every(files)]):
        rule = alert.read.rule
        families = frozenset(condition.family for condition in alert.conditions)
        before = first.setdefault((rule.name, families, *sorted(rule.labels.items())), alert)
        if before is not alert and _factors(before) != _factors(alert):
            message = f"two burn alerts `{rule.name}` carry the same labels: page and ticket are one to Alertmanager"
            cure = "add `severity: page` to the faster one and `severity: ticket` to the slower"
            yield CHECK.finding(field(rule, "labels"), message, cure, subject=rule.name)


def _factors(alert: BurnAlert) -> set[float | None]:
    return {
        condition.factor if condition.factor is not None else condition.threshold.value
        for condition in alert.conditions
    }


CHECK = Check(
    id="L15",
    name="tiers that cannot be told apart",
    severity=Severity.WARNING,
    why="one incident notifies twice, or its page is hidden among tickets",
    rules=_rules,
    needs="whether Alertmanager's `inhibit_rules` use the label shows in its configuration",
)
