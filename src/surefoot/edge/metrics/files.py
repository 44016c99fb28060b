"""Exports on disk as a source of metrics, told apart by their endings."""

from collections.abc import Iterable, Sequence
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
        for done, path in enumerate(paths, start=1):
            parts.append(_read(path, selectors, start, end))
            if progress is not None:
                progress(done, len(paths))
        found = merged(parts)
        return Fetched(found.series, (*found.gaps, *_ends(found.series, start, end)))

    def _paths(self) -> list[Path]:
        found: dict[Path, None] = {}
        for pattern in self.patterns:
            matches = glob(pattern, root_dir=self.folder, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute one
            paths = sorted(path for path in (Path(self.folder, one) for one in matches) if path.is_file())
            if not paths:
                raise MetricsError(f"{Path(self.folder, pattern)} is no file; check the path")
            found.update(dict.fromkeys(paths))
        return list(found)


def _read(path: Path, selectors: Sequence[Selector], start: int, end: int) -> Fetched:
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
    found = merged([Fetched(tuple(selected(piece, selectors, start, end))) for piece in pieces])
    return Fetched(found.series, tuple(gaps))


def _noted(series: tuple[Series, ...], gap: str, gaps: list[str]) -> tuple[Series, ...]:
    if gap:
        gaps.append(gap)
    return series


def _ends(series: Sequence[Series], start: int, end: int) -> tuple[str, ...]:
    """Tell where what was found begins late or ends early: no export knows what was before and after it."""
    if not series:
        return ()
    first, last = min(int(one.times[0]) for one in series), max(int(one.times[-1]) for one in series)
    gaps = []
    if first - start > _LATE_MS:
        gaps.append(f"the files hold nothing from {moment(start)} to {moment(first)}")
    if end - last > _LATE_MS:
        gaps.append(f"the files hold nothing from {moment(last)} to {moment(end)}")
    return tuple(gaps)
