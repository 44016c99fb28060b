"""One logic for sync and async rows of attempts."""

import asyncio

import pytest

from surefoot.resilience.steps import Step, Steps, follow, follow_async

pytestmark = pytest.mark.req("RES-4")


def _fail() -> object:
    raise KeyError("gone")


async def _later() -> str:
    await asyncio.sleep(0)
    return "later"


async def _fail_later() -> str:
    await asyncio.sleep(0)
    raise KeyError("gone later")


def _row(*steps: Step) -> Steps:
    told: list[object] = []
    for step in steps:
        answer, error = yield step
        told.append(answer if error is None else str(error))
    return told


def test_each_step_is_told_what_came_of_it():
    assert follow(_row(_fail, lambda: 1)) == ["'gone'", 1]
    assert asyncio.run(follow_async(_row(_fail_later, _fail, lambda: 1, _later))) == [
        "'gone later'",
        "'gone'",
        1,
        "later",
    ]


def test_what_is_no_failure_goes_through():
    def stop() -> object:
        raise KeyboardInterrupt

    async def cancel() -> object:
        raise asyncio.CancelledError

    with pytest.raises(KeyboardInterrupt):
        follow(_row(stop))
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(follow_async(_row(cancel)))


def test_what_the_row_raises_is_raised():
    def row() -> Steps:
        yield lambda: 1
        raise LookupError("nothing")

    with pytest.raises(LookupError, match="nothing"):
        follow(row())
