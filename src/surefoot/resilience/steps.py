"""A row of attempts that sync and async code go through by one logic: a generator that asks, and is told what came."""

import inspect
from collections.abc import Awaitable, Callable, Generator

Step = Callable[[], object]
Came = tuple[object, Exception | None]  # an answer, or why there is none
Steps = Generator[Step, Came, object]


def follow(steps: Steps) -> object:
    """Make the calls that the generator yields, send it what came of each, and give what it returns.

    >>> def ask():
    ...     answer, error = yield lambda: int("one")
    ...     return "no number" if error else answer
    >>> follow(ask())
    'no number'
    """
    try:
        step = next(steps)
        while True:
            step = steps.send(_came(step))
    except StopIteration as end:
        return end.value


async def follow_async(steps: Steps) -> object:
    """Make the calls, as `follow`, and await what can be awaited."""
    try:
        step = next(steps)
        while True:
            came = _came(step)
            if inspect.isawaitable(came[0]):
                came = await _awaited(came[0])
            step = steps.send(came)
    except StopIteration as end:
        return end.value


def _came(step: Step) -> Came:
    try:
        return step(), None
    except Exception as error:  # noqa: BLE001  # the generator decides what it means
        return None, error


async def _awaited(answer: Awaitable[object]) -> Came:
    try:
        return await answer, None
    except Exception as error:  # noqa: BLE001  # as above
        return None, error
