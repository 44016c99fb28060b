"""Raw samples and query results from a Prometheus-compatible API.

Samples come from instant queries of ``selector[range]``, which keep their true times; ``query_range``
would resample them. Chunks that meet are cut at one instant, so that it does not matter whether the
server's ranges include their start (Prometheus 2) or not (3).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from surefoot.edge.metrics import staleness
from surefoot.edge.metrics.answers import joined, read_series, read_value
from surefoot.edge.metrics.chunks import PROBE_MS, SHORTEST_MS, Chunk, Tally, fitting, split
from surefoot.edge.metrics.http import Answer, Asker, Endpoint, FaultError, Patience, TooMuchError
from surefoot.errors import MetricsError
from surefoot.ports.metrics import Fetched, Progress, merged, within
from surefoot.promql.selector import Selector
from surefoot.promql.series import Block, Scalar, Text

_THREADS = 4
_MOST_POINTS = 10_000  # of 11,000 that a server allows for each series
_MOST_LOST = 3
_MOST_TIMEOUTS = 12
_GRID_DEPENDENT = ("start(", "end(")


@dataclass(frozen=True, slots=True)
class PrometheusSource:
    """A Prometheus-compatible server: Prometheus, Thanos, Mimir, VictoriaMetrics.

    Attributes:
        endpoint: Where it is.
        patience: How long it may take.
        lookback: How old a sample of an instant vector may be there, milliseconds.
    """

    endpoint: Endpoint
    patience: Patience = field(default_factory=Patience)
    lookback: int = 300_000

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        """Read raw samples, in parallel; see `MetricsSource.fetch`.

        Stale markers, which the API never shows, are found by asking for which instants after a sample
        the series is still there; to the millisecond.

        Raises:
            MetricsError: The server does not answer at all, refuses, or answers with what is no metrics.
        """
        wanted = list(dict.fromkeys(selectors))
        with Asker(self.endpoint, self.patience) as asker:
            fetching = _Fetching(asker, Tally((end - start + 1) * len(wanted), progress))
            parts = [_one(fetching, selector, start, end) for selector in wanted]
            marked = [staleness.marked(asker, selector, part, end, self.lookback) for selector, part in parts]
        return merged(marked)

    def instant(self, query: str, at: int) -> Block | Scalar | Text:
        """Let the server evaluate a query at one time, milliseconds.

        Raises:
            MetricsError: The server does not answer, or refuses; also where it warns that it is not complete.
        """
        with Asker(self.endpoint, self.patience) as asker:
            answer = asker.ask("api/v1/query", {"query": query, "time": _seconds(at)})
            _refuse_partial(answer, asker)
            return read_value(answer.data, np.array([at], np.int64), self.endpoint.url)

    def range_(self, query: str, start: int, end: int, step: int) -> Block:
        """Let the server evaluate a query at every step, in pieces of fewer points than it allows.

        Args:
            query: The expression; a scalar becomes a row without labels.
            start: First evaluation, milliseconds.
            end: No evaluation is later.
            step: Between evaluations, milliseconds.

        Raises:
            MetricsError: As for `instant`; or ``start()`` or ``end()`` in a query that needs several pieces.
        """
        times = np.arange(start, end + 1, step, dtype=np.int64)
        if len(times) > _MOST_POINTS and any(word in query for word in _GRID_DEPENDENT):
            raise MetricsError(f"a query with start() or end() has at most {_MOST_POINTS} steps: widen --step")
        pieces = []
        with Asker(self.endpoint, self.patience) as asker:
            for first in range(0, len(times), _MOST_POINTS):
                part = times[first : first + _MOST_POINTS]
                asked = {"start": _seconds(part[0]), "end": _seconds(part[-1]), "step": _seconds(step)}
                answer = asker.ask("api/v1/query_range", {"query": query, **asked})
                _refuse_partial(answer, asker)
                piece = read_value(answer.data, part, self.endpoint.url)
                assert isinstance(piece, Block), "a range query yields a matrix"
                pieces.append(piece)
        return joined(pieces)


class _Fetching:
    """One fetch: how often the server failed so far, so that a dead one is not asked for hours."""

    def __init__(self, asker: Asker, tally: Tally) -> None:
        self.asker = asker
        self.tally = tally
        self._lost = 0
        self._timeouts = 0
        self._lock = Lock()

    def chunk(self, chunk: Chunk) -> Fetched:
        """Read one chunk, halved where it is too much; what cannot be had becomes a gap."""
        if self._lost >= _MOST_LOST:
            self.tally.add(chunk.length)
            return Fetched(gaps=(f"{chunk}: not asked for, after {_MOST_LOST} failures",))
        try:
            found = self.ask(chunk)
        except TooMuchError as error:
            with self._lock:
                self._timeouts += 1
                hopeless = self._timeouts > _MOST_TIMEOUTS
            if chunk.length > SHORTEST_MS and not hopeless:
                return merged(map(self.chunk, chunk.halves))
            return self._gap(chunk, error)
        except FaultError as error:
            return self._gap(chunk, error)
        self.tally.add(chunk.length)
        return found

    def ask(self, chunk: Chunk) -> Fetched:
        """Read one chunk.

        Raises:
            MetricsError: See `Asker.ask`.
        """
        query = f"{chunk.selector.render()}[{chunk.length}ms]"
        answer = self.asker.ask("api/v1/query", {"query": query, "time": _seconds(chunk.until)})
        series, gaps = read_series(answer.data, self.asker.endpoint.url)
        cut = (within(one, chunk.after + 1, chunk.until) for one in series)
        warned = [f"{chunk}: the server warns: {said}" for said in answer.warnings]
        return Fetched(tuple(one for one in cut if one is not None), (*gaps, *warned))

    def _gap(self, chunk: Chunk, error: MetricsError) -> Fetched:
        with self._lock:
            self._lost += 1
        self.tally.add(chunk.length)
        return Fetched(gaps=(f"{chunk}: {error}",))


def _one(fetching: _Fetching, selector: Selector, start: int, end: int) -> tuple[Selector, Fetched]:
    """Read a selector: its latest hour tells how many samples there are, and so how long chunks may be."""
    latest = next(split(selector, start - 1, end, PROBE_MS))
    probe = _probed(fetching, latest)
    samples = sum(len(one.times) for one in probe.series)
    rest = split(selector, start - 1, latest.after, fitting(samples, latest.length))
    with ThreadPoolExecutor(_THREADS) as pool:
        return selector, merged([probe, *pool.map(fetching.chunk, rest)])


def _probed(fetching: _Fetching, latest: Chunk) -> Fetched:
    """Ask for the first time: a server that does not answer now is not worth more questions."""
    try:
        found = fetching.ask(latest)
    except TooMuchError:
        found = fetching.chunk(latest)
        if not found.series and found.gaps:
            raise
        return found
    fetching.tally.add(latest.length)
    return found


def _refuse_partial(answer: Answer, asker: Asker) -> None:
    if answer.warnings:
        raise MetricsError(f"{asker.endpoint.url} warns that its answer is not complete: {answer.warnings[0]}")


def _seconds(time: int | np.int64) -> str:
    return f"{int(time) // 1000}.{int(time) % 1000:03d}"
