"""Window that nobody records.

## What it does

Finds rules that read a recorded series over a window which the files do not record, though they record
the same series over others; and recorded names that say another window than their expression.

## Why it matters

A series that does not exist makes a comparison silent, not wrong: the alert never fires. A name that
says five minutes over a range of ten misleads every rule that reads it.

## Example

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate5m
        expr: sum(rate(errors_total{job="shop"}[10m])) / (sum(rate(requests_total{job="shop"}[10m])) > 0)
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - record: shop:errors:ratio_rate5m
        expr: sum(rate(errors_total{job="shop"}[5m])) / (sum(rate(requests_total{job="shop"}[5m])) > 0)
```
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from surefoot.checks import Check
from surefoot.checks._tree import Read, every, field, length, place, word
from surefoot.checks._window import name_family, name_window
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.promql.walk import metric_names, ranges
from surefoot.spec.rulefile import RuleFile

_SEVERAL = 2  # windows recorded here: then the others are not recorded in another file


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    rules = [*every(files)]
    names = {read.rule.name for read in rules if read.rule.kind == "record"}
    families = Counter(name_family(name) for name in names if name_window(name))
    for read in rules:
        for metric in sorted(metric_names(read.tree)):
            if name_window(metric) and metric not in names and families[name_family(metric)] >= _SEVERAL:
                near = sorted(name for name in names if name_family(name) == name_family(metric))
                message = f"`{metric}` is not recorded here; of its kind are: {', '.join(near)}"
                cure = f"record `{metric}`, or read one of those"
                yield CHECK.finding(place(read.rule, word(metric)), message, cure, subject=read.rule.name)
        if read.rule.kind == "record":
            yield from _named(read)


def _named(read: Read) -> Iterator[Finding]:
    named = name_window(read.rule.name)
    if named is None:
        return
    used: set[timedelta] = {window for _, window in ranges(read.tree)}
    used |= {window for name in metric_names(read.tree) if (window := name_window(name)) is not None}
    if used and named not in used:
        other = max(used)
        message = f"`{read.rule.name}` says {format_duration(named)}, its expression covers {format_duration(other)}"
        span = place(read.rule, length(other)) if ranges(read.tree) else field(read.rule, "record")
        renamed = f"{name_family(read.rule.name)}{format_duration(other)}"
        cure = f"write `[{format_duration(named)}]`, or rename it to `{renamed}`"
        yield CHECK.finding(span, message, cure, subject=read.rule.name)


CHECK = Check(
    id="L20",
    name="window that nobody records",
    severity=Severity.WARNING,
    why="a rule that reads a series which does not exist is silent for ever",
    rules=_rules,
    needs="series that no given file records at all may come from elsewhere",
)
