"""SLO tighter than its hard dependencies allow.

## What it does

Multiplies the availability objectives of the services that a service cannot work without, and reports an
objective above the product. A dependency counts with its objective of the same name, else `availability`,
else its only one that counts events. With `share`, only that share of the calls is taken to need it.

## Why it matters

Three dependencies of 99.9 % that fail independently are all up 99.7 % of the time: whoever
promises 99.9 % on top of them breaks it without a single fault of their own.

## Example

```yaml
services:
  checkout:
    slos: {availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}}
    depends_on: [{service: payment-api}]
  payment-api:
    slos: {availability: {target: 99.5%, bad: http_errors_total, total: http_requests_total}}
```

## Use instead

```yaml
services:
  checkout:
    slos: {availability: {target: 99.9%, bad: http_errors_total, total: http_requests_total}}
    depends_on: [{service: payment-api, hard: false, fallback: queue, user_sees: delayed confirmation}]
  payment-api:
    slos: {availability: {target: 99.5%, bad: http_errors_total, total: http_requests_total}}
```
"""

from collections.abc import Iterator
from typing import TypeAlias

from surefoot.checks import Check
from surefoot.domain.slo.burn import go_float
from surefoot.domain.slo.journey import Feasibility, Interval, Verdict, feasible
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import EventSli, Service, Slo, System

_USUAL = "availability"
_Question: TypeAlias = tuple[float, tuple[tuple[float, float], ...]]  # an objective, those it needs and their shares


def _system(system: System) -> Iterator[Finding]:
    known: dict[_Question, Feasibility] = {}
    for service in system.services.values():
        needed = [
            (found, 1.0 if each.share is None else each.share / 100)
            for each in service.model.depends_on
            if each.hard and (found := system.services.get(each.service or "")) and found is not service
        ]
        for slo in service.slos.values() if needed else ():
            if isinstance(slo.sli, EventSli):
                yield from _judge(slo, needed, known)


def _judge(slo: Slo, needed: list[tuple[Service, float]], known: dict[_Question, Feasibility]) -> Iterator[Finding]:
    counted = [(found, share) for each, share in needed if (found := _counterpart(each, slo.name))]
    question = slo.objective, tuple((each.objective, share) for each, share in counted)
    result = known.get(question)
    if result is None:  # thousands of services promise the same few figures
        result = known[question] = feasible(slo.objective, [_part(*each) for each in question[1]])
    if not result.contradiction:
        return
    product = f"{result.allowed.product * 100:.8g}"
    parts = " x ".join(f"{each.subject} {go_float(each.objective)} %" for each, _ in counted)
    limit = "" if result.verdict is Verdict.TIGHTER else ", and no luck lifts them there"
    yield CHECK.finding(
        slo.origin.span("target"),
        f"{go_float(slo.objective)} % is promised, but what it needs allows {product} %{limit}: {parts}",
        f"promise at most `{product}%`, ask for more from the dependencies, or shield the calls by a fallback "
        "and write `hard: false`",
        subject=slo.subject,
    )


def _counterpart(service: Service, name: str) -> Slo | None:
    for each in (service.slos.get(name), service.slos.get(_USUAL)):
        if each and isinstance(each.sli, EventSli):
            return each
    events = [slo for slo in service.slos.values() if isinstance(slo.sli, EventSli)]
    return events[0] if len(events) == 1 else None


def _part(objective: float, share: float) -> Interval:
    ratio = 1 - share * (100 - objective) / 100
    return Interval(ratio, ratio, ratio)


CHECK = Check(
    id="C02",
    name="SLO tighter than its hard dependencies allow",
    severity=Severity.ERROR,
    why="such a promise is broken without a fault of the service's own",
    ask=Role.ARCHITECT,
    system=_system,
)
