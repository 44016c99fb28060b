"""Mean of ratios.

## What it does

Finds averages of error ratios: over time (`avg_over_time`, or `sum_over_time` divided by `count_over_time`)
and over series (`avg(errors / total)`).

## Why it matters

A mean of ratios weighs a quiet minute like a busy one. With 100 requests a second by day and 1 by night,
an hour's outage at noon reads as half of what users saw; the same outage at night as fifty times too much.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: slo:sli_error:ratio_rate30d
        expr: avg_over_time(slo:sli_error:ratio_rate5m{sloth_id="shop-availability"}[30d])
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: slo:sli_error:ratio_rate30d
        expr: >-
          sum(sum_over_time(slo:sli_error:rate5m{sloth_id="shop-availability"}[30d:5m]))
          / (sum(sum_over_time(slo:sli_total:rate5m{sloth_id="shop-availability"}[30d:5m])) > 0)
```
"""

from collections.abc import Iterator, Sequence

from promql_parser import AggregateExpr, BinaryExpr, Call

from surefoot.checks import Check
from surefoot.checks._ratio import event_ratio, strip
from surefoot.checks._recorded import Recorded
from surefoot.checks._tree import Read, binaries, calls, every, place, word, written
from surefoot.checks._unit import Unit, Units
from surefoot.finding import Finding, Severity
from surefoot.promql.walk import bare, walk
from surefoot.spec.rulefile import RuleFile


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    units = Units(Recorded(rules))
    for read in rules:
        found = _over_time(read, units) or _over_series(read)
        if found:
            sought, message = found
            cure = "write `sum(errors) / (sum(total) > 0)`, each summed over the window or the series first"
            yield CHECK.finding(place(read.rule, word(sought)), message, cure, subject=read.rule.name)


def _over_time(read: Read, units: Units) -> tuple[str, str] | None:
    for call in calls(read.tree, "avg_over_time"):
        if units.of(call.args[0]) in (Unit.RATIO, Unit.PERCENT):
            return "avg_over_time", "`avg_over_time` of an error ratio weighs quiet minutes like busy ones"
    for node in binaries(read.tree, "/"):
        above, below = strip(node.lhs), strip(node.rhs)
        if not (isinstance(above, Call) and isinstance(below, Call)):
            continue
        names = (above.func.name, below.func.name)
        if names != ("sum_over_time", "count_over_time") or written(above.args[0]) != written(below.args[0]):
            continue
        if units.of(above.args[0]) in (Unit.RATIO, Unit.PERCENT):
            return "sum_over_time", "sum / count of an error ratio is its mean: it weighs quiet minutes like busy ones"
    return None


def _over_series(read: Read) -> tuple[str, str] | None:
    for node in walk(read.tree):
        if isinstance(node, AggregateExpr) and str(node.op) == "avg":
            inner = bare(node.expr)
            if isinstance(inner, BinaryExpr) and event_ratio(inner):
                return "avg", "`avg` of error ratios weighs an idle series like a busy one"
    return None


CHECK = Check(
    id="L06",
    name="mean of ratios",
    severity=Severity.WARNING,
    why="the figure is not the share of requests that failed: an outage at peak time is belittled",
    rules=_rules,
)
