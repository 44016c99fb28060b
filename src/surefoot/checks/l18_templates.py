"""Template that changes an alert, or prints nothing.

## What it does

Finds `$value` in labels, and templates that name a label which the expression has aggregated away.

## Why it matters

A label is part of an alert's identity: with the value in it, each evaluation makes a new alert, which
starts waiting anew and notifies anew. A label that is not there prints as nothing.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ShopErrors
        expr: sum by (route) (rate(errors_total{job="shop"}[5m])) > 1
        for: 5m
        labels: {current: "{{ $value }}"}
        annotations: {summary: "{{ $labels.instance }} fails"}
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ShopErrors
        expr: sum by (route) (rate(errors_total{job="shop"}[5m])) > 1
        for: 5m
        annotations: {summary: "{{ $labels.route }} fails {{ $value }} times a second"}
```
"""

import re
from collections.abc import Iterator, Sequence

from surefoot.checks import Check
from surefoot.checks._tree import Read, every, field, labels_of
from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import RuleFile

_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_VALUE = re.compile(r"\$value\b|\.Value\b")
_LABEL = re.compile(r"(?:\$labels|\.Labels)\.([a-zA-Z_][a-zA-Z0-9_]*)")
_OTHER_DATA = re.compile(r"\b(?:range|with|query|define|template)\b")


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for read in every(files):
        if read.rule.kind != "alert":
            continue
        for label, text in read.rule.labels.items():
            if any(_VALUE.search(action) for action in _ACTION.findall(text)):
                message = f"the label `{label}` carries the value: every change of it is a new alert"
                cure = f"move `{label}` to `annotations`"
                yield CHECK.finding(field(read.rule, "labels", label), message, cure, subject=read.rule.name)
        yield from _unknown(read)


def _unknown(read: Read) -> Iterator[Finding]:
    labels = labels_of(read.tree)
    if labels is None:
        return
    for part, texts in (("labels", read.rule.labels), ("annotations", read.rule.annotations)):
        for key, text in texts.items():
            actions = _ACTION.findall(text)
            if any(_OTHER_DATA.search(action) for action in actions):
                continue  # the dot may be something else there
            for name in dict.fromkeys(n for action in actions for n in _LABEL.findall(action) if n not in labels):
                known = ", ".join(f"`{label}`" for label in sorted(labels)) or "none"
                message = f"`{name}` in `{key}` is always empty: the result has the labels {known}"
                cure = f"add `{name}` to the aggregation, or take it out of the text"
                yield CHECK.finding(field(read.rule, part, key), message, cure, subject=read.rule.name)


CHECK = Check(
    id="L18",
    name="template that changes an alert, or prints nothing",
    severity=Severity.WARNING,
    why="an alert that is new at every evaluation never waits its time and floods its receivers",
    rules=_rules,
)
