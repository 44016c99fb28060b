"""Pipelines and served requests as Prometheus metrics.

With `prometheus_client` (its registry, its endpoint)::

    REGISTRY.register(Collector(pipelines, served))

Without it, or with more pipelines than its writer is quick enough for (it takes 40 microseconds a sample)::

    app.mount("/metrics", endpoint(pipelines, served))
"""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from itertools import chain
from typing import Any

import prometheus_client
from prometheus_client.core import Metric
from prometheus_client.registry import Collector as Collecting
from prometheus_client.registry import CollectorRegistry

from surefoot.integrations.readings import Source, read, text, write
from surefoot.integrations.served import Served

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_Message = MutableMapping[str, Any]  # Any: as ASGI has it


class Collector(Collecting):
    """Reads pipelines, and the requests of middlewares, at each scrape."""

    def __init__(self, pipelines: Source = (), *served: Served) -> None:
        self._pipelines = pipelines
        self._served = served

    def collect(self) -> Iterator[Metric]:
        """Give the families; called by the registry."""
        for family in chain(read(self._pipelines), *(one.families() for one in self._served)):
            metric = Metric(family.name.removesuffix("_total"), family.describes, family.kind)
            for sample in family.samples:
                metric.add_sample(family.name + sample.suffix, dict(sample.labels), sample.value)
            yield metric

    def describe(self) -> Iterator[Metric]:
        """Give nothing: which families there are, the pipelines decide at each scrape."""
        return iter(())


def exposition(pipelines: Source = (), *served: Served, registry: CollectorRegistry | None = None) -> bytes:
    """Write the metrics of pipelines, of middlewares, and of a registry of `prometheus_client`."""
    ours = write(pipelines) + text(chain.from_iterable(one.families() for one in served))
    return ours if registry is None else prometheus_client.generate_latest(registry) + ours


def endpoint(
    pipelines: Source = (), *served: Served, registry: CollectorRegistry | None = prometheus_client.REGISTRY
) -> Callable[[_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]]:
    """Make an ASGI application that answers a scrape; leave out a registry in which the same pipelines are."""

    async def app(
        scope: _Message, receive: Callable[[], Awaitable[_Message]], send: Callable[[_Message], Awaitable[None]]
    ) -> None:
        del scope, receive
        body = exposition(pipelines, *served, registry=registry)
        headers = [(b"content-type", CONTENT_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app
