"""Marks of substitutes."""

import asyncio
import contextvars

import pytest

from surefoot.resilience.degradation import Degraded, degradations, degraded, mark

pytestmark = pytest.mark.req("RES-4")


def _one(name: str) -> Degraded:
    return Degraded(name, "value", "old prices", "OSError")


def test_the_latest_mark_is_told_and_blocks_start_anew():
    async def main() -> None:
        assert degraded() is None
        mark(_one("a"))
        assert degraded() == _one("a")
        with degradations() as outer:
            assert degraded() is None
            with degradations() as inner:
                mark(_one("b"))
                assert degraded() == _one("b")
            assert inner == outer == [_one("b")]
        assert degraded() == _one("a")

    contextvars.Context().run(asyncio.run, main())


def test_marks_of_child_tasks_reach_the_block_of_the_request():
    async def call(name: str) -> None:
        await asyncio.sleep(0)
        mark(_one(name))

    async def main() -> list[str]:
        with degradations() as marks:
            await asyncio.gather(call("a"), call("b"))
        return [one.name for one in marks]

    assert asyncio.run(main()) == ["a", "b"]


def test_requests_at_the_same_time_do_not_mix():
    async def request(name: str) -> list[Degraded]:
        with degradations() as marks:
            await asyncio.sleep(0)
            mark(_one(name))
            await asyncio.sleep(0)
        return marks

    async def main() -> list[list[Degraded]]:
        return list(await asyncio.gather(request("a"), request("b")))

    assert asyncio.run(main()) == [[_one("a")], [_one("b")]]
