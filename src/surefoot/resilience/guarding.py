"""A policy on its own: around a block (`with policy.once():`, `async with …`) or a function (`@policy`).

A pipeline does not use this: it weaves its policies into one function (see `weave`).
"""

import functools
import inspect
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


class Passage(Protocol):
    """One call through a policy, sync or async; good for one use."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object, /) -> None: ...

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object, /) -> None: ...


class Guard:
    """What every policy that is used alone inherits; a policy gives `once`."""

    __slots__ = ()

    def once(self) -> Passage:
        """Give the way through the policy for one call."""
        raise NotImplementedError

    def __call__(self, function: F) -> F:
        """Send every call of a function through the policy.

        Raises:
            TypeError: It makes generators: their body runs later; put `with policy.once():` inside it.
        """
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"{function!r} is a generator: write `with policy.once():` in its body")
        return around(self.once, function)


def around(once: Callable[[], Passage], function: F) -> F:
    """Put each call of a function, sync or async, into a passage of its own."""
    call: Callable[..., object]
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call(*args: object, **kwargs: object) -> object:
            async with once():
                return await function(*args, **kwargs)
    else:

        @functools.wraps(function)
        def call(*args: object, **kwargs: object) -> object:
            with once():
                return function(*args, **kwargs)

    return call  # type: ignore[return-value]  # same parameters, same answer, which F alone cannot say


class Stateless(Guard):
    """A policy that remembers nothing between the ends of a call: it is its own passage."""

    __slots__ = ()

    def once(self) -> Passage:
        """Give the policy itself."""
        return self

    def enter(self) -> None:
        """Ask to be let in, waiting as long as the settings allow."""
        raise NotImplementedError

    async def enter_async(self) -> None:
        """Ask to be let in, as `enter`."""
        raise NotImplementedError

    def leave(self) -> None:
        """Tell that the call is over."""

    def __enter__(self) -> None:
        self.enter()

    async def __aenter__(self) -> None:
        await self.enter_async()

    def __exit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        self.leave()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
        self.leave()


def threaded(run: Callable[[Callable[[], object]], object], function: F) -> F:
    """Hand each call of a sync function to something that runs calls."""

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        return run(functools.partial(function, *args, **kwargs))

    return call  # type: ignore[return-value]  # as in `around`


def settle(answer: Future[T], call: Callable[[], T]) -> None:
    """Make a call and put what comes of it into a future, for whoever waits there."""
    try:
        answer.set_result(call())
    except BaseException as error:  # noqa: BLE001  # it is raised where the answer is awaited
        answer.set_exception(error)
