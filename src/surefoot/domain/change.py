"""What a change of the spec does: to objectives, alerts, records, routes, shifts and files."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, TypeVar

from surefoot.artifact import Artifact
from surefoot.calendar.moments import wall_at
from surefoot.calendar.windows import Rolling
from surefoot.domain.oncall.changes import moved
from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.domain.rules.groups import groups
from surefoot.domain.slo.burn import go_float
from surefoot.promql.duration import format_duration
from surefoot.promql.error import PromqlError
from surefoot.promql.normal import normalise
from surefoot.promql.tokens import Kind, tokenize
from surefoot.spec.model.slo import Sla
from surefoot.spec.rulefile import Rule
from surefoot.spec.source import Value, parse
from surefoot.spec.system import FreshnessSli, LatencySli, Slo, System, ThroughputSli

T = TypeVar("T")
Named: TypeAlias = Mapping[str, T]

_ROUTING = "alertmanager/alertmanager.yml"
_DIGEST = 16  # of its digits, as headers show them


@dataclass(frozen=True, slots=True)
class Delta:
    """One thing about a subject that differs; `old` or `new` is empty where it was not, or is not, there."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """A subject that was added, removed or changed."""

    kind: Literal["added", "removed", "changed"]
    subject: str
    deltas: tuple[Delta, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that a change of the spec does.

    Attributes:
        objectives: By ``service/objective``: target, window, bound, SLA.
        alerts: One by one; an expression that means the same is the same.
        records: Summed up for each objective.
        routes: Routes, receivers, inhibitions and business hours of Alertmanager.
        shifts: By schedule, with each stretch that changes hands, and who had it and has it.
        files: By path, with the number of lines that went and came; headers do not count.
    """

    objectives: tuple[Change, ...]
    alerts: tuple[Change, ...]
    records: tuple[Change, ...]
    routes: tuple[Change, ...]
    shifts: tuple[Change, ...]
    files: tuple[Change, ...]

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return any((self.objectives, self.alerts, self.records, self.routes, self.shifts, self.files))


@dataclass(frozen=True, slots=True)
class Built:
    """A system and what is built from it."""

    system: System
    artifacts: Sequence[Artifact]


def compare(old: Built, new: Built, start: datetime) -> Comparison:
    """Compare two states of a spec; its shifts from an instant on, for as long as the new policy simulates them."""
    return Comparison(
        objectives=tuple(_each(_objectives(old.system), _objectives(new.system), _objective)),
        alerts=tuple(_each(_alerts(old.system), _alerts(new.system), _alert)),
        records=tuple(_each(_records(old.system), _records(new.system), _recorded)),
        routes=tuple(_each(_routing(old.artifacts), _routing(new.artifacts), _settings)),
        shifts=tuple(_shifts(old.system, new.system, start)),
        files=tuple(_each(_files(old), _files(new), _lines)),
    )


def _each(
    old: Named[T], new: Named[T], differences: Callable[[T | None, T | None], Iterable[Delta]]
) -> Iterator[Change]:
    for subject in sorted({*old, *new}):
        before, after = old.get(subject), new.get(subject)
        deltas = tuple(differences(before, after))
        if before is None:
            yield Change("added", subject, deltas)
        elif after is None:
            yield Change("removed", subject, deltas)
        elif deltas:
            yield Change("changed", subject, deltas)


def _texts(old: Mapping[str, str], new: Mapping[str, str], prefix: str = "") -> Iterator[Delta]:
    """Compare two mappings of texts; what is missing is empty."""
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key, ""), new.get(key, "")
        if before != after:
            yield Delta(f"{prefix}{key}", before, after)


def _objectives(system: System) -> dict[str, Slo]:
    return {slo.subject: slo for service in system.services.values() for slo in service.slos.values()}


def _objective(old: Slo | None, new: Slo | None) -> Iterator[Delta]:
    return _texts(_promise(old), _promise(new))


def _promise(slo: Slo | None) -> dict[str, str]:
    if slo is None:
        return {}
    window = format_duration(slo.window.duration) if isinstance(slo.window, Rolling) else slo.window.unit
    target = {"target": f"{go_float(slo.objective)}%", "window": window}
    return {**target, **_limit(slo), **({"sla": _sla(slo.sla)} if slo.sla else {})}


def _limit(slo: Slo) -> dict[str, str]:
    match slo.sli:
        case LatencySli(bound=bound):
            return {"under": format_duration(bound)}
        case FreshnessSli(bound=bound):
            return {"younger than": format_duration(bound)}
        case ThroughputSli(floor=floor):
            return {"at least": f"{go_float(floor)}/s"}
        case _:
            return {}


def _sla(sla: Sla) -> str:
    lengths = {"under": sla.under, "younger than": sla.younger_than}
    bounds = [f"{name} {format_duration(bound)}" for name, bound in lengths.items() if bound]
    floor = [f"at least {go_float(sla.at_least)}/s"] if sla.at_least is not None else []
    return " ".join([f"{go_float(sla.target)}%", *bounds, *floor])


def _rules(system: System, kind: str) -> Iterator[tuple[str, Rule]]:
    for service in system.services.values():
        for group in groups(service, system):
            yield from ((service.name, rule) for rule in group.rules if rule.kind == kind)


def _alerts(system: System) -> dict[str, Rule]:
    """Name each alert by its service, its name and its tier, or else its priority."""
    found: dict[str, Rule] = {}
    for service, rule in _rules(system, "alert"):
        labels = rule.labels
        tier = labels.get("surefoot_tier") or labels.get("sloth_severity") or labels.get("priority", "")
        found[_free(f"{service}: {rule.name} ({tier})", found)] = rule
    return found


def _alert(old: Rule | None, new: Rule | None) -> Iterator[Delta]:
    if old is None or new is None:
        return
    if old.expr != new.expr:
        yield from _expression(_normal(old.expr), _normal(new.expr))
    yield from _texts(_lengths(old), _lengths(new))
    yield from _texts(old.labels, new.labels, "label ")
    yield from _texts(old.annotations, new.annotations, "annotation ")


def _lengths(rule: Rule) -> dict[str, str]:
    lengths = {"for": rule.lasting, "keep_firing_for": rule.keep_firing_for}
    return {name: format_duration(length) for name, length in lengths.items() if length}


def _expression(old: str, new: str) -> Iterator[Delta]:
    """Tell a change of numbers alone, which is one of thresholds, from another one."""
    if old == new:
        return
    pairs = list(zip(tokenize(old), tokenize(new), strict=False))
    differing = dict.fromkeys((a.text, b.text) for a, b in pairs if a.text != b.text)
    same_shape = len(tokenize(old)) == len(tokenize(new))
    if same_shape and all(a.kind is b.kind is Kind.NUMBER for a, b in pairs if a.text != b.text):
        for before, after in differing:
            yield Delta("threshold", before, after)
    else:
        yield Delta("expression", old, new)


def _normal(expr: str) -> str:
    try:
        return normalise(expr)
    except PromqlError:  # an expression too deep to compare is compared as it is written
        return expr


def _records(system: System) -> dict[str, dict[str, Rule]]:
    """Collect the records of each objective, by their name and window."""
    found: defaultdict[str, dict[str, Rule]] = defaultdict(dict)
    for service, rule in _rules(system, "record"):
        objective = rule.labels.get("sloth_slo")
        of = found[f"{service}/{objective}" if objective else service]
        of[_free(f"{rule.name} {rule.labels.get('sloth_window', '')}", of)] = rule
    return dict(found)


def _recorded(old: dict[str, Rule] | None, new: dict[str, Rule] | None) -> Iterator[Delta]:
    before, after = old or {}, new or {}
    removed, added = len(before.keys() - after.keys()), len(after.keys() - before.keys())
    if removed or added:
        yield Delta("records", str(len(before)), str(len(after)))
    changed = sum(_differ(before[name], after[name]) for name in before.keys() & after.keys())
    if changed:
        yield Delta("changed", "", f"{changed} of {len(before)}")


def _differ(old: Rule, new: Rule) -> bool:
    return old.labels != new.labels or (old.expr != new.expr and _normal(old.expr) != _normal(new.expr))


def _routing(artifacts: Sequence[Artifact]) -> dict[str, dict[str, str]]:
    """Take Alertmanager's configuration apart into named settings."""
    text = next((artifact.text for artifact in artifacts if artifact.path == _ROUTING), "")
    documents, _ = parse(_ROUTING, text.encode())
    content = documents[0].value if documents else None
    found: dict[str, dict[str, str]] = {}
    if not isinstance(content, dict):
        return found
    for name, value in _parts(content):
        found[_free(name, found)] = {
            key: item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for key, item in value.items()
        }
    return found


def _parts(content: Mapping[str, Value]) -> Iterator[tuple[str, dict[str, Value]]]:
    yield from _routes(content.get("route"), ())
    for item in _mappings(content.get("receivers")):
        yield f"receiver {item.pop('name', '')}", item
    for item in _mappings(content.get("inhibit_rules")):
        source, target = (_joined(item.pop(f"{side}_matchers", None)) for side in ("source", "target"))
        yield f"inhibition {source} silences {target}", item
    for item in _mappings(content.get("time_intervals")):
        yield f"time interval {item.pop('name', '')}", item


def _routes(value: Value, above: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Value]]]:
    if not isinstance(value, dict):
        return
    own = dict(value)
    path = (*above, _joined(own.pop("matchers", None))) if above or "matchers" in own else ()
    below = own.pop("routes", None)
    yield f"route {' > '.join(path) or 'default'}", own
    for branch in _mappings(below):
        yield from _routes(branch, path)


def _mappings(value: Value) -> list[dict[str, Value]]:
    return [dict(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _joined(value: Value) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value or "everything")


def _settings(old: dict[str, str] | None, new: dict[str, str] | None) -> Iterator[Delta]:
    return _texts(old, new) if old is not None and new is not None else iter(())


def _shifts(old: System, new: System, start: datetime) -> Iterator[Change]:
    """Tell which stretches of the schedules change hands, and which schedules come and go."""
    before, after = version_of(old), version_of(new)
    deltas: defaultdict[str, list[Delta]] = defaultdict(list)
    for one in moved(before, after, start, start + numbers_of(new).simulate):
        zone = after.plans[one.schedule].zone
        span = " – ".join(f"{wall_at(at, zone):%Y-%m-%d %H:%M}" for at in (one.start, one.end))
        deltas[one.schedule].append(Delta(span, _titles(before, one.loses), _titles(after, one.gains)))
    for name in sorted({*before.plans, *after.plans}):
        if name not in before.plans:
            yield Change("added", name)
        elif name not in after.plans:
            yield Change("removed", name)
        elif deltas[name]:
            yield Change("changed", name, tuple(deltas[name]))


def _titles(version: Version, people: tuple[str, ...]) -> str:
    return " and ".join(version.title(person) for person in people)


def _files(built: Built) -> dict[str, str]:
    """Take the digest out of every file: it differs in each of them whenever anything does."""
    digest = built.system.digest
    return {
        artifact.path: artifact.text.replace(digest, "").replace(digest[:_DIGEST], "") for artifact in built.artifacts
    }


def _lines(old: str | None, new: str | None) -> Iterator[Delta]:
    before, after = Counter((old or "").splitlines()), Counter((new or "").splitlines())
    gone, come = (before - after).total(), (after - before).total()
    if gone or come:
        yield from (
            Delta(what, "", str(count)) for what, count in (("removed lines", gone), ("added lines", come)) if count
        )
    elif old is not None and new is not None and old != new:
        yield Delta("order of lines", "", "")


def _free(name: str, taken: Mapping[str, object]) -> str:
    """Make a name unique by a count."""
    count = 2
    unique = name
    while unique in taken:
        unique, count = f"{name} #{count}", count + 1
    return unique
