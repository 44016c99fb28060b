"""Retention against the regimes.

## What it does

Compares how long records are kept with what the regimes in force demand (`compliance`, `audit.regimes`):
the audit log's `retention` for everything, a category or a field must not be shorter, at hand (`hot`)
neither, and not longer than a regime allows. Data is compared with the `regimes` that it names. Two regimes,
or two periods of the spec, of which one demands longer than the other allows are reported, too.

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

from collections.abc import Iterator, Sequence
from datetime import timedelta

from surefoot.checks import Check
from surefoot.domain.audit.regimes import Own, demands, described, in_force, periods, plans
from surefoot.domain.audit.retention import PROPOSAL, Plan, Plans, Rule, clashes
from surefoot.finding import Finding, Role, Severity, Span
from surefoot.promql.duration import format_duration
from surefoot.spec.entry import Entry
from surefoot.spec.model.audit import Audit
from surefoot.spec.model.recovery import DataClass
from surefoot.spec.model.workspace import Regime
from surefoot.spec.system import System

_ANSWER = f"let legal decide; what often satisfies both: {PROPOSAL}"


def _system(system: System) -> Iterator[Finding]:
    audit = system.spec.one("audit", Audit)
    if audit is None and not system.spec.all("regimes", Regime):
        return
    regimes = demands(system, in_force(system))
    if audit:
        solved = plans(system)
        for own in periods(audit):
            yield from _period(system, own, _plan(solved, own), regimes)
    for entry in system.spec.all("data", DataClass).values():
        yield from _data(entry, described(system, entry.model.regimes))
    for conflict in clashes(regimes)[:1]:
        section = "compliance" if "compliance" in system.spec.single else "audit"
        yield CHECK.finding(system.spec.single[section].origin.span(), str(conflict), _ANSWER)


def _plan(solved: Plans, own: Own) -> Plan:
    scope, name = own.path[0], str(own.path[-1])
    if scope == "all":
        return solved.records
    return solved.categories[name] if scope == "categories" else solved.fields[name]


def _period(system: System, own: Own, plan: Plan, regimes: Sequence[Rule]) -> Iterator[Finding]:
    """Compare a period with each regime, then with the other periods; a hold leaves nothing to compare."""
    if plan.hold:
        return
    origin = system.spec.single["audit"].origin
    span = origin.span("retention", *own.path)
    what = "records are" if own.path == ("all",) else f"`{own.path[-1]}` is"
    for regime in regimes:
        yield from _against(span, what, own.rule, regime)
    names = {regime.name for regime in regimes}
    for conflict in plan.conflicts:
        named = {rule.name for rule in conflict.rules}
        if own.rule.name in named and not named & names:
            yield CHECK.finding(span, str(conflict), "correct one of them, or let legal decide which one yields")


def _against(span: Span, what: str, own: Rule, regime: Rule) -> Iterator[Finding]:
    kept = own.least or own.most
    if kept and regime.least and kept < regime.least:
        yield _short(span, f"{what} kept {format_duration(kept)}", regime.name, regime.least)
    if own.hot and regime.hot and own.hot < regime.hot:
        yield _short(span, f"{what} at hand for {format_duration(own.hot)}", regime.name, regime.hot)
    if own.floor and regime.most and own.floor > regime.most:
        text = format_duration(regime.most)
        message = f"{what} kept {format_duration(own.floor)}, but `{regime.name}` allows at most {text}"
        yield CHECK.finding(span, message, f"write at most `{text}`, or {_ANSWER}")


def _short(span: Span, what: str, regime: str, least: timedelta) -> Finding:
    text = format_duration(least)
    return CHECK.finding(
        span, f"{what}, but `{regime}` demands {text}", f"write at least `{text}`, or `retention: strictest`"
    )


def _data(entry: Entry[DataClass], demanded: Sequence[Rule]) -> Iterator[Finding]:
    keep = entry.model.keep
    if keep is None:
        return
    written = Rule("keep", least=keep, most=keep)
    for regime in demanded:
        for conflict in clashes([written, Rule(regime.name, regime.least, regime.most)]):
            if written in conflict.rules:
                lower = conflict.rules[0] is not written
                word, bound = ("at least", conflict.least) if lower else ("at most", conflict.most)
                text = format_duration(bound)
                yield CHECK.finding(
                    entry.origin.span("keep"),
                    f"`{entry.name}` is kept {format_duration(keep)}, but `{regime.name}` demands {word} {text}",
                    f"write `keep: {text}`",
                    subject=entry.name,
                )


CHECK = Check(
    id="C05",
    name="retention against the regimes",
    severity=Severity.ERROR,
    why="a record deleted too early is missing in the audit, one kept too long is a breach",
    ask=Role.LEGAL,
    system=_system,
)
