"""iCalendar, RFC 5545: calendars of events, written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_LINE = 75  # octets of a line, without its break (3.1)


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        uid: The same for the same event whenever it is written.
        start: An aware datetime; written in UTC.
        end: Excluded.
    """

    uid: str
    start: datetime
    end: datetime
    summary: str
    description: str = ""


def calendar(name: str, events: Iterable[Event], stamp: datetime) -> str:
    """Write a calendar.

    Args:
        name: What readers call it.
        events: In the order in which they are written.
        stamp: When it was made; every event carries it (3.8.7.2).

    Returns:
        Lines that end with CRLF; none is longer than 75 octets.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Surefoot//On-call//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        *(line for event in events for line in _event(event, stamp)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(event: Event, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield f"DTSTART:{_utc(event.start)}"
    yield f"DTEND:{_utc(event.end)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    yield "TRANSP:TRANSPARENT"  # being on call is not being busy
    yield "END:VEVENT"


def escaped(text: str) -> str:
    r"""Escape a text (3.3.11): backslash, semicolon, comma and line breaks; other control characters are left out.

    Example:
        >>> escaped("a, b; c")
        'a\\, b\\; c'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\")
    plain = plain.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(letter for letter in plain if letter >= " " and letter != "\x7f")


def folded(line: str) -> str:
    """Break a line into pieces of at most 75 octets, never within a character (3.1)."""
    pieces, piece, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + octets
    return "\r\n".join([*pieces, piece])


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
