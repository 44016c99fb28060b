"""The wall clock."""

from datetime import UTC, date, datetime


def today() -> date:
    """Return the date in UTC."""
    return datetime.now(UTC).date()


def now() -> int:
    """Return the time, milliseconds since 1970."""
    return round(datetime.now(UTC).timestamp() * 1000)
