"""Alert with the wrong waiting time.

## What it does

Finds `absent` alerts and fixed error-rate thresholds without `for`, and burn-rate alerts whose `for` is
as long as their short window.

## Why it matters

One missed scrape makes a series absent, one slow minute crosses a fixed threshold. A burn-rate alert
waits by its windows: a `for` of five minutes made it miss 105 of 151 spikes, as the short window
is clean again before.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ShopMissing
        expr: absent(up{job="shop"})
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ShopMissing
        expr: absent(up{job="shop"})
        for: 5m
```
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from promql_parser import BinaryExpr, Call

from surefoot.checks import Check
from surefoot.checks._burn import BurnAlert, burn_alerts
from surefoot.checks._ratio import event_ratio, strip
from surefoot.checks._tree import Read, constant, every, field, operator
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.promql.walk import bare, ranges
from surefoot.spec.rulefile import RuleFile

_SHORT = timedelta(minutes=5)


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    burning = {id(alert.read): alert for alert in burn_alerts(rules)}
    for read in rules:
        if read.rule.kind != "alert":
            continue
        alert = burning.get(id(read))
        problem = _burn(alert) if alert else _impatient(read)
        if problem:
            yield CHECK.finding(field(read.rule, "for"), *problem, subject=read.rule.name)


def _burn(alert: BurnAlert) -> tuple[str, str] | None:
    lasting = alert.read.rule.lasting
    shorts = [leg.windows[-1] for leg in alert.legs if leg.windows]
    if not lasting or not shorts or lasting < min(shorts):
        return None
    message = (
        f"`for: {format_duration(lasting)}` is no shorter than the window {format_duration(min(shorts))}: "
        "a spike is over before the alert fires"
    )
    return message, "remove `for`; the windows are the waiting time"


def _impatient(read: Read) -> tuple[str, str] | None:
    if read.rule.lasting:
        return None
    node = bare(read.tree)
    if isinstance(node, Call) and node.func.name == "absent":
        return "`absent` without `for`: one missed scrape fires it", "add `for: 5m`"
    if not isinstance(node, BinaryExpr) or operator(node) not in (">", ">=") or constant(node.rhs) is None:
        return None
    measured = strip(node.lhs)
    longest = max((window for _, window in ranges(measured)), default=timedelta())
    if event_ratio(measured) and longest <= _SHORT:
        window = format_duration(longest)
        return f"a fixed threshold over {window} without `for`: one bad moment fires it", "add `for: 5m`"
    return None


CHECK = Check(
    id="L16",
    name="alert with the wrong waiting time",
    severity=Severity.WARNING,
    why="an alert that fires at every hiccup is ignored, one that waits too long misses the outage",
    rules=_rules,
)
