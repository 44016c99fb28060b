"""Period read from raw series.

## What it does

Estimates the samples that a rule loads for one series, and reports ranges of 28 days and more over series
that are not recorded, and sub-queries with steps far below the scrape interval.

## Why it matters

Prometheus ends a query that loads more than 50,000,000 samples. 30 days at one scrape every 15 s are 172,800
samples a series: 290 series, some 20 instances with their status codes, and the rule has no result.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate30d
        expr: sum(rate(errors_total{job="shop"}[30d])) / (sum(rate(requests_total{job="shop"}[30d])) > 0)
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate30d
        expr: >-
          sum(sum_over_time(shop:errors:rate5m[30d:5m])) / (sum(sum_over_time(shop:requests:rate5m[30d:5m])) > 0)
```
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from promql_parser import AggregateExpr, MatrixSelector, SubqueryExpr

from surefoot.checks import Check
from surefoot.checks._tree import Read, every, length, place
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import selector_of
from surefoot.promql.walk import walk
from surefoot.spec.rulefile import RuleFile

_MOST = 50_000_000  # Prometheus' --query.max-samples
_SCRAPE = timedelta(seconds=15)
_LONG = timedelta(days=28)
_MANY = 170_000  # samples of one series: 28 days of scrapes are 161,280


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for read in every(files):
        window = next(_large(read), None)
        if window is not None:
            samples = window[1]
            message = (
                f"{format_duration(window[0])} {window[2]} are {samples:,.0f} samples a series: "
                f"{ceil(_MOST / samples):,} series exceed the limit of {_MOST:,}"
            )
            cure = "record the sum over 5m, and read that with `[30d:5m]`"
            finding = CHECK.finding(place(read.rule, length(window[0])), message, cure, subject=read.rule.name)
            many = any(isinstance(node, AggregateExpr) for node in walk(read.tree))
            yield finding if many else replace(finding, severity=Severity.INFO)


def _large(read: Read) -> Iterator[tuple[timedelta, float, str]]:
    for node in walk(read.tree):
        if isinstance(node, MatrixSelector):
            raw = ":" not in selector_of(node.vector_selector).metric
            if raw and node.range >= _LONG:
                yield node.range, node.range / _SCRAPE, "of scrapes every 15s"
        elif isinstance(node, SubqueryExpr) and node.range is not None and node.step:
            samples = node.range / node.step
            if samples > _MANY:
                yield node.range, samples, f"in steps of {format_duration(node.step)}"


CHECK = Check(
    id="L26",
    name="period read from raw series",
    severity=Severity.WARNING,
    why="a query over the limit fails, and with it the figure for the period",
    rules=_rules,
    needs="how many series there are, and how often they are scraped, shows only in the server",
)
