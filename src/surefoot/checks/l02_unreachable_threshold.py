"""Threshold that no outage reaches.

## What it does

Computes the threshold of each burn-rate condition, θ = F × b, and reports θ ≥ 1, a burn rate above 1 / b,
and percent compared with a ratio.

## Why it matters

An error ratio never exceeds 1. At a target of 90 % a factor of 14.4 asks for 144 % errors: the alert
stays silent in a total outage. The same happens when 0.1 is meant as percent.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate1h{job="shop"} > 14.4 * 0.1
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate1h{job="shop"} > 6 * 0.1
```
"""

from collections.abc import Iterator, Sequence

from promql_parser import BinaryExpr

from surefoot.checks import Check
from surefoot.checks._burn import BurnAlert, Condition, burn_alerts
from surefoot.checks._ratio import strip
from surefoot.checks._tree import constant, every, number, operator, place
from surefoot.checks._unit import Unit
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import RuleFile

_SMALLEST_PERCENT = 1.0  # at most 1 % of budget: 100 % of errors would be 100 times that


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for alert in burn_alerts([*every(files)]):
        seen: set[str] = set()
        for condition in alert.conditions:
            problem = _dead(condition) or _mixed(condition)
            if problem and problem[0] not in seen:
                seen.add(problem[0])
                yield _finding(alert, condition, *problem)


def _finding(alert: BurnAlert, condition: Condition, message: str, cure: str) -> Finding:
    limit = condition.threshold
    told = limit.factor if limit.factor is not None else limit.value
    span = place(alert.read.rule, number(told) if told is not None else None)
    return CHECK.finding(span, message, cure, subject=alert.read.rule.name)


def _dead(condition: Condition) -> tuple[str, str] | None:
    limit = condition.threshold
    if limit.value is None:
        return None
    if condition.unit is Unit.BURN:
        return _dead_burn(condition, limit.value)
    if condition.unit is Unit.PERCENT:
        return _dead_percent(limit.value)
    if limit.factor is None or limit.budget is None or limit.divisors or limit.value < 1:
        return None
    if limit.objective and not 0 < limit.objective[0] < limit.objective[1]:
        return None  # L03 says more
    shown = f"θ = {go_float(limit.factor)} × {limit.budget:.6g} = {limit.value:.4g}"
    hint = f", or `{limit.budget / 100:.6g}` if {limit.budget:.6g} is meant as percent"
    cure = f"write a factor below {1 / limit.budget:.4g}{hint}, or drop the leg"
    return f"{shown} ≥ 1: no error ratio can exceed it", cure


def _dead_burn(condition: Condition, value: float) -> tuple[str, str] | None:
    node = strip(condition.measure)
    if not isinstance(node, BinaryExpr) or operator(node) != "/":
        return None
    b = constant(node.rhs)
    if b is None or value < 1 / b:
        return None
    message = f"a total outage burns {1 / b:.4g} times too fast: no burn rate can exceed {go_float(value)}"
    return message, f"write a factor below {1 / b:.4g}, or drop the leg"


def _dead_percent(value: float) -> tuple[str, str] | None:
    if value < 100:  # noqa: PLR2004  # per cent
        return None
    return f"θ = {value:.4g} % ≥ 100 %: no error percentage can exceed it", "lower the factor, or drop the leg"


def _mixed(condition: Condition) -> tuple[str, str] | None:
    """Find percent compared with a ratio, where the budget says which of the two it is."""
    limit = condition.threshold
    if limit.objective is None or limit.budget is None or limit.value is None:
        return None
    objective, whole = limit.objective
    if condition.unit is Unit.PERCENT and whole == 1 and 0 < objective < 1:
        message = f"a percentage is compared with the ratio {limit.value:.4g}: it fires 100 times too early"
        return message, "drop the `100 *` on the left"
    ratio_of_percent = whole == 100 and abs(limit.budget - (100 - objective)) < _SMALLEST_PERCENT * 1e-9  # noqa: PLR2004
    if condition.unit is Unit.RATIO and ratio_of_percent:
        message = f"an error ratio is compared with {limit.value:.4g} percent: it fires 100 times too late"
        return message, f"write `(100 - {go_float(objective)}) / 100` for the budget"
    return None


CHECK = Check(
    id="L02",
    name="threshold that no outage reaches",
    severity=Severity.ERROR,
    why="an alert that cannot fire looks like safety and is none",
    rules=_rules,
)
