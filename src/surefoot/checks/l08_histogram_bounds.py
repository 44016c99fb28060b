"""Histogram bound in one spelling, or none.

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
          sum(rate(http_request_duration_seconds_bucket{job="shop",le=~"1(\\\\.0)?"}[5m]))
          / (sum(rate(http_request_duration_seconds_count{job="shop"}[5m])) > 0)
```
"""

import re
from collections.abc import Iterator, Sequence

from promql_parser import BinaryExpr, VectorSelector

from surefoot.checks import Check
from surefoot.checks._ratio import strip
from surefoot.checks._tree import Read, binaries, calls, every, labels_of, only_selector, place
from surefoot.finding import Finding, Severity
from surefoot.promql.selector import Selector, selector_of
from surefoot.promql.tokens import Kind
from surefoot.promql.walk import walk
from surefoot.spec.rulefile import RuleFile

_WHOLE = re.compile(r"([0-9]+)(\.0)?")


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for read in every(files):
        yield from _spellings(read)
        for node in binaries(read.tree, "/", "-"):
            if strip(node.lhs) is not None:
                yield from _pair(read, node)


def _spellings(read: Read) -> Iterator[Finding]:
    for node in walk(read.tree):
        if not isinstance(node, VectorSelector):
            continue
        selector = selector_of(node)
        for matcher in selector.matchers:
            match = _WHOLE.fullmatch(matcher.value)
            if matcher.label == "le" and matcher.op in ("=", "=~") and match and selector.metric.endswith("_bucket"):
                whole = match[1]
                message = f'`le="{matcher.value}"` is one of two spellings: Prometheus 2 keeps "{whole}", 3 writes "{whole}.0"'
                value = matcher.value
                span = place(read.rule, lambda token: token.kind is Kind.STRING and token.text[1:-1] == value)  # noqa: B023  # used at once
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
            yield CHECK.finding(place(read.rule, lambda t: t.text == bucket.metric), message, cure, subject=read.rule.name)  # noqa: B023  # used at once
        odd = _foreign(bucket, total)
        if odd:
            message = f"the count is selected by `{odd}`, its bucket is not: they count different requests"
            yield CHECK.finding(
                place(read.rule, lambda t: t.text == total.metric), message, "select both with the same matchers", subject=read.rule.name  # noqa: B023  # used at once
            )


def _counted(expr: object) -> bool:
    return any(calls(expr, "rate", "increase", "irate"))  # type: ignore[arg-type]  # an Expr of the parser


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
