from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from surefoot.integrations.served import Served
from surefoot.integrations.wsgi import Middleware
from surefoot.resilience import (
    BreakerOpen,
    BreakerSettings,
    BulkheadSettings,
    DeadlineExceeded,
    Pipeline,
    PipelineSettings,
    RateSettings,
    ShedSettings,
    remaining,
)

pytestmark = pytest.mark.req("RES-3", "MON-1")


def answering(status: str = "200 OK", body: Callable[[], Any] = lambda: [b"fine"]) -> Any:
    def app(_: Any, start_response: Any) -> Any:
        start_response(status, [("Content-Type", "text/plain")])
        return body()

    return app


def ask(app: Any, **environ: str) -> tuple[str, dict[str, str], bytes]:
    setup_testing_defaults(environ)
    environ["QUERY_STRING"] = ""
    told: list[Any] = []

    def start_response(status: str, headers: Any, _: Any = None) -> Any:
        told[:] = [status, dict(headers)]
        return lambda _: None

    parts = validator(app)(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        parts.close()  # type: ignore[attr-defined]  # as servers do
    return told[0], told[1], body


def codes(served: Served) -> list[tuple[str, float]]:
    return [(dict(sample.labels)["code"], sample.value) for sample in served.families()[0].samples]


def test_requests_are_measured_until_their_answer_is_closed():
    served = Served()

    def body() -> Iterator[bytes]:
        assert served.in_flight == 1
        yield b"a"
        yield b"b"

    app = Middleware(answering(body=body), served=served, handler=lambda environ: environ["PATH_INFO"])
    assert ask(app)[2] == b"ab"
    assert (served.in_flight, codes(served)) == (0, [("200", 1)])


def test_the_deadline_holds_in_the_application_and_in_what_it_yields():
    lefts: list[float | None] = []

    def body() -> Iterator[bytes]:
        lefts.append(remaining())
        yield b""

    app = Middleware(answering(body=body), longest=3.0)
    ask(app, HTTP_X_REQUEST_TIMEOUT="500ms")
    ask(app, HTTP_X_REQUEST_TIMEOUT="1h")
    ask(Middleware(answering(body=body), header=None), HTTP_X_REQUEST_TIMEOUT="500ms")
    assert lefts[0] is not None
    assert 0 < lefts[0] <= 0.5
    assert lefts[1] is not None
    assert 2 < lefts[1] <= 3
    assert lefts[2] is None
    assert remaining() is None


@pytest.mark.parametrize(
    ("error", "status", "wait"),
    [
        (BreakerOpen("bank", 7.2), "503 Service Unavailable", "8"),
        (BreakerOpen("bank"), "503 Service Unavailable", None),
        (DeadlineExceeded(), "504 Gateway Timeout", None),
    ],
)
def test_refusals_become_answers(error: Exception, status: str, wait: str | None):
    def app(_: Any, __: Any) -> Any:
        raise error

    served = Served()
    told, headers, _ = ask(Middleware(app, served=served))
    assert (told, headers.get("Retry-After")) == (status, wait)
    assert codes(served) == [(status[:3], 1)]


def test_other_errors_pass_and_are_counted():
    def app(_: Any, __: Any) -> Any:
        raise RuntimeError

    served = Served()
    with pytest.raises(RuntimeError):
        Middleware(app, served=served)({"REQUEST_METHOD": "GET"}, lambda *_: None)
    assert codes(served) == [("500", 1)]


def test_an_error_in_the_midst_of_an_answer_is_counted_once():
    def body() -> Iterator[bytes]:
        yield b"a"
        raise RuntimeError

    served = Served()
    with pytest.raises(RuntimeError):
        ask(Middleware(answering(body=body), served=served))
    assert codes(served) == [("500", 1)]


def test_load_is_shed_and_bad_answers_judged():
    own = Pipeline(PipelineSettings("self", rate=RateSettings(2, per=60), breaker=BreakerSettings(consecutive=9)))
    app = Middleware(answering("500 Internal Server Error"), pipeline=own)
    assert [ask(app)[0][:3] for _ in range(3)] == ["500", "500", "503"]
    state: Any = own.state()["policies"]
    assert state["breaker"]["streak"] == 2


def test_a_place_is_kept_until_the_answer_is_closed_even_if_it_is_never_read():
    own = Pipeline(PipelineSettings("self", bulkhead=BulkheadSettings(1)))
    app = Middleware(answering(), pipeline=own)
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    first: Any = app(environ, lambda *_: None)
    assert ask(app)[0] == "503 Service Unavailable"
    first.close()
    first.close()
    assert ask(app)[0] == "200 OK"


def test_important_requests_are_shed_last():
    own = Pipeline(PipelineSettings("self", shed=ShedSettings()))
    broken = Middleware(answering("500 Internal Server Error"), pipeline=own, priority=lambda _: "low")
    fine = Middleware(answering(), pipeline=own, priority=lambda _: "critical")
    shed = {"500": 0, "200": 0}
    for _ in range(100):
        for app, code in ((broken, "500"), (fine, "200")):
            shed[code] += ask(app)[0].startswith("503")
    assert shed["500"] > 10
    assert shed["200"] < shed["500"]
