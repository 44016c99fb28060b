from functools import partial

import pytest

from surefoot.health import Result, Status, check
from surefoot.health.check import read


class Asking:
    async def __call__(self) -> bool:
        return True

    async def method(self, _: int = 0) -> bool:
        return True


def test_async_functions_are_known_in_every_wrapping():
    asking = Asking()
    for fn in (asking, asking.method, partial(asking.method, 1)):
        assert check(fn).asynchronous
    assert not check(lambda: True).asynchronous


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (None, Status.HEALTHY),
        (True, Status.HEALTHY),
        (b"PONG", Status.HEALTHY),
        (0, Status.HEALTHY),
        (False, Status.UNHEALTHY),
        (Status.DEGRADED, Status.DEGRADED),
        (Result(Status.DEGRADED, "slow"), Status.DEGRADED),
    ],
)
def test_an_answer_is_understood(answer: object, status: Status):
    assert read(answer).status is status


def test_a_coroutine_from_a_plain_function_is_a_mistake_that_is_told():
    assert "make it an `async def`" in read(Asking()()).reason


def test_contradicting_options_are_refused():
    with pytest.raises(ValueError, match="drop `ready`"):
        check(lambda: True, name="a", info=True, ready=True)
    with pytest.raises(ValueError, match="write such as '1s'"):
        check(lambda: True, timeout=0)


@pytest.mark.parametrize("name", ["", "postgresql://u:p@h", "me@home", "a\nb", "x" * 101])
def test_a_name_that_cannot_be_shown_is_refused(name: str):
    with pytest.raises(ValueError, match="cannot be named"):
        check(lambda: True).named(name)


def test_a_check_that_is_not_critical_or_informs_degrades_at_worst():
    for found in (check(lambda: True, critical=False), check(lambda: True, info=True)):
        assert found.at_worst(Status.UNHEALTHY) is Status.DEGRADED
    assert check(lambda: True).at_worst(Status.UNHEALTHY) is Status.UNHEALTHY
    assert check(lambda: True, critical=False).at_worst(Status.HEALTHY) is Status.HEALTHY
