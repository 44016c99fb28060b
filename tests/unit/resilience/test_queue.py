import multiprocessing
import os
import pickle
import sqlite3
import threading
from pathlib import Path

import pytest

from surefoot.resilience.fallback import Call
from surefoot.resilience.queue import QueueFull, RetryQueue, as_json
from tests.unit.resilience.moments import heard

pytestmark = pytest.mark.req("RES-4")


class Wall:
    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


def call(order: object = "a", **kwargs: object) -> Call:
    return Call("bank", "capture", (order,), kwargs)


def test_an_entry_survives_the_process_and_comes_back_with_its_arguments(tmp_path: Path):
    queue = RetryQueue(tmp_path / "calls.db")
    queue.put("1", call({"id": 1, "lines": ["x", 2.5, None]}, cents=5))
    queue.close()
    entry = RetryQueue(tmp_path / "calls.db").take()
    assert entry is not None
    assert (entry.name, entry.function, entry.key, entry.tries) == ("bank", "capture", "1", 1)
    assert queue.loads(entry.payload) == (({"id": 1, "lines": ["x", 2.5, None]},), {"cents": 5})


def test_the_same_key_waits_once_and_may_come_again_after_it_was_made():
    queue = RetryQueue(":memory:")
    queue.put("1", call())
    queue.put("1", call("other"))
    assert len(queue) == 1
    entry = queue.take()
    assert entry is not None
    queue.put("1", call())  # while it is being replayed
    queue.done(entry)
    assert len(queue) == 0
    queue.put("1", call())
    assert len(queue) == 1


def test_the_same_key_of_another_function_is_another_call():
    queue = RetryQueue(":memory:")
    queue.put("1", call())
    queue.put("1", Call("bank", "refund", (), {}))
    queue.put("1", Call("mail", "capture", (), {}))
    assert len(queue) == 3
    first = queue.take(("mail",))
    assert first is not None
    assert first.name == "mail"
    assert queue.take(("mail",)) is None


def test_it_is_bounded_and_says_so():
    queue = RetryQueue(":memory:", limit=2)
    queue.put("1", call())
    queue.put("2", call())
    queue.put("2", call())  # nothing new
    with pytest.raises(QueueFull, match="2 calls wait already"):
        queue.put("3", call())


def test_an_entry_is_taken_once_until_its_holder_has_been_silent_for_too_long():
    wall = Wall()
    queue = RetryQueue(":memory:", hold=60, wall=wall)
    queue.put("1", call())
    first = queue.take()
    assert first is not None
    assert queue.take() is None
    wall.at += 60
    again = queue.take()
    assert again is not None
    assert (again.key, again.tries) == (first.key, 2)


def test_a_wall_clock_set_back_hides_an_entry_no_longer_than_it_is_held():
    wall = Wall()
    queue = RetryQueue(":memory:", hold=60, wall=wall)
    queue.put("1", call())
    queue.put("2", call())
    assert queue.take() is not None
    wall.at += 1
    queue.put("3", call())
    wall.at -= 86_400
    assert queue.take() is None  # due in the future of this clock
    wall.at += 86_400
    assert queue.take() is not None


def test_after_its_tries_an_entry_is_set_aside_and_told():
    wall = Wall()
    hooks, events = heard()
    queue = RetryQueue(":memory:", tries=2, wall=wall, hooks=hooks)
    queue.put("1", call())
    for _ in range(2):
        entry = queue.take()
        assert entry is not None
        queue.failed(entry, "OSError: down", 5.0)
        assert queue.take() is None
        wall.at += 5
    assert [(one.key, one.tries, one.error) for one in queue.poisoned()] == [("1", 2, "OSError: down")]
    assert len(queue) == 0
    assert [dict(event.detail)["change"] for event in events] == ["put", "failed", "set aside"]
    assert {(event.kind, event.policy, event.name) for event in events} == {("store", "queue", "bank")}
    queue.put("1", call())  # the same call is still known
    assert len(queue) == 0


def test_an_entry_that_kills_the_process_is_set_aside_too():
    wall = Wall()
    queue = RetryQueue(":memory:", tries=2, hold=10, wall=wall)
    queue.put("1", call())
    for _ in range(2):
        assert queue.take() is not None
        wall.at += 10
    assert queue.take() is None
    assert [one.error for one in queue.poisoned()] == ["its replay ended with the process"]


def test_a_refused_replay_costs_no_try():
    wall = Wall()
    queue = RetryQueue(":memory:", tries=1, wall=wall)
    queue.put("1", call())
    for _ in range(5):
        entry = queue.take()
        assert entry is not None
        assert entry.tries == 1
        queue.refused(entry, 30.0)
        assert queue.take() is None
        wall.at += 30
    assert not queue.poisoned()


def test_what_was_set_aside_can_be_revived_or_dropped():
    queue = RetryQueue(":memory:", tries=1)
    for key in ("1", "2"):
        queue.put(key, call())
        entry = queue.take()
        assert entry is not None
        queue.failed(entry, "bad", 0.0)
    first, second = queue.poisoned()
    queue.revive(first)
    queue.drop(second)
    assert not queue.poisoned()
    revived = queue.take()
    assert revived is not None
    assert (revived.key, revived.tries) == ("1", 1)


def test_the_age_of_the_oldest_is_told():
    wall = Wall()
    queue = RetryQueue(":memory:", wall=wall)
    assert queue.oldest() is None
    queue.put("1", call())
    wall.at += 90
    assert queue.oldest() == 90


@pytest.mark.parametrize("order", [(1, 2), {1: "x"}, object(), float("nan"), b"x"])
def test_what_would_not_come_back_from_json_is_refused_with_a_cure(order: object):
    with pytest.raises(TypeError, match="give `dumps` and `loads`"):
        as_json(((order,), {}))


def test_a_user_may_write_payloads_otherwise():
    queue = RetryQueue(":memory:", dumps=pickle.dumps, loads=pickle.loads)  # type: ignore[arg-type]  # takes bytes alone
    queue.put("1", call((1, b"x")))
    entry = queue.take()
    assert entry is not None
    assert queue.loads(entry.payload) == (((1, b"x"),), {})


@pytest.mark.parametrize("settings", [{"limit": 0}, {"tries": -1}, {"hold": float("nan")}])
def test_absurd_settings_are_refused(settings: dict[str, int]):
    with pytest.raises(ValueError, match="write a number above 0"):
        RetryQueue(":memory:", **settings)  # type: ignore[arg-type]  # names of several types


def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path):
    with pytest.raises(sqlite3.OperationalError):
        RetryQueue(tmp_path / "missing" / "calls.db")


def test_threads_and_queues_on_one_file_take_each_entry_once(tmp_path: Path):
    queues = [RetryQueue(tmp_path / "calls.db") for _ in range(4)]
    for number in range(80):
        queues[number % 4].put(str(number), call())
    taken: list[str] = []

    def work(queue: RetryQueue) -> None:
        while (entry := queue.take()) is not None:
            taken.append(entry.key)
            queue.done(entry)

    threads = [threading.Thread(target=work, args=(queue,)) for queue in queues for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken, key=int) == [str(number) for number in range(80)]
    for queue in queues:
        queue.close()


def _put_and_die(path: Path) -> None:
    queue = RetryQueue(path)
    queue.put("child", call())
    queue.take()
    os.kill(os.getpid(), 9)


def test_what_was_put_before_kill_9_is_there_and_comes_again_with_its_key(tmp_path: Path):
    child = multiprocessing.get_context("spawn").Process(target=_put_and_die, args=(tmp_path / "calls.db",))
    child.start()
    child.join()
    assert child.exitcode == -9
    wall = Wall()
    wall.at = 4_000_000_000.0
    entry = RetryQueue(tmp_path / "calls.db", wall=wall).take()
    assert entry is not None
    assert (entry.key, entry.tries) == ("child", 2)
