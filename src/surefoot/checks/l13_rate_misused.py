"""Rate of what is no counter.

## What it does

Finds `rate` and `increase` over a sum, over a recorded ratio or sum, over names that say gauge, and over
ranges that hold fewer than four scrapes at 15 s.

## Why it matters

`rate` mends counter resets series by series. A sum falls when one of its counters restarts, and the
whole rest is then taken for an increase. A short range has no result after a single missed scrape.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: shop:requests:rate5m
        expr: rate(sum(http_requests_total{job="shop"})[5m:15s])
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: shop:requests:rate5m
        expr: sum(rate(http_requests_total{job="shop"}[5m]))
```
"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from promql_parser import AggregateExpr, Call, MatrixSelector, SubqueryExpr

from surefoot.checks import Check
from surefoot.checks._recorded import Recorded
from surefoot.checks._tree import Read, calls, every, length, place, word
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import selector_of
from surefoot.promql.walk import bare
from surefoot.spec.rulefile import RuleFile

_RATES = ("rate", "increase", "irate")
_SHORTEST = timedelta(minutes=1)  # four scrapes at 15 s
_GAUGE = re.compile(r"(?:_ratio|_percent|_celsius|:ratio)$")


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    known = Recorded(rules)
    for read in rules:
        for call in calls(read.tree, *_RATES):
            finding = _judge(read, call, known)
            if finding:
                yield finding
                break


def _judge(read: Read, call: Call, known: Recorded) -> Finding | None:
    name, argument = call.func.name, bare(call.args[0])
    at_call = place(read.rule, word(name))
    subject = read.rule.name
    if isinstance(argument, SubqueryExpr):
        inner = bare(argument.expr)
        if isinstance(inner, AggregateExpr) and str(inner.op) in ("sum", "avg", "count"):
            message = f"`{name}` of a {inner.op}: a restart of one instance reads as an increase of all"
            return CHECK.finding(at_call, message, f"write `{inner.op}({name}(x[5m]))`", subject=subject)
        return None
    if not isinstance(argument, MatrixSelector):
        return None
    metric = selector_of(argument.vector_selector).metric
    if _GAUGE.search(metric):
        return CHECK.finding(
            at_call,
            f"`{name}` of `{metric}`, which can fall",
            "write `delta` or `deriv`, or rate the counters below it",
            subject=subject,
        )
    made = known.named(metric)
    if made and all(isinstance(bare(r.tree), AggregateExpr) and not any(calls(r.tree, *_RATES)) for r in made):
        message = (
            f"`{name}` of `{metric}`, which is an aggregation: a restart of one instance reads as an increase of all"
        )
        return CHECK.finding(at_call, message, f"record `sum({name}(x[5m]))` of the counters instead", subject=subject)
    if argument.range < _SHORTEST and name != "irate":
        text = format_duration(argument.range)
        message = f"a range of {text} holds fewer than four scrapes at 15 s"
        return CHECK.finding(
            place(read.rule, length(argument.range)), message, "write a range of `1m` or more", subject=subject
        )
    return None


CHECK = Check(
    id="L13",
    name="rate of what is no counter",
    severity=Severity.WARNING,
    why="the rate is wrong at every restart, or missing after one lost scrape",
    rules=_rules,
    needs="types of metrics, the scrape interval and the retention show only in the server",
)
