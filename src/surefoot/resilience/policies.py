"""Which policies a pipeline has, made, renewed and dropped as the settings say, and the order they are woven in."""

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

from surefoot.resilience.adaptive import Adaptive
from surefoot.resilience.breaker import Breaker
from surefoot.resilience.budget import Budget
from surefoot.resilience.bulkhead import Bulkhead
from surefoot.resilience.chaos import Chaos
from surefoot.resilience.clock import Clock
from surefoot.resilience.deadline import Deadline
from surefoot.resilience.events import Hooks
from surefoot.resilience.fallback import Fallback, Queue
from surefoot.resilience.hedge import Hedge
from surefoot.resilience.limiter import RateLimiter
from surefoot.resilience.retry import Retry
from surefoot.resilience.settings import PipelineSettings
from surefoot.resilience.shed import Shedder
from surefoot.resilience.timeout import Timeout
from surefoot.resilience.weave import Fragments, Lines, Policy, Shape, Site, wrap

CALL = ("fallback", "deadline", "shed", "adaptive", "budget", "retry", "hedge")
ATTEMPT = ("rate", "breaker", "bulkhead")
INMOST = ("timeout", "chaos")
ORDER = (*CALL, *ATTEMPT, *INMOST)

_TWICE = frozenset(("fallback", "retry", "hedge"))
NOT_AROUND: Mapping[Shape, frozenset[str]] = {
    "function": frozenset(),
    "attempt": _TWICE,
    "generator": _TWICE | {"deadline", "timeout"},
}

_CLASSES: Mapping[str, type[Any]] = {  # Any: each takes the settings of its own kind
    "fallback": Fallback,
    "deadline": Deadline,
    "shed": Shedder,
    "adaptive": Adaptive,
    "budget": Budget,
    "retry": Retry,
    "hedge": Hedge,
    "rate": RateLimiter,
    "breaker": Breaker,
    "bulkhead": Bulkhead,
    "timeout": Timeout,
    "chaos": Chaos,
}


class Policies(Mapping[str, Policy]):
    """The policies of one pipeline by kind; what the settings leave out is absent."""

    def __init__(
        self, settings: PipelineSettings, clock: Clock, hooks: Hooks, *, executor: Executor | None, queue: Queue | None
    ) -> None:
        self._clock = clock
        self._hooks = hooks
        self._executor = executor
        self._queue = queue
        self._made: dict[str, Any] = {}  # Any: as above
        self._prefixes: dict[str, str] = {}
        self._serial = 0
        self.configure(settings)

    def __getitem__(self, kind: str) -> Policy:
        return self._made[kind]  # type: ignore[no-any-return]  # as above

    def __iter__(self) -> Iterator[str]:
        return (kind for kind in ORDER if kind in self._made)

    def __len__(self) -> int:
        return len(self._made)

    def configure(self, settings: PipelineSettings) -> None:
        """Renew the settings of policies that stay, make those that are new, drop the others."""
        made = dict(self._made)
        for kind in ORDER:
            part = getattr(settings, kind)
            if part in (None, (), False):
                made.pop(kind, None)
            elif kind in made:
                made[kind].configure(part)
            else:
                made[kind] = _CLASSES[kind](part, settings.name, clock=self._clock, hooks=self._hooks)
                self._serial += 1
                self._prefixes[kind] = f"_p{self._serial}_"
        self._link(made, settings)
        self._made = made

    def _link(self, made: dict[str, Any], settings: PipelineSettings) -> None:
        if "retry" in made:
            made["retry"].budget = made.get("budget")
            made["retry"].breaker = made.get("breaker")
        if "hedge" in made:
            made["hedge"].budget = made.get("budget")
            made["hedge"].executor = self._executor
        if "fallback" in made:
            made["fallback"].user_sees = settings.user_sees
            made["fallback"].queue = self._queue

    def put(self, kind: str, policy: Policy) -> None:
        """Put another policy into the place of one, such as a shared limit; `configure` keeps it."""
        self._made = {**self._made, kind: policy}

    def around(self, site: Site) -> tuple[str, ...]:
        """Give the kinds that a function is woven into, outermost first."""
        left_out = set(NOT_AROUND[site.shape])
        if "retry" not in self._made and "hedge" not in self._made:
            left_out.add("budget")
        if "chaos" in self._made and not self._made["chaos"].armed:
            left_out.add("chaos")
        return tuple(kind for kind in self if kind not in left_out)

    def demand_key(self, site: Site) -> None:
        """Refuse a function whose calls could not be queued; one that is being decorated gets its key later.

        Raises:
            ValueError: Its calls have no key.
        """
        if "fallback" in self.around(site):
            lacking = self._made["fallback"].keyless(site)
            if lacking is not None:
                raise lacking

    def weave(self, kind: str, site: Site) -> Fragments:
        """Give the lines of one policy."""
        return self[kind].weave(replace(site, prefix=self._prefixes[kind]))

    def plan(self, site: Site, inside: Lines) -> tuple[Lines, dict[str, object]]:
        """Weave all policies around the lines of a function; gives the lines, and what their names mean.

        Raises:
            ValueError: A policy demands what the decoration lacks.
        """
        kinds = self.around(site)
        parts = {kind: self.weave(kind, site) for kind in kinds}
        read = {name for kind in ATTEMPT if kind in parts for name in _read(parts[kind])}
        names: dict[str, object] = {"_clock": self._clock.now}
        lines = _wrap(parts, INMOST, inside, site)
        if read & {"_began", "_ended", "_seconds"}:
            waits = "rate" in kinds or "bulkhead" in kinds
            began = "_now" if "_now" in read and not waits else "_clock()"
            # the time of a generator is its consumer's too
            seconds = "0.0" if site.shape == "generator" else "_ended - _began"
            lines = (f"_began = {began}", *lines, "_ended = _clock()", f"_seconds = {seconds}")
        lines = _wrap(parts, ATTEMPT, lines, site)
        if "_now" in read:
            lines = ("_now = _clock()", *lines)
        for part in parts.values():
            names |= part.names
        return _wrap(parts, CALL, lines, site), names


def _wrap(parts: Mapping[str, Fragments], kinds: tuple[str, ...], lines: Lines, site: Site) -> Lines:
    for kind in reversed(kinds):
        if kind in parts:
            lines = wrap(parts[kind], lines, judged=site.judged)
    return lines


def _read(part: Fragments) -> set[str]:
    """Give the shared names that lines read."""
    lines = (*part.before, *part.good, *part.failed, *part.neutral, *part.always) if part.times else ()
    return set(re.findall(r"\b_[a-z]+\b", "\n".join(lines)))
