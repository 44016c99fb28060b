"""Times as people write them in files, and as reports show them."""

from datetime import UTC, datetime, timedelta

_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_moment(text: str) -> int:
    """Read a time in RFC 3339 or a date; one without an offset is UTC.

    Returns:
        Milliseconds since 1970.

    Raises:
        ValueError: It is neither; says what to write.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"`{text}` is no time: write such as 2026-10-01T08:00:00Z or 2026-10-01") from None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MILLISECOND


def as_text(moment: int) -> str:
    """Write a time, milliseconds since 1970, to the second: ``2026-10-01 08:00:00Z``."""
    return (_EPOCH + timedelta(milliseconds=moment)).strftime("%Y-%m-%d %H:%M:%SZ")


def as_day(moment: int) -> str:
    """Write a time's date in UTC: ``2026-10-01``."""
    return as_text(moment)[:10]


def as_length(length: int) -> str:
    """Write a length of time, milliseconds, by its two largest units: ``1d 4h``, ``12m``, ``45s``."""
    seconds = round(length / 1000)
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0s"
