"""Scraping one target after the other's time: what is asked, and what becomes of the answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from surefoot.errors import PortError
from surefoot.ports.clock import Clock
from surefoot.ports.http import Http
from surefoot.promql.error import PromqlError
from surefoot.promql.notation import read_labels
from surefoot.promql.series import NAME, Labels
from surefoot.run.exposition import ExpositionError, Sample, read
from surefoot.run.targets import Target

_OK = 200
_ACCEPT = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
_OPENMETRICS = "application/openmetrics-text"
_OWN = ("up", "scrape_duration_seconds", "scrape_samples_scraped")


@dataclass(frozen=True, slots=True)
class Scraped:
    """One scrape.

    Attributes:
        at: When it was due, milliseconds.
        seconds: How long it took.
        samples: What was exposed; nothing if it failed.
        failure: Why it failed, empty if it did not.
    """

    at: int
    seconds: float
    samples: tuple[Sample, ...]
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One sample of a series; None ends it."""

    labels: Labels
    time: int
    value: float | None


def scrape(target: Target, http: Http, clock: Clock, at: int, timeout: float) -> Scraped:
    """Ask a target; whatever goes wrong is told in the result."""
    begin = clock.now()
    samples: tuple[Sample, ...] = ()
    failure = ""
    headers = {"Accept": _ACCEPT, "X-Prometheus-Scrape-Timeout-Seconds": f"{timeout:g}"}
    try:
        answer = http.get(target.url, headers=headers, timeout=timeout)
        if answer.status == _OK:
            samples = tuple(read(answer.body, openmetrics=answer.kind.startswith(_OPENMETRICS)))
        else:
            failure = f"answered with status {answer.status}"
    except (PortError, ExpositionError) as error:
        failure = str(error)
    return Scraped(at, (clock.now() - begin) / 1000, samples, failure)


@dataclass(slots=True)
class Exposed:
    """What a target exposes, from scrape to scrape: which series there are, and which are gone.

    Attributes:
        target: The target.
        failure: Why the last scrape failed, empty if it did not.
        seen: Whether there was a scrape.
    """

    target: Target
    failure: str = ""
    seen: bool = False
    _labels: dict[bytes, Labels | None] = field(default_factory=dict)
    _there: dict[Labels, None] = field(default_factory=dict)

    @property
    def series(self) -> int:
        """Count the series that the target exposes."""
        return len(self._there)

    def take(self, scraped: Scraped) -> Iterator[Point]:
        """Turn a scrape into samples: a marker for each series that is gone, and the scrape's own series.

        A scrape that holds a series that cannot be read fails as a whole, as with Prometheus.
        """
        points: dict[Labels, Point] = {}
        failure = scraped.failure
        for sample in scraped.samples:
            labels = self._read(sample.key)
            if labels is None:
                failure = f"`{sample.key.decode('utf-8', 'replace')[:80]}` is no series"
                points = {}
                break
            points.setdefault(labels, Point(labels, sample.time or scraped.at, sample.value))
        self.failure, self.seen = failure, True
        yield from points.values()
        for labels in self._there:
            if labels not in points:
                yield Point(labels, scraped.at, None)
        self._there = {labels: None for labels, point in points.items() if point.time == scraped.at}
        own = (float(not failure), scraped.seconds, float(len(points)))
        for name, value in zip(_OWN, own, strict=True):
            yield Point(tuple(sorted([(NAME, name), *self.target.labels])), scraped.at, value)
        if len(self._labels) > 2 * len(scraped.samples) + len(_OWN):
            self._labels = {sample.key: self._labels[sample.key] for sample in scraped.samples if points}

    def _read(self, key: bytes) -> Labels | None:
        if key in self._labels:
            return self._labels[key]
        try:
            labels = self._merged(dict(read_labels(key.decode())))
        except (PromqlError, UnicodeDecodeError):
            labels = None
        self._labels[key] = labels
        return labels

    def _merged(self, exposed: dict[str, str]) -> Labels | None:
        """Add the target's labels; what is exposed under such a name moves aside, as with Prometheus."""
        if NAME not in exposed:
            return None
        for name, value in self.target.labels:
            if name in exposed:
                exposed[f"exported_{name}"] = exposed[name]
            exposed[name] = value
        return tuple(sorted((name, value) for name, value in exposed.items() if value))
