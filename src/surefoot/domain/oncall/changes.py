"""Whose shifts a change of the schedules moves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.timeline import Segment, timeline


@dataclass(frozen=True, slots=True)
class Moved:
    """A stretch of a schedule that changes hands; `gains` and `loses` are names of people, sorted."""

    schedule: str
    start: datetime
    end: datetime
    gains: tuple[str, ...]
    loses: tuple[str, ...]


def moved(old: Version, new: Version, start: datetime, end: datetime) -> Iterator[Moved]:
    """Compare two states of the schedules that both of them have, between two instants in UTC.

    Yields:
        By schedule, in order; neighbours with the same people are one.
    """
    for name, plan in new.plans.items():
        if name in old.plans and old.plans[name] != plan:
            before, after = timeline(old.plans[name], start, end), timeline(plan, start, end)
            yield from _joined(name, before, after)


def _joined(name: str, old: Sequence[Segment], new: Sequence[Segment]) -> Iterator[Moved]:
    current: Moved | None = None
    for start, end, before, after in _together(old, new):
        gains, loses = tuple(sorted(after - before)), tuple(sorted(before - after))
        if current and current.end == start and (current.gains, current.loses) == (gains, loses):
            current = Moved(name, current.start, end, gains, loses)
            continue
        if current:
            yield current
        current = Moved(name, start, end, gains, loses) if gains or loses else None
    if current:
        yield current


def _together(
    old: Sequence[Segment], new: Sequence[Segment]
) -> Iterator[tuple[datetime, datetime, set[str], set[str]]]:
    i = j = 0
    while i < len(old) and j < len(new):
        one, other = old[i], new[j]
        end = min(one.end, other.end)
        before, after = ({holder.person for holder in each.holders} for each in (one, other))
        yield max(one.start, other.start), end, before, after
        i += one.end == end
        j += other.end == end
