"""The settings of every policy: times in seconds, shares from 0 to 1.

The defaults are those of Surefoot's policy (a test keeps them equal). Each class refuses what makes no sense
with a `ValueError` that says what to write. `resilience.json` holds the same fields by the same names.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Jitter = Literal["full", "decorrelated", "none"]
SharedStore = Literal["redis", "postgres"]


class Mode(StrEnum):
    """How a breaker behaves: decides, refuses all, passes all uncounted, or counts and never refuses."""

    NORMAL = "normal"
    FORCED_OPEN = "forced-open"
    DISABLED = "disabled"
    METRICS_ONLY = "metrics-only"


def _demand(ok: bool, message: str) -> None:  # noqa: FBT001  # reads as a sentence: demand that, else say this
    if not ok:
        raise ValueError(message)


def _positive(what: str, value: float | None) -> None:
    _demand(value is None or 0 < value < float("inf"), f"{what} is {value}: write seconds above 0")


def _share(what: str, value: float) -> None:
    _demand(0 < value <= 1, f"{what} is {value}: write a share above 0 and at most 1")


def _count(what: str, value: int | None, least: int = 1) -> None:
    _demand(value is None or value >= least, f"{what} is {value}: write a whole number from {least}")


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a breaker opens, for how long, and what closes it.

    Attributes:
        consecutive: Failures in a row that open it; not together with `share`.
        share: Of failures in the window that opens it.
        window: Seconds of a time window, rounded up to whole seconds.
        calls: Length of a count window.
        min_calls: Results in the window before it decides; at most `calls`.
        slow_share: Of slow calls in the window that opens it; needs `slow_over`.
        slow_over: Seconds from which a call is slow.
        reset: Seconds of the first break.
        reset_longest: Seconds of the longest break.
        reset_factor: By which breaks grow while trial calls fail.
        half_open: Trial calls after a break.
        half_open_wait: Seconds after which an undecided trial reopens.
        mode: See `Mode`.
        shared: Where transitions are shared between processes.
    """

    consecutive: int | None = None
    share: float | None = None
    window: float | None = None
    calls: int | None = None
    min_calls: int = 20
    slow_share: float | None = None
    slow_over: float | None = None
    reset: float = 30.0
    reset_longest: float = 300.0
    reset_factor: float = 2.0
    half_open: int = 3
    half_open_wait: float = 30.0
    mode: Mode = Mode.NORMAL
    shared: SharedStore | None = None

    def __post_init__(self) -> None:
        if self.share is None and self.consecutive is None:
            object.__setattr__(self, "consecutive", 5)
        if self.share is not None:
            _share("share", self.share)
            _demand(
                (self.window is None) != (self.calls is None), "a share needs `window` seconds, or a number of `calls`"
            )
        _demand(self.share is None or self.consecutive is None, "write `consecutive` or `share`, not both")
        _demand((self.slow_share is None) == (self.slow_over is None), "`slow_share` and `slow_over` go together")
        if self.slow_share is not None:
            _share("slow_share", self.slow_share)
        for what in ("window", "slow_over", "reset", "reset_longest", "half_open_wait"):
            _positive(what, getattr(self, what))
        for what in ("consecutive", "calls", "min_calls", "half_open"):
            _count(what, getattr(self, what))
        _demand(self.reset_factor >= 1, f"reset_factor is {self.reset_factor}: write 1 or more")
        if self.reset_longest < self.reset:
            object.__setattr__(self, "reset_longest", self.reset)


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """How often and after which delay a call is repeated.

    Delay before repetition n (from 0): uniform(0, min(cap, base x factor ** n)) with full jitter.
    """

    retries: int = 3
    base: float = 1.0
    cap: float = 30.0
    factor: float = 2.0
    jitter: Jitter = "full"

    def __post_init__(self) -> None:
        _count("retries", self.retries, 0)
        _positive("base", self.base)
        _positive("cap", self.cap)
        _demand(self.factor >= 1, f"factor is {self.factor}: write 1 or more")
        _demand(self.cap >= self.base, f"cap is {self.cap}, shorter than base: write the longer one")
        _demand(self.jitter in ("full", "decorrelated", "none"), f"jitter is {self.jitter!r}: write 'full'")


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """The share of calls in flight that may be repetitions or hedges, and how many always may."""

    share: float = 0.2
    floor: int = 3

    def __post_init__(self) -> None:
        _share("share", self.share)
        _count("floor", self.floor, 0)


@dataclass(frozen=True, slots=True)
class TimeoutSettings:
    """Seconds of one attempt; in a thread the call goes on unwatched, since it cannot be stopped."""

    after: float = 10.0
    thread: bool = False

    def __post_init__(self) -> None:
        _positive("after", self.after)


@dataclass(frozen=True, slots=True)
class BulkheadSettings:
    """Calls at a time, calls that may queue (first come, first served), and seconds that they wait."""

    limit: int
    queue: int = 0
    wait: float = 1.0

    def __post_init__(self) -> None:
        _count("limit", self.limit)
        _count("queue", self.queue, 0)
        _demand(self.wait >= 0, f"wait is {self.wait}: write seconds, 0 or more")


@dataclass(frozen=True, slots=True)
class AdaptiveSettings:
    """A limit of calls at a time that finds its place between two bounds."""

    least: int
    most: int
    queue: int = 0
    wait: float = 1.0

    def __post_init__(self) -> None:
        _count("least", self.least)
        _demand(self.most >= self.least, f"most is {self.most}, below least: write the larger one")
        _count("queue", self.queue, 0)
        _demand(self.wait >= 0, f"wait is {self.wait}: write seconds, 0 or more")


@dataclass(frozen=True, slots=True)
class RateSettings:
    """`count` calls per `per` seconds.

    A bucket lets `burst` calls through at once (`count` when None); a sliding window never more than
    `count` in any `per` seconds. A call waits at most `wait` seconds for its turn.
    """

    count: int
    per: float = 1.0
    burst: int | None = None
    sliding: bool = False
    wait: float = 0.0
    shared: SharedStore | None = None

    def __post_init__(self) -> None:
        _count("count", self.count)
        _positive("per", self.per)
        _count("burst", self.burst)
        _demand(not (self.sliding and self.burst), "a sliding window has no burst: drop `burst` or `sliding`")
        _demand(self.wait >= 0, f"wait is {self.wait}: write seconds, 0 or more")


@dataclass(frozen=True, slots=True)
class HedgeSettings:
    """When a second, equal call is sent: after a quantile of the latency (0 to 1), or seconds."""

    quantile: float | None = None
    delay: float | None = None

    def __post_init__(self) -> None:
        _demand((self.quantile is None) != (self.delay is None), "write `quantile` or `delay`")
        _demand(self.quantile is None or 0 < self.quantile < 1, f"quantile is {self.quantile}: write such as 0.95")
        _positive("delay", self.delay)


@dataclass(frozen=True, slots=True)
class ShedSettings:
    """Calls are given up with probability max(0, (calls - ok / headroom) / (calls + 1)), at most `most`."""

    headroom: float = 0.9
    most: float = 0.9

    def __post_init__(self) -> None:
        _share("headroom", self.headroom)
        _share("most", self.most)


@dataclass(frozen=True, slots=True)
class FallbackSettings:
    """What is answered instead.

    Attributes:
        kind: `stale` (the last good answer of the same key), `queue`, `value`, or `alternative`.
        stale: Seconds that an answer may be old.
        value: The constant, as JSON.
        alternative: Name of the other source; the function is given in Python.
    """

    kind: Literal["stale", "queue", "value", "alternative"]
    stale: float = 300.0
    value: object = None
    alternative: str | None = None

    def __post_init__(self) -> None:
        _demand(self.kind in ("stale", "queue", "value", "alternative"), f"{self.kind!r} is no fallback")
        _positive("stale", self.stale)
        _demand((self.kind == "alternative") == (self.alternative is not None), "`alternative` names the other source")


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """All policies of the calls to one dependency; None switches one off.

    Attributes:
        name: Of the dependency.
        deadline: Seconds of the whole call, repetitions included.
        user_sees: What users are told when a fallback answers.
        shared_down: While the store of a shared limiter or breaker is away: each process decides by itself (`local`),
            calls pass (`open`), or are refused (`closed`).
        chaos: Whether experiments may inject faults.
    """

    name: str
    deadline: float | None = None
    timeout: TimeoutSettings | None = None
    retry: RetrySettings | None = None
    budget: BudgetSettings | None = None
    breaker: BreakerSettings | None = None
    bulkhead: BulkheadSettings | None = None
    adaptive: AdaptiveSettings | None = None
    rate: RateSettings | None = None
    hedge: HedgeSettings | None = None
    shed: ShedSettings | None = None
    fallback: tuple[FallbackSettings, ...] = ()
    user_sees: str = ""
    shared_down: Literal["local", "open", "closed"] = "local"
    chaos: bool = False

    def __post_init__(self) -> None:
        _demand(bool(self.name), "a pipeline needs a name")
        _positive("deadline", self.deadline)
        _demand(self.retry is None or self.hedge is None, "`retry` and `hedge` exclude each other: drop one")
        _demand(self.bulkhead is None or self.adaptive is None, "the limit is fixed or adaptive: drop one")
