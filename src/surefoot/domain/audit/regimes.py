"""The rules of retention that a workspace declares: its regimes, and the section ``audit.retention``."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from surefoot.domain.audit.retention import Kept, Plans, Rule, solve
from surefoot.spec import policy
from surefoot.spec.model.audit import Audit, Period
from surefoot.spec.model.policy_recovery import AuditNumbers
from surefoot.spec.model.workspace import Regime
from surefoot.spec.source import Path, Value
from surefoot.spec.system import System

OWN = "audit.retention."  # how names of the spec's own rules begin

_NONE = "none"  # `compliance: [none]` says that nothing applies
_ALL = Rule("audit.retention.all")


@dataclass(frozen=True, slots=True)
class Own:
    """One period of ``audit.retention``.

    Attributes:
        path: Below ``audit.retention``: ``("all",)``, ``("categories", name)`` or ``("fields", name)``.
    """

    path: Path
    rule: Rule


def audit_numbers(system: System) -> AuditNumbers:
    """Return the policy's numbers of the audit log, among them what regimes demand, with the spec's changes."""
    from surefoot.spec.model.policy_operations import OperationsPolicy  # noqa: PLC0415  # few specs need it

    written = system.spec.single.get("policy")
    changes = cast("dict[str, Value]", written.model) if written else {}
    return policy.area("operations", OperationsPolicy, changes, written.origin if written else None)[0].audit


def in_force(system: System) -> tuple[str, ...]:
    """Name the regimes that apply to the log: of ``compliance``, then of ``audit.regimes``."""
    audit = system.spec.one("audit", Audit)
    names = dict.fromkeys((*system.compliance, *(audit.regimes if audit else ())))
    return tuple(name for name in names if name != _NONE)


def demands(system: System, names: Iterable[str]) -> list[Rule]:
    """Collect what regimes demand: the built-in ones by their text, then those that the spec describes."""
    names = tuple(names)
    table = audit_numbers(system).regimes
    built_in = [
        Rule(name, least=table[name].demanded, hot=table[name].demanded_hot, basis=table[name].basis)
        for name in names
        if name in table
    ]
    return built_in + described(system, names)


def described(system: System, names: Iterable[str]) -> list[Rule]:
    """Collect what the named regimes demand, of those that the spec itself describes."""
    regimes = system.spec.all("regimes", Regime)
    models = ((name, regimes[name].model) for name in names if name in regimes)
    return [Rule(name, model.keep_at_least, model.keep_at_most, model.hot, model.basis) for name, model in models]


def periods(audit: Audit | None) -> Iterator[Own]:
    """List the periods that the spec writes for the log."""
    if audit is None:
        return
    retention = audit.retention
    if retention.all:
        yield _own(("all",), retention.all)
    yield from (_own(("categories", name), period) for name, period in retention.categories.items())
    yield from (_own(("fields", name), period) for name, period in retention.fields.items())


def plans(system: System) -> Plans:
    """Solve the retention of a workspace.

    The spec's period for all records changes what is kept by default; that of a category or a field
    changes it again, bound by bound. What a regime demands, no period lowers.
    """
    audit = system.spec.one("audit", Audit)
    regimes = demands(system, in_force(system))
    shipped = kept(system)
    written = {own.path: own.rule for own in periods(audit)}
    whole = written.pop(("all",), None)
    numbers = audit_numbers(system)
    named = [*numbers.unavailable, *(event.category for event in numbers.events.values())]
    if audit:
        named += [*(event.category for event in audit.events.values()), *audit.categories, *audit.retention.categories]

    def plan(own: Rule | None) -> "tuple[list[Rule], Kept]":
        rules = _layered(whole, own)
        return [*regimes, *rules], _chosen(shipped, rules)

    return Plans(
        records=solve(*plan(None)),
        categories={name: solve(*plan(written.get(("categories", name)))) for name in sorted(set(named))},
        fields={str(path[1]): solve(*plan(rule)) for path, rule in written.items() if path[0] == "fields"},
    )


def kept(system: System) -> Kept:
    """Choose what the policy keeps: the longest of the regimes in force, else its default."""
    numbers = audit_numbers(system)
    regimes = {name: numbers.regimes[name] for name in in_force(system) if name in numbers.regimes}
    choices = {name: (regime.hot, regime.archive) for name, regime in regimes.items() if regime.hot and regime.archive}
    if not choices:
        default = numbers.default
        return Kept(default.hot, default.hot + default.archive, ("policy.audit.default",))
    total = max(hot + archive for hot, archive in choices.values())
    names = tuple(name for name, (hot, archive) in choices.items() if hot + archive == total)
    return Kept(max(hot for hot, _ in choices.values()), total, names)


def _own(path: Path, period: Period) -> Own:
    name = OWN + ".".join(map(str, path))
    rule = Rule(name, period.min, period.max, period.hot, period.basis, period.legal_hold)
    return Own(path, rule)


def _layered(whole: Rule | None, own: Rule | None) -> list[Rule]:
    """Lay the period of a category or a field over that of all records: each bound it writes replaces one."""
    rules = []
    if whole:
        over = own or _ALL
        rest = replace(
            whole,
            least=None if over.least else whole.least,
            most=None if over.most else whole.most,
            hot=None if over.hot else whole.hot,
        )
        if rest.least or rest.most or rest.hot or rest.hold:
            rules.append(rest)
    if own:
        rules.append(own)
    return rules


def _chosen(shipped: Kept, rules: Sequence[Rule]) -> Kept:
    least = next((rule for rule in reversed(rules) if rule.least), None)
    hot = next((rule for rule in reversed(rules) if rule.hot), None)
    by = tuple(dict.fromkeys(rule.name for rule in (least, hot) if rule)) if least else shipped.by
    return Kept(
        hot=hot.hot if hot and hot.hot else shipped.hot,
        total=least.least if least and least.least else shipped.total,
        by=by,
    )
