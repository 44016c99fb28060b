"""Burn factor divided by the window.

## What it does

Finds thresholds `F * b` of burn-rate alerts that are divided by the length of the window or the period.

## Why it matters

The burn factor compares a rate with the budget's own rate, so the period has cancelled out already:
at 14.4 times, 2 % of a 30 days' budget is gone in an hour. Divided by 30 once more, the alert pages at
half the speed at which the budget is *meant* to be spent: always.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate1h{job="shop"} > 14.4 * 0.001 / 30
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate1h{job="shop"} > 14.4 * 0.001
```
"""

from collections.abc import Iterator, Sequence

from surefoot.checks import Check
from surefoot.checks._burn import Condition, burn_alerts
from surefoot.checks._tree import every, number, place
from surefoot.checks._unit import Unit
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import RuleFile

_LENGTHS = {  # days, hours, minutes and seconds of the usual periods and long windows
    float(days * size): f"{days} days{unit}"
    for days in (7, 28, 30, 31, 90, 365)
    for unit, size in (("", 1), (" in hours", 24), (" in minutes", 1440), (" in seconds", 86400))
}


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for alert in burn_alerts([*every(files)]):
        for condition in alert.conditions:
            if _divided(condition):
                limit = condition.threshold
                shown = " * ".join(go_float(round(x, 9)) for x in (limit.factor, limit.budget) if x is not None)
                divisor = limit.divisors[0]
                message = (
                    f"the threshold {shown} / {go_float(divisor)} divides by "
                    f"{_LENGTHS[divisor]} once more: a burn of {(limit.factor or 0) / divisor:.2g} times is enough"
                )
                place_of = place(alert.read.rule, number(divisor))
                yield CHECK.finding(place_of, message, f"write `{shown}`", subject=alert.read.rule.name)
                break


def _divided(condition: Condition) -> bool:
    limit = condition.threshold
    known = limit.budget is not None or limit.value is None or condition.unit is Unit.BURN
    return known and len(limit.divisors) == 1 and limit.divisors[0] in _LENGTHS and (limit.factor or 0) > 1


CHECK = Check(
    id="L01",
    name="burn factor divided by the window",
    severity=Severity.ERROR,
    why="a burn factor is free of time already; divided again, the alert fires at normal spending",
    rules=_rules,
)
