"""Burn factors of another period.

## What it does

Compares the factors of burn-rate alerts with the SLO's period, where a rule records it
(`slo:time_period:days`): the factors 14.4, 6, 3 and 1 belong to 30 days.

## Why it matters

The factor decides which share of the budget is gone when the alert fires: share = F × window / period.
At 7 days a factor of 14.4 over one hour pages after 8.6 % instead of 2 %, and 1 over three days
after 43 %.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: slo:time_period:days
        expr: vector(7)
        labels: {sloth_id: shop-availability}
      - alert: ErrorBudgetBurn
        expr: >-
          slo:sli_error:ratio_rate1h{sloth_id="shop-availability"} > 14.4 * 0.001
          and slo:sli_error:ratio_rate5m{sloth_id="shop-availability"} > 14.4 * 0.001
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: slo:time_period:days
        expr: vector(7)
        labels: {sloth_id: shop-availability}
      - alert: ErrorBudgetBurn
        expr: >-
          slo:sli_error:ratio_rate1h{sloth_id="shop-availability"} > 3.36 * 0.001
          and slo:sli_error:ratio_rate5m{sloth_id="shop-availability"} > 3.36 * 0.001
```
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import isclose

from surefoot.checks import Check
from surefoot.checks._burn import BurnLeg, burn_alerts
from surefoot.checks._tree import constant, every, number, place
from surefoot.domain.slo.burn import factor, go_float
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.promql.walk import vector_selectors
from surefoot.spec.rulefile import RuleFile

_SHARES = {1: 2.0, 6: 5.0, 24: 10.0, 72: 10.0}  # hours of the long window: percent of the budget
_MONTH = timedelta(days=30)
_NEAR = 0.1  # 28 and 31 days are told apart by nobody's pager


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    periods = {
        read.rule.labels["sloth_id"]: timedelta(days=days)
        for read in rules
        if read.rule.name == "slo:time_period:days" and "sloth_id" in read.rule.labels and (days := constant(read.tree))
    }
    for alert in burn_alerts(rules):
        ids = {m.value for s in vector_selectors(alert.read.tree) for m in s.matchers if m.label == "sloth_id"}
        period = periods.get(ids.pop()) if len(ids) == 1 else None
        if period is None or abs(period / _MONTH - 1) <= _NEAR:
            continue
        for leg in alert.legs:
            found = _monthly(leg)
            if found:
                long, f, share = found
                spent = f * (long / period)
                message = (
                    f"{go_float(f)}× over {format_duration(long)} is the factor of 30 days; "
                    f"of {format_duration(period)} it spends {spent:.1%} of the budget, not {share:g} %"
                )
                cure = f"write {go_float(round(factor(share, period, long), 6))} instead of {go_float(f)}"
                yield CHECK.finding(place(alert.read.rule, number(f)), message, cure, subject=alert.read.rule.name)


def _monthly(leg: BurnLeg) -> tuple[timedelta, float, float] | None:
    """Return the long window, the factor and the share of a leg with the workbook's 30-day factor."""
    if not leg.windows:
        return None
    long = leg.windows[0]
    share = _SHARES.get(round(long / timedelta(hours=1)))
    factors = {c.factor for c in leg.conditions if c.factor is not None}
    if share is None or len(factors) != 1:
        return None
    f = factors.pop()
    return (long, f, share) if isclose(f, factor(share, _MONTH, long), rel_tol=1e-6) else None


CHECK = Check(
    id="L04",
    name="burn factors of another period",
    severity=Severity.WARNING,
    why="the share of the budget that is gone when it alerts differs from the one meant",
    rules=_rules,
)
