"""Repeats failed calls: after growing, scattered delays, within the deadline and the budget."""

import random  # noqa: TID251  # the policy's own generator, unless one is given
from collections.abc import Callable
from math import inf

from surefoot.resilience.breaker import Breaker
from surefoot.resilience.budget import Budget
from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.deadline import remaining
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.settings import RetrySettings
from surefoot.resilience.weave import Fragments, Lines, Site, indent

# The loop's lines, in the words of `Site.lines`.
_ASK = """\
$wait = $again($done, $wait, {answer}, $asked({answer}), $budget)
if $wait is None:
    $retry.failed_first += not $done
    $retry.failed_later += $done > 0
    {stop}
"""
_DONE = """\
if $done:
    $retry.ok_later += 1
else:
    $retry.ok_first += 1
break
"""

Uniform = Callable[[float, float], float]
RetryAfter = Callable[[object], float | None]


def asked_delay(answer: object) -> float | None:
    """Read the seconds that an error or result asks to wait: its attribute `retry_after`, a number of 0 or more.

    >>> asked_delay(TimeoutError()) is None
    True
    """
    seconds = getattr(answer, "retry_after", None)
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds >= 0:
        return float(seconds)
    return None


class Retry:
    """Decides whether a failed call is repeated, and when.

    Attributes:
        breaker: Whose being open ends repetition.
        budget: That the woven lines ask; a call keeps to the one it began with.
        ok_first: Calls good at once; `ok_later` after repetitions.
        failed_first: Calls failed without repetition; `failed_later` in spite of it.
    """

    def __init__(
        self,
        settings: RetrySettings,
        name: str,
        *,
        clock: Clock = SYSTEM,
        hooks: Hooks | None = None,
        uniform: Uniform | None = None,
    ) -> None:
        self.settings = settings
        self.name = name
        self.clock = clock
        self.hooks = Hooks() if hooks is None else hooks
        self.breaker: Breaker | None = None
        self.budget: Budget | None = None
        self.ok_first = self.ok_later = self.failed_first = self.failed_later = 0
        self._uniform = random.Random().uniform if uniform is None else uniform  # noqa: S311  # scatters, hides nothing

    def delay(self, done: int, last: float) -> float:
        """Draw the delay before the next repetition.

        Args:
            done: Repetitions so far.
            last: The delay before the last one, 0 at first; `decorrelated` grows from it, as in Marc Brooker,
                "Exponential Backoff And Jitter": min(cap, uniform(base, 3 x last)).
        """
        settings = self.settings
        if settings.jitter == "decorrelated":
            return min(settings.cap, self._uniform(settings.base, 3 * max(last, settings.base)))
        try:
            longest = min(settings.cap, settings.base * settings.factor**done)
        except OverflowError:
            longest = settings.cap
        return longest if settings.jitter == "none" else self._uniform(0.0, longest)

    def again(
        self, done: int, last: float, answer: object, asked: float | None, budget: Budget | None = None
    ) -> float | None:
        """Decide on a failure.

        Args:
            done: Repetitions so far.
            last: As in `delay`.
            answer: The error, or the bad result.
            asked: Seconds that the dependency asks to wait.
            budget: That must give a place, which the caller gives back when the call ends.

        Returns:
            Seconds to wait before the next repetition; None to stop. With the first one the call holds the place.
        """
        settings = self.settings
        if done >= settings.retries or (asked is not None and asked > settings.cap):
            return None
        if self.breaker is not None and self.breaker.refuses(self.clock.now()):
            return None
        delay = self.delay(done, last)
        if asked is not None and asked > delay:
            delay = asked
        left = remaining()
        if delay >= (inf if left is None else left):
            return None
        if not done and budget is not None and not budget.take():
            return None
        if self.hooks.listening:
            kind = type(answer).__qualname__ if isinstance(answer, BaseException) else "bad result"
            detail = (("attempt", done + 1), ("delay", delay), ("error.type", kind))
            self.hooks.tell(Event("retry", self.name, "retry", self.clock.now(), detail))
        return delay

    def configure(self, settings: RetrySettings) -> None:
        """Go on with other settings."""
        self.settings = settings

    def state(self) -> dict[str, object]:
        """Tell calls by how they ended."""
        return {
            "calls": {
                "ok_first": self.ok_first,
                "ok_later": self.ok_later,
                "failed_first": self.failed_first,
                "failed_later": self.failed_later,
            }
        }

    def weave(self, site: Site) -> Fragments:
        """Give the loop around an attempt."""
        names = site.names(
            retry=self,
            again=self.again,
            sleep=self.clock.pause if site.asynchronous else self.clock.sleep,
            asked=site.retry_after or asked_delay,
        )

        def surround(inside: Lines) -> Lines:
            failed = "if not _counted(_error):\n    raise\n" + _ASK.format(answer="_error", stop="raise")
            judged = "if _bad:\n" + _inner(_ASK.format(answer="_result", stop="break")) + "else:\n" + _inner(_DONE)
            once = (
                "try:",
                *indent(inside),
                "except BaseException as _error:",
                *indent(site.lines(failed)),
                "else:",
                *indent(site.lines(judged if site.judged else _DONE)),
                *site.lines("$done += 1\nawait$ $sleep($wait)"),
            )
            loop = (
                "try:",
                "    while True:",
                *indent(indent(once)),
                *site.lines("finally:\n    if $done and $budget is not None:\n        $budget.give()"),
            )
            return (*site.lines("$done = 0\n$wait = 0.0\n$budget = $retry.budget"), *loop)

        return Fragments(names=names, surround=surround)


def _inner(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
