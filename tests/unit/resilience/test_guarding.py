"""A policy on its own."""

import asyncio
import inspect

import pytest

from surefoot.resilience.bulkhead import Bulkhead
from surefoot.resilience.settings import BulkheadSettings

pytestmark = pytest.mark.req("RES-3")


def test_a_decorated_function_keeps_its_name_kind_and_answer():
    guard = Bulkhead(BulkheadSettings(1), "bank")

    @guard
    async def fetch(number: int, *, twice: bool = False) -> int:
        """Fetch it."""
        return number * (2 if twice else 1)

    @guard
    def plain(number: int) -> int:
        return number

    assert inspect.iscoroutinefunction(fetch)
    assert not inspect.iscoroutinefunction(plain)
    assert (fetch.__name__, fetch.__doc__) == ("fetch", "Fetch it.")
    assert str(inspect.signature(fetch)) == "(number: int, *, twice: bool = False) -> int"
    assert asyncio.run(fetch(2, twice=True)) == 4
    assert plain(3) == 3
