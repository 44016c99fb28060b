"""Burn rate and error ratio mixed.

## What it does

Finds an error ratio compared with a burn factor alone, and a burn rate compared with factor times budget.

## Why it matters

A ratio never exceeds 14.4, so that alert is silent. A burn rate exceeds 14.4 × 0.001 at a
seventieth of normal spending, so that one always fires.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: >-
          job:slo_errors_per_request:ratio_rate1h{job="shop"} > 14.4
          and job:slo_errors_per_request:ratio_rate5m{job="shop"} > 14.4
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: >-
          job:slo_errors_per_request:ratio_rate1h{job="shop"} > 14.4 * 0.001
          and job:slo_errors_per_request:ratio_rate5m{job="shop"} > 14.4 * 0.001
```
"""

from collections.abc import Iterator, Sequence

from surefoot.checks import Check
from surefoot.checks._burn import Condition, legs
from surefoot.checks._recorded import Recorded
from surefoot.checks._tree import every, number, place
from surefoot.checks._unit import Unit, Units
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import RuleFile


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    units = Units(Recorded(rules))
    for read in rules:
        if read.rule.kind != "alert":
            continue
        for condition in (c for leg in legs(read.tree, units) for c in leg.conditions):
            problem = _problem(condition)
            if problem:
                limit = condition.threshold
                sought = limit.factor if limit.factor is not None else limit.value
                span = place(read.rule, number(sought or 0))
                yield CHECK.finding(span, *problem, subject=read.rule.name)
                break


def _problem(condition: Condition) -> tuple[str, str] | None:
    limit = condition.threshold
    if limit.value is None or limit.divisors:
        return None
    if condition.unit is Unit.RATIO and limit.budget is None and limit.value > 1:
        value = go_float(limit.value)
        return (
            f"an error ratio is compared with the burn factor {value}: it never exceeds 1",
            f"write `{value} * budget`, such as `{value} * 0.001`",
        )
    if (
        condition.unit is Unit.BURN
        and limit.budget is not None
        and limit.factor is not None
        and limit.value < 1 < limit.factor
    ):
        f = go_float(limit.factor)
        message = f"a burn rate is compared with {f} × {limit.budget:.6g} = {limit.value:.4g}: normal spending is 1"
        return message, f"write `{f}` alone"
    return None


CHECK = Check(
    id="L21",
    name="burn rate and error ratio mixed",
    severity=Severity.ERROR,
    why="the alert never fires, or always",
    rules=_rules,
)
