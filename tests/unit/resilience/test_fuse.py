import asyncio
import functools
import gc
import inspect
import linecache
import traceback
import typing
import weakref
from typing import Any

import pytest

from surefoot.resilience.pipeline import protect
from surefoot.resilience.settings import BreakerSettings, BudgetSettings, BulkheadSettings, RetrySettings
from tests.unit.resilience.moments import told

pytestmark = pytest.mark.req("RES-5")


def dep() -> Any:
    return protect(
        "dep", breaker=BreakerSettings(), retry=RetrySettings(retries=1, base=0.001), budget=BudgetSettings()
    )


def everything(first, /, second, third=3, *rest, fourth, fifth=5, **others):
    """Take all kinds of arguments."""
    return first, second, third, rest, fourth, fifth, others


def test_arguments_of_every_kind_arrive():
    call = dep()(everything)
    assert call(1, second=2, fourth=4) == (1, 2, 3, (), 4, 5, {})
    assert call(1, 2, 9, 8, 7, fourth=4, fifth=6, first=0) == (1, 2, 9, (8, 7), 4, 6, {"first": 0})
    with pytest.raises(TypeError, match="everything"):
        call(1, 2)


def test_the_signature_and_all_that_describes_a_function_stay():
    call = dep()(everything)
    assert inspect.signature(call) == inspect.signature(everything)
    assert inspect.signature(call, follow_wrapped=False) == inspect.signature(everything)
    assert (call.__name__, call.__qualname__, call.__doc__, call.__module__) == (
        everything.__name__,
        everything.__qualname__,
        everything.__doc__,
        everything.__module__,
    )
    assert call.__wrapped__ is everything


class Order:
    """Named by an annotation below."""


def test_annotations_can_be_resolved():
    def typed(order: "Order", count: int = 1) -> "list[Order]":
        return [order] * count

    assert typing.get_type_hints(dep()(typed)) == {"order": Order, "count": int, "return": list[Order]}


def test_parameters_keep_the_names_that_our_lines_use():
    def awkward(len, max, _result, _p1_seat=1, BaseException=2):  # noqa: A002, N803
        return len, max, _result, _p1_seat, BaseException

    assert dep()(awkward)(5, 6, _result=7) == (5, 6, 7, 1, 2)


def test_woven_lines_need_no_builtin_that_a_parameter_could_hide():
    def target():
        return None

    call: Any = protect(
        "dep", breaker=BreakerSettings(), retry=RetrySettings(), bulkhead=BulkheadSettings(1), deadline=1
    )(target)
    import builtins  # noqa: PLC0415

    assert set(call.__code__.co_names) & set(vars(builtins)) <= {"BaseException"}


def test_a_callable_that_tells_no_signature_is_called_as_it_is():
    assert dep()(max)(3, 5) == 5
    assert dep()(dict.fromkeys)("ab", 1) == {"a": 1, "b": 1}


def test_partials_lambdas_and_objects_are_protected():
    class Doubler:
        def __call__(self, value):
            return value * 2

    class Later:
        async def __call__(self, value):
            return value * 2

    assert dep()(functools.partial(everything, 1, fourth=4))(2) == (1, 2, 3, (), 4, 5, {})
    assert dep()(lambda value: value + 1)(1) == 2
    assert dep()(Doubler())(2) == 4
    assert asyncio.run(dep()(Later())(2)) == 4
    assert dep()(Doubler)()(3) == 6


def test_methods_of_every_kind_are_protected():
    payments = dep()

    class Bank:
        name = "bank"

        @payments
        def balance(self, account):
            return self.name, account

        @payments
        async def later(self, account):
            return self.name, account

        @payments
        @classmethod
        def of(cls, account):
            return cls.name, account

        @payments
        @staticmethod
        def free(account):
            return account

    assert Bank().balance(1) == ("bank", 1)
    assert asyncio.run(Bank().later(account=2)) == ("bank", 2)
    assert Bank.of(3) == ("bank", 3)
    assert Bank.free(4) == 4


def test_coroutine_functions_stay_such():
    @dep()
    async def call():
        return 1

    assert inspect.iscoroutinefunction(call)
    assert asyncio.run(call()) == 1


def test_recursion_and_decoration_twice_work():
    payments = dep()

    @payments
    @dep()
    def factorial(n):
        return 1 if n < 2 else n * factorial(n - 1)

    assert factorial(5) == 120


def test_generators_are_protected_to_their_last_step():
    payments = protect("dep", breaker=BreakerSettings(consecutive=2), retry=RetrySettings())

    @payments
    def numbers(fail):
        got = yield 1
        yield got
        if fail:
            raise OSError
        return "done"

    steps = numbers(fail=False)
    assert (next(steps), steps.send("sent")) == (1, "sent")
    with pytest.raises(StopIteration, match="done"):
        next(steps)
    assert inspect.isgeneratorfunction(numbers)
    with pytest.raises(OSError, match=r"^$"):
        list(numbers(fail=True))
    steps = numbers(fail=True)
    next(steps)
    steps.close()  # who stops early says nothing about the dependency
    assert told(payments, "breaker")["calls"] == {"ok": 1, "failed": 1, "neutral": 1, "rejected": 0}


def test_async_generators_are_protected_and_closed():
    payments = protect("dep", breaker=BreakerSettings(), bulkhead=BulkheadSettings(1))
    ended = []

    @payments
    async def numbers():
        try:
            yield 1
            yield 2
        finally:
            ended.append(True)

    async def main() -> None:
        assert [number async for number in numbers()] == [1, 2]
        steps = numbers()
        await anext(steps)
        await steps.aclose()
        assert [number async for number in numbers()] == [1, 2]

    asyncio.run(main())
    assert inspect.isasyncgenfunction(numbers)
    assert len(ended) == 3
    assert told(payments, "breaker")["calls"] == {"ok": 2, "failed": 0, "neutral": 1, "rejected": 0}


def test_tracebacks_show_the_woven_lines():
    @dep()
    def fail():
        raise OSError

    with pytest.raises(OSError, match=r"^$") as caught:
        fail()
    text = "".join(traceback.format_exception(caught.value))
    assert "<surefoot dep.fail" in text
    assert "_result = _call()" in text
    linecache.checkcache()
    assert linecache.getlines(fail.__code__.co_filename)


def test_the_same_source_takes_one_entry_however_often_it_is_decorated():
    payments = dep()

    def target():
        return 1

    payments(target)
    before = len(linecache.cache)
    for _ in range(20):
        payments(target)
    assert len(linecache.cache) == before


def test_functions_are_not_kept_alive_and_none_is_mistaken_for_another():
    payments = dep()
    last = None
    for index in range(50):

        def target(index=index):
            return index

        call = payments(target)
        assert call() == index
        last = weakref.ref(call)
        del call, target
    gc.collect()
    assert last is not None
    assert last() is None


@pytest.mark.parametrize("error", [None, OSError()])
def test_calls_leave_no_cyclic_garbage(error):
    payments = protect(
        "dep",
        breaker=BreakerSettings(share=1.0, calls=10, slow_share=1.0, slow_over=9, min_calls=10),
        retry=RetrySettings(retries=0),
        budget=BudgetSettings(),
        bulkhead=BulkheadSettings(5),
        deadline=5,
    )

    @payments
    def call(error=None):
        if error is not None:
            raise error

    def work(times: int) -> None:
        for index in range(times):
            try:
                call(error if index % 2 else None)
            except OSError as caught:
                caught.__traceback__ = None

    def garbage() -> int:
        gc.collect()
        gc.disable()
        try:
            work(20000)
            return gc.collect()
        finally:
            gc.enable()

    work(100)
    # A thread that another test left behind, such as gRPC's, may drop a few of its own meanwhile.
    assert any(garbage() == 0 for _ in range(3))
