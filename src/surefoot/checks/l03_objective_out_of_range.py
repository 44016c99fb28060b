"""Objective that is no ratio below 1.

## What it does

Checks objectives and budgets that are recorded as constants (`slo:objective:ratio`) or written into
thresholds (`1 - 99.9`).

## Why it matters

A target of 100 % leaves no error budget: every burn rate is a division by zero. A percentage where a
ratio is expected turns the budget negative, and `errors > -98.9` is always true.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: slo:objective:ratio
        expr: vector(99.9)
        labels: {sloth_id: shop-availability}
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: slo:objective:ratio
        expr: vector(0.999)
        labels: {sloth_id: shop-availability}
```
"""

import re
from collections.abc import Iterator, Sequence

from surefoot.checks import Check
from surefoot.checks._burn import burn_alerts
from surefoot.checks._tree import Read, constant, every, number, place
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import RuleFile

_RECORD = re.compile(r"(?:^|[:_])(objective|error_budget):ratio$")


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    for read in rules:
        match = _RECORD.search(read.rule.name) if read.rule.kind == "record" else None
        value = constant(read.tree)
        if match and value is not None and not 0 < value < 1:
            what = "objective" if match[1] == "objective" else "error budget"
            yield _finding(read, f"the {what} is recorded as {go_float(value)}, not as a ratio between 0 and 1", value)
    for alert in burn_alerts(rules):
        told = {c.threshold.objective for c in alert.conditions if c.threshold.objective}
        for objective, whole in sorted(told):
            if not 0 < objective < whole:
                left = whole - objective
                message = f"the budget {go_float(whole)} - {go_float(objective)} = {left:.6g} is none"
                yield _finding(alert.read, message, objective)


def _finding(read: Read, message: str, value: float) -> Finding:
    percent = 1 < value < 100  # noqa: PLR2004  # per cent
    ratio = f"{value / 100:.10g}"
    cure = (
        f"write `{ratio}` for {go_float(value)} %" if percent else "write a target above 0 and below 1, such as `0.999`"
    )
    return CHECK.finding(place(read.rule, number(value)), message, cure, subject=read.rule.name)


CHECK = Check(
    id="L03",
    name="objective that is no ratio below 1",
    severity=Severity.ERROR,
    why="without a positive budget every burn rate and threshold is meaningless",
    rules=_rules,
    needs="objectives of specs are refused while reading (S06)",
)
