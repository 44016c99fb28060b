"""How much of a stretch lies in nights, weekends and holidays."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from surefoot.calendar.hours import WeeklyHours, parse_hours
from surefoot.calendar.moments import begin_at, wall_at
from surefoot.calendar.weekly import Span, joined, stretches
from surefoot.domain.oncall.plan import DaysOff
from surefoot.spec.model.policy_oncall import OncallNumbers

_DAY = timedelta(days=1)
_WEEK = range(7)


class Extent:
    """Stretches of time whose common part with any others is found without walking them.

    Args:
        spans: In order and disjoint.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        self._starts, self._ends = seconds(spans)
        lengths = (end - start for start, end in zip(self._starts, self._ends, strict=True))
        self._sums = [0, *accumulate(lengths)]

    def within(self, starts: Sequence[int], ends: Sequence[int]) -> list[int]:
        """Measure, for each of some stretches, what of it these take up; all in seconds."""
        return [last - first for first, last in zip(self._until(starts), self._until(ends), strict=True)]

    def _until(self, times: Sequence[int]) -> Iterator[int]:
        starts, ends, sums = self._starts, self._ends, self._sums
        for time in times:
            index = bisect_right(starts, time)
            over = ends[index - 1] - time if index else 0
            yield sums[index] - over if over > 0 else sums[index]


def seconds(spans: Sequence[Span]) -> tuple[list[int], list[int]]:
    """Turn stretches into their starts and ends, in seconds since 1970."""
    return [int(start.timestamp()) for start, _ in spans], [int(end.timestamp()) for _, end in spans]


@dataclass(frozen=True, slots=True)
class Amount:
    """Time on call, and what of it lay in nights, weekends and holidays."""

    hours: timedelta = timedelta()
    nights: timedelta = timedelta()
    weekends: timedelta = timedelta()
    holidays: timedelta = timedelta()


class Ruler:
    """Measures stretches by the wall clock of a zone.

    A night is the policy's, a weekend the days on which the policy has no business hours, a holiday a whole day.

    Args:
        numbers: The policy.
        start: Stretches before it are not measured.
        end: Nor those after it.
    """

    def __init__(self, numbers: OncallNumbers, start: datetime, end: datetime) -> None:
        self._numbers = numbers
        self.start = start
        self.end = end
        self._extents: dict[tuple[str, DaysOff], tuple[Extent, Extent, Extent]] = {}

    def amounts(self, spans: Sequence[Span], zone: str, days_off: DaysOff) -> tuple[Amount, Amount]:
        """Sum up stretches, and find the most of each kind within one of them."""
        starts, ends = seconds(spans)
        lengths = [end - start for start, end in zip(starts, ends, strict=True)]
        kinds = [lengths, *(extent.within(starts, ends) for extent in self._of(zone, days_off))]
        return _amount(map(sum, kinds)), _amount(max(parts, default=0) for parts in kinds)

    def _of(self, zone: str, days_off: DaysOff) -> tuple[Extent, Extent, Extent]:
        found = self._extents.get((zone, days_off))
        if found is None:
            found = (
                _weekly((parse_hours(self._numbers.night, zone),), self.start, self.end),
                _weekly(weekend(self._numbers, zone), self.start, self.end),
                Extent(tuple(joined(_off(days_off, zone, self.start, self.end)))),
            )
            self._extents[zone, days_off] = found
        return found


def _amount(parts: Iterable[int]) -> Amount:
    return Amount(*(timedelta(seconds=part) for part in parts))


def weekend(numbers: OncallNumbers, zone: str) -> tuple[WeeklyHours, ...]:
    """Take the days without business hours as the weekend; none if there are none."""
    business = parse_hours(numbers.business_hours, zone)
    days = tuple(day for day in _WEEK if day not in business.days)
    whole = parse_hours("mon 00:00-24:00", zone)
    return (WeeklyHours(days, whole.start, whole.end, zone),) if days else ()


@lru_cache(maxsize=64)
def _weekly(hours: tuple[WeeklyHours, ...], start: datetime, end: datetime) -> Extent:
    return Extent(stretches(hours, start, end))


def _off(days_off: DaysOff, zone: str, start: datetime, end: datetime) -> Iterator[Span]:
    day = wall_at(start, zone).date()
    last = wall_at(end, zone).date()
    while day <= last:
        if day in days_off:
            midnight = datetime.combine(day, datetime.min.time())
            begins, ends = begin_at(midnight, zone), begin_at(midnight + _DAY, zone)
            if begins < end and ends > start:
                yield max(begins, start), min(ends, end)
        day += _DAY
