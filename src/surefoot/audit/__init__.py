"""Audit your own service: ``from surefoot import audit``.

::

    log = audit.open("https://surefoot.example", service="checkout")   # or a file, or postgresql://
    with audit.acting(audit.user("ana", ip_address="203.0.113.7")):
        log.record("entity.update", target=audit.thing("order", 7), changes={"state": ("paid", "shipped")})
"""

from surefoot.audit.acting import acting, api_key, system, user
from surefoot.audit.log import Log, change, failure, thing
from surefoot.audit.opening import opened as open  # noqa: A004  # called as `audit.open`
from surefoot.errors import PortError, RecordRefused
from surefoot.run.audit.appending import Kept, Receipt

__all__ = [
    "Kept",
    "Log",
    "PortError",
    "Receipt",
    "RecordRefused",
    "acting",
    "api_key",
    "change",
    "failure",
    "open",
    "system",
    "thing",
    "user",
]
