"""How many days the certificate of a server is still valid."""

import socket
import ssl
from typing import Unpack

from surefoot.health.check import Check, Options, check, limit
from surefoot.health.clock import SYSTEM
from surefoot.health.duration import seconds
from surefoot.health.status import Result, Status

WARN = "14d"
_DAY = 86_400


def certificate(
    host: str,
    port: int = 443,
    *,
    warn: str | float = WARN,
    context: ssl.SSLContext | None = None,
    **options: Unpack[Options],
) -> Check:
    """Shake hands and look at the end of the certificate.

    What a client would refuse (expired, of another name, of an unknown authority) is unhealthy.

    Args:
        host: Also the name that the certificate must have.
        port: Where TLS is spoken from the first byte on.
        warn: Time before its end from which it is degraded.
        context: Of your own authorities; it must verify, or there is no certificate to look at.

    Raises:
        ValueError: The context does not verify.
    """
    trusted = context or ssl.create_default_context()
    if trusted.verify_mode is not ssl.CERT_REQUIRED:
        raise ValueError("the context does not verify, so Python shows no certificate: set `verify_mode=CERT_REQUIRED`")
    timeout, early = limit(options), seconds(warn)

    def look() -> Result:
        with (
            socket.create_connection((host, port), timeout=timeout) as plain,
            trusted.wrap_socket(plain, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert() or {}
        left = ssl.cert_time_to_seconds(str(shown["notAfter"])) - SYSTEM.today().timestamp()
        detail = {"days_left": int(left // _DAY)}
        if left < early:
            return Result(Status.DEGRADED, f"the certificate ends in {detail['days_left']} days", detail)
        return Result(detail=detail)

    return check(look, **options)
