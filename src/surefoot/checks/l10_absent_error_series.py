"""Error series that does not exist yet.

## What it does

Finds error ratios that are summed or averaged over time although the error series may be absent, and
`or vector(0)` beside series with labels.

## Why it matters

A counter of errors often appears with the first error only. Until then the ratio has no sample, so that
its mean covers the bad times alone: 0.0163 was measured where 0.0083 was true. `vector(0)` carries no
labels and fills no group of `sum by (...)`.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate5m
        expr: >-
          (sum by (route) (rate(http_requests_total{job="shop",code=~"5.."}[5m])) or vector(0))
          / (sum by (route) (rate(http_requests_total{job="shop"}[5m])) > 0)
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate5m
        expr: >-
          (sum by (route) (rate(http_requests_total{job="shop",code=~"5.."}[5m]))
          or 0 * sum by (route) (rate(http_requests_total{job="shop"}[5m])))
          / (sum by (route) (rate(http_requests_total{job="shop"}[5m])) > 0)
```
"""

from collections.abc import Iterator, Sequence

from promql_parser import Call

from surefoot.checks import Check
from surefoot.checks._ratio import EventRatio, counts_good, event_ratios
from surefoot.checks._read_over_time import read_over_time
from surefoot.checks._tree import Read, binaries, constant, every, labels_of, operator, place, word
from surefoot.finding import Finding, Severity
from surefoot.promql.walk import bare
from surefoot.spec.rulefile import RuleFile


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    summed = read_over_time(rules)
    for read in rules:
        yield from _labelless_zero(read)
        if read.rule.kind == "record" and read.rule.name in summed:
            ratio = next((r for r in event_ratios(read.tree) if _may_be_absent(r)), None)
            if ratio is not None:
                reader = summed[read.rule.name].rule.name
                message = f"before the first error there is no sample: `{reader}` sees the bad times alone"
                span = place(read.rule, word(ratio.part.metric))
                cure = "write `(errors or 0 * total) / (total > 0)`"
                yield CHECK.finding(span, message, cure, subject=read.rule.name)


def _labelless_zero(read: Read) -> Iterator[Finding]:
    for node in (found for ratio in binaries(read.tree, "/") for found in binaries(ratio.lhs, "or")):
        right = bare(node.rhs)
        is_zero = isinstance(right, Call) and right.func.name == "vector" and constant(right) == 0
        labels = labels_of(node.lhs)
        if is_zero and labels:
            names = ", ".join(sorted(labels))
            message = f"`vector(0)` has no labels, so it stands in for no group of `{names}`"
            cure = "write `or 0 * total`, with the same grouping"
            yield CHECK.finding(place(read.rule, word("vector")), message, cure, subject=read.rule.name)
            return


def _may_be_absent(ratio: EventRatio) -> bool:
    """Tell whether the part is a selection of errors without a stand-in; buckets always exist."""
    own = [m for m in ratio.part.matchers if m not in ratio.total.matchers]
    bounded = any(m.label == "le" for m in own)
    narrowed = bool(own) or ratio.part.metric != ratio.total.metric
    guarded = operator(bare(ratio.node.lhs)) == "or"
    return narrowed and not bounded and not guarded and not counts_good(ratio)


CHECK = Check(
    id="L10",
    name="error series that does not exist yet",
    severity=Severity.WARNING,
    why="times without errors are missing from the figure instead of counting as good",
    rules=_rules,
)
