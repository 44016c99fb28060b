"""Times and lengths of time on the command line."""

import re
from datetime import UTC, datetime, timedelta

import click

from surefoot.promql.duration import parse_duration

_MILLISECOND = timedelta(milliseconds=1)
_RELATIVE = re.compile(r"now(?:-(.+))?")
_FORMS = "write 2026-01-05T12:00:00Z, 2026-01-05, seconds since 1970, `now` or `now-1h`"


def instant(text: str, now: int) -> int:
    """Read a time; one without a zone is in UTC.

    Args:
        text: ISO 8601, seconds since 1970, ``now`` or ``now-1h``.
        now: Milliseconds since 1970.

    Returns:
        Milliseconds since 1970.

    Raises:
        click.BadParameter: It is none of these.
    """
    relative = _RELATIVE.fullmatch(text)
    if relative:
        return now - (length(relative[1]) if relative[1] else 0)
    try:
        return round(float(text) * 1000)
    except (ValueError, OverflowError):
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"`{text}` is no time: {_FORMS}") from None
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def length(text: str) -> int:
    """Read a length of time such as ``1h30m``, as milliseconds.

    Raises:
        click.BadParameter: It is none.
    """
    try:
        return parse_duration(text) // _MILLISECOND
    except ValueError:
        raise click.BadParameter(f"`{text}` is no length of time: write it such as 30s, 5m or 1h30m") from None


def shown(time: int) -> str:
    """Write a time, milliseconds, as ISO 8601 in UTC."""
    found = datetime.fromtimestamp(time / 1000, UTC)
    return found.isoformat(timespec="milliseconds" if time % 1000 else "seconds").replace("+00:00", "Z")
