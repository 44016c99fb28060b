"""Times in headers: how long a caller waits, and how long it should wait before it comes again."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import isfinite

DEADLINE = "X-Request-Timeout"

_UNITS = {"": 1.0, "s": 1.0, "ms": 1e-3, "us": 1e-6}
_GRPC_UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


def timeout_in(value: str | None) -> float | None:
    """Read the seconds that a caller waits: `1.5`, `2s`, `500ms`; None if it says nothing that makes sense.

    >>> timeout_in("500ms"), timeout_in("2"), timeout_in("soon"), timeout_in("-1")
    (0.5, 2.0, None, None)
    """
    text = (value or "").strip()
    number = text.rstrip("smu")
    return _seconds(number, _UNITS.get(text[len(number) :]))


def grpc_timeout_in(value: str | None) -> float | None:
    """Read a header `grpc-timeout`.

    >>> grpc_timeout_in("100m"), grpc_timeout_in("2S"), grpc_timeout_in("2")
    (0.1, 2.0, None)
    """
    text = value or ""
    return _seconds(text[:-1], _GRPC_UNITS.get(text[-1:]))


def _seconds(number: str, unit: float | None) -> float | None:
    try:
        seconds = float(number)
    except ValueError:
        return None
    return seconds * unit if unit is not None and isfinite(seconds) and seconds > 0 else None


def timeout_out(seconds: float) -> str:
    """Write the seconds that are left; never more than there are.

    >>> timeout_out(1.23456)
    '1234ms'
    """
    return f"{int(seconds * 1000)}ms"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`, in seconds or as a date, which counts from the answer's own `Date`.

    >>> retry_after({"Retry-After": "7"})
    7.0
    >>> retry_after({"Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"})
    10.0
    """
    asked = headers.get("Retry-After", "")
    seconds = _seconds(asked, 1.0)
    if seconds is not None or "Date" not in headers:
        return seconds
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(headers["Date"])
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())
