"""Stale markers, found from outside: the API leaves them out of raw samples, but instant vectors obey them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.edge.metrics.answers import joined, read_value
from surefoot.edge.metrics.http import Asker, FaultError, TooMuchError
from surefoot.errors import MetricsError
from surefoot.ports.metrics import Fetched
from surefoot.promql.selector import Selector
from surefoot.promql.series import Block, Labels, Series, Times, stale_marker

_WIDER = 1.5  # than usual: here a scrape is missing, and a marker may stand in its place
_COARSE = 1000
_SPAN = 900_000  # of one search
_MOST_SEARCHES = 1000
_FEWEST = 30  # steps that are not halved any more


@dataclass(frozen=True, slots=True)
class _Pause:
    """Where a series has no sample although one was due: after its last one, milliseconds, and before the next."""

    labels: Labels
    after: int
    before: int


def marked(asker: Asker, selector: Selector, fetched: Fetched, end: int, lookback: int) -> Fetched:
    """Add the stale markers to what was fetched.

    Args:
        asker: The server.
        selector: Of the series.
        fetched: Its raw samples.
        end: Last time that was asked for, milliseconds.
        lookback: How long an instant vector would show a sample without a marker.

    Raises:
        MetricsError: The server refuses, or answers with what is no metrics.
    """
    pauses = [pause for series in fetched.series for pause in _pauses(series, end, lookback)]
    together = list(_clusters(pauses))
    gaps = fetched.gaps
    if len(together) > _MOST_SEARCHES:
        left = len(together) - _MOST_SEARCHES
        gaps = (*gaps, f"{selector.render()}: whether it ended or was late was not asked for {left} pauses")
    found: dict[Labels, list[int]] = {}
    for cluster in together[:_MOST_SEARCHES]:
        try:
            for labels, time in _search(asker, selector, cluster):
                found.setdefault(labels, []).append(time)
        except (FaultError, TooMuchError) as error:
            gaps = (*gaps, f"{selector.render()}: whether it ended or was late is not known: {error}")
            break
    return Fetched(tuple(_with_markers(one, found.get(one.labels, ())) for one in fetched.series), gaps)


def _pauses(series: Series, end: int, lookback: int) -> Iterator[_Pause]:
    steps = np.diff(series.times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    for index in np.flatnonzero(steps > usual * _WIDER):
        at = int(series.times[index])
        yield _Pause(series.labels, at, min(int(series.times[index + 1]) - 1, at + lookback))
    last = int(series.times[-1])
    if end - last > usual * _WIDER:
        yield _Pause(series.labels, last, min(end, last + lookback))


def _clusters(pauses: Sequence[_Pause]) -> Iterator[list[_Pause]]:
    """Put together the pauses that one search covers."""
    cluster: list[_Pause] = []
    for pause in sorted(pauses, key=lambda one: one.after):
        if cluster and pause.before > cluster[0].after + _SPAN:
            yield cluster
            cluster = []
        cluster.append(pause)
    if cluster:
        yield cluster


def _search(asker: Asker, selector: Selector, cluster: Sequence[_Pause]) -> Iterator[tuple[Labels, int]]:
    """Ask for which seconds the series are there; the one in which each vanishes is looked at again."""
    start, end = min(one.after for one in cluster), max(one.before for one in cluster)
    coarse, times = _presence(asker, selector, start, end, _COARSE)
    rough: dict[int, list[_Pause]] = {}
    for pause in cluster:
        seen = _vanished(coarse, times, pause)
        if seen is not None:
            rough.setdefault(seen, []).append(pause)
    for gone, pauses in rough.items():
        fine, moments = _presence(asker, selector, max(start, gone - _COARSE), gone, 1)
        for pause in pauses:
            exact = _vanished(fine, moments, replace(pause, before=gone))
            yield pause.labels, gone if exact is None else exact


def _vanished(block: Block, times: Times, pause: _Pause) -> int | None:
    """Find the first of the times within a pause at which the series is not there; None if it stays."""
    inside = (times > pause.after) & (times <= pause.before)
    row = block.labels.index(pause.labels) if pause.labels in block.labels else None
    there = block.present[row] if row is not None else np.zeros(len(times), bool)
    gone = np.flatnonzero(inside & ~there)
    return int(times[gone[0]]) if len(gone) else None


def _presence(asker: Asker, selector: Selector, start: int, end: int, step: int) -> tuple[Block, Times]:
    times = np.arange(start, end + step, step, dtype=np.int64)
    return _evaluated(asker, selector, times, step), times


def _evaluated(asker: Asker, selector: Selector, times: Times, step: int) -> Block:
    """Evaluate the selector, in halves where that is too much for the server."""
    asked = {"start": _text(times[0]), "end": _text(times[-1]), "step": _text(step)}
    try:
        answer = asker.ask("api/v1/query_range", {"query": selector.render(), **asked})
    except TooMuchError:
        if len(times) < _FEWEST:
            raise
        middle = len(times) // 2
        return joined(_evaluated(asker, selector, part, step) for part in (times[:middle], times[middle:]))
    found = read_value(answer.data, times, asker.endpoint.url)
    if not isinstance(found, Block):
        raise MetricsError(f"{asker.endpoint.url} answered with a number, where series were asked for")
    return found


def _text(time: int | np.int64) -> str:
    return f"{int(time) / 1000:.3f}"


def _with_markers(series: Series, times: Sequence[int]) -> Series:
    if not times:
        return series
    at = np.concatenate([series.times, np.array(times, np.int64)])
    order = np.argsort(at, kind="stable")
    values = np.concatenate([series.values, np.full(len(times), stale_marker())])
    stale = np.concatenate([series.stale, np.ones(len(times), bool)])
    return Series(series.labels, at[order], values[order], stale[order])
