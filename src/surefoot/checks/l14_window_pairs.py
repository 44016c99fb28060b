"""Burn window without its short one.

## What it does

Looks at the windows of each burn-rate leg: a long window alone, or a short one that is not a twelfth of
the long one.

## Why it matters

The long window makes an alert sure, the short one makes it end: without it a page over one hour stays
for up to an hour after the mend, and over three days for three days.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: job:slo_errors_per_request:ratio_rate1h{job="shop"} > 14.4 * 0.001
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
from datetime import timedelta

from surefoot.checks import Check
from surefoot.checks._burn import BurnLeg, burn_alerts
from surefoot.checks._tree import every, place
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.spec.rulefile import RuleFile

_PARTS = 12
_LEAST = timedelta(hours=1)  # shorter alerts are no burn policy
_FROM, _TO = 10.0, 15.0  # windows are round numbers: a tenth or a fifteenth does as well


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for alert in burn_alerts([*every(files)]):
        for leg in alert.legs:
            message = _message(leg)
            if message:
                short = _twelfth(leg.windows[0])
                cure = f"join the same condition over {short} with `and`"
                yield CHECK.finding(place(alert.read.rule), message, cure, subject=alert.read.rule.name)


def _message(leg: BurnLeg) -> str:
    windows = leg.windows
    if not windows or windows[0] < _LEAST or any(condition.window is None for condition in leg.conditions):
        return ""
    long = format_duration(windows[0])
    if len(windows) == 1:
        return f"the window {long} stands alone: the alert stays up to {long} after the mend"
    if len(windows) == 2 and not _FROM <= windows[0] / windows[1] <= _TO:  # noqa: PLR2004  # long and short
        return f"the windows {long} and {format_duration(windows[1])} are no pair of one to twelve"
    return ""


def _twelfth(long: timedelta) -> str:
    return format_duration(timedelta(seconds=max(1, round(long.total_seconds() / _PARTS))))


CHECK = Check(
    id="L14",
    name="burn window without its short one",
    severity=Severity.INFO,
    why="how long an alert stays after the mend is decided by its shortest window",
    rules=_rules,
)
