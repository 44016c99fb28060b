"""OpenSLO's time windows: rolling ones of an exact length, and calendar months and quarters."""

import re
from dataclasses import dataclass
from datetime import datetime

from surefoot.spec.formats._reading import Report
from surefoot.spec.model.openslo import AlphaWindow, Calendar, TimeWindow
from surefoot.spec.source import Origin

_CALENDAR = {"1M": "month", "3M": "quarter", "1Q": "quarter"}
_EXACT = frozenset("mhdw")
_ALPHA_UNITS = {
    "minute": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
    "month": "M",
    "quarter": "Q",
    "year": "Y",
}
_START = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Kept:
    """A window as the spec spells it: ``28d``, ``month``; with its own time zone, if it has one."""

    window: str | None = None
    zone: str | None = None


def read_window(window: TimeWindow, at: Origin, report: Report) -> Kept | None:
    """Read a window, or report why it cannot be kept."""
    rolling = window.calendar is None if window.is_rolling is None else window.is_rolling
    return _rolling(window.duration, at, report) if rolling else _calendar(window, at, report)


def read_alpha_window(window: AlphaWindow, at: Origin, report: Report) -> Kept | None:
    """Read a window of ``v1alpha``: a count of units. Like Sloth, take it as rolling unless it says otherwise."""
    unit = _ALPHA_UNITS.get(window.unit.lower())
    if unit is None:
        place = Origin(at.document, (*at.path, "unit"))
        report.wrong(place, f"`{window.unit}` is no unit of time", "write Day, Week, Month or Quarter")
        return None
    duration = f"{window.count}{unit}"
    known = TimeWindow.model_validate(
        {"duration": duration, "isRolling": window.is_rolling, "calendar": window.calendar}
    )
    return read_window(known, at, report)


def _rolling(duration: str, at: Origin, report: Report) -> Kept | None:
    if duration[-1] in _EXACT:
        return Kept(duration)
    place = Origin(at.document, (*at.path, "duration"))
    message = f"a rolling window of `{duration}` has no fixed length"
    report.refuse(place, message, "write days, such as `30d`, or set `isRolling: false` with a `calendar`")
    return None


def _calendar(window: TimeWindow, at: Origin, report: Report) -> Kept | None:
    unit = _CALENDAR.get(window.duration)
    if unit is None:
        place = Origin(at.document, (*at.path, "duration"))
        cure = "write `1M` or `1Q`, or set `isRolling: true`"
        if window.duration.endswith("m"):
            cure = f"`m` are minutes: did you mean `{window.duration[:-1]}M`?"
        report.refuse(place, f"a calendar window of `{window.duration}` cannot be kept", cure)
        return None
    calendar = window.calendar or Calendar()
    place = Origin(at.document, (*at.path, "calendar", "startTime"))
    if calendar.start_time is not None and not _starts(calendar.start_time, unit, place, report):
        return None
    return Kept(unit, calendar.time_zone)


def _starts(text: str, unit: str, at: Origin, report: Report) -> bool:
    """Tell whether windows that begin then begin where months, or quarters, do."""
    try:
        start = datetime.fromisoformat(text) if _START.fullmatch(text) else None
    except ValueError:
        start = None
    if start is None:
        report.wrong(at, f"`{text}` is not a date with a time", "write it as `2026-01-01 00:00:00`")
        return False
    first_months = range(1, 13) if unit == "month" else (1, 4, 7, 10)
    if (start.day, start.hour, start.minute, start.second) == (1, 0, 0, 0) and start.month in first_months:
        return True
    cure = f"write `{start.year}-01-01 00:00:00`"
    report.refuse(at, f"a {unit} that begins at {text} is not the calendar's", cure)
    return False
