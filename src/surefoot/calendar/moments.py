"""From what a clock on a wall shows to instants, where clock changes skip or repeat it."""

from datetime import datetime
from functools import lru_cache

from whenever import Instant, PlainDateTime, TimeZoneNotFoundError, ZonedDateTime


def begin_at(wall: datetime, zone: str) -> datetime:
    """Find the instant at which something begins that the clocks of a zone announce.

    Args:
        wall: Naive, in whole seconds. Where the clocks show it twice, the first time counts; where
            they skip it, the first instant after the gap.
        zone: IANA name.

    Returns:
        The instant, in UTC. A later wall time never gives an earlier instant.

    Example:
        >>> begin_at(datetime(2026, 3, 29, 2, 30), "Europe/Berlin").isoformat()  # clocks show 03:00
        '2026-03-29T01:00:00+00:00'

    Raises:
        ValueError: The zone is unknown.
    """
    return _both(wall, zone)[0]


def end_at(wall: datetime, zone: str) -> datetime:
    """Find the instant at which something ends: as `begin_at`, but of a time shown twice, the last."""
    return _both(wall, zone)[1]


def wall_at(instant: datetime, zone: str) -> datetime:
    """Read date and time, naive, that the clocks of a zone show."""
    return Instant(instant).to_tz(zone).to_plain().to_stdlib()


def local(instant: datetime, zone: str) -> datetime:
    """Read what the clocks of a zone show, with the offset that they then have."""
    return Instant(instant).to_tz(zone).to_stdlib()


@lru_cache(maxsize=1 << 16)
def _both(wall: datetime, zone: str) -> tuple[datetime, datetime]:
    plain = PlainDateTime(wall)
    try:
        earlier = plain.assume_tz(zone, disambiguation="earlier")
    except TimeZoneNotFoundError as unknown:
        raise ValueError(f"unknown time zone {zone!r}: use an IANA name, such as Europe/Vienna") from unknown
    later = plain.assume_tz(zone, disambiguation="later")
    if earlier.to_plain() == plain:
        return earlier.to_instant().to_stdlib(), later.to_instant().to_stdlib()
    after = _end_of_gap(earlier, later, zone)
    return after, after


def _end_of_gap(before: ZonedDateTime, after: ZonedDateTime, zone: str) -> datetime:
    """Find the first instant with the offset that holds after a gap, between one on each side of it."""
    low, high = before.timestamp(), after.timestamp()
    while high - low > 1:
        middle = (low + high) // 2
        if Instant.from_timestamp(middle).to_tz(zone).offset == before.offset:
            low = middle
        else:
            high = middle
    return Instant.from_timestamp(high).to_stdlib()
