import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from surefoot.integrations.prometheus import Collector, exposition
from surefoot.integrations.served import Served
from surefoot.resilience import BreakerSettings, Pipeline, PipelineSettings, RetrySettings

pytestmark = pytest.mark.req("RES-5", "MON-1")


def samples(exposed: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(exposed.decode())
        for sample in family.samples
    }


def test_the_collector_and_our_own_writer_tell_the_same():
    pipelines = [Pipeline(PipelineSettings("bank", breaker=BreakerSettings(), retry=RetrySettings()))]
    pipelines[0].call(int)
    served = Served()
    served.start()
    served.finish("GET", "/", 200, 0.3)
    registry = CollectorRegistry()
    registry.register(Collector(pipelines, served))
    theirs = samples(generate_latest(registry))
    assert theirs == samples(exposition(pipelines, served))
    assert theirs["http_requests_total", (("code", "200"), ("handler", "/"), ("method", "GET"))] == 1
    assert theirs["resilience4j_circuitbreaker_calls_seconds_count", (("kind", "successful"), ("name", "bank"))] == 1


def test_a_registry_comes_first():
    registry = CollectorRegistry()
    Counter("jobs", "Jobs.", registry=registry).inc()
    exposed = exposition([Pipeline(PipelineSettings("bank", breaker=BreakerSettings()))], registry=registry)
    assert exposed.startswith(b"# HELP jobs_total Jobs.")
    assert ("jobs_total", ()) in samples(exposed)


def test_registering_reads_nothing():
    registry = CollectorRegistry()
    registry.register(Collector())
    assert generate_latest(registry) == b""
