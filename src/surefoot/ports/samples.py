"""The port to Surefoot's own store of samples, which one process fills."""

from collections.abc import Sequence
from typing import Protocol

from surefoot.ports.metrics import MetricsSource
from surefoot.promql.series import Labels


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
