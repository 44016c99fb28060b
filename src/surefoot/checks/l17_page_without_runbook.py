"""Page without a runbook.

## What it does

Finds alerts that page (`severity` or `sloth_severity` is `page` or `critical`, `priority` is `P1`) without
a link to a runbook, and names what else is missing: an owner, a dashboard.

## Why it matters

Whoever is woken at three needs the next step, not a search. Of 828 public alert rules, 82 % link no runbook.

## Example

```yaml
groups:
  - name: shop
    rules:
      - alert: ShopDown
        expr: up{job="shop"} == 0
        for: 1m
        labels: {severity: page}
        annotations: {summary: The shop is down}
```

## Use instead

```yaml
groups:
  - name: shop
    rules:
      - alert: ShopDown
        expr: up{job="shop"} == 0
        for: 1m
        labels: {severity: page, team: shop}
        annotations:
          summary: The shop is down
          runbook_url: https://runbooks.example.com/shop-down
          dashboard_url: https://grafana.example.com/d/shop
```
"""

from collections.abc import Iterator, Mapping, Sequence

from surefoot.checks import Check
from surefoot.checks._tree import every, field
from surefoot.finding import Finding, Severity
from surefoot.spec.rulefile import Rule, RuleFile

_PAGES = {
    "severity": ("page", "critical"),
    "sloth_severity": ("page",),
    "surefoot_tier": ("page", "fast"),
    "priority": ("P1",),
}
_RUNBOOK = ("runbook_url", "runbook", "runbook_link", "playbook", "playbook_url")
_OWNER = ("team", "owner", "routing_key", "service_owner", "squad")
_DASHBOARD = ("dashboard_url", "dashboard", "grafana_url", "__dashboardUid__")


def _rules(files: Sequence[RuleFile]) -> Iterator[Finding]:
    for read in every(files):
        rule = read.rule
        if rule.kind != "alert" or not _pages(rule) or _has(rule.annotations, _RUNBOOK):
            continue
        known = {**rule.labels, **rule.annotations}
        also = [what for what, keys in (("owner", _OWNER), ("dashboard", _DASHBOARD)) if not _has(known, keys)]
        more = f" (nor {' nor '.join(also)})" if also else ""
        message = f"the page `{rule.name}` links no runbook{more}"
        cure = "add the annotation `runbook_url: https://...`"
        yield CHECK.finding(field(rule, "alert"), message, cure, subject=rule.name)


def _pages(rule: Rule) -> bool:
    return any(rule.labels.get(label) in values for label, values in _PAGES.items())


def _has(values: Mapping[str, str], keys: Sequence[str]) -> bool:
    return any(values.get(key, "").strip() for key in keys)


CHECK = Check(
    id="L17",
    name="page without a runbook",
    severity=Severity.WARNING,
    why="the first minutes of an incident go into searching what to do",
    rules=_rules,
    needs="whether a link still leads somewhere is not tried",
)
