from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from surefoot.spec.model.dependency import Dependency
from tests.unit.spec.model.complaint import read

ADAPTER = TypeAdapter(Dependency)
SCHEMA = Draft202012Validator(ADAPTER.json_schema())


def given(entry: object, *fields: str) -> dict[str, object]:
    return {name: getattr(entry, name) for name in fields}


def needs(text: str) -> Dependency:
    value = read(f"{{service: payment-api, {text}}}")
    entry = ADAPTER.validate_python(value)
    SCHEMA.validate(value)
    return entry


def refusal(text: str) -> tuple[str, str | None]:
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python(read(f"{{service: payment-api, {text}}}"))
    (problem,) = caught.value.errors(include_url=False)
    return problem["msg"], problem.get("ctx", {}).get("cure")


def ms(count: int) -> timedelta:
    return timedelta(milliseconds=count)


def test_every_documented_key_loads():
    entry = needs(
        "deadline: 2s, timeout: 600ms, retry: '3, 100ms..2s x2 full', budget: 20%, breaker: 50% in 10s, min_calls: 20,"
        "slow: 80% over 500ms, reset: 30s..5m x2, half_open: 3, concurrency: 20 queue 50, rate: 100/s burst 20,"
        "hedge: after p95, fallback: stale 5m, user_sees: delayed confirmation, chaos: allowed, hard: false"
    )
    assert (entry.deadline, entry.min_calls, entry.hard) == (ms(2000), 20, False)
    assert (entry.user_sees, entry.chaos) == ("delayed confirmation", "allowed")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("timeout: 600ms", {"after": ms(600), "thread": False}),
        ("timeout: 600ms in thread", {"after": ms(600), "thread": True}),
        ("timeout: {after: 1s, thread: true}", {"after": ms(1000), "thread": True}),
        ("retry: 3", {"retries": 3, "base": None, "jitter": None}),
        ("retry: 0", {"retries": 0}),
        (
            "retry: '3, 100ms..2s x2 full'",
            {"retries": 3, "base": ms(100), "cap": ms(2000), "factor": 2.0, "jitter": "full"},
        ),
        ("retry: '5, 1s decorrelated'", {"retries": 5, "base": ms(1000), "cap": None, "jitter": "decorrelated"}),
        ("retry: {retries: 2, base: 1s, factor: 1.5}", {"retries": 2, "base": ms(1000), "factor": 1.5}),
        ("budget: 20%", {"share": 20.0, "floor": None}),
        ("budget: 20% floor 3", {"share": 20.0, "floor": 3}),
        ("breaker: 50% in 10s", {"share": 50.0, "window": ms(10_000), "mode": "normal"}),
        ("breaker: 5 consecutive", {"consecutive": 5, "share": None}),
        ("breaker: 50% of 100 calls", {"share": 50.0, "calls": 100, "window": None}),
        ("breaker: off", {"mode": "disabled"}),
        ("breaker: {share: 50%, window: 10s, mode: metrics-only}", {"mode": "metrics-only"}),
        ("slow: 80% over 500ms", {"share": 80.0, "over": ms(500)}),
        ("reset: 30s", {"first": ms(30_000), "longest": None, "factor": None}),
        ("reset: 30s..5m x2", {"first": ms(30_000), "longest": ms(300_000), "factor": 2.0}),
        ("half_open: 3", {"calls": 3, "wait": None}),
        ("half_open: 3 within 30s", {"calls": 3, "wait": ms(30_000)}),
        ("concurrency: 20", {"limit": 20, "queue": None}),
        ("concurrency: 20 queue 50", {"limit": 20, "queue": 50, "most": None}),
        ("concurrency: 20 queue 50 wait 1s", {"queue": 50, "wait": ms(1000)}),
        ("concurrency: adaptive 5..200", {"limit": None, "least": 5, "most": 200}),
        ("rate: 100/s burst 20", {"count": 100, "per": ms(1000), "burst": 20, "algorithm": "bucket", "shared": None}),
        ("rate: 100 per 1m sliding", {"count": 100, "per": ms(60_000), "algorithm": "sliding"}),
        ("rate: 100/m shared redis", {"per": ms(60_000), "shared": "redis"}),
        ("rate: 5 per 10s burst 2 shared postgres wait 1s", {"shared": "postgres", "wait": ms(1000)}),
        ("hedge: after p95", {"quantile": 95.0, "delay": None}),
        ("hedge: after p99.9", {"quantile": 99.9}),
        ("hedge: after 200ms", {"delay": ms(200), "quantile": None}),
    ],
)  # fmt: skip
def test_a_short_form_becomes_fields(text, fields):
    entry = getattr(needs(text), text.partition(":")[0])
    assert given(entry, *fields) == fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("stale 5m", {"kind": "stale", "stale": ms(300_000)}),
        ("stale", {"kind": "stale", "stale": None}),
        ("{stale: 1m}", {"kind": "stale", "stale": ms(60_000)}),
        ("queue", {"kind": "queue"}),
        ("value 0", {"kind": "value", "value": 0}),
        ("value []", {"kind": "value", "value": []}),
        ("value NaN", {"kind": "value", "value": "NaN"}),
        ("value nothing found", {"kind": "value", "value": "nothing found"}),
        ("{value: null}", {"kind": "value", "value": None}),
        ("{value: {items: []}}", {"kind": "value", "value": {"items": []}}),
        ("alternative recent", {"kind": "alternative", "alternative": "recent"}),
        ("{alternative: recent}", {"kind": "alternative", "alternative": "recent"}),
    ],
)
def test_a_fallback_says_its_kind(text, fields):
    (fallback,) = needs(f'fallback: "{text}"' if text[0] != "{" else f"fallback: {text}").fallback
    assert given(fallback, *fields) == fields


def test_fallbacks_are_tried_in_the_order_that_they_are_written():
    entry = needs('fallback: [stale 5m, "value []"]')
    assert [fallback.kind for fallback in entry.fallback] == ["stale", "value"]


@pytest.mark.parametrize(
    ("text", "message", "cure"),
    [
        ("retry: 3 times", "`3 times` is not a retry", "write `3` or `3, 100ms..2s x2 full`"),
        ("retry: -1", "`-1` is not a retry", "write `3` or `3, 100ms..2s x2 full`"),
        ("retry: true", "`true` is neither text nor a mapping", "write it such as `3`"),
        ("retry: [3]", "`a list` is neither text nor a mapping", "write it such as `3`"),
        ("retry: '3, 2s..100ms'", "the longest delay is shorter than the first",
         "write the shorter one first, such as `100ms..2s`"),
        ("retry: '3, 1s x1.2.3'", "`x1.2.3` is not a factor", "write `x2`"),
        ("breaker: 5", "`5` does not say of what", "write `5 consecutive` or `50% in 10s`"),
        ("breaker: 50%", "`50%` has no window", "write `50% in 10s` or `50% of 100 calls`"),
        ("breaker: 50 in 10s", "`50 in 10s` is not a breaker",
         "write `50% in 10s` or `5 consecutive` or `50% of 100 calls`"),
        ("breaker: 150% in 10s", "a share is at most 100% and has a window",
         "write `50% in 10s` or `50% of 100 calls`"),
        ("breaker: {window: 10s}", "the share of failures is missing", "write `50% in 10s` or `50% of 100 calls`"),
        ("breaker: {mode: normal}", "the breaker has no rule", "write `5 consecutive` or `50% in 10s`"),
        ("breaker: {share: 50%, window: 10s, calls: 100}",
         "the window of the share is given 2 times: `window`, `calls`", "keep one of them"),
        ("breaker: 50% in 0s", "the duration is zero", "write a duration above zero, such as `5m`"),
        ("timeout: 600", "`600` is not a timeout", "write `600ms` or `600ms in thread`"),
        ("slow: 500ms", "`500ms` is not a rule for slow calls", "write `80% over 500ms`"),
        ("reset: 5m..30s", "the longest break is shorter than the first", "write the shorter one first: `30s..5m`"),
        ("half_open: many", "`many` is not a number of trial calls", "write `3` or `3 within 30s`"),
        ("concurrency: adaptive 200..5", "the upper limit is below the lower one", "write `adaptive 5..200`"),
        ("concurrency: {queue: 5}", "the limit is missing", "write `20 queue 50`"),
        ("concurrency: {most: 5}", "an adaptive limit has two ends", "write `adaptive 5..200`"),
        ("rate: 100", "`100` is not a rate limit",
         "write `100/s burst 20` or `100 per 1m sliding` or `100/s shared redis`"),
        ("rate: 100 per 1m burst 5 sliding", "a sliding window has no burst", "drop `burst` or `sliding`"),
        ("hedge: p95", "`p95` is not a hedge", "write `after p95` or `after 200ms`"),
        ("hedge: {quantile: 95%, delay: 1s}", "the delay is given 2 times: `quantile`, `delay`", "keep one of them"),
        ("fallback: cache", "`cache` is not a fallback", "write `stale 5m` for the last good answer"),
        ("fallback: nothing", "`nothing` is not a fallback",
         "write `stale 5m` or `queue` or `value []` or `alternative recent`"),
        ("fallback: {}", "the mapping names no fallback", "write `{alternative: recent}`, `queue` or `stale 5m`"),
        ("fallback: null", "`null` is neither text nor a mapping", "write it such as `stale 5m`"),
        ("fallback: {kind: alternative}", "`alternative` names the other source", "write `{alternative: recent}`"),
        ("fallback: {kind: queue, stale: 5m}", "the fallback `queue` has no age",
         "drop `stale`, or list two fallbacks"),
        ("fallback: {stale: 5m, value: 3}", "the fallback `stale` has no value",
         "drop `value`, or list two fallbacks"),
        ("store: orders-db", "what is depended on is given 2 times: `service`, `store`", "keep one of them"),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_with_a_cure(text, message, cure):
    assert refusal(text) == (message, cure)


def test_a_dependency_names_what_it_needs():
    with pytest.raises(ValidationError, match="what is depended on is missing"):
        ADAPTER.validate_python({"hard": False})


def test_an_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="Extra inputs"):
        ADAPTER.validate_python({"service": "a", "breakr": "50% in 10s"})
