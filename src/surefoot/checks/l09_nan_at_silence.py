"""NaN at zero traffic.

## What it does

Finds recorded ratios that become NaN without traffic and are then summed or averaged over time, and
ratios that `or vector(1)` declares perfect.

## Why it matters

0 / 0 is NaN, and one NaN makes a sum NaN: 15 quiet minutes blank a 30-day figure until they have left
the window. `or vector(1)` does not help, as NaN is a sample: it only hides a missing series.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: slo:sli_error:ratio_rate5m
        expr: >-
          sum(rate(http_requests_total{job="shop",code=~"5.."}[5m])) / sum(rate(http_requests_total{job="shop"}[5m]))
      - record: slo:sli_error:ratio_rate1d
        expr: avg_over_time(slo:sli_error:ratio_rate5m[1d])
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: slo:sli_error:ratio_rate5m
        expr: >-
          sum(rate(http_requests_total{job="shop",code=~"5.."}[5m]))
          / (sum(rate(http_requests_total{job="shop"}[5m])) > 0)
      - record: slo:sli_error:ratio_rate1d
        expr: avg_over_time(slo:sli_error:ratio_rate5m[1d])
```
"""

from collections.abc import Iterator, Sequence

from promql_parser import BinaryExpr, Call

from surefoot.checks import Check
from surefoot.checks._ratio import event_ratio, event_ratios, strip
from surefoot.checks._read_over_time import read_over_time
from surefoot.checks._tree import Read, binaries, constant, every, place
from surefoot.finding import Finding, Severity
from surefoot.promql.tokens import Kind
from surefoot.promql.walk import bare
from surefoot.spec.rulefile import RuleFile


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    summed = read_over_time(rules)
    for read in rules:
        if read.rule.kind == "record" and read.rule.name in summed:
            ratio = next((r for r in event_ratios(read.tree) if not r.guarded), None)
            if ratio is not None:
                reader = summed[read.rule.name].rule.name
                message = f"without traffic this records NaN, which `{reader}` then carries over its whole window"
                span = place(read.rule, lambda token: token.text == "/")
                yield CHECK.finding(span, message, "write `errors / (total > 0)`", subject=read.rule.name)
        yield from _declared_perfect(read)


def _declared_perfect(read: Read) -> Iterator[Finding]:
    for node in binaries(read.tree, "or"):
        right = bare(node.rhs)
        is_one = isinstance(right, Call) and right.func.name == "vector" and constant(right) == 1
        left = strip(node.lhs)
        if is_one and isinstance(left, BinaryExpr) and event_ratio(left):
            span = place(read.rule, lambda token: token.kind is Kind.WORD and token.text == "vector")
            message = "`or vector(1)` declares a missing series perfect, and leaves NaN as it is"
            yield CHECK.finding(span, message, "write `/ (total > 0)`, and alert on absence", subject=read.rule.name)


CHECK = Check(
    id="L09",
    name="NaN at zero traffic",
    severity=Severity.WARNING,
    why="one NaN sample blanks every sum and mean that covers it",
    rules=_rules,
)
