"""RTO shorter than the waits before recovery.

## What it does

Adds up what passes before anything is restored: the time until the alert fires
(`policy.alerts.service-down`), the wait for a failure to pass by itself (`transient_wait` of the store's
`failover`, else of the policy), and the TTL of the name where a fail-over changes it. It reports an RTO
that is shorter.

## Why it matters

Restore, replay, checks and people come on top. An RTO that the waits alone use up cannot be met by any
backup.

## Example

```yaml
service: checkout
data:
  orders: {class: critical, rpo: 5m, rto: 2m, method: archive}
```

## Use instead

```yaml
service: checkout
data:
  orders: {class: critical, rpo: 5m, rto: 1h, method: archive}
```
"""

from collections.abc import Iterator
from datetime import timedelta

from surefoot.checks import Check
from surefoot.checks._numbers import promised, recovery_numbers
from surefoot.finding import Finding, Role, Severity
from surefoot.promql.duration import format_duration
from surefoot.spec.model.policy_recovery import RecoveryNumbers
from surefoot.spec.model.recovery import DataClass, Store
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    data = system.spec.all("data", DataClass)
    if not data:
        return
    numbers, stores = recovery_numbers(system), system.spec.all("stores", Store)
    for entry in data.values():
        rto = promised(entry.model, numbers).rto
        store = stores.get(entry.model.store or "")
        parts = _parts(system, store.model if store else None, numbers)
        least = sum(parts.values(), timedelta())
        if rto is not None and rto < least:
            sums = " + ".join(f"{name} {format_duration(length)}" for name, length in parts.items())
            yield CHECK.finding(
                entry.origin.span("rto") if entry.origin.has("rto") else entry.origin.span(key=True),
                f"an RTO of {format_duration(rto)} is over before recovery begins: {sums}",
                f"write an `rto` well above `{format_duration(least)}`, or shorten `failover.transient_wait`",
                subject=entry.name,
            )


def _parts(system: System, store: Store | None, numbers: RecoveryNumbers) -> dict[str, timedelta]:
    failover = store.failover if store else None
    wait = failover.transient_wait if failover else None
    parts = {
        "detection": system.policy.alerts.service_down.lasting or timedelta(),
        "transient wait": numbers.failover.transient_wait if wait is None else wait,
    }
    if failover and failover.dns:
        ttl = failover.dns_ttl
        parts["DNS"] = numbers.failover.dns_ttl if ttl is None else ttl
    return {name: length for name, length in parts.items() if length}


CHECK = Check(
    id="C04",
    name="RTO shorter than the waits before recovery",
    severity=Severity.ERROR,
    why="an RTO that waiting alone uses up cannot be met by any backup",
    ask=Role.ANALYST,
    system=_system,
    needs="the restore measured in the last drill, which is the larger part",
)
