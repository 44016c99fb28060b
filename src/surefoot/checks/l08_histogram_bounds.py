r"""Histogram bound in one spelling, or none.

## What it does

Looks at latency ratios of a histogram: a whole-number bound in one spelling only (`le="1"`), buckets
selected without any bound, and buckets and count of different selections.

## Why it matters

Prometheus 3 stores `le="1.0"` where 2.x kept `le="1"`: after the upgrade the old spelling selects
nothing. Without a bound all buckets are added up, and a request counts several times.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: slo:sli_good:ratio_rate5m
        expr: >-
          sum(rate(http_request_duration_seconds_bucket{job="shop",le="1"}[5m]))
          / (sum(rate(http_request_duration_seconds_count{job="shop"}[5m])) > 0)
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: slo:sli_good:ratio_rate5m
        expr: >-
          sum(rate(http_request_duration_seconds_bucket{job="shop",le=~"1(\\.0)?"}[5m]))
          / (sum(rate(http_request_duration_seconds_count{job="shop"}[5m])) > 0)
```
"""

import re
from collections.abc import Iterator, Sequence

from promql_parser import BinaryExpr, Expr

from surefoot.checks import Check
from surefoot.checks._tree import Read, binaries, calls, every, labels_of, only_selector, place, string, word
from surefoot.finding import Finding, Severity
from surefoot.promql.selector import Selector
from surefoot.promql.walk import vector_selectors
from surefoot.spec.rulefile import RuleFile

_WHOLE = re.compile(r"([0-9]+)(\.0)?")


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for read in every(files):
        yield from _spellings(read)
        for node in binaries(read.tree, "/", "-"):
            yield from _pair(read, node)


def _spellings(read: Read) -> Iterator[Finding]:
    buckets = [s for s in vector_selectors(read.tree) if s.metric.endswith("_bucket")]
    for matcher in (m for selector in buckets for m in selector.matchers if m.label == "le"):
        match = _WHOLE.fullmatch(matcher.value)
        if match and matcher.op in ("=", "=~"):
            whole = match[1]
            message = (
                f'`le="{matcher.value}"` is one of two spellings: Prometheus 2 keeps "{whole}", 3 writes "{whole}.0"'
            )
            span = place(read.rule, string(matcher.value))
            yield CHECK.finding(span, message, f'write `le=~"{whole}(\\\\.0)?"`', subject=read.rule.name)
            return


def _pair(read: Read, node: BinaryExpr) -> Iterator[Finding]:
    left, right = only_selector(node.lhs), only_selector(node.rhs)
    if left is None or right is None or not (_counted(node.lhs) and _counted(node.rhs)):
        return
    for bucket, total, side in ((left, right, node.lhs), (right, left, node.rhs)):
        if not bucket.metric.endswith("_bucket") or total.metric != bucket.metric.removesuffix("_bucket") + "_count":
            continue
        labels = labels_of(side)
        if labels is not None and "le" not in labels and not any(m.label == "le" for m in bucket.matchers):
            message = "every bucket is added up: a fast request counts once in each"
            cure = 'select one bucket, such as `le=~"1(\\\\.0)?"`'
            yield CHECK.finding(place(read.rule, word(bucket.metric)), message, cure, subject=read.rule.name)
        odd = _foreign(bucket, total)
        if odd:
            message = f"the count is selected by `{odd}`, its bucket is not: they count different requests"
            span = place(read.rule, word(total.metric))
            yield CHECK.finding(span, message, "select both with the same matchers", subject=read.rule.name)


def _counted(expr: Expr) -> bool:
    return any(calls(expr, "rate", "increase", "irate"))


def _foreign(bucket: Selector, total: Selector) -> str:
    """Return a matcher of the count that its bucket lacks."""
    return next((m.render() for m in total.matchers if m.label != "le" and m not in bucket.matchers), "")


CHECK = Check(
    id="L08",
    name="histogram bound in one spelling, or none",
    severity=Severity.WARNING,
    why="a bound that selects no bucket, or all, makes the ratio wrong or absent without any error",
    rules=_rules,
    needs="whether the bound has a bucket at all shows only in live data",
)
