"""What the adapters of HTTP clients share: which requests may be repeated, which answers are bad."""

from collections.abc import Callable
from typing import Any

SAFE = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
IDEMPOTENT = SAFE | {"PUT", "DELETE"}
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500

Bad = Callable[[Any], bool]  # Any: an answer of the client's library


def is_bad(status: int) -> bool:
    """Tell whether a status says that the dependency fails, and not that the request is wrong.

    >>> is_bad(200), is_bad(404), is_bad(429), is_bad(503)
    (False, False, True, True)
    """
    return status >= SERVER_ERROR or status == TOO_MANY_REQUESTS


def repeatable(method: str, *, has_key: bool, has_whole_body: bool) -> bool:
    """Tell whether a request may be sent again: idempotent by its method or its `Idempotency-Key`, its body at hand."""
    return has_whole_body and (method.upper() in IDEMPOTENT or has_key)
