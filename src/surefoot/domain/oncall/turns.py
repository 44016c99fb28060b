"""When turns begin: every so many hours, days, weeks or months of the wall clock, counted from an anchor."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from surefoot.calendar.moments import begin_at, wall_at
from surefoot.spec.model.rotation import Unit

_UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Turns:
    """An endless row of turns in both directions, without gap or overlap.

    Attributes:
        zone: IANA name of the zone whose clocks count.
        anchor: What they show when turn 0 begins; naive.
        unit: Months begin on the same day of the month, or on the month's last.
        count: Units of a turn.
        elapsed: Whether a turn always lasts equally long, whatever clocks show; not for months.
        day: Of the month; of months only.
    """

    zone: str
    anchor: datetime
    unit: Unit
    count: int
    elapsed: bool = False
    day: int = 1

    @property
    def length(self) -> timedelta | None:
        """Return how long a turn lasts on the wall clock; None for months, which differ."""
        return None if self.unit == "month" else self.count * _UNITS[self.unit]

    def wall(self, turn: int) -> datetime:
        """Tell what the clocks are to show when a turn begins; naive, and perhaps skipped or repeated."""
        if self.length is None:
            return on_day(self.anchor, turn * self.count, self.day)
        return self.anchor + turn * self.length

    def begins(self, turn: int) -> datetime:
        """Tell when a turn begins, in UTC: a skipped time is the end of the gap, a repeated one its first."""
        if self.elapsed and self.length is not None:
            return begin_at(self.anchor, self.zone) + turn * self.length
        return begin_at(self.wall(turn), self.zone)

    def at(self, instant: datetime) -> int:
        """Find the turn that is on at an instant."""
        if self.elapsed and self.length is not None:
            return (instant - begin_at(self.anchor, self.zone)) // self.length
        turn = self._near(wall_at(instant, self.zone))
        while self.begins(turn) > instant:
            turn -= 1
        while self.begins(turn + 1) <= instant:
            turn += 1
        return turn

    def _near(self, wall: datetime) -> int:
        if self.length is not None:
            return (wall - self.anchor) // self.length
        months = (wall.year - self.anchor.year) * _MONTHS + wall.month - self.anchor.month
        return months // self.count

    def drift(self, until: datetime) -> datetime | None:
        """Find the first turn from the anchor on whose beginning the clocks show another time than at the anchor.

        Returns:
            When it begins, in UTC; None if none does before ``until``, or lengths are those of the wall clock.
        """
        if not self.elapsed or self.length is None:
            return None
        turn, begins = 0, begin_at(self.anchor, self.zone)
        while begins < until:
            if wall_at(begins, self.zone) != self.wall(turn):
                return begins
            turn, begins = turn + 1, begins + self.length
        return None


def on_day(wall: datetime, months: int, day: int) -> datetime:
    """Go on by months, to a day of the month or, where there is none, the month's last."""
    years, month = divmod(wall.month - 1 + months, _MONTHS)
    year = wall.year + years
    return wall.replace(year=year, month=month + 1, day=min(day, monthrange(year, month + 1)[1]))


def utc(moment: datetime, zone: str) -> datetime:
    """Turn a moment of the spec into an instant: an aware one is one, a naive one is read on the zone's clocks."""
    return moment.astimezone(UTC) if moment.tzinfo else begin_at(moment, zone)
