"""Burn factor out of reach.

## What it does

Computes for each objective the error ratio at which its burn alerts fire, the factor times the error
budget. Where that is 1 or more, it says which lower factor is used instead.

## Why it matters

An error ratio never exceeds 1: at a target of 90 % a total outage burns ten times too fast, and the usual
14.4 is never reached. The replacement does fire, but later than people are used to.

## Example

```yaml
service: search
slos:
  availability: {target: 90%, bad: http_errors_total, total: http_requests_total}
```

## Use instead

```yaml
service: search
slos:
  availability: {target: 95%, bad: http_errors_total, total: http_requests_total}
```
"""

from collections.abc import Iterator
from datetime import timedelta

from surefoot.checks import Check
from surefoot.domain.rules.burning import burning
from surefoot.domain.slo.burn import Capped, go_float
from surefoot.finding import Finding, Role, Severity
from surefoot.promql.duration import format_duration
from surefoot.spec.system import Slo, System


def _system(system: System) -> Iterator[Finding]:
    known: dict[tuple[float, timedelta, int], tuple[Capped, ...]] = {}
    for service in system.services.values():
        for slo in service.slos.values():
            key = (slo.objective, slo.period, id(slo.burn))
            if key not in known:
                alerts = burning(slo, system.policy)
                known[key] = tuple(capped for alert in alerts for capped in alert.capped)
            if known[key] and slo.alerting.enabled:
                yield _finding(slo, known[key], exact=system.policy.slo.profile != "sloth")


def _finding(slo: Slo, capped: tuple[Capped, ...], *, exact: bool) -> Finding:
    dead = [
        f"{go_float(each.leg.factor)} over {format_duration(each.leg.long)} ({_instead(each, exact=exact)})"
        for each in capped
    ]
    most = go_float(round(100 / (100 - slo.objective), 2))
    return CHECK.finding(
        slo.origin.span("target"),
        f"at {go_float(slo.objective)} % an outage burns {most} times too fast at most, below {', '.join(dead)}",
        "nothing to do if the slower page is early enough; otherwise raise the target, or write legs of your "
        "own under `policy.slo.burn_policies`",
        subject=slo.subject,
    )


def _instead(capped: Capped, *, exact: bool) -> str:
    if not exact:
        return "kept as Sloth does, and never fires"
    return f"{go_float(capped.instead.factor)} instead" if capped.instead else "left out"


CHECK = Check(
    id="C07",
    name="burn factor out of reach",
    severity=Severity.WARNING,
    why="an error ratio never exceeds 1",
    ask=Role.OWNER,
    system=_system,
)
