"""Our engine and the real Prometheus on the same samples: equal to the last bit, at every step.

Where Prometheus itself goes through series in a random order (it keeps intermediate vectors of a range query in
a map), only what does not depend on it is asked for: no rounded sums of sums, no ties of computed values in topk.
Three of its faults are not copied either: `quantile(scalar(x), y @ 1)` takes the scalar of the first step for all,
`timestamp(x @ start() offset -20m)` finds nothing, and `predict_linear(x[30m] @ 1, 60)` moves the window with the steps
of a range query, as no instant query does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from surefoot.edge.metrics.http import Endpoint
from surefoot.edge.metrics.prometheus import PrometheusSource
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.selector import Selector
from surefoot.promql.series import NAME, Block, Scalar, Storage
from tests.real import tsdb

pytestmark = [pytest.mark.real, pytest.mark.req("SLO-10")]

_FIXED = tsdb.START / 1000 + 7200
EXPRESSIONS = """
requests_total
requests_total{code="500"}
requests_total{code=~"4..|5.."}
requests_total{code!="200",instance!~"c"}
{__name__=~"up|brief"}
brief
odd
nothing_here
requests_total offset 7m
requests_total offset -7m
requests_total @ FIXED
requests_total @ start()
requests_total @ end() offset 10m
rate(requests_total[5m])
rate(requests_total[1h])
rate(requests_total[47s])
rate(seconds_total[5m])
rate(ongrid_total[5m])
rate(ongrid_total[3m] offset 1m)
rate(requests_total[10m] @ FIXED)
rate(odd[5m])
increase(requests_total[5m])
increase(seconds_total[30m])
increase(requests_total{code="404"}[1h])
increase(ongrid_total[2m])
delta(temperature[10m])
delta(ongrid_total[5m])
delta(odd[10m])
irate(requests_total[5m])
irate(odd[5m])
idelta(temperature[5m])
idelta(odd[5m])
deriv(temperature[10m])
deriv(requests_total[5m])
deriv(odd[10m])
predict_linear(temperature[10m], 3600)
predict_linear(odd[10m], 60)
deriv(seconds_total[1h])
predict_linear(seconds_total[1h], 3600)
predict_linear(seconds_total[1h] offset 20m, -60)
holt_winters(temperature[10m], 0.3, 0.6)
holt_winters(odd[10m], 0.5, 0.5)
avg_over_time(temperature[10m])
avg_over_time(odd[10m])
sum_over_time(temperature[10m])
sum_over_time(odd[10m])
sum_over_time(seconds_total[1h])
sum_over_time((temperature / 7)[30m:10s])
count_over_time(up[10m])
last_over_time(temperature[10m])
present_over_time(temperature[1m])
min_over_time(odd[10m])
max_over_time(odd[10m])
stddev_over_time(temperature[10m])
stdvar_over_time(odd[10m])
quantile_over_time(0.9, temperature[10m])
quantile_over_time(0.25, odd[10m])
quantile_over_time(1.5, temperature[10m])
quantile_over_time(-1, temperature[10m])
quantile_over_time(scalar(tie{n="0"}) / 3, temperature[10m])
absent_over_time(up{instance="a"}[1m])
absent_over_time(nothing_here{a="b"}[1m])
absent_over_time({__name__=~"up|brief",instance="a"}[15s])
changes(tie[10m])
changes(odd[10m])
resets(requests_total[30m])
resets(tie[10m])
absent(up)
absent(nothing_here{job="x",other=~"y"})
absent(up{instance="a"} offset 100h)
abs(temperature - 20)
ceil(temperature)
floor(temperature)
exp(temperature / 100)
ln(odd)
log2(odd)
log10(odd)
sqrt(temperature)
sgn(odd)
round(temperature)
round(temperature, 0.1)
round(odd, 5)
clamp(temperature, 18, 22)
clamp(odd, 0, 25)
clamp(temperature, 22, 18)
clamp_min(odd, 20)
clamp_max(odd, 20)
clamp(odd, 1, scalar(tie{n="3"}))
clamp_min(odd, scalar(tie{n="3"}))
clamp_max(odd, scalar(odd{instance="a"}))
clamp_min(odd, scalar(odd{instance="b"}))
deg(temperature)
rad(temperature)
sin(temperature)
cos(temperature)
tan(temperature)
asin(temperature / 100)
acos(temperature / 100)
atan(temperature)
sinh(temperature / 10)
cosh(temperature / 10)
tanh(temperature / 100)
asinh(temperature)
acosh(temperature + 50)
atanh(temperature / 1000)
pi()
time()
timestamp(requests_total)
timestamp(temperature + 1)
timestamp(timestamp(up))
vector(time())
scalar(temperature{instance="a"})
scalar(temperature)
minute()
hour()
day_of_week()
day_of_month(started_seconds)
day_of_year(started_seconds)
days_in_month(started_seconds)
month(started_seconds)
year(started_seconds)
hour(vector(1e9))
minute(temperature * 1e6)
year(temperature * -1e8)
sum(requests_total)
sum(rate(requests_total[5m]))
sum by (code) (rate(requests_total[5m]))
sum without (instance) (rate(seconds_total[5m]))
sum(odd)
avg(temperature)
avg by (room) (temperature)
avg(odd)
count(up == 1)
count by (version, job) (build_info)
min(odd)
max by (half) (tie)
group by (job) (requests_total)
stddev(temperature)
stdvar by (room) (temperature)
stddev(odd)
quantile(0.5, temperature)
quantile by (half) (0.9, tie)
quantile(0.3, odd)
count_values("value", tie)
count_values by (half) ("half", tie)
count_values without (n) ("value", odd)
topk(1, temperature)
topk(2, temperature)
bottomk by (room) (1, temperature)
topk(2, odd)
bottomk(2, odd)
topk(3, tie)
topk(1, tie)
bottomk(3, tie)
bottomk by (half) (2, tie)
topk(5, tie)
topk(0, tie)
topk(-1, tie)
topk(scalar(count(tie) or vector(6)) - 4, tie)
topk(9, tie)
temperature + 1
1 - temperature
temperature * temperature
odd / odd
odd % 7
7 % odd
temperature ^ 2
2 ^ odd
(temperature - 20) ^ -3
2 ^ round(temperature)
odd ^ 0.5
(-2) ^ tie
-temperature
+temperature
-odd
1 + 2 * 3 ^ 2
temperature > 20
20 < temperature
temperature > bool 20
odd >= 20
odd != odd
odd == bool odd
1 > bool 2
tie <= 2
temperature atan2 odd
requests_total{code="500"} / ignoring(code) requests_total{code="200"}
rate(requests_total{code="500"}[5m]) / ignoring(code) rate(requests_total{code="200"}[5m]) > 0.05
requests_total / ignoring(code) group_left requests_total{code="200"}
requests_total * on(instance) group_left(version) build_info
build_info * on(instance) group_right(version) requests_total
seconds_total + on(instance) temperature
requests_total{code="500"} and requests_total{instance="a"}
requests_total{code="500"} and on(instance) (temperature > 20)
requests_total unless on(instance) (temperature > 20)
temperature or odd
temperature or on(instance) up
(temperature > 20) or (odd < 20)
up == on(instance) group_right temperature > bool 3
histogram_quantile(0.9, rate(latency_seconds_bucket[5m]))
histogram_quantile(0.5, sum by (le) (rate(latency_seconds_bucket[5m])))
histogram_quantile(0.99, latency_seconds_bucket)
histogram_quantile(scalar(tie{n="1"}) / 2, latency_seconds_bucket)
histogram_quantile(2, latency_seconds_bucket)
histogram_quantile(-1, latency_seconds_bucket)
histogram_quantile(0.9, temperature)
histogram_quantile(0, rate(latency_seconds_bucket[1m]))
label_replace(temperature, "to", "$1-x", "instance", "(.*)")
label_replace(temperature, "room", "", "room", ".*")
label_join(requests_total, "both", "/", "instance", "code")
sort(temperature)
sort_desc(temperature)
max_over_time(temperature[30m:1m])
max_over_time(temperature[30m:])
avg_over_time(rate(requests_total[5m])[30m:1m])
sum_over_time((temperature > bool 20)[20m:30s])
rate(requests_total[10m:2m])
max_over_time(temperature[30m:7m] offset 10m)
max_over_time(temperature[30m:1m] @ FIXED)
last_over_time(temperature[10m:1m] @ end())
quantile_over_time(0.5, sum(up)[15m:1m])
max_over_time(max_over_time(temperature[5m:1m])[10m:2m])
count_over_time(vector(time())[5m:1m])
deriv(temperature[10m:45s])
sum_over_time(vector(1)[5m:1m])
absent_over_time(nothing_here[5m:1m])
sum(rate(requests_total{code=~"5.."}[5m])) / sum(rate(requests_total[5m])) > 0.02
1 - sum(rate(requests_total{code=~"5.."}[30m])) / sum(rate(requests_total[30m]))
sum(rate(latency_seconds_bucket{le="0.5"}[5m])) / sum(rate(latency_seconds_bucket{le="+Inf"}[5m]))
leaving
leaving > 10
count(leaving)
absent(leaving{instance="i0"})
rate(leaving[5m])
count_over_time(leaving[10m])
last_over_time(leaving[10m])
timestamp(leaving)
max_over_time(leaving[10m:30s])
leaving offset 3m
changes(leaving[20m])
absent_over_time(leaving[1m])
"""
_ROUNDED = ("exp(", "ln(", "log", "sin", "cos", "tan", "2 ^ odd", "asin", "acos", "atan", "odd ^ 0.5")
_NEARLY = 8  # times the distance to the next float: Go's mathematics library rounds otherwise than C's


@dataclass(frozen=True, slots=True)
class Rivals:
    source: PrometheusSource
    engine: Engine


@pytest.fixture(scope="module")
def rivals(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rivals]:
    folder = tmp_path_factory.mktemp("prometheus")
    block, head = tsdb.backfilled(), tsdb.marked()
    tsdb.backfill(tool, folder, block)
    program, address = tsdb.start(tool, folder)
    tsdb.remote_write(address, head)
    yield Rivals(PrometheusSource(Endpoint(address)), Engine(Storage([*block, *head])))
    program.stop()


def _expressions() -> list[str]:
    return [line.replace("FIXED", f"{_FIXED:.3f}") for line in EXPRESSIONS.strip().splitlines()]


def _steps(expression: str, step: int, shift: int) -> Steps:
    start, end = (tsdb.STALE_START, tsdb.STALE_END) if "leaving" in expression else (tsdb.START, tsdb.END)
    return Steps(start + shift, end + 600_000, step)


def _rows(value: object) -> dict[tuple[tuple[str, str], ...], tuple[np.ndarray, np.ndarray]]:
    if isinstance(value, Scalar):
        return {(): (value.values, np.ones(len(value.values), bool))}
    assert isinstance(value, Block)
    rows = zip(value.labels, value.values, value.present, strict=True)
    return {labels: (values, present) for labels, values, present in rows if present.any()}


def _differences(ours: object, theirs: object, *, rounded: bool) -> list[str]:
    left, right = _rows(ours), _rows(theirs)
    found = [f"only ours: {labels}" for labels in left.keys() - right.keys()]
    found += [f"only theirs: {labels}" for labels in right.keys() - left.keys()]
    for labels in left.keys() & right.keys():
        (a, there), (b, here) = left[labels], right[labels]
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        if rounded:
            same |= np.isclose(a, b, rtol=_NEARLY * np.finfo(float).eps, atol=_NEARLY * np.finfo(float).eps)
        equal = (there == here) & (~there | same)
        for step in np.flatnonzero(~equal)[:2]:
            found.append(
                f"{labels} at step {step} ({(~equal).sum()} of {len(equal)}): "
                f"ours {a[step]!r} {there[step]}, theirs {b[step]!r} {here[step]}"
            )
    return found


def test_enough_expressions_are_compared():
    assert len(set(_expressions())) >= 120


@pytest.mark.parametrize(("step", "shift"), [(60_000, 0), (37_000, 12_345)], ids=["on the grid", "off the grid"])
@pytest.mark.parametrize("expression", _expressions())
def test_every_step_is_as_prometheus_has_it(rivals: Rivals, expression: str, step: int, shift: int):
    steps = _steps(expression, step, shift)
    theirs = rivals.source.range_(expression, steps.start, steps.end, steps.step)
    ours = rivals.engine.evaluate(expression, steps)
    differences = _differences(ours, theirs, rounded=expression.startswith(_ROUNDED) or "atan2" in expression)
    assert not differences, "\n".join(differences[:6])


@pytest.mark.parametrize(
    "expression",
    [
        "sort(temperature)",
        "sort_desc(odd)",
        "sort(tie)",
        "sort_desc(tie)",
        "topk(3, tie)",
        "bottomk(4, tie)",
        "topk(2, odd)",
    ],
)
def test_instant_vectors_come_in_the_same_order(rivals: Rivals, expression: str):
    for at in range(tsdb.START + 600_000, tsdb.END, 1_200_000):
        theirs = rivals.source.instant(expression, at)
        ours = rivals.engine.evaluate(expression, Steps(at, at, 1))
        assert isinstance(ours, Block)
        assert isinstance(theirs, Block)
        assert ours.labels == theirs.labels, at


def test_raw_samples_and_stale_markers_are_fetched_as_they_are(rivals: Rivals):
    stored = rivals.engine.storage.series
    names = sorted({dict(one.labels)[NAME] for one in stored})
    fetched = rivals.source.fetch([Selector(name) for name in names], tsdb.START, tsdb.STALE_END)
    assert not fetched.gaps
    for ours, theirs in zip(sorted(stored, key=lambda one: one.labels), fetched.series, strict=True):
        assert ours.labels == theirs.labels
        assert np.array_equal(ours.times, theirs.times), ours.labels
        assert np.array_equal(ours.values.view(np.int64), theirs.values.view(np.int64)) or np.array_equal(
            ours.values, theirs.values, equal_nan=True
        )
        assert np.array_equal(ours.stale, theirs.stale)
