"""Retention against the regimes.

## What it does

Compares how long records are kept with what the regimes in force demand (`compliance`, `audit.regimes`):
the audit log's `retention` for everything, a category or a field must not be shorter, at hand (`hot`)
neither. Data is compared with the `regimes` that it names. Two regimes of which one demands longer than
the other allows are reported, too.

Built-in demands: PCI DSS 12 months, the latest 90 days at hand; HIPAA 6 years; SOC 2 one year
(`policy.audit.regimes`).

## Why it matters

A record deleted too early is missing in the audit; one kept too long is a breach by itself. Where two
regimes contradict each other, only legal can say which one yields.

## Example

```yaml
service: checkout
compliance: [pci-dss]
audit: {retention: 30d}
data:
  orders: {preset: transactions, classification: confidential}
```

## Use instead

```yaml
service: checkout
compliance: [pci-dss]
audit: {retention: strictest}
data:
  orders: {preset: transactions, classification: confidential}
```
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from surefoot.checks import Check
from surefoot.checks._numbers import audit_numbers
from surefoot.finding import Finding, Role, Severity, Span
from surefoot.promql.duration import format_duration
from surefoot.spec.entry import Entry
from surefoot.spec.model.audit import Audit, Period
from surefoot.spec.model.recovery import DataClass
from surefoot.spec.model.workspace import Regime
from surefoot.spec.source import Path
from surefoot.spec.system import System


@dataclass(frozen=True, slots=True)
class _Demand:
    """What one regime says about keeping: at least, at most, and at hand."""

    regime: str
    least: timedelta | None
    most: timedelta | None
    hot: timedelta | None


def _system(system: System) -> Iterator[Finding]:
    audit = system.spec.one("audit", Audit)
    regimes = system.spec.all("regimes", Regime)
    if audit is None and not regimes:
        return
    names = dict.fromkeys((*system.compliance, *(audit.regimes if audit else ())))
    demands = [*_built_in(names, system), *_defined(regimes, names)]
    if audit:
        for path, period in _periods(audit):
            yield from _kept(system, path, period, demands)
    for entry in system.spec.all("data", DataClass).values():
        yield from _data(entry, list(_defined(regimes, entry.model.regimes)))
    yield from _conflict(system, demands)


def _built_in(names: Iterable[str], system: System) -> Iterator[_Demand]:
    table = audit_numbers(system).regimes
    for name in names:
        if name in table:
            yield _Demand(name, table[name].demanded, None, table[name].demanded_hot)


def _defined(regimes: dict[str, Entry[Regime]], names: Iterable[str]) -> Iterator[_Demand]:
    for name in names:
        if name in regimes:
            model = regimes[name].model
            yield _Demand(name, model.keep_at_least, model.keep_at_most, model.hot)


def _periods(audit: Audit) -> Iterator[tuple[Path, Period]]:
    retention = audit.retention
    if retention.all:
        yield ("all",), retention.all
    yield from ((("categories", name), period) for name, period in retention.categories.items())
    yield from ((("fields", name), period) for name, period in retention.fields.items())


def _kept(system: System, path: Path, period: Period, demands: list[_Demand]) -> Iterator[Finding]:
    origin = system.spec.single["audit"].origin
    where = ("retention", *path)
    span = origin.span(*where)
    what = "records are" if path == ("all",) else f"`{path[-1]}` is"
    kept = period.min or period.max
    for demand in () if period.legal_hold else demands:
        if kept and demand.least and kept < demand.least:
            yield _short(span, f"{what} kept {format_duration(kept)}", demand.regime, demand.least)
        if period.hot and demand.hot and period.hot < demand.hot:
            yield _short(span, f"{what} at hand for {format_duration(period.hot)}", demand.regime, demand.hot)


def _short(span: Span, what: str, regime: str, least: timedelta) -> Finding:
    text = format_duration(least)
    return CHECK.finding(
        span, f"{what}, but `{regime}` demands {text}", f"write at least `{text}`, or `retention: strictest`"
    )


def _data(entry: Entry[DataClass], demands: list[_Demand]) -> Iterator[Finding]:
    keep = entry.model.keep
    for demand in demands if keep else ():
        assert keep is not None
        bound = None
        if demand.least and keep < demand.least:
            bound, word = demand.least, "at least"
        elif demand.most and keep > demand.most:
            bound, word = demand.most, "at most"
        if bound:
            text = format_duration(bound)
            yield CHECK.finding(
                entry.origin.span("keep"),
                f"`{entry.name}` is kept {format_duration(keep)}, but `{demand.regime}` demands {word} {text}",
                f"write `keep: {text}`",
                subject=entry.name,
            )


def _conflict(system: System, demands: list[_Demand]) -> Iterator[Finding]:
    longest = max((d for d in demands if d.least), key=lambda d: d.least or timedelta(), default=None)
    shortest = min((d for d in demands if d.most), key=lambda d: d.most or timedelta(), default=None)
    if longest is None or shortest is None or not longest.least or not shortest.most:
        return
    if longest.least > shortest.most:
        section = "compliance" if "compliance" in system.spec.single else "audit"
        yield CHECK.finding(
            system.spec.single[section].origin.span(),
            f"`{longest.regime}` demands records for at least {format_duration(longest.least)}, "
            f"`{shortest.regime}` allows at most {format_duration(shortest.most)}",
            "let legal decide; keeping the record and erasing its personal fields often satisfies both",
        )


CHECK = Check(
    id="C05",
    name="retention against the regimes",
    severity=Severity.ERROR,
    why="a record deleted too early is missing in the audit, one kept too long is a breach",
    ask=Role.LEGAL,
    system=_system,
)
