"""Health endpoints for your own services; imports the standard library alone.

``/live``   the process answers: what restarts it
``/ready``  the checks with `ready`, the start, and whether it is about to end: what sends it requests
``/deep``   every check, and the breakers: what people look at
"""

from surefoot.health.aggregate import Endpoint, Health, Probe, Settings
from surefoot.health.asgi import asgi
from surefoot.health.check import Check, check
from surefoot.health.checks.breaker import breaker
from surefoot.health.checks.certificate import certificate
from surefoot.health.checks.disk import disk
from surefoot.health.checks.http import http
from surefoot.health.checks.queue_age import queue_age
from surefoot.health.checks.redis import redis
from surefoot.health.checks.sql import sql
from surefoot.health.checks.tcp import tcp
from surefoot.health.gates import Gates
from surefoot.health.status import Report, Result, Status
from surefoot.health.wsgi import wsgi

__all__ = [
    "Check",
    "Endpoint",
    "Gates",
    "Health",
    "Probe",
    "Report",
    "Result",
    "Settings",
    "Status",
    "asgi",
    "breaker",
    "certificate",
    "check",
    "disk",
    "http",
    "queue_age",
    "redis",
    "sql",
    "tcp",
    "wsgi",
]
