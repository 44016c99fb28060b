"""Division before subtraction.

## What it does

Finds `1 - good / total / b`, where the budget divides the ratio of good events alone.

## Why it matters

Division binds more tightly: at a perfect ratio the result is 1 - 1 / 0.001 = -999, and it stays
negative in all but a total outage. The alert is silent as long as anything works.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: 1 - sum(rate(good_total{job="shop"}[1h])) / sum(rate(requests_total{job="shop"}[1h])) / 0.001 > 14.4
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ErrorBudgetBurn
        expr: (1 - sum(rate(good_total{job="shop"}[1h])) / sum(rate(requests_total{job="shop"}[1h]))) / 0.001 > 14.4
```
"""

from collections.abc import Iterator, Sequence

from promql_parser import BinaryExpr

from surefoot.checks import Check
from surefoot.checks._recorded import Recorded
from surefoot.checks._threshold import LARGEST_BUDGET
from surefoot.checks._tree import binaries, constant, every, operator, place
from surefoot.checks._unit import Unit, Units
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding, Severity
from surefoot.promql.walk import bare
from surefoot.spec.rulefile import RuleFile


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    units = Units(Recorded(rules))
    for read in rules:
        for node in binaries(read.tree, "-"):
            right = bare(node.rhs)
            if constant(node.lhs) != 1 or not isinstance(right, BinaryExpr) or operator(right) != "/":
                continue
            b = constant(right.rhs)
            if b is None or not 0 < b <= LARGEST_BUDGET or units.of(right.lhs) is not Unit.RATIO:
                continue
            shown = f"{b:.6g}"
            message = f"`1 - ratio / {shown}` divides first: a perfect ratio gives {go_float(round(1 - 1 / b, 6))}"
            cure = f"write `(1 - ratio) / {shown}`"
            span = place(read.rule, lambda token: token.text == "-")
            yield CHECK.finding(span, message, cure, subject=read.rule.name)


CHECK = Check(
    id="L12",
    name="division before subtraction",
    severity=Severity.ERROR,
    why="the burn rate is negative while anything still works",
    rules=_rules,
)
