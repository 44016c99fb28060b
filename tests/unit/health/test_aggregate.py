import asyncio
import logging
import threading
import time

import pytest

from surefoot.health import Endpoint, Gates, Health, Probe, Result, Settings, Status, check
from surefoot.spec import policy
from surefoot.spec.model.policy_operations import OperationsPolicy
from tests.unit.health.movable import asked, moved

pytestmark = pytest.mark.req("MON-4")


class Scripted:
    def __init__(self, name: str, state: dict[str, object]) -> None:
        self.name = name
        self._state = state

    def state(self) -> dict[str, object]:
        return self._state


def test_the_probes_are_those_of_the_policy():
    shipped = policy.area("operations", OperationsPolicy, {}, None)[0].health
    settings = Settings()
    for endpoint in Endpoint:
        ours, theirs = getattr(settings, endpoint), getattr(shipped, endpoint)
        assert (ours.every, ours.timeout) == (theirs.every.total_seconds(), theirs.timeout.total_seconds())


def test_each_endpoint_asks_what_belongs_to_it():
    health = Health(db=check(lambda: True, ready=True), mail=check(lambda: True))
    assert asked(health, Endpoint.LIVE)["checks"] == {}
    assert set(asked(health, Endpoint.READY)["checks"]) == {"db"}
    assert set(asked(health, Endpoint.DEEP)["checks"]) == {"db", "mail"}


def test_a_critical_failure_is_unhealthy_and_another_degrades():
    bad = Result(Status.UNHEALTHY, "gone")
    health = Health(db=check(lambda: bad, critical=False), up=check(lambda: True))
    report = asked(health)
    assert report["status"] == "degraded"
    assert report["checks"]["db"]["status"] == "unhealthy"
    assert asked(Health(db=check(lambda: bad)))["status"] == "unhealthy"


def test_an_open_breaker_degrades_deep_and_never_decides_readiness():
    pipeline = Scripted("payment-api", {"policies": {"breaker": {"state": "open"}}})
    health = Health(pipeline, db=check(lambda: True, ready=True))
    deep = asked(health)
    assert deep["status"] == "degraded"
    assert deep["checks"]["payment-api"]["reason"] == "breaker open"
    assert asked(health, Endpoint.READY)["status"] == "healthy"


def test_checks_run_at_the_same_time_and_take_as_long_as_the_longest():
    health = Health(**{f"c{n}": check(lambda: time.sleep(0.1)) for n in range(8)})
    begin = time.monotonic()
    assert asked(health)["status"] == "healthy"
    assert time.monotonic() - begin < 0.7


def test_callers_at_the_same_time_share_one_run():
    calls = []

    def ask() -> None:
        calls.append(1)
        time.sleep(0.1)

    health = Health(db=check(ask, cache=0))
    threads = [threading.Thread(target=asked, args=(health,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_an_answer_is_kept_for_less_than_the_interval_of_the_probes():
    clock, settings = moved()
    calls: list[int] = []
    health = Health(settings, db=check(lambda: calls.append(1), ready=True))
    asked(health)
    clock.seconds += 2.4
    asked(health, Endpoint.READY)
    assert len(calls) == 1
    clock.seconds += 0.2
    asked(health, Endpoint.READY)
    assert len(calls) == 2


def test_a_hung_check_is_reported_and_not_started_again_before_it_ends():
    stop = threading.Event()
    calls: list[int] = []

    def ask() -> None:
        calls.append(1)
        stop.wait(30)

    health = Health(db=check(ask, timeout=0.05, cache=0), up=check(lambda: True))
    for _ in range(5):
        report = asked(health)
        assert report["status"] == "unhealthy"
        assert report["checks"]["db"]["latency_ms"] == 50
        assert report["checks"]["up"]["status"] == "healthy"
    time.sleep(0.1)
    assert "not asked again since" in asked(health)["checks"]["db"]["reason"]
    assert len(calls) == 1
    stop.set()
    for thread in threading.enumerate():
        if thread.name == "health db":
            thread.join(5)
    asked(health)
    assert len(calls) == 2


def test_asking_in_a_loop_does_not_block_it():
    async def ask() -> None:
        await asyncio.sleep(0.1)

    async def both() -> tuple[Status, int]:
        health = Health(a=check(ask), b=check(lambda: time.sleep(0.1)))
        ticks = 0
        asking = asyncio.create_task(health.report_async(Endpoint.DEEP))
        while not asking.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return (await asking).status, ticks

    status, ticks = asyncio.run(both())
    assert status is Status.HEALTHY
    assert ticks > 3


def test_one_health_serves_loops_one_after_the_other_and_threads():
    async def ask() -> None:
        await asyncio.sleep(0)

    health = Health(a=check(ask, cache=0))
    for _ in range(3):
        assert asyncio.run(health.report_async(Endpoint.DEEP)).status is Status.HEALTHY
    assert health.report(Endpoint.DEEP).status is Status.HEALTHY


def test_names_are_given_once():
    with pytest.raises(ValueError, match="named twice"):
        Health(check(lambda: True, name="db"), db=check(lambda: True))
    with pytest.raises(ValueError, match="named twice"):
        Health(startup=check(lambda: True))
    with pytest.raises(ValueError, match="cannot be named"):
        Health(check(lambda: True))


def test_times_that_do_not_fit_the_probes_are_refused():
    with pytest.raises(ValueError, match="needs less than 5 s"):
        Health(db=check(lambda: True, timeout="5s", ready=True))
    Health(db=check(lambda: True, timeout="29s"))
    with pytest.raises(ValueError, match="needs less than 5 s"):
        Health(db=check(lambda: True, cache="5s", ready=True))
    with pytest.raises(ValueError, match="write seconds above 0"):
        Probe(5, 0)


def test_what_is_no_part_is_refused():
    with pytest.raises(TypeError, match="is no part of health"):
        Health(test_what_is_no_part_is_refused)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Gates is given 2 times"):
        Health(Gates(), Gates())


def test_a_change_is_logged_once_and_without_secrets(caplog: pytest.LogCaptureFixture):
    down = True

    def ask() -> None:
        if down:
            raise OSError(111, "redis://u:hunter2@h")

    health = Health(db=check(ask, cache=0))
    with caplog.at_level(logging.INFO, "surefoot.health"):
        asked(health)
        asked(health)
        down = False
        asked(health)
    assert [record.getMessage() for record in caplog.records] == [
        "check db is unhealthy: ConnectionRefusedError: connection refused",
        "check db is healthy: it answers",
    ]


def test_starting_and_draining_decide_readiness_alone():
    gates = Gates("migrations")
    health = Health(gates, db=check(lambda: True, ready=True))
    ready = asked(health, Endpoint.READY)
    assert ready["status"] == "unhealthy"
    assert ready["checks"]["startup"]["reason"] == "waiting for migrations"
    assert asked(health)["status"] == "degraded"
    assert asked(health, Endpoint.LIVE)["status"] == "healthy"
    gates.done("migrations")
    assert asked(health, Endpoint.READY)["status"] == "healthy"
    gates.drain()
    assert asked(health, Endpoint.READY)["checks"]["shutdown"]["reason"] == "draining"
    assert asked(health, Endpoint.READY)["status"] == "unhealthy"
    assert asked(health, Endpoint.LIVE)["status"] == "healthy"
