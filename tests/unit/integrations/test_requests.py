import io

import pytest
import requests

from surefoot.integrations.requests import Adapter
from surefoot.resilience import (
    BreakerOpen,
    BreakerSettings,
    FallbackSettings,
    Pipeline,
    PipelineSettings,
    RetrySettings,
)
from tests.unit.integrations.web import Web

pytestmark = pytest.mark.req("RES-5")

RETRYING = PipelineSettings("bank", retry=RetrySettings(retries=2, base=0.001))


def session(pipeline: Pipeline) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.mount("http://", Adapter(pipeline))
    return made


def test_what_may_be_sent_twice_is_repeated_and_the_rest_is_not(server: Web):
    with session(Pipeline(RETRYING)) as client:
        server.script = [0, 503]
        assert client.get(server.url).text == "answer 3"
        server.script = [503]
        assert client.post(server.url, json={}).status_code == 503
        server.script = [503]
        assert client.post(server.url, json={}, headers={"Idempotency-Key": "1"}).status_code == 200
        server.script = [503]
        assert client.put(server.url, data=io.BytesIO(b"a stream")).status_code == 503
    assert len(server.asked) == 7


def test_failures_open_the_breaker(server: Web):
    with session(Pipeline(PipelineSettings("bank", breaker=BreakerSettings(consecutive=1)))) as client:
        server.script = [404, 500]
        client.get(server.url)
        client.get(server.url)
        with pytest.raises(BreakerOpen):
            client.get(server.url)


def test_the_deadline_shortens_time_outs_and_is_told(server: Web):
    with session(Pipeline(PipelineSettings("bank", deadline=0.2))) as client:
        server.script = [1.0]
        with pytest.raises(requests.Timeout):
            client.get(server.url, timeout=(5, 5))
    assert int(server.asked[0][1]["x-request-timeout"].removesuffix("ms")) <= 200


def test_fallbacks_answer(server: Web):
    settings = PipelineSettings("bank", fallback=(FallbackSettings("stale"), FallbackSettings("value", value=[1])))
    with session(Pipeline(settings)) as client:
        server.script = [500, 200, 500]
        assert client.get(server.url).json() == [1]
        assert [client.get(server.url).text for _ in range(2)] == ["answer 2"] * 2
