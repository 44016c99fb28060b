"""The wall clock."""

from datetime import UTC, date, datetime


def today() -> date:
    """Return the date in UTC."""
    return datetime.now(UTC).date()
