"""Ratio of sides that do not match.

## What it does

Looks at ratios of events: sides grouped by different labels, a numerator that is no subset of its
denominator, and series divided by themselves for want of an aggregation.

## Why it matters

Prometheus divides only series of equal labels. Grouped differently, nothing matches and the rule has no
result; ungrouped, each series meets itself and the ratio is always 1.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate5m
        expr: >-
          sum by (route, code) (rate(http_requests_total{job="shop",code=~"5.."}[5m]))
          / (sum by (route) (rate(http_requests_total{job="shop"}[5m])) > 0)
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate5m
        expr: >-
          sum by (route) (rate(http_requests_total{job="shop",code=~"5.."}[5m]))
          / (sum by (route) (rate(http_requests_total{job="shop"}[5m])) > 0)
```
"""

from collections.abc import Iterator, Sequence

from promql_parser import AggregateExpr

from surefoot.checks import Check
from surefoot.checks._ratio import EventRatio, event_ratios
from surefoot.checks._tree import every, labels_of, place
from surefoot.finding import Finding, Severity
from surefoot.promql.walk import walk
from surefoot.spec.rulefile import RuleFile


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for read in every(files):
        for ratio in event_ratios(read.tree):
            problem = _labels(ratio) or _subset(ratio)
            if problem:
                span = place(read.rule, lambda token: token.text == "/")
                yield CHECK.finding(span, *problem, subject=read.rule.name)
                break


def _labels(ratio: EventRatio) -> tuple[str, str] | None:
    modifier = ratio.node.modifier
    if modifier is not None and modifier.matching is not None:
        return None
    left, right = labels_of(ratio.node.lhs), labels_of(ratio.node.rhs)
    if left is not None and right is not None and left != right:
        names = [", ".join(sorted(labels)) or "nothing" for labels in (left, right)]
        message = f"errors are grouped by {names[0]}, the total by {names[1]}: no two series match"
        return message, f"group both by ({', '.join(sorted(left & right))})"
    aggregated = any(isinstance(node, AggregateExpr) for node in walk(ratio.node))
    equal_names = ratio.part.metric == ratio.total.metric
    own = {m.label for m in ratio.part.matchers} - {m.label for m in ratio.total.matchers}
    if not aggregated and equal_names and own:
        label = min(own)
        return f"each series of `{label}` is divided by itself: the ratio is always 1", "write `sum(...) / sum(...)`"
    return None


def _subset(ratio: EventRatio) -> tuple[str, str] | None:
    if ratio.part.metric != ratio.total.metric:
        return None
    own = {m.label: m for m in ratio.part.matchers}
    for matcher in ratio.total.matchers:
        mine = own.get(matcher.label)
        if mine is None:
            message = f"the total is narrowed by `{matcher.render()}`, the part is not: the ratio can exceed 1"
            return message, f"add `{matcher.render()}` to the part, or remove it from the total"
        if mine.op == matcher.op == "=" and mine.value != matcher.value:
            message = f"the part selects `{mine.render()}`, the total `{matcher.render()}`: nothing is in both"
            return message, f"drop `{matcher.render()}` from the total"
    return None


CHECK = Check(
    id="L11",
    name="ratio of sides that do not match",
    severity=Severity.WARNING,
    why="a ratio without result, or of two different things, alerts never or at random",
    rules=_rules,
)
