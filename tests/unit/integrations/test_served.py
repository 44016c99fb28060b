import threading

import pytest

from surefoot.integrations.readings import text
from surefoot.integrations.served import MOST_HANDLERS, Served

pytestmark = pytest.mark.req("MON-1")


def test_a_request_is_counted_in_every_bucket_that_holds_it():
    served = Served(buckets=(0.1, 0.5), labels={"service": "web"})
    for seconds in (0.1, 0.2, 3.0):
        served.start()
        served.finish("GET", "/", 200, seconds)
    written = text(served.families()).decode()
    assert 'http_request_duration_seconds_bucket{service="web",method="GET",handler="/",le="0.1"} 1\n' in written
    assert 'http_request_duration_seconds_bucket{service="web",method="GET",handler="/",le="0.5"} 2\n' in written
    assert 'http_request_duration_seconds_bucket{service="web",method="GET",handler="/",le="+Inf"} 3\n' in written
    assert 'http_request_duration_seconds_sum{service="web",method="GET",handler="/"} 3.3' in written
    assert "# TYPE http_request_duration_seconds histogram\n" in written


def test_labels_are_bounded_whatever_strangers_send():
    served = Served()
    for number in range(MOST_HANDLERS + 50):
        served.start()
        served.finish(f"X{number}", f"/{number}", 200, 0.1)
    samples = served.families()[0].samples
    assert {dict(sample.labels)["method"] for sample in samples} == {"other"}
    assert len({dict(sample.labels)["handler"] for sample in samples}) == MOST_HANDLERS + 1


@pytest.mark.parametrize("buckets", [(), (2.0, 1.0), (1.0, 1.0)])
def test_buckets_must_ascend(buckets: tuple[float, ...]):
    with pytest.raises(ValueError, match="ascending"):
        Served(buckets)


def test_threads_lose_no_count():
    served = Served()

    def work() -> None:
        for _ in range(2000):
            served.start()
            served.finish("GET", "/", 200, 0.1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert served.families()[0].samples[0].value == 8000
    assert served.in_flight == 0
