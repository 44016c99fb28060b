"""A thread that goes on whatever a round does."""

import threading
from contextlib import closing

from surefoot.edge.repeating import Repeating


def test_it_goes_on_at_once_while_there_is_more_and_after_an_error():
    rounds: list[int] = []
    failed: list[Exception] = []
    enough = threading.Event()

    def work() -> bool:
        rounds.append(len(rounds))
        if len(rounds) == 2:
            raise ValueError("no")
        if len(rounds) == 4:
            enough.set()
        return True

    with closing(Repeating(work, 0.01, failed.append, "test")):
        assert enough.wait(5)
    assert [str(error) for error in failed] == ["no"]


def test_it_waits_where_there_is_nothing_and_ends_when_closed():
    rounds: list[int] = []
    once = threading.Event()

    def work() -> bool:
        rounds.append(1)
        once.set()
        return False

    with closing(Repeating(work, 60, print, "test")):
        assert once.wait(5)
    assert rounds == [1]
