from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from surefoot.integrations.opentelemetry import observe, trace
from surefoot.resilience import (
    BreakerOpen,
    BreakerSettings,
    FallbackSettings,
    Pipeline,
    PipelineSettings,
    RetrySettings,
)

pytestmark = pytest.mark.req("RES-5")


def spans() -> tuple[Any, InMemorySpanExporter]:
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("test"), exporter


def fail() -> None:
    raise OSError("down")


def test_events_are_on_the_span_of_the_call():
    settings = PipelineSettings(
        "bank",
        breaker=BreakerSettings(consecutive=2),
        retry=RetrySettings(retries=1, base=0.001),
        fallback=(FallbackSettings("value", value=7),),
        user_sees="soon",
    )
    pipeline = Pipeline(settings)
    end = trace(pipeline)
    tracer, exporter = spans()
    with tracer.start_as_current_span("call"):
        assert pipeline.call(fail) == 7
        assert pipeline.call(fail) == 7
    (span,) = exporter.get_finished_spans()
    told = [(event.name, dict(event.attributes or {})) for event in span.events]
    assert [name for name, _ in told] == [
        "resilience.retry",
        "resilience.circuit_breaker.state_change",
        "resilience.fallback",
        "resilience.rejected",
        "resilience.fallback",
    ]
    assert told[0][1]["error.type"] == "OSError"
    assert (told[1][1]["resilience.from"], told[1][1]["resilience.to"]) == ("closed", "open")
    assert (told[2][1]["resilience.user_sees"], told[2][1]["error.type"]) == ("soon", "OSError")
    assert told[3][1]["resilience.policy"] == "circuit_breaker"
    end()
    with tracer.start_as_current_span("call"):
        pipeline.call(fail)
    assert exporter.get_finished_spans()[1].events == ()


def test_nothing_is_added_to_a_span_that_is_not_recorded_nor_without_one():
    pipeline = Pipeline(PipelineSettings("bank", breaker=BreakerSettings(consecutive=1)))
    trace(pipeline.hooks)
    with TracerProvider(sampler=ALWAYS_OFF).get_tracer("test").start_as_current_span("call") as span:
        assert not span.is_recording()
        with pytest.raises(OSError, match="down"):
            pipeline.call(fail)
    with pytest.raises(BreakerOpen):
        pipeline.call(fail)


def test_instruments_read_the_counters_when_asked():
    pipeline = Pipeline(PipelineSettings("bank", breaker=BreakerSettings(), retry=RetrySettings()))
    reader = InMemoryMetricReader()
    observe([pipeline], MeterProvider([reader]).get_meter("test"))

    def found() -> dict[tuple[str, str], float]:
        data: Any = reader.get_metrics_data()
        return {
            (metric.name, point.attributes.get("kind") or point.attributes.get("state", "")): point.value
            for metric in data.resource_metrics[0].scope_metrics[0].metrics
            for point in metric.data.data_points
        }

    pipeline.call(int)
    assert found()["resilience4j_circuitbreaker_calls_seconds_count", "successful"] == 1
    pipeline.call(int)
    now = found()
    assert now["resilience4j_circuitbreaker_calls_seconds_count", "successful"] == 2
    assert now["resilience4j_retry_calls", "successful_without_retry"] == 2
    assert now["resilience4j_circuitbreaker_state", "closed"] == 1
    assert now["resilience4j_circuitbreaker_calls_seconds_sum", "successful"] > 0
