"""Exports on disk as a source of metrics, told apart by their endings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from surefoot.edge.metrics.blocks import read_blocks
from surefoot.edge.metrics.chunks import moment
from surefoot.edge.metrics.columns import selected
from surefoot.edge.metrics.csv import read_csv
from surefoot.edge.metrics.openmetrics import read_text
from surefoot.edge.metrics.parquet import read_parquet
from surefoot.errors import MetricsError
from surefoot.ports.metrics import Fetched, Progress, merged
from surefoot.promql.selector import Selector
from surefoot.promql.series import Series

_LATE_MS = 300_000


@dataclass(frozen=True, slots=True)
class FilesSource:
    """Files with samples: Parquet, CSV, our own blocks (``.blocks``), and text for every other ending.

    Attributes:
        patterns: Paths, or patterns of them.
        folder: What they are relative to.
    """

    patterns: tuple[str, ...]
    folder: Path

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        """Read what the files hold; see `MetricsSource.fetch`. A file that ends early is a gap.

        Raises:
            MetricsError: A file is not there, cannot be read, or holds no samples.
        """
        paths = self._paths()
        parts = []
        extent = _Extent()
        for done, path in enumerate(paths, start=1):
            parts.append(_read(path, selectors, start, end, extent))
            if progress is not None:
                progress(done, len(paths))
        found = merged(parts)
        return Fetched(found.series, (*found.gaps, *extent.gaps(start, end)))

    def _paths(self) -> list[Path]:
        found: dict[Path, None] = {}
        for pattern in self.patterns:
            matches = glob(pattern, root_dir=self.folder, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute one
            paths = sorted(path for path in (Path(self.folder, one) for one in matches) if path.is_file())
            if not paths:
                raise MetricsError(f"{Path(self.folder, pattern)} is no file; check the path")
            found.update(dict.fromkeys(paths))
        return list(found)


class _Extent:
    """From when to when files hold anything: no export knows what was before and after it."""

    def __init__(self) -> None:
        self._times: tuple[int, int] | None = None

    def watched(self, series: Iterable[Series]) -> Iterator[Series]:
        """Pass series through and note their times."""
        for one in series:
            if len(one.times):
                first, last = int(one.times[0]), int(one.times[-1])
                known = self._times or (first, last)
                self._times = min(known[0], first), max(known[1], last)
            yield one

    def gaps(self, start: int, end: int) -> Iterator[str]:
        """Tell which part of a stretch of time the files do not cover."""
        if self._times is None:
            yield "the files hold no samples"
            return
        first, last = self._times
        if first - start > _LATE_MS:
            yield f"the files hold nothing from {moment(start)} to {moment(min(first, end))}"
        if end - last > _LATE_MS:
            yield f"the files hold nothing from {moment(max(last, start))} to {moment(end)}"


def _read(path: Path, selectors: Sequence[Selector], start: int, end: int, extent: _Extent) -> Fetched:
    gaps: list[str] = []
    pieces: Iterable[Iterable[Series]]
    match path.suffix.lower():
        case ".csv":
            pieces = [read_csv(path)]
        case ".parquet":
            pieces = read_parquet(path)
        case ".blocks":
            pieces = (_noted(group.series, group.gap, gaps) for group in read_blocks(path))
        case _:
            series, gaps = read_text(path)
            pieces = [series]
    found = merged([Fetched(tuple(selected(extent.watched(piece), selectors, start, end))) for piece in pieces])
    return Fetched(found.series, tuple(gaps))


def _noted(series: tuple[Series, ...], gap: str, gaps: list[str]) -> tuple[Series, ...]:
    if gap:
        gaps.append(gap)
    return series
