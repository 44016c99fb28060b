"""Whether an HTTP service answers well."""

import ssl
from collections.abc import Container, Mapping
from http.client import HTTPConnection, HTTPSConnection
from typing import Unpack
from urllib.parse import urlsplit

from surefoot.health.check import Check, Options, check, limit
from surefoot.health.status import Result, Status


def http(
    url: str,
    *,
    codes: Container[int] = range(200, 400),
    headers: Mapping[str, str] | None = None,
    context: ssl.SSLContext | None = None,
    **options: Unpack[Options],
) -> Check:
    """Send one GET request; redirects are not followed, and no proxy is used.

    Ask another service for its ``/live``, not its ``/ready`` or ``/deep``: readiness that waits for each other's
    readiness spreads one failure to all.

    Args:
        url: ``http://`` or ``https://``; without user and password, which belong into `headers`.
        codes: That are well.
        headers: Sent as they are, and never shown.
        context: For TLS; by default the machine's authorities.

    Raises:
        ValueError: The address cannot be asked.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("the address is not `http://host/path` without user and password: put them into `headers`")
    host, port, secure = parts.hostname, parts.port, parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    timeout, sent = limit(options), {"User-Agent": "surefoot-health", **(headers or {})}

    def ask() -> Result:
        connection = (
            HTTPSConnection(host, port, timeout=timeout, context=context)
            if secure
            else HTTPConnection(host, port, timeout=timeout)
        )
        try:
            connection.request("GET", target, headers={**sent, "Connection": "close"})
            code = connection.getresponse().status
        finally:
            connection.close()
        return Result() if code in codes else Result(Status.UNHEALTHY, f"answered {code}")

    return check(ask, **options)
