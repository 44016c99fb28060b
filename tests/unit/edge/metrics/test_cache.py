from collections.abc import Sequence
from pathlib import Path

import pytest

from surefoot.edge.metrics.cache import CachedSource
from surefoot.errors import MetricsError
from surefoot.ports.metrics import Fetched, Progress, within
from surefoot.promql.selector import Selector
from tests.unit.edge.metrics.made import BASE, counter, same

pytestmark = pytest.mark.req("SLO-10")

MINUTE = 60_000
DAY = 86_400_000
ALL = counter(count=20_000)
LAST = int(ALL.times[-1])
SELECTOR = Selector("requests_total")


class Remembering:
    """A source that remembers what it was asked for."""

    def __init__(self, gaps: tuple[str, ...] = ()) -> None:
        self.asked: list[tuple[int, int]] = []
        self.gaps = gaps

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        assert list(selectors) == [SELECTOR]
        self.asked.append((start, end))
        if progress:
            progress(end - start, end - start)
        cut = within(ALL, start, end)
        return Fetched((cut,) if cut else (), self.gaps)


class Down:
    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        del selectors, start, end, progress
        raise MetricsError("the server is down")


def cached(folder: Path, source: Remembering | Down, now: int = LAST + DAY) -> CachedSource:
    return CachedSource(source, "http://one", folder, lambda: now)


def test_the_second_run_needs_no_server(tmp_path: Path):
    first = cached(tmp_path, Remembering()).fetch([SELECTOR], BASE, LAST)
    second = cached(tmp_path, Down()).fetch([SELECTOR], BASE, LAST)
    assert same(first.series, [ALL])
    assert same(second.series, [ALL])
    assert same(
        cached(tmp_path, Down()).fetch([SELECTOR], BASE + DAY, BASE + DAY + MINUTE).series,
        [one for one in [within(ALL, BASE + DAY, BASE + DAY + MINUTE)] if one],
    )


def test_only_what_is_missing_is_asked_for(tmp_path: Path):
    source = Remembering()
    cached(tmp_path, source).fetch([SELECTOR], BASE + DAY, BASE + 2 * DAY)
    found = cached(tmp_path, source).fetch([SELECTOR], BASE, BASE + 3 * DAY)
    overlap = 5 * MINUTE
    assert source.asked[1:] == [
        (BASE - overlap, BASE + DAY - 1),
        (BASE + 2 * DAY + 1 - overlap, BASE + 3 * DAY),
    ]
    assert same(found.series, [one for one in [within(ALL, BASE, BASE + 3 * DAY)] if one])


def test_what_may_still_come_in_is_asked_for_again(tmp_path: Path):
    source = Remembering()
    now = BASE + DAY
    for _ in range(2):
        found = cached(tmp_path, source, now).fetch([SELECTOR], BASE, now)
        assert same(found.series, [one for one in [within(ALL, BASE, now)] if one])
    assert source.asked == [(BASE - 5 * MINUTE, now), (now - 10 * MINUTE + 1 - 5 * MINUTE, now)]


def test_a_stretch_with_a_gap_is_not_kept(tmp_path: Path):
    found = cached(tmp_path, Remembering(("an hour is missing",))).fetch([SELECTOR], BASE, LAST)
    assert found.gaps == ("an hour is missing",)
    assert same(found.series, [ALL])
    with pytest.raises(MetricsError, match="down"):
        cached(tmp_path, Down()).fetch([SELECTOR], BASE, LAST)


def test_a_long_stretch_is_kept_piece_by_piece(tmp_path: Path):
    source = Remembering()
    told: list[tuple[int, int]] = []
    cached(tmp_path, source, BASE + 99 * DAY).fetch([SELECTOR], BASE, BASE + 20 * DAY, lambda *at: told.append(at))
    assert len(source.asked) == 3
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_sources_and_selectors_are_kept_apart(tmp_path: Path):
    cached(tmp_path, Remembering()).fetch([SELECTOR], BASE, LAST)
    other = CachedSource(Down(), "http://two", tmp_path, lambda: LAST + DAY)
    with pytest.raises(MetricsError, match="down"):
        other.fetch([SELECTOR], BASE, LAST)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MetricsError, match="cannot be used as a cache"):
        cached(tmp_path / "file", Remembering()).fetch([SELECTOR], BASE, LAST)
