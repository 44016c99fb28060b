"""RPO shorter than the backup can promise.

## What it does

Compares the RPO of each kind of data with the best of its methods, as far as its store has them:

| method | smallest RPO |
|---|---|
| `synchronous` | 0 |
| `streaming` | 5 s |
| `archive` | `archive_timeout`, else 5 min |
| `incremental`, `dump`, `snapshot` | the interval |

The figures are those of `policy.recovery.bounds`. Without a `method` those that the store has count.

## Why it matters

What happened since the last copy is lost with the machine. An RPO of 15 minutes on a backup every 6 hours
is a promise that the first lost disk breaks.

## Example

```yaml
service: checkout
data:
  orders: {class: critical, store: orders-db, rpo: 15m, rto: 1h, method: incremental}
stores:
  orders-db:
    engine: postgresql
    backup: {tool: pgbackrest, full: daily 02:00, incremental: 6h, to: [s3://backups-eu]}
```

## Use instead

```yaml
service: checkout
data:
  orders: {class: critical, store: orders-db, rpo: 15m, rto: 1h, method: [incremental, archive]}
stores:
  orders-db:
    engine: postgresql
    backup: {tool: pgbackrest, full: daily 02:00, incremental: 6h, wal: continuous, to: [s3://backups-eu]}
```
"""

from collections.abc import Iterator
from datetime import timedelta

from surefoot.checks import Check
from surefoot.checks._numbers import promised, recovery_numbers
from surefoot.finding import Finding, Role, Severity
from surefoot.promql.duration import format_duration
from surefoot.spec.entry import Entry
from surefoot.spec.model.policy_recovery import RecoveryNumbers
from surefoot.spec.model.recovery import DataClass, Method, Store
from surefoot.spec.system import System

_FOLLOWING: tuple[Method, ...] = ("synchronous", "streaming", "archive")
_EVERY = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "monthly": timedelta(days=31)}


def _system(system: System) -> Iterator[Finding]:
    data = system.spec.all("data", DataClass)
    if not data:
        return
    numbers, stores = recovery_numbers(system), system.spec.all("stores", Store)
    for entry in data.values():
        store = stores.get(entry.model.store or "")
        yield from _judge(entry, store.model if store else None, numbers)


def _judge(entry: Entry[DataClass], store: Store | None, numbers: RecoveryNumbers) -> Iterator[Finding]:
    promise = promised(entry.model, numbers)
    had = _had(store) if store else ()
    usable = [each for each in promise.method if not had or each not in _FOLLOWING or each in had] or had
    bounds = {each: bound for each in usable if (bound := _bound(each, store, promise.frequency, numbers)) is not None}
    best = min(bounds, key=lambda each: bounds[each], default=None)
    if best is not None and promise.rpo is not None and promise.rpo < bounds[best]:
        lacking = ", ".join(f"`{each}`" for each in promise.method if each not in usable)
        but = f" (the store does not have {lacking})" if lacking else ""
        rpo, lost = format_duration(promise.rpo), format_duration(bounds[best])
        yield CHECK.finding(
            entry.origin.span("rpo") if entry.origin.has("rpo") else entry.origin.span(key=True),
            f"an RPO of {rpo} cannot be kept: `{best}` loses up to {lost}{but}",
            f"write `rpo: {lost}`, or give the store a closer copy: {_closer(promise.rpo, numbers)}",
            subject=entry.name,
        )


def _closer(rpo: timedelta, numbers: RecoveryNumbers) -> str:
    names = [each for each in _FOLLOWING if numbers.bounds.get(each, rpo) <= rpo]
    return " or ".join(f"`{each}`" for each in names)


def _had(store: Store) -> tuple[Method, ...]:
    """List the methods that a store's backup and replicas amount to."""
    backup, replicas = store.backup, store.replicas
    wal = backup.wal if backup else None
    receives = backup is not None and backup.tool == "pg_receivewal" and wal == "continuous"
    present: dict[Method, bool] = {
        "synchronous": wal == "synchronous" or any(each.synchronous for each in replicas),
        "streaming": bool(replicas) or receives,
        "archive": wal == "continuous" and not receives,
        "incremental": backup is not None and backup.incremental is not None,
        "dump": backup is not None and backup.full is not None,
    }
    return tuple(method for method, is_there in present.items() if is_there)


def _bound(
    method: Method, store: Store | None, frequency: timedelta | None, numbers: RecoveryNumbers
) -> timedelta | None:
    backup = store.backup if store else None
    if method == "archive" and backup and backup.archive_timeout:
        return backup.archive_timeout
    if method in _FOLLOWING:
        return numbers.bounds.get(method)
    if backup is None:
        return frequency
    full = _EVERY[backup.full.every] if backup.full else None
    return (backup.incremental if method != "dump" else None) or full or frequency


CHECK = Check(
    id="C03",
    name="RPO shorter than the backup can promise",
    severity=Severity.ERROR,
    why="what happened since the last copy is lost with the machine",
    ask=Role.ANALYST,
    system=_system,
    needs="the duration of backups, which comes on top of their interval",
)
