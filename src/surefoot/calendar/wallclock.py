"""Instants and what a clock on a wall of some IANA zone shows at them.

The library ``whenever`` does the arithmetic; callers see only the datetimes of the standard library.
"""

from datetime import date, datetime, time

from whenever import Date, Instant, Time, TimeZoneNotFoundError, ZonedDateTime


def in_zone(instant: datetime, zone: str) -> ZonedDateTime:
    """See an instant in a zone.

    Args:
        instant: An aware datetime of any offset.
        zone: IANA name, such as ``Europe/Vienna``.

    Raises:
        ValueError: The datetime is naive, or the zone is unknown.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} names no instant: give it an offset, such as +00:00")
    try:
        return Instant(instant).to_tz(zone)
    except TimeZoneNotFoundError as unknown:
        raise ValueError(f"unknown time zone {zone!r}: use an IANA name, such as Europe/Vienna") from unknown


def wall_clock(instant: datetime, zone: str) -> tuple[date, time]:
    """Read the date and the time that the zone's clocks show at an instant."""
    shown = in_zone(instant, zone).to_plain().to_stdlib()
    return shown.date(), shown.time()


def day_of(instant: datetime, zone: str) -> date:
    """Tell the local day an instant belongs to: the one whose first instant is the latest before it.

    This is the date on the wall, but for clocks put back across midnight: the evening they repeat
    belongs to the day that has begun already (Newfoundland, 2009-11-01 00:01 back to 23:01).
    """
    return in_zone(instant, zone).start_of("day").date().to_stdlib()


def first_instant(day: date, zone: str) -> datetime:
    """Find the instant at which a local day begins, in UTC.

    A midnight that occurs twice counts the first time. One that the clocks skip becomes the first
    valid instant after it; of a day skipped as a whole, that is the beginning of the next.

    Example:
        >>> first_instant(date(2018, 11, 4), "America/Sao_Paulo").isoformat()  # clocks show 01:00
        '2018-11-04T03:00:00+00:00'

    Raises:
        ValueError: The zone is unknown.
    """
    try:
        midnight = Date(day).at(Time()).assume_tz(zone, disambiguation="compatible")
    except TimeZoneNotFoundError as unknown:
        raise ValueError(f"unknown time zone {zone!r}: use an IANA name, such as Europe/Vienna") from unknown
    # Where a gap begins before midnight, "compatible" overshoots its end (Toronto, 1919-03-30 23:30
    # on to 00:30, gives 01:00); the start of the day does not.
    return midnight.start_of("day").to_instant().to_stdlib()
