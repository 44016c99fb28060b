"""Not sayable on the target.

## What it does

Compares each objective with what is compiled for: native histograms need Prometheus 2.40, and the profile
`sloth` knows no time slices.

## Why it matters

A rule that the server cannot read is rejected together with its whole file, and with it every other alert.

## Example

```yaml
policy: {prometheus: {target: "2.37"}}
service: search
slos:
  latency: {target: 99%, under: 500ms, histogram: http_request_duration_seconds, native: true}
```

## Use instead

```yaml
policy: {prometheus: {target: "2.42"}}
service: search
slos:
  latency: {target: 99%, under: 500ms, histogram: http_request_duration_seconds, native: true}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.model.policy import Policy
from surefoot.spec.system import FreshnessSli, LatencySli, SliceSli, Slo, System, ThroughputSli

_NATIVE_SINCE = (2, 40)


def _system(system: System) -> Iterator[Finding]:
    for service in system.services.values():
        for slo in service.slos.values():
            yield from _slo(slo, system.policy)


def _slo(slo: Slo, policy: Policy) -> Iterator[Finding]:
    target = policy.prometheus.target
    if isinstance(slo.sli, LatencySli) and slo.sli.native and _version(target) < _NATIVE_SINCE:
        yield CHECK.finding(
            slo.origin.span("native"),
            f"Prometheus {target} has no native histograms",
            "use a classic histogram (drop `native`), or compile for `prometheus=2.40` or later",
            subject=slo.subject,
        )
    if policy.slo.profile == "sloth" and isinstance(slo.sli, ThroughputSli | FreshnessSli | SliceSli):
        yield CHECK.finding(
            slo.origin.span(key=True),
            "the profile `sloth` cannot say time slices",
            "compile with `--profile accurate`, or leave this objective out",
            subject=slo.subject,
        )


def _version(target: str) -> tuple[int, ...]:
    return tuple(int(part) for part in target.split("."))


CHECK = Check(
    id="C11",
    name="not sayable on the target",
    severity=Severity.ERROR,
    why="a file with one unreadable rule is rejected as a whole",
    ask=Role.PLATFORM,
    system=_system,
)
