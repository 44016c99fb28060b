"""Rules inside the server's configuration.

## What it does

Finds `groups:` in a file that is Prometheus' own configuration.

## Why it matters

Prometheus refuses such a configuration and does not start, or keeps the old one at a reload. Rules live
in files of their own, which the configuration names.

## Example

```yaml
global: {scrape_interval: 15s}
groups:
  - name: shop
    rules:
      - record: shop:requests:rate5m
        expr: sum(rate(http_requests_total{job="shop"}[5m]))
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

from collections.abc import Iterator, Sequence

from surefoot.checks import Check
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.rulefile import RuleFile
from surefoot.spec.rules import SERVER_KEYS
from surefoot.spec.source import Origin


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for file in files:
        origin = next((group.origin for group in file.groups if group.origin), None)
        if origin is None or not isinstance(origin.document.value, dict):
            continue
        beside = sorted(SERVER_KEYS & origin.document.value.keys())
        if beside:
            span = Origin(origin.document, ()).span("groups", key=True)
            message = f"`groups` stands beside `{beside[0]}`: Prometheus refuses this configuration"
            cure = "move `groups` to a file such as `rules/slo.yml`, and name it under `rule_files`"
            yield CHECK.finding(span, message, cure)


CHECK = Check(
    id="L19",
    name="rules inside the server's configuration",
    severity=Severity.ERROR,
    why="Prometheus does not start with it, so nothing is watched",
    ask=Role.PLATFORM,
    rules=_rules,
    needs="whether `rule_files` or an operator's `ruleSelector` selects a file shows only in the server",
)
