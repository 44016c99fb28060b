"""Every type of event that the audit log records: what it captures, how long it is kept, and why."""

from collections.abc import Iterator, Sequence

from surefoot.artifact import Artifact
from surefoot.domain.audit.catalogue import Catalogue, EventType, catalogue
from surefoot.domain.audit.regimes import plans
from surefoot.domain.audit.retention import Plans
from surefoot.outputs import Output
from surefoot.outputs._audit import COMPLIANCE, concerned, deciding, period
from surefoot.outputs._markdown import bullets, code, page, table
from surefoot.spec.system import System

_AWAY = {
    "spool": "kept in a bounded local spool and replayed; when that is full, the sender waits",
    "block": "the action itself is refused until the log takes events again",
    "drop+count": "dropped; how many were is recorded afterwards",
}


def _render(system: System) -> Iterator[Artifact]:
    if concerned(system):
        yield Artifact(f"{COMPLIANCE}/audit-events.md", page(system, "Audit events", _blocks(system)))


def _blocks(system: System) -> Iterator[str]:
    found, solved = catalogue(system), plans(system)
    yield (
        "What is recorded, and which fields each event must have: the log refuses one that lacks any. "
        "Every record also has id, time, actor, target and outcome; see [the schema](audit-schema.md)."
    )
    yield (
        "**Personal** fields enter the log as commitments, so that they can be erased without breaking a proof. "
        "Id and address of a user are personal in events of every type."
    )
    yield "## Overview"
    yield table(
        ("Event", "Category", "Priority", "Kept", "Defined"),
        [
            (
                f"[{each.name}](#{each.category})",
                each.category,
                each.priority,
                period(solved.of(each.category).keep),
                each.source,
            )
            for each in found.types.values()
        ],
    )
    for category in found.categories:
        yield f"## {category}"
        yield from _category(category, found, solved)


def _category(category: str, found: Catalogue, solved: Plans) -> Iterator[str]:
    plan, away = solved.of(category), found.unavailable(category)
    yield found.about.get(category, "")
    ends = f"at most {period(plan.max)}" if plan.max else "no maximum" + (" under a legal hold" if plan.hold else "")
    limit = f"at least {period(plan.min, 'for no set time')}, {ends}"
    yield bullets(
        (
            f"Kept: {period(plan.keep)}, {period(plan.hot)} of it at hand ({limit}; by {deciding(plan)})",
            f"Basis: {'; '.join(plan.basis) or 'our own choice, for no regime in force says anything'}",
            f"While the log cannot be written: {_AWAY[away]} ({code(away)})",
        )
    )
    types = [each for each in found.types.values() if each.category == category]
    if types:
        yield _types(types)
    else:
        yield "No type of event is declared in this category."


def _types(types: Sequence[EventType]) -> str:
    rows = [
        (
            code(each.name),
            each.priority,
            ", ".join(_captured(each, name) for name in each.capture) or "nothing besides the record",
            ", ".join(map(code, each.personal)) or "none beyond the user",
            each.description,
        )
        for each in types
    ]
    return table(("Event", "Priority", "Must capture (and where)", "Personal", "Description"), rows)


def _captured(event_type: EventType, name: str) -> str:
    where = event_type.place(name)
    return code(name) if name == where else f"{code(name)} ({code(where)})"


OUTPUT = Output(
    "audit-events-document",
    "Every type of audit event: fields, priority, category, retention and its basis; "
    "where a spec has `audit`, a regime, or personal data.",
    _render,
)
