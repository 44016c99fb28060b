import logging

import pytest

from surefoot.integrations.logs import log
from surefoot.resilience import BreakerOpen, BreakerSettings, Pipeline, PipelineSettings

pytestmark = pytest.mark.req("RES-5")


def test_a_change_of_state_is_a_warning_and_each_refusal_is_not(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "surefoot.resilience")
    pipeline = Pipeline(PipelineSettings("bank", breaker=BreakerSettings(consecutive=1)))
    end = log(pipeline)
    with pytest.raises(ValueError, match="invalid"):
        pipeline.call(int, "x")
    for _ in range(3):
        with pytest.raises(BreakerOpen):
            pipeline.call(int)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == "bank: circuit_breaker: state change: from=closed to=open generation=1"
    assert record.__dict__["resilience"]["to"] == "open"
    end()
    assert pipeline.breaker is not None
    pipeline.breaker.reset()
    assert len(caplog.records) == 1


def test_levels_and_logger_may_be_chosen(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG, "mine")
    pipeline = Pipeline(PipelineSettings("bank", breaker=BreakerSettings(consecutive=1)))
    log(pipeline.hooks, logging.getLogger("mine"), {"rejected": logging.ERROR})
    with pytest.raises(ValueError, match="invalid"):
        pipeline.call(int, "x")
    with pytest.raises(BreakerOpen):
        pipeline.call(int)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
