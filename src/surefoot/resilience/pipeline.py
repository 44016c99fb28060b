"""All policies of the calls to one dependency, in one fixed order, woven into the functions that make the calls.

Outermost first: fallback with its stale cache, deadline, shedding and adaptive limit, budget, retry or hedge, rate
limiter, breaker, bulkhead, attempt timeout, chaos. Every attempt pays the rate limiter and asks the breaker; the time
that a call waits in our own queue is not the dependency's slowness.
"""

import functools
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, overload

from surefoot.resilience.attempt import Attempt
from surefoot.resilience.breaker import Breaker
from surefoot.resilience.chaos import Chaos
from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Hooks
from surefoot.resilience.fallback import Queue
from surefoot.resilience.fuse import Skeleton, build, fuse, is_async, skeleton, swap
from surefoot.resilience.outcome import Counted, Errors, classifier
from surefoot.resilience.policies import Policies
from surefoot.resilience.protected import Protect, Protected
from surefoot.resilience.settings import (
    AdaptiveSettings,
    BreakerSettings,
    BudgetSettings,
    BulkheadSettings,
    FallbackSettings,
    HedgeSettings,
    PipelineSettings,
    RateSettings,
    RetrySettings,
    ShedSettings,
    TimeoutSettings,
)
from surefoot.resilience.weave import Callee, Lines, Site

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., object])


class Pipeline:
    """The policies of one dependency and the functions that they protect; thread-safe.

    Attributes:
        settings: The present ones.
        policies: By kind, such as `policies["breaker"]`.
        hooks: Where listeners are added.
        replays: What makes a queued call later, by the function it was a call of; see `Protected.replay`.

    Args:
        executor: Runs plain functions that are hedged.
        queue: Keeps calls for later, for a fallback of the kind `queue`.
    """

    def __init__(
        self,
        settings: PipelineSettings,
        *,
        clock: Clock = SYSTEM,
        hooks: Hooks | None = None,
        executor: Executor | None = None,
        queue: Queue | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.hooks = Hooks() if hooks is None else hooks
        self._executor = executor
        self._queue = queue
        self.policies = self._policies(settings)
        self.replays: dict[str, Callee] = {}
        self._lock = threading.RLock()
        self._functions: weakref.WeakSet[FunctionType] = weakref.WeakSet()
        self._own: dict[str, FunctionType] = {}
        self._listen_to_chaos()

    def _policies(self, settings: PipelineSettings) -> Policies:
        return Policies(settings, self.clock, self.hooks, executor=self._executor, queue=self._queue)

    def _listen_to_chaos(self) -> None:
        if self.chaos is not None:
            self.chaos.on_change = self.recompile

    @property
    def name(self) -> str:
        """Of the dependency."""
        return self.settings.name

    @property
    def breaker(self) -> Breaker | None:
        """The breaker, if there is one."""
        policy = self.policies.get("breaker")
        return policy if isinstance(policy, Breaker) else None

    @property
    def chaos(self) -> Chaos | None:
        """Where experiments are armed, if the settings allow any."""
        policy = self.policies.get("chaos")
        return policy if isinstance(policy, Chaos) else None

    @overload
    def __call__(self, target: Callable[P, R], /) -> Protected[P, R]: ...

    @overload
    def __call__(
        self,
        target: None = None,
        /,
        *,
        on: Errors = ...,
        ignore: Errors = ...,
        bad: Callable[[Any], bool] | None = ...,
        retry_after: Callable[[Any], float | None] | None = ...,
        key: Callable[..., object] | None = ...,
        alternatives: Mapping[str, Callable[..., object]] | None = ...,
        idempotent: bool = ...,
    ) -> Protect: ...

    def __call__(  # noqa: PLR0913  # one decoration says all that only code can say
        self,
        target: Callee | None = None,
        /,
        *,
        on: Errors = Exception,
        ignore: Errors = (),
        bad: Callable[[Any], bool] | None = None,
        retry_after: Callable[[Any], float | None] | None = None,
        key: Callable[..., object] | None = None,
        alternatives: Mapping[str, Callable[..., object]] | None = None,
        idempotent: bool = False,
    ) -> object:
        """Protect a function, coroutine function, generator or async generator; its signature and type stay.

        Args:
            target: The function, when nothing else is to be said: `@payments`.
            on: Errors that count as failures and are repeated: classes, or a predicate.
            ignore: Errors that say nothing about the dependency.
            bad: Tells a bad result, which counts as a failure.
            retry_after: Seconds that an error or a bad result asks to wait; by default its attribute `retry_after`.
            key: What makes two calls the same, for the stale answer and the queue; takes the call's arguments.
            alternatives: Other sources, by the names of the settings; they take the call's arguments.
            idempotent: Whether the call may be sent twice at a time.

        Generators are admitted at their first step and end with their last; they have no time limits, retries,
        hedges and fallbacks, and their time, being the consumer's too, is never slow.

        Raises:
            ValueError: The settings demand what the decoration lacks, such as `idempotent=True`.
        """
        site = Site(
            "",
            clock=self.clock,
            key=key,
            alternatives=alternatives or {},
            idempotent=idempotent,
            retry_after=retry_after,
            judged=bad is not None,
        )
        counted = classifier(on, ignore)

        def decorate(function: Callee) -> Callee:
            if isinstance(function, (staticmethod, classmethod)):
                return type(function)(decorate(function.__func__))
            return self._protect(function, site, counted, bad)

        return decorate if target is None else decorate(target)

    def _protect(self, target: Callee, site: Site, counted: Counted, bad: Callable[[Any], bool] | None) -> FunctionType:
        bones = skeleton(target, site)
        names = (*bones.names, ("_counted", counted), *([("_judge", bad)] if bad is not None else ()))
        bones = replace(bones, names=names)
        with self._lock:
            function = fuse(self.policies.plan, target, bones, f"{self.name}.{bones.name}")
            self._keep(function, bones)
            function.__dict__["replay"] = functools.partial(self._replay, weakref.ref(function))
        return function

    def _replay(self, protected: "weakref.ref[FunctionType]", *, key: Callee | None = None) -> Callable[[F], F]:
        """Register what makes the queued calls of a function later; see `Protected.replay`."""

        def register(later: F) -> F:
            function = protected()
            with self._lock:
                if function is not None and key is not None:
                    bones: Skeleton = function.__dict__["__surefoot__"]
                    bones = replace(bones, site=replace(bones.site, key=key))
                    swap(self.policies.plan, function, bones, f"{self.name}.{bones.name}")
                    self._keep(function, bones)
                if function is not None and self.replays.setdefault(function.__qualname__, later) is not later:
                    raise ValueError(f"{self.name}: {function.__qualname__} has a replay already: drop one")
            return later

        return register

    def _keep(self, function: FunctionType, bones: Skeleton) -> None:
        function.__dict__["__surefoot__"] = bones  # on the function: a table of ours would keep it alive
        self._functions.add(function)

    def attempt(
        self, *, on: Errors = Exception, ignore: Errors = (), bad: Callable[[Any], bool] | None = None
    ) -> Attempt:
        """Protect a block, `with` or `async with`: no retry, no hedge, no fallback here.

        >>> from surefoot.resilience.settings import BreakerSettings
        >>> payments = Pipeline(PipelineSettings("payment-api", breaker=BreakerSettings()))
        >>> with payments.attempt(bad=lambda status: status >= 500) as attempt:
        ...     status = attempt.result(503)
        >>> payments.state()["policies"]["breaker"]["streak"]
        1
        """
        return Attempt(self._ours, classifier(on, ignore), bad)

    def call(self, target: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function, or a coroutine function to be awaited, as if it were decorated without arguments."""
        protected = self._ours("acall" if is_async(target) else "call")
        return protected(target, *args, **kwargs)  # type: ignore[no-any-return]  # compiled: what the target returns

    def _ours(self, kind: str) -> FunctionType:
        """Give one of the compiled functions that belong to no target, by `call`, `acall`, `attempt`, `aattempt`."""
        function = self._own.get(kind)
        if function is None:
            with self._lock:
                bones = _own(kind, self.clock)
                function = self._own[kind] = build(self.policies.plan, bones, f"{self.name}.{kind}")
                self._keep(function, bones)
        return function

    def configure(self, settings: PipelineSettings) -> None:
        """Go on with other settings, at once and without losing state; running calls end under the old ones.

        If it raises, all is as before.

        Raises:
            ValueError: They are another dependency's, or demand what a decoration lacks.
        """
        if settings.name != self.name:
            raise ValueError(
                f"settings of {settings.name!r} given to the pipeline of {self.name!r}: look it up by name"
            )
        with self._lock:
            trial = self._policies(settings)
            for function in tuple(self._functions):
                bones: Skeleton = function.__dict__["__surefoot__"]
                trial.plan(bones.site, bones.inside)
                trial.demand_key(bones.site)
            self.policies.configure(settings)
            self.settings = settings
            self._listen_to_chaos()
            self.recompile()

    def recompile(self) -> None:
        """Write all protected functions anew, from the present policies."""
        with self._lock:
            for function in tuple(self._functions):
                bones: Skeleton = function.__dict__["__surefoot__"]
                swap(self.policies.plan, function, bones, f"{self.name}.{bones.name}")

    def state(self) -> dict[str, object]:
        """Tell settings in short and every policy's state, as JSON."""
        return {
            "name": self.name,
            "user_sees": self.settings.user_sees,
            "policies": {kind: policy.state() for kind, policy in self.policies.items()},
        }


def protect(  # noqa: PLR0913  # the fields of the settings
    name: str,
    *,
    deadline: float | None = None,
    timeout: TimeoutSettings | None = None,
    retry: RetrySettings | None = None,
    budget: BudgetSettings | None = None,
    breaker: BreakerSettings | None = None,
    bulkhead: BulkheadSettings | None = None,
    adaptive: AdaptiveSettings | None = None,
    rate: RateSettings | None = None,
    hedge: HedgeSettings | None = None,
    shed: ShedSettings | None = None,
    fallback: tuple[FallbackSettings, ...] = (),
) -> Pipeline:
    """Make a pipeline in code, of one policy or many; however they are written, their order is the right one.

    >>> from surefoot.resilience.settings import RetrySettings
    >>> @protect("bank", retry=RetrySettings(retries=1, base=0.001))
    ... def balance() -> int:
    ...     return 7
    >>> balance()
    7
    """
    settings = PipelineSettings(
        name,
        deadline=deadline,
        timeout=timeout,
        retry=retry,
        budget=budget,
        breaker=breaker,
        bulkhead=bulkhead,
        adaptive=adaptive,
        rate=rate,
        hedge=hedge,
        shed=shed,
        fallback=fallback,
    )
    return Pipeline(settings)


def _own(kind: str, clock: Clock) -> Skeleton:
    """Draw the skeletons of the functions that have no target."""
    asynchronous = kind.startswith("aa") or kind == "acall"
    if kind.endswith("call"):
        inside: Lines = (f"_result = {'await ' if asynchronous else ''}_call(*_args, **_kwargs)",)
        site = Site("", asynchronous=asynchronous, clock=clock)
        return Skeleton("call", "_call, /, *_args, **_kwargs", inside, site, names=(("_counted", classifier()),))
    site = Site("", asynchronous=asynchronous, clock=clock, shape="attempt", judged=True)
    return Skeleton("attempt", "_call, _counted, _judge", ("yield", "_bad = _judge()"), site, ending=())
