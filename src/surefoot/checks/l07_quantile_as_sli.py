"""Quantile as an indicator.

## What it does

Finds `histogram_quantile` recorded as an SLI, averaged over time, or compared over a long and a short window.

## Why it matters

A quantile has no budget: a p99 of 1.1 s does not say which share of requests was too slow, quantiles
cannot be added up or averaged, and the figure is interpolated within a bucket.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: slo:sli_latency:p99_5m
        expr: histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job="shop"}[5m])))
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: slo:sli_error:rate5m
        expr: >-
          sum(rate(http_request_duration_seconds_count{job="shop"}[5m]))
          - sum(rate(http_request_duration_seconds_bucket{job="shop",le="0.5"}[5m]))
```
"""

import re
from collections.abc import Iterator, Sequence

from promql_parser import Call, Expr, SubqueryExpr

from surefoot.checks import Check
from surefoot.checks._burn import legs
from surefoot.checks._ratio import strip
from surefoot.checks._recorded import Recorded
from surefoot.checks._tree import Read, calls, every, place, word
from surefoot.checks._unit import Units
from surefoot.finding import Finding, Severity
from surefoot.promql.walk import bare, functions, vector_selectors
from surefoot.spec.rulefile import RuleFile

_QUANTILES = ("histogram_quantile", "histogram_quantiles")
_SLI = re.compile(r"(?:^|[:_])sli(?:$|[:_])")


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    recorded = Recorded(read for read in rules if _is_quantile(read.tree))
    for read in rules:
        found = _misused(read, recorded)
        if found:
            cure = 'count the share under the bound: `sum(rate(x_bucket{le="0.5"}[5m])) / sum(rate(x_count[5m]))`'
            sought, message = found
            yield CHECK.finding(place(read.rule, word(sought)), message, cure, subject=read.rule.name)


def _misused(read: Read, recorded: Recorded) -> tuple[str, str] | None:
    quantile = next((name for name in _QUANTILES if name in functions(read.tree)), "")
    if read.rule.kind == "record" and _is_quantile(read.tree) and _SLI.search(read.rule.name):
        return quantile, "a quantile is recorded as an indicator"
    for call in calls(read.tree, "avg_over_time", "sum_over_time"):
        if _averages_quantile(call, recorded):
            return call.func.name, f"`{call.func.name}` of a quantile is no quantile"
    if quantile and read.rule.kind == "alert":
        for leg in legs(read.tree, Units(Recorded(()))):
            measured = [c for c in leg.conditions if functions(c.measure) & {*_QUANTILES}]
            if len({c.window for c in measured}) > 1 and len({c.family for c in measured}) == 1:
                return quantile, "a quantile is compared over a long and a short window, as if it had a budget"
    return None


def _averages_quantile(call: Call, recorded: Recorded) -> bool:
    series = bare(call.args[0])
    if isinstance(series, SubqueryExpr) and _is_quantile(series.expr):
        return True
    return any(recorded.selected(selector) for selector in vector_selectors(series))


def _is_quantile(expr: Expr) -> bool:
    """Tell whether a value is a quantile itself; compared with a bound, it is a good or a bad slice."""
    node = strip(expr)
    return isinstance(node, Call) and node.func.name in _QUANTILES


CHECK = Check(
    id="L07",
    name="quantile as an indicator",
    severity=Severity.WARNING,
    why="a quantile has no error budget and cannot be summed over time or instances",
    rules=_rules,
)
