"""Too little traffic for the target.

## What it does

Compares the baseline traffic of a service with its burn alerts and its budget: whether a single failed
request pages, and whether the budget of the whole period is less than one failure.

## Why it matters

With fewer than 1 / (F × b) events in the long window, one failure lifts the error ratio above the
threshold: at 99.9 % and 14.4 times, with fewer than 69 an hour. A budget below one event is spent by the
first failure, so the target is 100 % in truth.

## Example

```yaml
service: reports
slos:
  availability: {target: 99.999%, bad: report_errors_total, total: reports_total}
baselines: {typical: 1/m, measured: 2026-10-01}
```

## Use instead

```yaml
service: reports
slos:
  availability: {target: 99%, bad: report_errors_total, total: reports_total}
baselines: {typical: 1/m, measured: 2026-10-01}
```
"""

from collections.abc import Iterator
from math import floor

from surefoot.checks import Check
from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import Leg, daily_burn, factor, go_float
from surefoot.domain.slo.traffic import events_for_one_page
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.spec.model.policy import BurnLeg
from surefoot.spec.system import EventSli, LatencySli, Slo, System


def _system(system: System) -> Iterator[Finding]:
    for service in system.services.values():
        baselines = service.model.baselines
        rate = (baselines.typical or baselines.peak) if baselines else None
        if not rate:
            continue
        for slo in service.slos.values():
            if isinstance(slo.sli, EventSli | LatencySli):
                problem = _budget(slo, rate) or _page(slo, rate, guarded=system.policy.slo.min_failures.enabled)
                if problem:
                    yield CHECK.finding(slo.origin.span("target"), *problem, subject=slo.subject)


def _budget(slo: Slo, rate: float) -> tuple[str, str] | None:
    events = rate * slo.period.total_seconds()
    allowed = events * budget_ratio(slo.objective)
    if allowed >= 1:
        return None
    message = (
        f"{format_duration(slo.period)} bring {events:,.0f} events, of which {go_float(slo.objective)} % "
        f"lets {allowed:.2g} fail: less than one"
    )
    reachable = 100 * (1 - 1 / events) if events > 1 else 0
    return message, f"write a target below {_rounded_down(reachable)}%, or measure with probes that add events"


def _rounded_down(percent: float) -> str:
    return f"{floor(percent * 10_000) / 10_000:.10g}"


def _page(slo: Slo, rate: float, *, guarded: bool) -> tuple[str, str] | None:
    if guarded or not slo.alerting.enabled:
        return None
    b = budget_ratio(slo.objective)
    for burn in slo.burn:
        leg = _leg(burn, slo)
        events = rate * leg.long.total_seconds()
        if burn.tier in ("page", "fast") and leg.factor * b < 1 and events < events_for_one_page(leg, b):
            message = (
                f"{events:,.3g} events in {format_duration(leg.long)} are fewer than 1 / ({go_float(leg.factor)} × "
                f"{b:.6g}) = {events_for_one_page(leg, b):,.3g}: a single failure pages"
            )
            return message, "write `policy: {slo: {min_failures: {enabled: true}}}`"
    return None


def _leg(burn: BurnLeg, slo: Slo) -> Leg:
    if burn.factor is not None:
        f = burn.factor
    elif burn.per_day is not None:
        f = daily_burn(burn.per_day, slo.period)
    else:
        f = factor(burn.share or 0, slo.period, burn.long)
    return Leg(burn.long, burn.short or burn.long, f, burn.share or 0)


CHECK = Check(
    id="L05",
    name="too little traffic for the target",
    severity=Severity.WARNING,
    why="one failed request then decides about a page, or about the whole period",
    system=_system,
    needs="services without `baselines` are not judged",
)
