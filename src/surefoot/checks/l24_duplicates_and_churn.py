"""Two rules, one series.

## What it does

Finds rules that surely write the same series, alerts written twice, and labels that change with each
release (`version`, `commit`) on series that are summed over time.

## Why it matters

Of two samples for one series and time Prometheus drops one and logs an error; which SLO is then shown is
chance. A label that changes starts a new series, and the sum over 30 days begins anew.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: slo:objective:ratio
        expr: vector(0.999)
        labels: {sloth_id: shop-availability}
      - record: slo:objective:ratio
        expr: vector(0.99)
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
      - record: slo:objective:ratio
        expr: vector(0.99)
        labels: {sloth_id: shop-latency}
```
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from surefoot.checks import Check
from surefoot.checks._read_over_time import read_over_time
from surefoot.checks._tree import Read, every, field, labels_of, written
from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import RuleFile

_CHURN = frozenset({"version", "commit", "sha", "revision", "build", "image", "generated_at", "timestamp"})


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    first: dict[tuple[object, ...], Read] = {}
    summed = read_over_time(rules)
    for read in rules:
        rule = read.rule
        before = first.setdefault(_identity(read), read)
        if before is not read:
            at = before.rule.origin.span(rule.kind) if before.rule.origin else "above"
            what = "record" if rule.kind == "record" else "alert"
            message = f"the {what} `{rule.name}` is written twice with the same labels, first at {at}"
            yield CHECK.finding(
                field(rule, rule.kind), message, "remove one, or give each a label of its own", subject=rule.name
            )
        churning = sorted(_CHURN & rule.labels.keys())
        if churning and rule.kind == "record" and rule.name in summed:
            message = f"`{churning[0]}` changes with each release: `{summed[rule.name].rule.name}` then begins anew"
            finding = CHECK.finding(
                field(rule, "labels", churning[0]), message, f"remove `{churning[0]}`", subject=rule.name
            )
            yield replace(finding, severity=Severity.WARNING)


def _identity(read: Read) -> tuple[object, ...]:
    """Make a key that two rules share only if they surely write one series."""
    rule = read.rule
    labels = tuple(sorted(rule.labels.items()))
    single = rule.kind == "record" and labels_of(read.tree) == frozenset()
    return rule.kind, rule.name, labels, "" if single else written(read.tree), rule.lasting


CHECK = Check(
    id="L24",
    name="two rules, one series",
    severity=Severity.ERROR,
    why="which of the two values is kept is chance",
    rules=_rules,
)
