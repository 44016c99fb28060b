"""Limits and breakers shared over a real Redis and a real PostgreSQL, by what acts as many processes."""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from surefoot.integrations.shared_postgres import PostgresStore
from surefoot.integrations.shared_redis import RedisStore
from surefoot.resilience import (
    BreakerOpen,
    BreakerSettings,
    Event,
    Hooks,
    Mode,
    Pipeline,
    PipelineSettings,
    RateLimited,
    RateSettings,
)
from surefoot.resilience.breaker import Phase
from surefoot.resilience.shared import Circuit, Sharing, Store
from surefoot.resilience.shared_limiter import StoreError
from tests.conftest import CI
from tests.postgres import cluster, programs
from tests.redis_server import program, redis_server

pytestmark = [pytest.mark.real, pytest.mark.req("RES-1", "RES-3")]


@dataclass
class Backend:
    """A server of a kind, and how it is paused: a stopped process is how a network that swallows all looks."""

    kind: str
    open: Callable[[], Store]
    pid: Callable[[], int]
    numbers: list[int] = field(default_factory=list)

    def fresh(self) -> str:
        """Name a service that nobody used before."""
        self.numbers.append(0)
        return f"service{len(self.numbers)}"

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        """Signal the server, then its children: PostgreSQL has one for each connection, and may end one meanwhile."""
        pid = self.pid()
        os.kill(pid, number)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
            with suppress(ProcessLookupError):
                os.kill(int(child), number)


@pytest.fixture(scope="module")
def redis_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    if program() is None:
        (pytest.fail if CI else pytest.skip)("redis-server is not on PATH: apt-get install redis-server")
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield Backend("redis", lambda: RedisStore.from_url(server.url), lambda: server.process.pid)


@pytest.fixture(scope="module")
def postgres_backend() -> Iterator[Backend]:
    if programs() is None:
        (pytest.fail if CI else pytest.skip)("PostgreSQL is not here: apt-get install postgresql")
    with cluster() as server:
        yield Backend("postgres", lambda: PostgresStore(server.url()), lambda: server.process.pid)


@pytest.fixture(params=["redis", "postgres"])
def backend(request: pytest.FixtureRequest) -> Backend:
    found: Backend = request.getfixturevalue(f"{request.param}_backend")
    return found


@pytest.fixture
def store(backend: Backend) -> Iterator[Store]:
    opened = backend.open()
    yield opened
    opened.close()


def breaking(backend: Backend, **more: Any) -> PipelineSettings:
    settings = {"consecutive": 1, "reset": 0.3, "half_open": 2, "half_open_wait": 5.0, **more}
    return PipelineSettings("bank", breaker=BreakerSettings(shared=backend.kind, **settings))


@dataclass
class Process:
    """One pipeline and what shares it, as in a process of its own."""

    pipeline: Pipeline
    sharing: Sharing
    events: list[Event]

    def call(self, error: Exception | None = None) -> str:
        try:
            with self.pipeline.attempt():
                if error is not None:
                    raise error
        except (BreakerOpen, RateLimited):
            return "refused"
        except OSError:
            return "failed"
        return "ok"

    @property
    def phase(self) -> Phase:
        return self.pipeline.breaker.phase


@pytest.fixture
def processes(backend: Backend) -> Iterator[Callable[..., list[Process]]]:
    made: list[Process] = []

    def make(settings: PipelineSettings, count: int, *, started: bool = False) -> list[Process]:
        service = backend.fresh()
        fresh = []
        for _ in range(count):
            hooks, events = Hooks(), []
            hooks.add(events.append)
            sharing = Sharing(backend.open(), service, poll=0.05)
            pipeline = Pipeline(settings, hooks=hooks)
            sharing.attach(pipeline)
            fresh.append(Process(pipeline, sharing, events))
            if started:
                sharing.start()
        made.extend(fresh)
        return fresh

    yield make
    for process in made:
        process.sharing.close()


def eventually(what: Callable[[], bool], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.01)


def test_a_bucket_gives_its_burst_and_then_one_each_step(backend: Backend, store: Store):
    name = backend.fresh()
    assert [store.take(name, 10.0, 20.0) for _ in range(3)] == [0, 0, 0]
    wait = store.take(name, 10.0, 20.0)
    assert 9 < wait <= 10
    assert store.take(backend.fresh(), 10.0, 20.0) == 0


def test_who_sleeps_exactly_as_told_is_let_in(backend: Backend, store: Store):
    name = backend.fresh()
    assert store.take(name, 0.05, 0.0) == 0
    time.sleep(store.take(name, 0.05, 0.0))
    assert store.take(name, 0.05, 0.0) == 0


def test_a_hundred_threads_share_one_bucket_exactly(backend: Backend):
    name, opened = backend.fresh(), [backend.open() for _ in range(5)]
    waits: list[float] = []
    threads = [
        threading.Thread(target=lambda one=one: waits.extend(one.take(name, 60.0, 600.0) for _ in range(5)))
        for one in opened
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(waits), waits.count(0)) == (100, 11)
    for one in opened:
        one.close()


def test_a_circuit_moves_only_from_the_expected_generation(backend: Backend, store: Store):
    name = backend.fresh()
    assert store.read([name]) == {}
    mine = Circuit(Phase.OPEN, 1, 30.0, 30.0, "me")
    yours = Circuit(Phase.OPEN, 1, 10.0, 10.0, "you")
    assert store.move(name, 0, mine).owner == "me"
    found = store.move(name, 0, yours)
    assert (found.owner, found.phase, found.generation, found.length) == ("me", Phase.OPEN, 1, 30.0)
    assert 29 < found.left <= 30
    assert store.move(name, 1, Circuit(Phase.HALF_OPEN, 2, 0.0, 30.0, "you")).owner == "you"
    assert store.read([name, backend.fresh()])[name].phase is Phase.HALF_OPEN


def test_of_many_that_move_at_once_one_wins(backend: Backend):
    name, opened = backend.fresh(), [backend.open() for _ in range(8)]
    owners: list[str] = []
    threads = [
        threading.Thread(
            target=lambda one=one, me=str(me): owners.append(
                one.move(name, 0, Circuit(Phase.OPEN, 1, 1.0, 1.0, me)).owner
            )
        )
        for me, one in enumerate(opened)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(owners) == 8
    assert len(set(owners)) == 1
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    "absent",
    [
        lambda: RedisStore.from_url("redis://127.0.0.1:1/0"),
        lambda: PostgresStore("postgresql://nobody@127.0.0.1:1/nothing"),
    ],
)
def test_a_store_that_is_not_there_is_told_as_such(absent: Callable[[], Store]):
    store = absent()
    with pytest.raises(StoreError, match=r"Redis|PostgreSQL"):
        store.take("a", 1.0, 1.0)


def test_a_store_that_hangs_is_given_up(backend: Backend, store: Store):
    assert store.read([]) == {}
    backend.pause()
    try:
        began = time.monotonic()
        with pytest.raises(StoreError):
            store.take(backend.fresh(), 1.0, 1.0)
        assert time.monotonic() - began < 2
    finally:
        backend.resume()
    assert store.take(backend.fresh(), 1.0, 1.0) == 0


def test_what_one_process_learns_all_know(processes: Callable[..., list[Process]], backend: Backend):
    one, other, third = processes(breaking(backend, reset=30.0), 3, started=True)
    assert one.call(OSError()) == "failed"
    eventually(lambda: other.phase is third.phase is Phase.OPEN)
    assert other.call() == "refused"
    assert other.pipeline.breaker.generation == one.pipeline.breaker.generation == 1
    left = other.pipeline.breaker.circuit()[2]
    assert 25 < left <= 30


def test_all_processes_together_make_only_the_trial_calls_and_follow_the_verdict(
    processes: Callable[..., list[Process]], backend: Backend
):
    crowd = processes(breaking(backend), 6, started=True)
    crowd[0].call(OSError())
    eventually(lambda: all(one.phase is Phase.OPEN for one in crowd))
    trials: list[str] = []
    until = time.monotonic() + 10
    while not trials:
        trials += [answer for one in crowd if (answer := one.call(OSError())) != "refused"]
        assert time.monotonic() < until
        time.sleep(0.01)
    assert len(trials) <= 2
    eventually(lambda: all(one.phase is Phase.OPEN and one.pipeline.breaker.generation == 3 for one in crowd))
    assert {round(one.pipeline.breaker.circuit()[3], 6) for one in crowd} == {0.6}  # it grew everywhere
    good = 0
    while any(one.phase is not Phase.CLOSED for one in crowd):
        if crowd[0].phase is not Phase.CLOSED:
            good += sum(one.call() == "ok" for one in crowd if one.phase is not Phase.CLOSED)
        assert time.monotonic() < until
        time.sleep(0.01)
    assert good == 2
    assert {one.pipeline.breaker.generation for one in crowd} == {5}


def test_a_process_with_calls_ends_the_break_before_its_next_one(
    processes: Callable[..., list[Process]], backend: Backend
):
    one, _ = processes(breaking(backend), 2, started=True)
    one.call(OSError())
    assert one.call() == "refused"
    eventually(lambda: one.phase is Phase.HALF_OPEN)
    time.sleep(0.1)
    assert [one.call() for _ in range(3)] == ["ok", "ok", "ok"]
    assert one.phase is Phase.CLOSED


def test_a_trial_whose_process_died_is_made_by_another(processes: Callable[..., list[Process]], backend: Backend):
    dead, alive = processes(breaking(backend, half_open_wait=0.5), 2)
    dead.call(OSError())
    dead.call()
    dead.sharing.step()
    alive.sharing.step()
    time.sleep(0.35)
    dead.sharing.step()
    assert dead.phase is Phase.HALF_OPEN
    alive.sharing.start()
    eventually(lambda: alive.call() == "ok")
    eventually(lambda: alive.call() == "ok" and alive.phase is Phase.CLOSED)


def test_the_loser_of_a_race_follows_the_winner(processes: Callable[..., list[Process]], backend: Backend):
    one, other = processes(breaking(backend, reset=30.0), 2)
    one.call(OSError())
    other.call(OSError())
    one.sharing.step()
    one.pipeline.breaker.reset()
    one.sharing.step()
    other.pipeline.breaker.reset()
    other.call(OSError())
    other.sharing.step()
    one.sharing.step()
    assert one.phase is other.phase
    assert one.pipeline.breaker.generation == other.pipeline.breaker.generation


def test_a_store_that_lost_all_is_told_again(backend: Backend, processes: Callable[..., list[Process]]):
    one, other = processes(breaking(backend, reset=30.0), 2)
    one.call(OSError())
    one.sharing.step()
    (link,) = one.sharing._links.values()
    link.name = other_name = backend.fresh()  # as if the store had never heard of it
    one.sharing.step()
    assert other.sharing.store.read([other_name])[other_name].phase is Phase.OPEN


def test_a_server_killed_and_back_without_its_memory_is_told_again(tmp_path: Path):
    if program() is None:
        (pytest.fail if CI else pytest.skip)("redis-server is not on PATH: apt-get install redis-server")
    with redis_server(tmp_path) as server:
        settings = BreakerSettings(consecutive=1, reset=60, shared="redis")
        limit = RateSettings(2, per=3600, shared="redis")
        pipelines = [Pipeline(PipelineSettings("bank", breaker=settings, rate=limit)) for _ in range(2)]
        events: list[Event] = []
        pipelines[0].hooks.add(events.append)
        with (
            Sharing(RedisStore.from_url(server.url), "web", poll=0.05) as one,
            Sharing(RedisStore.from_url(server.url), "web", poll=0.05) as other,
        ):
            one.attach(pipelines[0])
            other.attach(pipelines[1])
            server.stop()
            eventually(lambda: not one.up and not other.up)
            first = Process(pipelines[0], one, events)
            assert first.call(OSError()) == "failed"
            assert pipelines[1].breaker is not None
            assert pipelines[1].breaker.phase is Phase.CLOSED
            server.start()
            eventually(lambda: pipelines[1].breaker.phase is Phase.OPEN)
        told = [dict(event.detail)["state"] for event in events if event.kind == "store"]
        assert told == ["down", "up"]


def test_a_breaker_forced_open_here_is_not_forced_elsewhere(processes: Callable[..., list[Process]], backend: Backend):
    one, other = processes(breaking(backend), 2)
    one.pipeline.configure(breaking(backend, mode=Mode.FORCED_OPEN))
    one.sharing.step()
    other.sharing.step()
    assert (one.call(), other.call()) == ("refused", "ok")


def limited(backend: Backend, **more: Any) -> PipelineSettings:
    rate = RateSettings(5, per=60.0, shared=backend.kind, wait=more.pop("wait", 0.0))
    return PipelineSettings("bank", rate=rate, **more)


def test_processes_share_a_limit_sync_and_async(processes: Callable[..., list[Process]], backend: Backend):
    one, other = processes(limited(backend), 2)

    async def call() -> str:
        try:
            async with other.pipeline.attempt():
                return "ok"
        except RateLimited as refused:
            return "refused" if 0 < (refused.retry_after or 0) <= 12 else "astray"

    answers = [one.call(), asyncio.run(call()), one.call(), asyncio.run(call()), one.call()]
    assert answers == ["ok"] * 5
    assert (one.call(), asyncio.run(call())) == ("refused", "refused")
    assert one.pipeline.state()["policies"]["rate"]["store"] == "up"


def test_a_call_waits_for_its_token(processes: Callable[..., list[Process]], backend: Backend):
    rate = RateSettings(20, burst=1, shared=backend.kind, wait=1.0)
    (one,) = processes(PipelineSettings("bank", rate=rate), 1)
    began = time.monotonic()
    assert [one.call() for _ in range(4)] == ["ok"] * 4
    assert 0.14 <= time.monotonic() - began < 1


def test_new_settings_hold_and_stay_shared(processes: Callable[..., list[Process]], backend: Backend):
    one, other = processes(limited(backend), 2)
    rate = RateSettings(2, per=60.0, shared=backend.kind)
    for process in (one, other):
        process.pipeline.configure(PipelineSettings("bank", rate=rate))
    assert [one.call(), other.call(), one.call(), other.call()] == ["ok", "ok", "refused", "refused"]
    one.pipeline.configure(PipelineSettings("bank"))
    assert one.call() == "ok"
    one.pipeline.configure(PipelineSettings("bank", rate=rate))
    one.sharing.step()
    assert one.call() == "refused"


def test_a_sliding_window_is_not_shared(backend: Backend):
    settings = PipelineSettings("bank", rate=RateSettings(5, sliding=True, shared=backend.kind))
    with pytest.raises(ValueError, match="drop `sliding`"):
        Sharing(backend.open(), "web").attach(Pipeline(settings))


def test_two_dependencies_of_one_name_are_refused(backend: Backend):
    sharing = Sharing(backend.open(), "web")
    sharing.attach([Pipeline(limited(backend))])
    with pytest.raises(ValueError, match="shared already"):
        sharing.attach([Pipeline(limited(backend))])


@pytest.mark.parametrize(("down", "answers"), [("local", ["ok"] * 5 + ["refused"]), ("open", ["ok"] * 6)])
def test_a_limit_without_its_store(
    processes: Callable[..., list[Process]], backend: Backend, down: Any, answers: list[str]
):
    (one,) = processes(limited(backend, shared_down=down), 1)
    assert one.call() == "ok"
    backend.pause()
    try:
        assert [one.call() for _ in range(6)] == answers
        assert one.pipeline.state()["policies"]["rate"]["store"] == "down"
        one.sharing.step()
    finally:
        backend.resume()
    one.sharing.step()
    stored = [dict(event.detail)["state"] for event in one.events if event.kind == "store"]
    assert stored == ["down", "up"]
    assert one.pipeline.state()["policies"]["rate"]["store"] == "up"


def test_a_limit_that_closes_without_its_store_refuses(processes: Callable[..., list[Process]], backend: Backend):
    (one,) = processes(limited(backend, shared_down="closed"), 1)
    backend.pause()
    try:
        assert [one.call() for _ in range(2)] == ["refused"] * 2
    finally:
        backend.resume()
    one.sharing.step()
    assert one.call() == "ok"


@pytest.mark.parametrize(
    ("down", "while_away"), [("local", ["ok", "failed", "refused"]), ("open", ["ok", "failed", "ok"])]
)
def test_a_breaker_without_its_store(
    processes: Callable[..., list[Process]], backend: Backend, down: Any, while_away: list[str]
):
    one, other = processes(replace(breaking(backend, reset=30.0), shared_down=down), 2)
    for process in (one, other):
        process.sharing.step()
    backend.pause()
    try:
        one.sharing.step()
        assert [one.call(), one.call(OSError()), one.call()] == while_away
    finally:
        backend.resume()
    one.sharing.step()
    other.sharing.step()
    expected = Phase.OPEN if down == "local" else Phase.CLOSED
    assert (one.phase, other.phase) == (expected, expected)


def test_an_outage_of_the_store_does_not_close_a_breaker_that_is_open(
    processes: Callable[..., list[Process]], backend: Backend
):
    one, other = processes(replace(breaking(backend, reset=30.0), shared_down="closed"), 2)
    one.call(OSError())
    one.sharing.step()
    other.sharing.step()
    backend.pause()
    try:
        other.sharing.step()
        assert other.pipeline.breaker.shown == "forced-open"
    finally:
        backend.resume()
    other.sharing.step()
    assert (other.phase, other.pipeline.breaker.generation) == (Phase.OPEN, 1)
    one.sharing.step()
    assert one.phase is Phase.OPEN


def test_alone_a_half_open_breaker_gets_its_trial_calls(processes: Callable[..., list[Process]], backend: Backend):
    (one,) = processes(breaking(backend), 1)
    one.call(OSError())
    one.sharing.step()
    time.sleep(0.35)
    assert one.call() == "refused"  # nobody asked the store yet
    backend.pause()
    try:
        one.sharing.step()
        assert [one.call() for _ in range(3)] == ["ok"] * 3
    finally:
        backend.resume()
    assert one.phase is Phase.CLOSED


def _work(kind: str, address: str, path: Path) -> None:
    store: Store = RedisStore.from_url(address) if kind == "redis" else PostgresStore(address)
    pipeline = Pipeline(PipelineSettings("bank", rate=RateSettings(10, per=3600.0, shared=kind)))
    with Sharing(store, "spawned") as sharing:
        sharing.attach(pipeline)
        passed = 0
        for _ in range(10):
            try:
                with pipeline.attempt():
                    passed += 1
            except RateLimited:
                pass
    path.write_text(str(passed))


def test_real_processes_share_a_limit(backend: Backend, tmp_path: Path, store: Store):
    address = store._conninfo if backend.kind == "postgres" else _url(store)
    spawn = multiprocessing.get_context("spawn")
    running = [spawn.Process(target=_work, args=(backend.kind, address, tmp_path / str(n))) for n in range(3)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    assert sum(int((tmp_path / str(n)).read_text()) for n in range(3)) == 10


def _url(store: Any) -> str:
    known = store._client.connection_pool.connection_kwargs
    return f"redis://{known['host']}:{known['port']}/0"
