"""Exports as text: OpenMetrics (times in seconds, ends with ``# EOF``) and Prometheus' own form (milliseconds)."""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from surefoot.edge.metrics.chunks import moment
from surefoot.edge.metrics.columns import gathered, named
from surefoot.errors import MetricsError
from surefoot.promql.error import PromqlError
from surefoot.promql.notation import read_labels
from surefoot.promql.series import Labels, Series

_EOF = b"# EOF"
_ONLY_OPENMETRICS = re.compile(rb"# (UNIT |TYPE \S+ (unknown|info|stateset|gaugehistogram)\b)")
_SAMPLE = re.compile(rb'([^{"\s]*\s*(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)\s+(\S+)(?:\s+(\S+))?(?:\s+#\s.*)?')
_SECONDS_BELOW = 1e11  # as milliseconds that would be 1973
_PARTS = 3


def read_text(path: Path) -> tuple[list[Series], list[str]]:
    """Read an export.

    Returns:
        The series, and a sentence if the text seems to be cut short.

    Raises:
        MetricsError: It cannot be read, a line is none of this form, or a sample has no time.
    """
    text = _Text(path)
    try:
        with path.open("rb") as file:
            text.read(file)
    except OSError as error:
        raise MetricsError(f"{path} cannot be read: {error.strerror or error}") from None
    at = np.array(_numbers(text.times, path))
    if not np.isfinite(at).all():
        raise MetricsError(f"{path}: a time is NaN or infinite; write seconds since 1970")
    seconds = text.ended or text.openmetrics or bool(len(at) and np.abs(at).max() < _SECONDS_BELOW)
    moments = np.rint(at * 1000 if seconds else at).astype(np.int64)
    labels = [_labels(key, path) for key in text.keys]
    values = np.array(_numbers(text.values, path), np.float64)
    found = gathered(labels, np.array(text.which, np.int64), moments, values)
    gaps = [f"{path} has no `# EOF` at its end: what came after {moment(int(moments.max(initial=0)))} may be missing"]
    return found, gaps if seconds and not text.ended else []


class _Text:
    """The samples of a text, still as text, and what its comments tell about its form."""

    def __init__(self, path: Path) -> None:
        self.keys: dict[bytes, int] = {}
        self.which: list[int] = []
        self.values: list[bytes] = []
        self.times: list[bytes] = []
        self.ended = self.openmetrics = False
        self._path = path

    def read(self, lines: Iterable[bytes]) -> None:
        """Read all lines; those of a series that is known need no second look."""
        keys, which, values, times = self.keys, self.which, self.values, self.times
        for number, line in enumerate(lines, start=1):
            parts = line.rsplit(b" ", _PARTS - 1)
            place = keys.get(parts[0])
            if place is None or len(parts) < _PARTS:
                self._odd(line.strip(), number)
                continue
            which.append(place)
            values.append(parts[1])
            times.append(parts[2])

    def _odd(self, line: bytes, number: int) -> None:
        if line[:1] == b"#":
            self.ended |= line == _EOF
            self.openmetrics = self.openmetrics or _ONLY_OPENMETRICS.match(line) is not None
        elif line:
            match = _SAMPLE.fullmatch(line)
            if match is None:
                told = 'expected a sample such as up{job="api"} 1 1767571200.000'
                raise MetricsError(f"{self._path}:{number}: {told}")
            key, value, time = match.groups()
            if time is None:
                told = "the sample has no time; history needs one behind each value"
                raise MetricsError(f"{self._path}:{number}: {told}")
            self.which.append(self.keys.setdefault(key.strip(), len(self.keys)))
            self.values.append(value)
            self.times.append(time)


def _labels(key: bytes, path: Path) -> Labels:
    try:
        return named(dict(read_labels(key.decode("utf-8"))))
    except (PromqlError, UnicodeDecodeError) as error:
        told = error.message if isinstance(error, PromqlError) else "it is not UTF-8"
        raise MetricsError(f"{path}: `{key.decode('utf-8', 'replace')}` is no series: {told}") from None


def _numbers(texts: Iterable[bytes], path: Path) -> list[float]:
    try:
        return list(map(float, texts))
    except ValueError as error:
        raise MetricsError(f"{path}: {error}: write values such as 1, 0.5, NaN, +Inf, and times as numbers") from None
