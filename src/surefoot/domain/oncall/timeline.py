"""Who is on call when: layers by priority, swaps, overrides and temporary schedules, by exact breakpoints.

Example::

    >>> segments = timeline(version.plans["payments-primary"], start, end)
    >>> [(segment.start, segment.holders[0].person) for segment in segments]
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from typing import Literal, TypeAlias

from surefoot.domain.oncall.plan import Override, Plan, Swap, Temporary, Version
from surefoot.domain.oncall.rota import Rota

_LOOK = (timedelta(days=35), timedelta(days=400))  # how far the end of a stint is sought


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody is on call: a turn of a layer, or what replaced it.

    Attributes:
        turn: Its number in the layer, as a swap names it; None for an override.
        note: What a person wrote about it, or what it replaces.
    """

    kind: Literal["turn", "swap", "override", "temporary"]
    layer: str = ""
    turn: int | None = None
    note: str = ""

    def __str__(self) -> str:
        turn = "" if self.turn is None else f"turn {self.turn} of `{self.layer}`"
        kind = "" if self.kind == "turn" else self.kind
        head = ", ".join(part for part in (turn, kind) if part)
        return f"{head}: {self.note}" if self.note else head


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody on call, and why."""

    person: str
    why: Why


Holders: TypeAlias = tuple[Holder, ...]
_Piece: TypeAlias = tuple[datetime, datetime, Holders]
_Rule: TypeAlias = Callable[[Holders, Holders], Holders]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in which the same people are on call for the same reasons; nobody, if there are no holders."""

    start: datetime
    end: datetime
    holders: Holders


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch in which one person is on call for one reason."""

    schedule: str
    person: str
    start: datetime
    end: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class OnCall:
    """Somebody who is on call at an instant.

    Attributes:
        role: ``primary``, ``secondary``, both, or ``on call`` where no escalation names the schedule.
        until: When the person is relieved, in UTC; None if that is more than 400 days away.
    """

    schedule: str
    role: str
    person: str
    until: datetime | None
    why: Why


def timeline(plan: Plan, start: datetime, end: datetime) -> tuple[Segment, ...]:
    """Compute a schedule between two instants.

    Args:
        plan: The schedule.
        start: In UTC.
        end: In UTC, excluded.

    Returns:
        Segments from start to end without gap or overlap, neighbours differing; empty if start >= end.
    """
    return tuple(Segment(begins, ends, holders) for begins, ends, holders in _pieces(plan, start, end))


def oncall(version: Version, at: datetime, only: Iterable[str] = ()) -> tuple[OnCall, ...]:
    """Tell who is on call at an instant, by schedule; a schedule without anybody is left out.

    Args:
        version: The state of the schedules.
        at: In UTC.
        only: Names of schedules; all if empty.
    """
    wanted = set(only) or version.plans.keys()
    return tuple(
        OnCall(name, " and ".join(version.roles(name)) or "on call", holder.person, until, holder.why)
        for name, plan in version.plans.items()
        if name in wanted
        for holder, until in _now(plan, at)
    )


def shifts(plan: Plan, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """List the shifts that touch a span, by their start, each with its true beginning and end.

    A shift is never longer than its turn or override, so each has the same beginning whenever it is asked for.
    """
    reach = _reach(plan)
    found: list[Shift] = []
    open_: dict[Holder, datetime] = {}
    segments = timeline(plan, start - reach, end + reach)
    for segment in (*segments, Segment(end + reach, end + reach, ())):
        for holder, since in list(open_.items()):
            if holder not in segment.holders:
                found.append(Shift(plan.name, holder.person, since, segment.start, holder.why))
                del open_[holder]
        for holder in segment.holders:
            open_.setdefault(holder, segment.start)
    return tuple(sorted(_touching(found, start, end), key=lambda shift: (shift.start, shift.end, shift.person)))


def effect(plan: Plan, index: int) -> bool:
    """Tell whether an override changes anything: `remove` and `replace` need somebody who is on call."""
    override = plan.overrides[index]
    if override.kind in ("add", "cover"):
        return True
    before = replace(plan, overrides=plan.overrides[:index], temporary=())
    return any(
        holder.person == override.person
        for _, _, holders in _pieces(before, override.begins, override.until)
        for holder in holders
    )


def giver(layer: Rota, swaps: Sequence[Swap], turn: int) -> str:
    """Name whose turn it is after some swaps."""
    changed = _swapped(layer, swaps).get(turn)
    return changed.person if changed else layer.person(turn)


def _touching(found: Iterable[Shift], start: datetime, end: datetime) -> Iterator[Shift]:
    return (shift for shift in found if shift.start < end and shift.end > start)


def _now(plan: Plan, at: datetime) -> Iterator[tuple[Holder, datetime | None]]:
    near, far = _LOOK
    segments = timeline(plan, at, at + near)
    for holder in segments[0].holders:
        until = _relief(segments, holder.person) or _relief(timeline(plan, at, at + far), holder.person)
        yield holder, until


def _relief(segments: Sequence[Segment], person: str) -> datetime | None:
    """Find when a person who is on call in the first segment no longer is."""
    return next((each.start for each in segments if all(holder.person != person for holder in each.holders)), None)


def _reach(plan: Plan) -> timedelta:
    """Bound the length of a shift."""
    longest = _LOOK[1]
    layers = [*plan.layers, *(layer for each in plan.temporary for layer in each.layers)]
    turns = (layer.turns.length or layer.turns.count * timedelta(days=31) for layer in layers)
    spans = (each.until - each.begins for each in plan.overrides)
    return min(longest, max((*turns, *spans)) + timedelta(days=2))


def _pieces(plan: Plan, start: datetime, end: datetime) -> list[_Piece]:
    if start >= end:
        return []
    result = _layers(plan.layers, plan.swaps, start, end)
    for override in plan.overrides:
        if override.begins < end and override.until > start:
            result = _overridden(result, override)
    for each in plan.temporary:
        if each.begins < end and each.until > start:
            result = _temporary(result, each, start, end)
    return result


def _layers(layers: Sequence[Rota], swaps: Sequence[Swap], start: datetime, end: datetime) -> list[_Piece]:
    """Let the highest priority win at each instant; layers of one priority are on call together."""
    ranked = sorted(layers, key=lambda layer: layer.priority)
    levels = [
        reduce(lambda one, other: _combined(one, other, _both), (_of(layer, swaps, start, end) for layer in level))
        for _, level in groupby(ranked, key=lambda layer: layer.priority)
    ]
    return reduce(lambda below, above: _combined(below, above, _above), levels)


def _of(layer: Rota, swaps: Sequence[Swap], start: datetime, end: datetime) -> list[_Piece]:
    changed = _swapped(layer, swaps)
    result: list[_Piece] = []
    at = start
    number: int | None = None
    holders: Holders = ()
    for first, last, turn in layer.pieces(start, end):
        if turn != number:
            number, holders = turn, (changed.get(turn) or Holder(layer.person(turn), Why("turn", layer.name, turn)),)
        if first > at:
            result.append((at, first, ()))
        result.append((first, last, holders))
        at = last
    if at < end:
        result.append((at, end, ()))
    return result


def _swapped(layer: Rota, swaps: Sequence[Swap]) -> dict[int, Holder]:
    """Give turns to those who took them over; a later swap starts from what earlier ones left."""
    changed: dict[int, Holder] = {}
    for swap in swaps:
        if swap.layer != layer.name:
            continue
        before = changed.get(swap.turn)
        gives = before.person if before else layer.person(swap.turn)
        changed[swap.turn] = Holder(swap.to, Why("swap", layer.name, swap.turn, swap.reason or f"for {gives}"))
        if swap.back is not None:
            changed[swap.back] = Holder(gives, Why("swap", layer.name, swap.back, swap.reason or f"for {swap.to}"))
    return changed


def _above(below: Holders, above: Holders) -> Holders:
    return above or below


def _both(one: Holders, other: Holders) -> Holders:
    return (*one, *(holder for holder in other if all(holder.person != each.person for each in one)))


def _combined(one: list[_Piece], other: list[_Piece], rule: _Rule) -> list[_Piece]:
    """Combine two rows of pieces over the same span, instant by instant."""
    result: list[_Piece] = []
    at = one[0][0]
    i = j = 0
    while i < len(one):
        _, ends, holders = one[i]
        _, stops, others = other[j]
        end = min(ends, stops)
        _append(result, at, end, rule(holders, others))
        at = end
        i += ends == end
        j += stops == end
    return result


def _append(result: list[_Piece], start: datetime, end: datetime, holders: Holders) -> None:
    if result and result[-1][2] == holders:
        start = result.pop()[0]
    result.append((start, end, holders))


def _overridden(pieces: list[_Piece], override: Override) -> list[_Piece]:
    result: list[_Piece] = []
    for start, end, holders in pieces:
        first, last = max(start, override.begins), min(end, override.until)
        if first >= last:
            _append(result, start, end, holders)
            continue
        if start < first:
            _append(result, start, first, holders)
        _append(result, first, last, _changed(holders, override))
        if last < end:
            _append(result, last, end, holders)
    return result


def _changed(holders: Holders, override: Override) -> Holders:
    who = override.by or override.person
    note = f"for {override.person}" if override.by else ""
    new = (Holder(who, Why("override", note=override.reason or note)),)
    match override.kind:
        case "cover":
            return new
        case "add":
            return _both(holders, new)
        case "remove":
            return tuple(holder for holder in holders if holder.person != override.person)
        case "replace":
            return _replaced(holders, override.person, new[0])


def _replaced(holders: Holders, person: str, new: Holder) -> Holders:
    """Put somebody into a person's place; whoever is on call already stays so once."""
    if all(holder.person != person for holder in holders):
        return holders
    others = {holder.person for holder in holders if holder.person != person}
    return tuple(
        new if holder.person == person else holder
        for holder in holders
        if holder.person != person or new.person not in others
    )


def _temporary(pieces: list[_Piece], each: Temporary, start: datetime, end: datetime) -> list[_Piece]:
    first, last = max(start, each.begins), min(end, each.until)
    own = [
        (begins, ends, tuple(_marked(holder, each) for holder in holders))
        for begins, ends, holders in _layers(each.layers, (), first, last)
    ]
    usual = [(max(begins, first), min(ends, last), holders) for begins, ends, holders in pieces]
    inside = [piece for piece in usual if piece[0] < piece[1]]
    within = own if each.empty else _combined(inside, own, _above)
    result: list[_Piece] = []
    for begins, ends, holders in (
        *((begins, min(ends, first), holders) for begins, ends, holders in pieces if begins < first),
        *within,
        *((max(begins, last), ends, holders) for begins, ends, holders in pieces if ends > last),
    ):
        _append(result, begins, ends, holders)
    return result


def _marked(holder: Holder, each: Temporary) -> Holder:
    return Holder(holder.person, Why("temporary", holder.why.layer, holder.why.turn, each.reason))
