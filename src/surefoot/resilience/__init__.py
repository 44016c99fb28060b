"""Resilience for the calls of your own services; imports the standard library alone.

>>> from surefoot import resilience
>>> payments = resilience.protect("payment-api", breaker=resilience.BreakerSettings(share=0.5, window=10))
>>> @payments(on=ConnectionError)
... def capture(order: str) -> str:
...     return order.upper()
>>> capture("a")
'A'
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surefoot.resilience.chaos import Fault as Fault
    from surefoot.resilience.deadline import deadline as within
    from surefoot.resilience.deadline import remaining as remaining
    from surefoot.resilience.degradation import Degraded as Degraded
    from surefoot.resilience.degradation import degradations as degradations
    from surefoot.resilience.degradation import degraded as degraded
    from surefoot.resilience.errors import AttemptTimeout as AttemptTimeout
    from surefoot.resilience.errors import BreakerOpen as BreakerOpen
    from surefoot.resilience.errors import BulkheadFull as BulkheadFull
    from surefoot.resilience.errors import DeadlineExceeded as DeadlineExceeded
    from surefoot.resilience.errors import Queued as Queued
    from surefoot.resilience.errors import RateLimited as RateLimited
    from surefoot.resilience.errors import Rejected as Rejected
    from surefoot.resilience.errors import Shed as Shed
    from surefoot.resilience.events import Event as Event
    from surefoot.resilience.events import Hooks as Hooks
    from surefoot.resilience.fallback import Call as Call
    from surefoot.resilience.fallback import Queue as Queue
    from surefoot.resilience.loading import Pipelines as Pipelines
    from surefoot.resilience.loading import load as load
    from surefoot.resilience.loading import settings_from as settings_from
    from surefoot.resilience.pipeline import Pipeline as Pipeline
    from surefoot.resilience.pipeline import protect as protect
    from surefoot.resilience.priorities import Priority as Priority
    from surefoot.resilience.priorities import priority as priority
    from surefoot.resilience.queue import QueueFull as QueueFull
    from surefoot.resilience.queue import RetryQueue as RetryQueue
    from surefoot.resilience.replay import Replayer as Replayer
    from surefoot.resilience.replay import replayed_key as replayed_key
    from surefoot.resilience.settings import AdaptiveSettings as AdaptiveSettings
    from surefoot.resilience.settings import BreakerSettings as BreakerSettings
    from surefoot.resilience.settings import BudgetSettings as BudgetSettings
    from surefoot.resilience.settings import BulkheadSettings as BulkheadSettings
    from surefoot.resilience.settings import FallbackSettings as FallbackSettings
    from surefoot.resilience.settings import HedgeSettings as HedgeSettings
    from surefoot.resilience.settings import Mode as Mode
    from surefoot.resilience.settings import PipelineSettings as PipelineSettings
    from surefoot.resilience.settings import RateSettings as RateSettings
    from surefoot.resilience.settings import RetrySettings as RetrySettings
    from surefoot.resilience.settings import ShedSettings as ShedSettings
    from surefoot.resilience.settings import TimeoutSettings as TimeoutSettings
    from surefoot.resilience.shared import Sharing as Sharing
    from surefoot.resilience.state import page as page
    from surefoot.resilience.state import text as text

_NAMES = {
    "chaos": "Fault",
    "deadline": "remaining",
    "degradation": "Degraded degradations degraded",
    "errors": ("AttemptTimeout BreakerOpen BulkheadFull DeadlineExceeded Queued RateLimited Rejected Shed"),
    "events": "Event Hooks",
    "fallback": "Call Queue",
    "loading": "Pipelines load settings_from",
    "pipeline": "Pipeline protect",
    "priorities": "Priority priority",
    "queue": "QueueFull RetryQueue",
    "replay": "Replayer replayed_key",
    "settings": (
        "AdaptiveSettings BreakerSettings BudgetSettings BulkheadSettings FallbackSettings HedgeSettings Mode "
        "PipelineSettings RateSettings RetrySettings ShedSettings TimeoutSettings"
    ),
    "shared": "Sharing",
    "state": "page text",
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

__all__ = [  # noqa: PLE0604  # the names are those of the table above, loaded on first use (PEP 562)
    *_HOMES,
    "within",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: asyncio and its like cost 50 ms."""
    if name == "within":
        return import_module("surefoot.resilience.deadline").deadline
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
