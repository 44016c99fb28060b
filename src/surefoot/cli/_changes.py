"""A comparison as text and as JSON."""

import json
from collections.abc import Iterator, Sequence
from itertools import takewhile

from surefoot.domain.change import Change, Comparison, Delta

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_AROUND = 40  # characters shown on each side of a difference
_SHORT = 60  # characters; a longer text stands on a line of its own
_SHIFTS = "Shifts"
_MANY = 10  # stretches of a schedule; the others are counted


def as_text(comparison: Comparison) -> str:
    """Write one line for each subject, and what differs below it."""
    lines: list[str] = []
    for title, changes in _sections(comparison):
        if changes:
            written = _shifts if title == _SHIFTS else _change
            lines += [title, *(line for change in changes for line in written(change))]
    counts = [f"{title.lower()}: {len(changes)}" for title, changes in _sections(comparison) if changes]
    return "\n".join([*lines, "", ", ".join(counts)] if lines else ["nothing changes"])


def as_json(comparison: Comparison) -> str:
    """Write an object with a list of changes for each kind of subject."""
    shown = {
        title.lower(): [
            {
                "kind": change.kind,
                "subject": change.subject,
                "deltas": [{"what": delta.what, "old": delta.old, "new": delta.new} for delta in change.deltas],
            }
            for change in changes
        ]
        for title, changes in _sections(comparison)
    }
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _sections(comparison: Comparison) -> tuple[tuple[str, Sequence[Change]], ...]:
    return (
        ("Objectives", comparison.objectives),
        ("Alerts", comparison.alerts),
        ("Records", comparison.records),
        ("Routes", comparison.routes),
        (_SHIFTS, comparison.shifts),
        ("Files", comparison.files),
    )


def _change(change: Change) -> Iterator[str]:
    head = f"  {_SIGNS[change.kind]} {change.subject}"
    inline = [_inline(delta) for delta in change.deltas]
    if all(inline) and len(head) + len("; ".join(inline)) <= 2 * _SHORT:
        yield f"{head}: {'; '.join(inline)}" if inline else head
        return
    yield head
    for delta, text in zip(change.deltas, inline, strict=True):
        if text:
            yield f"      {text}"
        else:
            yield f"      {delta.what}:"
            old, new = _parting(delta.old, delta.new)
            yield from (f"        - {line}" for line in old.splitlines())
            yield from (f"        + {line}" for line in new.splitlines())


def _shifts(change: Change) -> Iterator[str]:
    """Say who gains and who loses each stretch."""
    yield f"  {_SIGNS[change.kind]} {change.subject}"
    for delta in change.deltas[:_MANY]:
        if delta.new and delta.old:
            yield f"      {delta.new} gains {delta.what}, {delta.old} loses it"
        else:
            yield f"      {delta.new or delta.old} {'gains' if delta.new else 'loses'} {delta.what}"
    if len(change.deltas) > _MANY:
        yield f"      and {len(change.deltas) - _MANY} more stretches"


def _parting(old: str, new: str) -> tuple[str, str]:
    """Cut what long texts have in common at both ends, but for a few words around the difference."""
    start = max(0, _common(old, new) - _AROUND)
    end = max(0, _common(old[:start:-1], new[:start:-1]) - _AROUND)
    head, tail = "…" if start else "", "…" if end else ""
    return (
        f"{head}{old[start : len(old) - end]}{tail}" if old else "",
        f"{head}{new[start : len(new) - end]}{tail}" if new else "",
    )


def _common(old: str, new: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _inline(delta: Delta) -> str:
    """Write a delta on one line, or nothing if that would be too long."""
    if "\n" in delta.old + delta.new or len(delta.old) + len(delta.new) > _SHORT:
        return ""
    if delta.old and delta.new:
        return f"{delta.what} {delta.old} → {delta.new}"
    if delta.old:
        return f"{delta.what} {delta.old} → none"
    return f"{delta.what} {delta.new}".rstrip()
