from pathlib import Path

import pytest

from surefoot.domain.rules.driving import Drive, drive
from tests.workspaces import resolved

NATIVE = "{target: 99%, under: 1s, histogram: h, native: true}"


def found(tmp_path: Path, slo: str) -> Drive | str:
    system = resolved(tmp_path, f"service: shop\nslos:\n  it: {slo}\n")
    return drive(system.services["shop"].slos["it"], system.policy.slo)


@pytest.mark.req("SLO-1")
@pytest.mark.parametrize(
    ("slo", "series"),
    [
        ("{target: 99%, bad: 'r{code=~\"5..\"}', total: r}", [("500", 0, 25), ("200?", 100, 75)]),
        ("{target: 99%, good: 'r{code=~\"2..\"}', total: r}", [("200", 100, 75), ("ok", 0, 25)]),
        ("{target: 99%, bad: failed, total: r}", [(None, 0, 25), (None, 100, 100)]),
        ("{target: 99%, good: fine, total: r}", [(None, 100, 75), (None, 100, 100)]),
        ("{target: 99%, under: 1s, histogram: h}", [(None, 100, 100), (None, 100, 75)]),
        (
            "{target: 99%, bad: 'sum(rate(b[$window]))', total: 'sum(rate(t[$window]))'}",
            [(None, 0, 25), (None, 100, 100)],
        ),
    ],
)
def test_events_are_driven_by_counters(tmp_path, slo, series):
    drives = found(tmp_path, slo)
    assert isinstance(drives, Drive)
    told = drives.signals(0.25)
    assert [(signal.good, signal.bad) for signal in told] == [(good, bad) for _, good, bad in series]


@pytest.mark.parametrize(
    ("slo", "of", "fixed"),
    [
        ("{target: 99%, at_least: 20/s, rate: r}", "samples", True),
        ("{target: 99%, at_least: 20/s, gauge: g}", "samples", False),
        ("{target: 99%, younger_than: 60s, timestamp: t}", "samples", False),
        ("{target: 99%, younger_than: 60s, age: a}", "samples", False),
        ("{target: 99%, slice: {value: g, at_most: 2.5}}", "samples", False),
        ("{target: 99%, slice: {value: g, at_least: 2.5}}", "samples", False),
        ("{target: 99%, slice: {value: 'histogram_quantile(0.5, rate(h_bucket[5m]))', at_most: 2}}", "samples", True),
        ("{target: 99%, slice: {value: 'max(rate(c[5m])) * 2', at_most: 2}}", "samples", True),
        ("{target: 99%, raw: 'sum(rate(b[$window])) / sum(rate(t[$window]))'}", "flow", False),
    ],
)  # fmt: skip
def test_slices_and_ratios_are_driven_too(tmp_path, slo, of, fixed):
    drives = found(tmp_path, slo)
    assert isinstance(drives, Drive)
    assert (drives.of, drives.fixed) == (of, fixed)


@pytest.mark.parametrize(
    ("slo", "reason"),
    [
        (NATIVE, "native histograms"),
        ("{target: 99%, bad: 'b{a=~\"(b{3}c)+\"}', total: r}", "no series was found that b"),
        ("{target: 99%, bad: r, total: r}", "means and"),
        ("{target: 99%, under: 1s, histogram: 'h{a=~\"(b{3}c)+\"}'}", "no series was found that h"),
        ("{target: 99%, younger_than: 60s, age: 'a{a=~\"(b{3}c)+\"}'}", "no series was found that a"),
        ("{target: 99%, raw: 'sum(rate(b[$window])) / sum(rate(t[$window])) + 1'}", "no simple history"),
        ("{target: 99%, raw: 'a + b + c + d'}", "no series were found"),
    ],
)
def test_what_cannot_be_driven_says_why(tmp_path, slo, reason):
    drives = found(tmp_path, slo)
    assert isinstance(drives, str)
    assert reason in drives
