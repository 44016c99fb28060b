"""What is answered instead when a call fails or is refused: in the order of the settings, the first that has something.

Not for ignored errors, which are the dependency's proper answers, nor for cancellations.
"""

import copy
import functools
import inspect
from collections.abc import Awaitable, Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol

from surefoot.resilience.chaos import TOUCHED, touched
from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.degradation import Degraded, mark
from surefoot.resilience.errors import DeadlineExceeded, Queued, Rejected
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.settings import FallbackSettings
from surefoot.resilience.stale import Answer, Stale, key_of
from surefoot.resilience.steps import Step, Steps, follow, follow_async
from surefoot.resilience.weave import Callee, Fragments, Lines, Site, indent

_KEYLESS = "{}: a queued call needs a key, lest it be made twice: give `key=`, or `@function.replay(key=…)`"
OURS = (Rejected, DeadlineExceeded)  # no failures of the dependency, but reasons to fall back


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made later."""

    name: str
    function: str
    args: tuple[object, ...]
    kwargs: Mapping[str, object]


class Queue(Protocol):
    """Where calls wait for better times; it must survive the process."""

    def put(self, key: str, call: Call) -> Awaitable[None] | None:
        """Keep a call; again with the same key changes nothing. Only async functions may get an awaitable."""
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    """The call that failed: by an error, or by a bad result."""

    target: Callee
    args: tuple[object, ...]
    kwargs: dict[str, object]
    error: BaseException | None
    result: object = None

    @property
    def reason(self) -> str:
        """Name what failed."""
        return "bad result" if self.error is None else type(self.error).__name__


class Fallback:
    """Answers instead.

    Attributes:
        settings: In the order in which they are tried.
        user_sees: What users are told meanwhile.
        queue: Where calls are kept; without one the queue is passed over.
        stale: The last good answers.
        calls: Substitutes given, by kind.
        calls_unanswered: Failed calls for which there was nothing.
    """

    __slots__ = (
        "_clock",
        "_hooks",
        "calls",
        "calls_unanswered",
        "name",
        "queue",
        "settings",
        "stale",
        "user_sees",
    )

    def __init__(
        self,
        settings: tuple[FallbackSettings, ...],
        name: str,
        *,
        clock: Clock = SYSTEM,
        hooks: Hooks | None = None,
    ) -> None:
        self.settings = settings
        self.name = name
        self.user_sees = ""
        self.queue: Queue | None = None
        self.stale = Stale()
        self.calls = {"stale": 0, "value": 0, "queue": 0, "alternative": 0}
        self.calls_unanswered = 0
        self._clock = clock
        self._hooks = hooks or Hooks()

    def configure(self, settings: tuple[FallbackSettings, ...]) -> None:
        """Fall back so from now on; kept answers stay."""
        self.settings = settings

    def state(self) -> dict[str, object]:
        """Tell the kinds in order, the substitutes given, and what is kept."""
        return {
            "kinds": [one.kind for one in self.settings],
            "answered": dict(self.calls),
            "unanswered": self.calls_unanswered,
            "kept": len(self.stale),
            "user_sees": self.user_sees,
        }

    def substitute(self, kind: str, failure: Failure, age: float | None = None) -> None:
        """Mark, count and report a substitute."""
        self.calls[kind] += 1
        mark(Degraded(self.name, kind, self.user_sees, failure.reason, age))
        detail: tuple[tuple[str, str | float], ...] = (
            ("fallback", kind),
            ("error.type", failure.reason),
            ("user_sees", self.user_sees),
        )
        if age is not None:
            detail = (*detail, ("age", age))
        self._hooks.tell(Event("fallback", self.name, "fallback", self._clock.now(), detail))

    def now(self) -> float:
        """Tell the time."""
        return self._clock.now()

    def keyless(self, site: Site) -> ValueError | None:
        """Give the error of a function whose calls cannot be queued, as they have no key."""
        queues = any(one.kind == "queue" for one in self.settings)
        return ValueError(_KEYLESS.format(self.name)) if queues and site.key is None else None

    def weave(self, site: Site) -> Fragments:
        """Keep good answers, and give substitutes for failed ones.

        A queue needs a key, which `replay` may bring after the decoration; until then every call is refused with a
        `ValueError`, lest the first outage be what finds out.

        Raises:
            ValueError: An alternative that the decoration does not give.
        """
        if self.keyless(site) is not None:
            names = site.names(keyless=functools.partial(self.keyless, site))
            return Fragments(names=names, surround=lambda _: site.lines("raise $keyless()"))
        rescue = Rescue(self, site)
        names = site.names(
            keep=rescue.keep,
            rescue=rescue.rescue_async if site.asynchronous else rescue.rescue,
            ours=OURS,
            isinstance=isinstance,
            touch=TOUCHED.get,
            untouch=TOUCHED.set,
        )
        keeps = any(one.kind == "stale" for one in self.settings)
        return Fragments(names=names, surround=lambda inside: _lines(site, inside, keeps=keeps))


def _lines(site: Site, inside: Lines, *, keeps: bool) -> Lines:
    call = ", ".join(part for part in ("_call", site.arguments) if part)
    untouch = ["if $touch() is not None:", "    $untouch(None)"] if keeps else []  # of an earlier call
    lines = [
        *untouch,
        "try:",
        *indent(inside),
        "except BaseException as _error:",
        "    if not ($isinstance(_error, $ours) or _counted(_error)):",
        "        raise",
        f"    _result = await$ $rescue(_error, None, {call})",
        *(["    _bad = False"] if site.judged else []),
    ]
    good = [f"    $keep(_result, {call})"] if keeps else ["    pass"]
    if site.judged:
        good = [
            "    if _bad:",
            f"        _result = await$ $rescue(None, _result, {call})",
            "    else:",
            *indent(tuple(good)),
        ]
    if keeps or site.judged:
        lines += ["else:", *good]
    return site.lines("\n".join(lines))


class Rescue:
    """The substitutes of one protected function."""

    __slots__ = ("_alternatives", "_fallback", "_key")

    def __init__(self, fallback: Fallback, site: Site) -> None:
        self._fallback = fallback
        self._key = site.key
        self._alternatives = site.alternatives
        for one in fallback.settings:
            if one.kind == "alternative" and one.alternative not in site.alternatives:
                raise ValueError(
                    f"{fallback.name}: no source is called {one.alternative!r}: give it in `alternatives=`"
                )

    def keep(self, result: object, target: Callee, /, *args: object, **kwargs: object) -> None:
        """Keep a good answer, unless an experiment touched it."""
        key = self._key_of(target, args, kwargs)
        if key is not None and not touched(self._fallback.name):
            self._fallback.stale.keep(key, result, self._fallback.now())

    def rescue(
        self, error: BaseException | None, result: object, target: Callee, /, *args: object, **kwargs: object
    ) -> object:
        """Give a substitute.

        Raises:
            Queued: The call is kept for later.
            BaseException: The error itself, when there is nothing; a bad result is then given as it is.
        """
        return follow(self._steps(Failure(target, args, kwargs, error, result)))

    async def rescue_async(
        self, error: BaseException | None, result: object, target: Callee, /, *args: object, **kwargs: object
    ) -> object:
        """Give a substitute, as `rescue`."""
        return await follow_async(self._steps(Failure(target, args, kwargs, error, result)))

    def _steps(self, failure: Failure) -> Steps:
        """Try one after the other; yields what asks another source, and is sent what came of it."""
        for one in self._fallback.settings:
            if one.kind == "value":
                self._fallback.substitute("value", failure)
                return copy.deepcopy(one.value)
            if one.kind == "stale":
                kept = self._find(failure, one.stale)
                if kept is not None:
                    self._fallback.substitute("stale", failure, kept.age)
                    return kept.value
                continue
            step = self._alternative(one, failure) if one.kind == "alternative" else self._put(failure)
            if step is None:
                continue
            answer, error = yield step
            if one.kind == "queue" and inspect.iscoroutine(answer):
                answer.close()
                error = TypeError("the queue is async, the function is not: give it a plain one")
            if error is not None:
                self._note(failure, f"fallback {one.kind}: {type(error).__name__}: {error}")
                continue
            self._fallback.substitute(one.kind, failure)
            if one.kind == "queue":
                raise Queued(self._fallback.name) from failure.error
            return answer
        self._fallback.calls_unanswered += 1
        if failure.error is not None:
            raise failure.error
        return failure.result

    def _find(self, failure: Failure, oldest: float) -> Answer | None:
        key = self._key_of(failure.target, failure.args, failure.kwargs)
        return None if key is None else self._fallback.stale.find(key, oldest, self._fallback.now())

    def _alternative(self, one: FallbackSettings, failure: Failure) -> Step:
        source = self._alternatives[one.alternative or ""]
        return functools.partial(source, *failure.args, **failure.kwargs)

    def _put(self, failure: Failure) -> Step | None:
        queue = self._fallback.queue
        if queue is None or self._key is None:
            self._note(failure, "fallback queue: there is none; set the `queue` of the policy")
            return None
        name = getattr(failure.target, "__qualname__", repr(failure.target))
        call = Call(self._fallback.name, name, failure.args, failure.kwargs)
        return functools.partial(queue.put, str(self._key(*failure.args, **failure.kwargs)), call)

    def _key_of(self, target: Callee, args: tuple[object, ...], kwargs: dict[str, object]) -> Hashable | None:
        return key_of(target, args, kwargs) if self._key is None else key_of(target, (self._key(*args, **kwargs),), {})

    @staticmethod
    def _note(failure: Failure, text: str) -> None:
        if failure.error is not None:
            failure.error.add_note(text)
