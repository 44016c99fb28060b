"""The source of metrics against a real Prometheus: limits, the cache, and the verb that asks it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from surefoot.edge.metrics.blocks import read_blocks, write_blocks
from surefoot.edge.metrics.cache import CachedSource
from surefoot.edge.metrics.http import Endpoint, Patience
from surefoot.edge.metrics.prometheus import PrometheusSource
from surefoot.errors import MetricsError
from surefoot.promql.selector import Matcher, MatchOp, Selector
from surefoot.promql.series import NAME
from tests.real import tsdb
from tests.real.programs import Program

pytestmark = [pytest.mark.real, pytest.mark.req("MON-3", "SLO-10")]

WANTED = Selector("requests_total", (Matcher("code", MatchOp.NOT_REGEX, "4.."),))


@pytest.fixture
def small(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, str]]:
    """Start a Prometheus that loads few samples for one query."""
    folder = tmp_path_factory.mktemp("small")
    tsdb.backfill(tool, folder, tsdb.backfilled())
    program, address = tsdb.start(tool, folder, "--query.max-samples=2000")
    yield program, address
    program.stop()


def test_more_samples_than_a_query_may_load_are_fetched_in_pieces(small: tuple[Program, str]):
    found = PrometheusSource(Endpoint(small[1])).fetch([WANTED], tsdb.START, tsdb.END)
    assert not found.gaps
    stored = [
        one
        for one in tsdb.backfilled()
        if dict(one.labels)[NAME] == "requests_total" and dict(one.labels)["code"] != "404"
    ]
    assert [one.labels for one in found.series] == [one.labels for one in stored]
    for ours, theirs in zip(found.series, stored, strict=True):
        assert np.array_equal(ours.times, theirs.times)
        assert np.array_equal(ours.values, theirs.values)


def test_a_query_that_the_server_refuses_is_told_in_its_words(small: tuple[Program, str]):
    source = PrometheusSource(Endpoint(small[1]))
    with pytest.raises(MetricsError, match=r"refused \(400\): .*1:5: parse error"):
        source.instant("sum(", tsdb.START)
    with pytest.raises(MetricsError, match="too many samples"):
        source.range_("requests_total", tsdb.START, tsdb.END, 15_000)


def test_the_verb_gets_the_same_from_both_engines_and_then_needs_no_server(small: tuple[Program, str], tmp_path: Path):
    program, address = small
    query = 'sum by (code) (rate(requests_total{code!~"4.."}[5m]))'
    times = ["--start", "2026-01-05T01:00:00Z", "--end", "2026-01-05T02:00:00Z", "--step", "5m"]
    own = _query(query, *times, "--metrics", address, "--cache", str(tmp_path))
    assert own == _query(query, *times, "--metrics", address, "--engine", "server")
    assert own.count("\n") > 20
    assert _query(query, *times, "--metrics", address, "--format", "json").count('"partial": false') == 1
    program.stop()
    assert own == _query(query, *times, "--metrics", address, "--cache", str(tmp_path))


def _query(*arguments: str) -> str:
    command = [sys.executable, "-m", "surefoot", "query", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_blocks_hold_what_was_fetched_bit_for_bit(tmp_path: Path):
    stored = [*tsdb.backfilled(), *tsdb.marked()]
    write_blocks(tmp_path / "x.blocks", stored)
    found = [one for group in read_blocks(tmp_path / "x.blocks") for one in group.series]
    for ours, theirs in zip(found, stored, strict=True):
        assert np.array_equal(ours.values.view(np.int64), theirs.values.view(np.int64))
        assert np.array_equal(ours.times, theirs.times)


def test_a_dead_server_is_told_at_once(small: tuple[Program, str], tmp_path: Path):
    del small
    dead = PrometheusSource(Endpoint("http://127.0.0.1:1"), Patience(attempts=2, pause=0.01))
    with pytest.raises(MetricsError, match="cannot be reached"):
        CachedSource(dead, "dead", tmp_path, lambda: tsdb.END).fetch([WANTED], tsdb.START, tsdb.END)
