"""Whether something listens."""

import socket
from typing import Unpack

from surefoot.health.check import Check, Options, check, limit


def tcp(host: str, port: int, **options: Unpack[Options]) -> Check:
    """Connect and hang up.

    It proves less than a request: a process that hangs still accepts connections. Prefer `http`, `sql` or `redis`.
    """
    timeout = limit(options)

    def connect() -> None:
        socket.create_connection((host, port), timeout=timeout).close()

    return check(connect, **options)
