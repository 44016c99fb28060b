"""How much a call matters."""

import asyncio

import pytest

from surefoot.resilience.priorities import CURRENT, Priority, priority

pytestmark = pytest.mark.req("RES-3")


def test_priorities_nest_and_reach_child_tasks():
    async def child() -> Priority:
        return CURRENT.get()

    async def main() -> list[Priority]:
        with priority(Priority.LOW):
            async with priority("critical"):
                seen = [await asyncio.create_task(child())]
            return [*seen, CURRENT.get()]

    assert asyncio.run(main()) == [Priority.CRITICAL, Priority.LOW]
    assert CURRENT.get() is Priority.NORMAL


def test_a_decorated_function_has_it_while_it_runs():
    @priority("low")
    def plain() -> Priority:
        return CURRENT.get()

    @priority("critical")
    async def fetch() -> Priority:
        await asyncio.sleep(0)
        return CURRENT.get()

    async def main() -> list[Priority]:
        return list(await asyncio.gather(fetch(), fetch()))

    assert plain() is Priority.LOW
    assert asyncio.run(main()) == [Priority.CRITICAL] * 2
    assert CURRENT.get() is Priority.NORMAL


def test_a_misspelt_priority_is_refused_with_the_cure():
    with pytest.raises(ValueError, match="write one of low, normal, critical"):
        priority("urgent")
