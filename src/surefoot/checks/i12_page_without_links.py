"""Page without links.

## What it does

Reports a workspace whose alerts carry no link to a dashboard (`links.dashboards`), or only a path
instead of a link to the runbook (`links.runbooks`).

## Why it matters

Whoever is woken at three has a phone and five minutes. What is not one tap away is not looked at; 82 % of
828 alerts in public rule collections that page have no runbook.

## Example

```yaml
service: checkout
slos:
  availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}
```

## Use instead

```yaml
service: checkout
slos:
  availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}
links:
  dashboards: "https://grafana.example/d/{service}"
  runbooks: "https://docs.example/"
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.checks._scope import beginning, described
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    missing, defaults = [], []
    if system.links.dashboards is None:
        missing.append('dashboards: "https://grafana.example/d/{service}"')
        defaults.append("pages name no dashboard")
    if system.links.runbooks is None:
        missing.append('runbooks: "https://docs.example/"')
        defaults.append("the runbook is named by its path in the repository")
    if missing and any(described(system)):
        links = system.spec.single.get("links")
        yield CHECK.finding(
            links.origin.span(key=True) if links else beginning(system),
            f"pages carry no link to the {' and the '.join(each.partition('s:')[0] for each in missing)}",
            f"write `links: {{{', '.join(missing)}}}`",
            default="; ".join(defaults),
        )


CHECK = Check(
    id="I12",
    name="page without links",
    severity=Severity.QUESTION,
    why="whoever is woken at three looks at what is one tap away",
    ask=Role.PLATFORM,
    system=_system,
)
