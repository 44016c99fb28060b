"""The port to Surefoot's own store of samples, which one process fills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from surefoot.ports.metrics import MetricsSource
from surefoot.promql.series import Labels


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept how long; milliseconds.

    Attributes:
        samples: Of every series.
        events: Of the series in `grid`.
        grid: Metric to the distance of the points that are kept of it once its span is compacted.
        lookback: How old a sample may be at a point.
    """

    samples: int
    events: int
    grid: Mapping[str, int] = field(default_factory=dict)
    lookback: int = 300_000


class SampleStore(MetricsSource, Protocol):
    """Keeps samples, and texts about them, so that a killed process loses nothing that it had appended."""

    def ref(self, labels: Labels) -> int:
        """Return the number under which samples of a series are appended, by this process."""

    def append(self, time: int, refs: Sequence[int], values: Sequence[float]) -> None:
        """Keep one sample of each series; the stale marker ends a series.

        Args:
            time: Of all samples, milliseconds.
            refs: See `ref`.
            values: One each.

        Raises:
            MetricsError: They cannot be written.
        """

    def tidy(self, now: int) -> None:
        """Compact what is complete and forget what is too old.

        Raises:
            MetricsError: The disk refuses.
        """

    def remember(self, name: str, text: str) -> None:
        """Keep a text under a name, in place of the one before: either is there in full.

        Raises:
            MetricsError: It cannot be written.
        """

    def recall(self, name: str) -> str | None:
        """Return the text that was kept under a name.

        Raises:
            MetricsError: It cannot be read.
        """
