"""No RTO or RPO.

## What it does

Reports data that names neither its own `rpo` and `rto` nor a `preset` of the policy, and a store whose data
nobody describes.

## Why it matters

Backups are planned backwards from what may be lost (RPO) and how long it may take (RTO). Without both, a
nightly dump looks as good as any other plan until the day it is needed.

## Example

```yaml
service: checkout
data:
  orders: {class: important, method: dump}
```

## Use instead

```yaml
service: checkout
data:
  orders: {class: important, method: dump, rpo: 24h, rto: 4h}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.checks._numbers import promised, recovery_numbers
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.entry import Entry
from surefoot.spec.model.policy_recovery import RecoveryNumbers
from surefoot.spec.model.recovery import DataClass, Store
from surefoot.spec.system import System

_PRESETS = {"critical": "transactions", "important": "content", "normal": "logs"}


def _system(system: System) -> Iterator[Finding]:
    data = system.spec.all("data", DataClass)
    numbers = recovery_numbers(system) if data else None
    for entry in data.values():
        assert numbers is not None
        yield from _open(entry, numbers)
    kept = {entry.model.store for entry in data.values()}
    for name, store in system.spec.all("stores", Store).items():
        if name not in kept:
            yield CHECK.finding(
                store.origin.span(key=True),
                f"nobody says what the store `{name}` holds, hence how much of it may be lost",
                f"write `data: {{name: {{store: {name}, rpo: 5m, rto: 1h}}}}`",
                subject=name,
                default=f"its data is taken as the preset `{_PRESETS['normal']}`",
            )


def _open(entry: Entry[DataClass], numbers: RecoveryNumbers) -> Iterator[Finding]:
    promise, preset = promised(entry.model, numbers), entry.model.preset
    missing = [key for key, value in (("RPO", promise.rpo), ("RTO", promise.rto)) if value is None]
    if not missing:
        return
    message = f"`{entry.name}` has no {' and no '.join(missing)}"
    if preset:
        message += f": the policy has no preset `{preset}`"
    yield CHECK.finding(
        entry.origin.span("preset") if preset else entry.origin.span(key=True),
        message,
        f"write `rpo: 5m, rto: 1h`, or a `preset`: {', '.join(numbers.data)}",
        subject=entry.name,
        default=f"that of the preset `{_PRESETS[entry.model.criticality or 'normal']}`",
    )


CHECK = Check(
    id="I05",
    name="no RTO or RPO",
    severity=Severity.QUESTION,
    why="backups are planned backwards from what may be lost and how long it may take",
    ask=Role.ANALYST,
    system=_system,
)
