"""One entry of ``depends_on``: what a service needs, how it shields itself, and what users see then."""

import json
import re
from typing import Annotated, Literal, NoReturn, Self

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from surefoot.spec.model.forms import PERCENT, TIME, Count, counted, only_one, short, taken
from surefoot.spec.model.record import Record, ServiceRef, StoreRef
from surefoot.spec.model.scalars import OneOrMore, Percent, PositiveTime, Text, Time, bad

Jitter = Literal["full", "decorrelated", "none"]
SharedStore = Literal["redis", "postgres"]
Factor = Annotated[float, Field(ge=1)]

_TIMEOUT = re.compile(rf"(?P<after>{TIME})(?P<thread> in thread)?")
_RETRY = re.compile(
    rf"(?P<retries>[0-9]+)(?:, ?(?P<base>{TIME})(?:\.\.(?P<cap>{TIME}))?)?"
    r"(?: x(?P<factor>[0-9.]+))?(?: (?P<jitter>full|decorrelated|none))?"
)
_BUDGET = re.compile(rf"(?P<share>{PERCENT})(?: floor (?P<floor>[0-9]+))?")
_BREAKER = re.compile(
    r"(?P<consecutive>[0-9]+) consecutive|"
    rf"(?P<share>{PERCENT}) (?:in (?P<window>{TIME})|of (?P<calls>[0-9]+) calls)"
)
_SLOW = re.compile(rf"(?P<share>{PERCENT}) over (?P<over>{TIME})")
_RESET = re.compile(rf"(?P<first>{TIME})(?:\.\.(?P<longest>{TIME}))?(?: x(?P<factor>[0-9.]+))?")
_HALF_OPEN = re.compile(rf"(?P<calls>[0-9]+)(?: within (?P<wait>{TIME}))?")
_CONCURRENCY = re.compile(
    rf"(?:(?P<limit>[0-9]+)|adaptive (?P<least>[0-9]+)\.\.(?P<most>[0-9]+))"
    rf"(?: queue (?P<queue>[0-9]+))?(?: wait (?P<wait>{TIME}))?"
)
_RATE = re.compile(
    rf"(?P<count>[0-9]+)(?: ?/ ?(?P<unit>[smhd])| per (?P<per>{TIME}))(?: burst (?P<burst>[0-9]+))?"
    rf"(?: (?P<algorithm>sliding))?(?: shared (?P<shared>redis|postgres))?(?: wait (?P<wait>{TIME}))?"
)
_HEDGE = re.compile(rf"after (?:p(?P<quantile>[0-9]{{1,2}}(?:\.[0-9]+)?)|(?P<delay>{TIME}))")
_STALE = re.compile(rf"stale(?: (?P<stale>{TIME}))?")


def _timeout(text: str) -> dict[str, object]:
    found = taken(_TIMEOUT, text, "a timeout", "600ms", "600ms in thread")
    return {"after": found["after"], "thread": "thread" in found}


def _retry(text: str) -> dict[str, object]:
    found = taken(_RETRY, text, "a retry", "3", "3, 100ms..2s x2 full")
    return _factor(counted(found, "retries"))


def _budget(text: str) -> dict[str, object]:
    return counted(taken(_BUDGET, text, "a retry budget", "20%", "20% floor 3"), "floor")


def _breaker(text: str) -> dict[str, object]:
    if text == "off":
        return {"mode": "disabled"}
    if re.fullmatch("[0-9]+", text):
        raise bad(f"`{text}` does not say of what", f"write `{text} consecutive` or `50% in 10s`")
    if re.fullmatch(PERCENT, text):
        raise bad(f"`{text}` has no window", f"write `{text} in 10s` or `{text} of 100 calls`")
    found = taken(_BREAKER, text, "a breaker", "50% in 10s", "5 consecutive", "50% of 100 calls")
    return counted(found, "consecutive", "calls")


def _slow(text: str) -> dict[str, str]:
    return taken(_SLOW, text, "a rule for slow calls", "80% over 500ms")


def _reset(text: str) -> dict[str, object]:
    return _factor(counted(taken(_RESET, text, "a reset", "30s", "30s..5m x2")))


def _half_open(text: str) -> dict[str, object]:
    return counted(taken(_HALF_OPEN, text, "a number of trial calls", "3", "3 within 30s"), "calls")


def _concurrency(text: str) -> dict[str, object]:
    found = taken(_CONCURRENCY, text, "a concurrency limit", "20", "20 queue 50", "adaptive 5..200")
    return counted(found, "limit", "least", "most", "queue")


def _rate(text: str) -> dict[str, object]:
    found = taken(_RATE, text, "a rate limit", "100/s burst 20", "100 per 1m sliding", "100/s shared redis")
    unit = found.pop("unit", None)
    per = {"per": f"1{unit}"} if unit else {}
    return counted(found | per, "count", "burst")


def _hedge(text: str) -> dict[str, object]:
    found = taken(_HEDGE, text, "a hedge", "after p95", "after 200ms")
    return {"quantile": f"{found['quantile']}%"} if "quantile" in found else dict(found)


def _fallback(text: str) -> dict[str, object]:
    if text == "queue":
        return {"kind": "queue"}
    if text.startswith("value "):
        return {"kind": "value", "value": _constant(text.removeprefix("value "))}
    if text.startswith("alternative "):
        return {"kind": "alternative", "alternative": text.removeprefix("alternative ")}
    if text in ("cache", "cached"):
        raise bad(f"`{text}` is not a fallback", "write `stale 5m` for the last good answer")
    return {
        "kind": "stale",
        **taken(_STALE, text, "a fallback", "stale 5m", "queue", "value []", "alternative recent"),
    }


def _constant(text: str) -> JsonValue:
    """Read a default answer: JSON where it is JSON, else the text itself."""
    try:
        decoded: JsonValue = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return text
    return decoded


def _no_number(name: str) -> NoReturn:
    """Keep ``NaN`` and ``Infinity`` texts: JSON has no such numbers, only Python's reader."""
    raise ValueError(name)


def _factor(found: dict[str, object]) -> dict[str, object]:
    """Turn ``x2`` into the number; more than one dot is no number."""
    if "factor" not in found:
        return found
    try:
        return found | {"factor": float(str(found["factor"]))}
    except ValueError:
        raise bad(f"`x{found['factor']}` is not a factor", "write `x2`") from None


def _one_key(value: object) -> object:
    """Read ``{alternative: recent}``: the key says the kind."""
    if isinstance(value, dict) and "kind" not in value:
        match value:
            case {"stale": _}:
                return {"kind": "stale", **value}
            case {"value": _}:
                return {"kind": "value", **value}
            case {"alternative": _}:
                return {"kind": "alternative", **value}
            case _:
                raise bad("the mapping names no fallback", "write `{alternative: recent}`, `queue` or `stale 5m`")
    return value


class Timeout(Record):
    """How long one attempt may take; in a thread it is abandoned, since it cannot be stopped."""

    after: PositiveTime
    thread: bool = False


class Retry(Record):
    """Calls after the first one, and the delay before them (RES-2)."""

    retries: Annotated[int, Field(ge=0)]
    base: PositiveTime | None = None
    cap: PositiveTime | None = None
    factor: Factor | None = None
    jitter: Jitter | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.base and self.cap and self.cap < self.base:
            raise bad(
                "the longest delay is shorter than the first",
                "write the shorter one first, such as `100ms..2s`",
            )
        return self


class RetryBudget(Record):
    """Share of the calls in flight that may be retries or hedges, and how many always may."""

    share: Percent
    floor: Annotated[int, Field(ge=0)] | None = None


class Breaker(Record):
    """When the breaker opens: by failures in a row, or by their share in a time or of a number of calls."""

    mode: Literal["normal", "forced-open", "disabled", "metrics-only"] = "normal"
    consecutive: Count | None = None
    share: Percent | None = None
    window: PositiveTime | None = None
    calls: Count | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.share is not None:
            only_one(self, ("window", "calls", "consecutive"), noun="the window of the share", example="50% in 10s")
            if self.share > 100 or self.consecutive:  # noqa: PLR2004  # per cent
                raise bad("a share is at most 100% and has a window", "write `50% in 10s` or `50% of 100 calls`")
        elif self.window or self.calls:
            raise bad("the share of failures is missing", "write `50% in 10s` or `50% of 100 calls`")
        elif self.consecutive is None and self.mode == "normal":
            raise bad("the breaker has no rule", "write `5 consecutive` or `50% in 10s`")
        return self


class Slow(Record):
    """Slow calls count like failures, with a share of their own."""

    share: Percent
    over: PositiveTime


class Reset(Record):
    """How long the breaker stays open; longer each time while the trial calls fail."""

    first: PositiveTime
    longest: PositiveTime | None = None
    factor: Factor | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.longest and self.longest < self.first:
            raise bad("the longest break is shorter than the first", "write the shorter one first: `30s..5m`")
        return self


class HalfOpen(Record):
    """Trial calls after a break, and how long their verdict may take."""

    calls: Count
    wait: PositiveTime | None = None


class Concurrency(Record):
    """Calls at a time: a fixed limit, or one that adapts between two; further calls queue."""

    limit: Count | None = None
    least: Count | None = None
    most: Count | None = None
    queue: Annotated[int, Field(ge=0)] | None = None
    wait: Time | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        only_one(self, ("limit", "most"), noun="the limit", example="20 queue 50")
        if (self.least is None) != (self.most is None):
            raise bad("an adaptive limit has two ends", "write `adaptive 5..200`")
        if self.least and self.most and self.most < self.least:
            raise bad("the upper limit is below the lower one", f"write `adaptive {self.most}..{self.least}`")
        return self


class RateLimit(Record):
    """Calls per time: a token bucket, or an exact sliding window; local or shared."""

    count: Count
    per: PositiveTime
    burst: Count | None = None
    algorithm: Literal["bucket", "sliding"] = "bucket"
    shared: SharedStore | None = None
    wait: Time | None = None

    @model_validator(mode="after")
    def _burst_needs_a_bucket(self) -> Self:
        if self.burst and self.algorithm == "sliding":
            raise bad("a sliding window has no burst", "drop `burst` or `sliding`")
        return self


class Hedge(Record):
    """When a second, equal call is sent: after a quantile of the latency, or a time."""

    quantile: Percent | None = None
    delay: PositiveTime | None = None

    @model_validator(mode="after")
    def _one_delay(self) -> Self:
        only_one(self, ("quantile", "delay"), noun="the delay", example="after p95")
        return self


class Fallback(Record):
    """What is answered instead (RES-4): the last good answer, a queued call, a constant, another source."""

    kind: Literal["stale", "queue", "value", "alternative"] = "value"
    stale: PositiveTime | None = None
    value: JsonValue = None
    alternative: Text | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "alternative") != (self.alternative is not None):
            raise bad("`alternative` names the other source", "write `{alternative: recent}`")
        if self.stale is not None and self.kind != "stale":
            raise bad(f"the fallback `{self.kind}` has no age", "drop `stale`, or list two fallbacks")
        if self.value is not None and self.kind != "value":
            raise bad(f"the fallback `{self.kind}` has no value", "drop `value`, or list two fallbacks")
        return self


TimeoutForm = Annotated[Timeout, short(Timeout, _timeout, "600ms", "600ms in thread")]
RetryForm = Annotated[Retry, short(Retry, _retry, "3", "3, 100ms..2s x2 full")]
BudgetForm = Annotated[RetryBudget, short(RetryBudget, _budget, "20%", "20% floor 3")]
BreakerForm = Annotated[Breaker, short(Breaker, _breaker, "50% in 10s", "5 consecutive", "50% of 100 calls")]
SlowForm = Annotated[Slow, short(Slow, _slow, "80% over 500ms")]
ResetForm = Annotated[Reset, short(Reset, _reset, "30s", "30s..5m x2")]
HalfOpenForm = Annotated[HalfOpen, short(HalfOpen, _half_open, "3", "3 within 30s")]
ConcurrencyForm = Annotated[Concurrency, short(Concurrency, _concurrency, "20", "20 queue 50", "adaptive 5..200")]
RateForm = Annotated[RateLimit, short(RateLimit, _rate, "100/s burst 20", "100 per 1m sliding")]
HedgeForm = Annotated[Hedge, short(Hedge, _hedge, "after p95", "after 200ms")]
FallbackForm = Annotated[
    Fallback,
    short(Fallback, _fallback, "stale 5m", "queue", "value []", "alternative recent"),
    BeforeValidator(_one_key),
]


class Dependency(Record):
    """A service or a store that is needed, and the policies of the calls to it.

    ``preset`` names a set of the policy (``payment``, ``email``, ``search``) that the other keys change.
    ``hard: false`` says that the service works without it. ``address`` is where the calls go, for
    experiments that stand between. Fallbacks are tried in order.
    """

    service: ServiceRef | None = None
    store: StoreRef | None = None
    hard: bool = True
    share: Percent | None = None
    address: Text | None = None
    preset: Text | None = None
    deadline: PositiveTime | None = None
    timeout: TimeoutForm | None = None
    retry: RetryForm | None = None
    budget: BudgetForm | None = None
    breaker: BreakerForm | None = None
    min_calls: Count | None = None
    slow: SlowForm | None = None
    reset: ResetForm | None = None
    half_open: HalfOpenForm | None = None
    concurrency: ConcurrencyForm | None = None
    rate: RateForm | None = None
    hedge: HedgeForm | None = None
    shed: bool = False
    fallback: OneOrMore[FallbackForm] = ()
    user_sees: Text | None = None
    chaos: Literal["allowed", "never"] = "never"

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        only_one(self, ("service", "store"), noun="what is depended on", example="service: payment-api")
        return self
