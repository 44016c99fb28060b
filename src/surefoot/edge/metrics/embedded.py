"""Surefoot's own store of samples on disk.

::

    FOLDER/lock                    held by the process that writes
    FOLDER/journal/START           samples of a span, as they come; at most two spans are there
    FOLDER/samples/START           a span, compacted: see `surefoot.edge.metrics.blocks`
    FOLDER/events/START            the same for series of which only a grid is kept
    FOLDER/state/NAME              texts about them

START is when a span begins, milliseconds. Appending writes straight to the journal's file, so a killed process
loses nothing. A span is compacted beside its place and then moved there; only then its journal goes.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from surefoot.edge.metrics.blocks import read_blocks, write_blocks
from surefoot.edge.metrics.columns import selected
from surefoot.edge.metrics.journal import Journal, read_journal
from surefoot.errors import MetricsError
from surefoot.ports.metrics import Fetched, Progress, merged
from surefoot.ports.samples import Keeping
from surefoot.promql.selector import Selector
from surefoot.promql.series import NAME, Labels, Series, is_stale, stale_marker

JOURNAL, SAMPLES, EVENTS, STATE = "journal", "samples", "events", "state"
DATA = ".surefoot"
"""The folder, beside the spec, unless another is named."""

_SPAN_MS = 7_200_000
_LATE_MS = 600_000  # after its end a span is left alone so long, for samples that come late
_FOLDERS = (JOURNAL, SAMPLES, EVENTS, STATE)


@dataclass(frozen=True, slots=True)
class EmbeddedReader:
    """Reads the store, also while another process writes it."""

    folder: Path

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        """Read raw samples; see `MetricsSource.fetch`.

        Raises:
            MetricsError: There is no store, or one of its files cannot be read.
        """
        if not (self.folder / JOURNAL).is_dir():
            raise MetricsError(f"{self.folder} holds no samples: start `surefoot watch`, or name its folder")
        parts = list(self._parts(selectors, start, end))
        found = []
        for number, path in enumerate(parts):
            found.append(_read(path, selectors, start, end))
            if progress:
                progress(number + 1, len(parts))
        return merged(found)

    def _parts(self, selectors: Sequence[Selector], start: int, end: int) -> Iterator[Path]:
        """List the files that may hold such samples, blocks before the journal that they replace."""
        events = set(_names(self.folder / STATE / EVENTS))
        asked = {selector.metric for selector in selectors}
        folders = (
            [EVENTS] if asked <= events else [SAMPLES] if asked and not asked & {*events, ""} else [EVENTS, SAMPLES]
        )
        for name in (*folders, JOURNAL):
            for path in _spans(self.folder / name):
                if int(path.name) <= end and int(path.name) + _SPAN_MS >= start:
                    yield path


def is_store(folder: Path) -> bool:
    """Tell whether a folder holds such a store."""
    return (folder / JOURNAL).is_dir() and (folder / SAMPLES).is_dir()


class EmbeddedStore:
    """The store, opened for writing by one process."""

    def __init__(self, folder: Path, keeping: Keeping) -> None:
        """Open it; it is made if it is not there.

        Raises:
            MetricsError: It cannot be written, or another process writes it.
        """
        self._folder, self._keeping = folder, keeping
        self._reader = EmbeddedReader(folder)
        self._journal: Journal | None = None
        self._numbers: dict[Labels, int] = {}
        self._names: dict[int, Labels] = {}
        try:
            for name in _FOLDERS:
                (folder / name).mkdir(parents=True, exist_ok=True)
            self._lock = (folder / "lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for torn in folder.glob("*/*.new"):
                torn.unlink()
        except BlockingIOError:
            self._lock.close()
            raise MetricsError(f"{folder} is in use by another `surefoot watch`: stop that one first") from None
        except OSError as error:
            raise _unwritten(folder, error) from None

        self.remember(EVENTS, "\n".join(sorted({*_names(folder / STATE / EVENTS), *keeping.grid})))

    def close(self) -> None:
        """Give the store free for another process."""
        if self._journal is not None:
            self._journal.close()
        self._lock.close()

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        """Read raw samples; see `MetricsSource.fetch`.

        Raises:
            MetricsError: A file cannot be read.
        """
        return self._reader.fetch(selectors, start, end, progress)

    def ref(self, labels: Labels) -> int:
        """Return the number under which samples of a series are appended, by this process."""
        number = self._numbers.setdefault(labels, len(self._numbers))
        self._names[number] = labels
        return number

    def append(self, time: int, refs: Sequence[int], values: Sequence[float]) -> None:
        """Keep one sample of each series; see `SampleStore.append`.

        Raises:
            MetricsError: They cannot be written.
        """
        if not refs:
            return
        name = str(time // _SPAN_MS * _SPAN_MS)
        if self._journal is None or self._journal.path.name != name:
            if self._journal is not None:
                self._journal.close()
            self._journal = Journal(self._folder / JOURNAL / name)
        self._journal.append(time, refs, values, self._names)

    def tidy(self, now: int) -> None:
        """Compact the spans that are over, and forget what is too old.

        Raises:
            MetricsError: The disk refuses.
        """
        for path in _spans(self._folder / JOURNAL):
            if int(path.name) + _SPAN_MS + _LATE_MS < now:
                self._compact(path)
        for name, kept in ((SAMPLES, self._keeping.samples), (EVENTS, self._keeping.events)):
            for path in _spans(self._folder / name):
                if int(path.name) + _SPAN_MS < now - kept:
                    path.unlink(missing_ok=True)

    def remember(self, name: str, text: str) -> None:
        """Keep a text under a name; see `SampleStore.remember`.

        Raises:
            MetricsError: It cannot be written.
        """
        place = self._folder / STATE / name
        fresh = place.with_name(f"{name}.new")
        try:
            fresh.write_text(text, "utf-8")
            _settle(fresh, place)
        except OSError as error:
            raise _unwritten(place, error) from None

    def recall(self, name: str) -> str | None:
        """Return the text that was kept under a name.

        Raises:
            MetricsError: It cannot be read.
        """
        place = self._folder / STATE / name
        try:
            return place.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise MetricsError(f"{place} cannot be read ({error}); delete it to start afresh") from None

    def _compact(self, path: Path) -> None:
        if self._journal is not None and self._journal.path == path:
            self._journal.close()
            self._journal = None
        series = read_journal(path)
        whole, thin = [], []
        for one in series:
            step = self._keeping.grid.get(dict(one.labels).get(NAME, ""))
            if step is None:
                whole.append(one)
            else:
                thin.append(_on_grid(one, int(path.name), step, self._keeping.lookback))
        try:
            for name, part in ((EVENTS, [one for one in thin if len(one.times)]), (SAMPLES, whole)):
                place = self._folder / name / path.name
                fresh = place.with_name(f"{path.name}.new")
                earlier = [one for group in read_blocks(place) for one in group.series] if place.exists() else []
                write_blocks(fresh, merged([Fetched(tuple(earlier)), Fetched(tuple(part))]).series)
                _settle(fresh, place)
            path.unlink()
        except OSError as error:
            raise _unwritten(path, error) from None


def _on_grid(series: Series, start: int, step: int, lookback: int) -> Series:
    """Keep what an instant selector sees at each point of a grid; where it sees nothing, the series ends before.

    The last sample behind the last point stays as it is: the next span's first point may still see it.
    """
    points = np.arange(start, start + _SPAN_MS, step, dtype=np.int64)
    index = np.searchsorted(series.times, points, side="right") - 1
    at = np.maximum(index, 0)
    seen = (index >= 0) & (points - series.times[at] <= lookback) & ~series.stale[at]
    goes_on = np.append(seen[1:], [bool(series.times[-1] >= points[-1])])
    ends = points[seen & ~goes_on] + 1
    tail = slice(-1, None) if series.times[-1] > points[-1] else slice(0, 0)
    times = np.concatenate([points[seen], ends, series.times[tail]])
    found = np.concatenate([series.values[at][seen], np.full(len(ends), stale_marker()), series.values[tail]])
    order = np.argsort(times, kind="stable")
    return Series(series.labels, times[order], found[order], is_stale(found[order]))


def _read(path: Path, selectors: Sequence[Selector], start: int, end: int) -> Fetched:
    """Read one file; one that was compacted meanwhile is no gap."""
    series: Iterable[Series]
    gaps: tuple[str, ...] = ()
    if not path.exists():
        return Fetched()
    if path.parent.name == JOURNAL:
        series = read_journal(path)
    else:
        groups = list(read_blocks(path))
        series = [one for group in groups for one in group.series]
        gaps = tuple(group.gap for group in groups if group.gap)
    return Fetched(tuple(selected(series, selectors, start, end)), gaps)


def _names(path: Path) -> list[str]:
    """Read the metrics of which only a grid is kept."""
    try:
        return path.read_text("utf-8").split()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise MetricsError(f"{path} cannot be read: {error.strerror or error}") from None


def _spans(folder: Path) -> list[Path]:
    try:
        return sorted((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise MetricsError(f"{folder} cannot be read: {error.strerror or error}") from None


def _settle(fresh: Path, place: Path) -> None:
    """Put a finished file in its place, on the disk before the name changes."""
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(place)


def _unwritten(place: Path, error: OSError) -> MetricsError:
    return MetricsError(f"{place} cannot be written: {error.strerror or error}; is there room, may it be written?")
