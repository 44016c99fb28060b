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
_SPACED = re.compile(rb'([^{"\s]*\s*(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)\s+(\S+)(?:\s+(\S+))?(?:\s+#\s.*)?\s*$')
_SECONDS_BELOW = 1e11  # as milliseconds that would be 1973
_PARTS = 3


def read_text(path: Path) -> tuple[list[Series], list[str]]:
    """Read an export.

    Returns:
        The series, and a sentence if the text seems to be cut short.

    Raises:
        MetricsError: It cannot be read, a line is none of this form, or a sample has no time.
    """
    keys: dict[bytes, int] = {}
    which: list[int] = []
    values: list[bytes] = []
    times: list[bytes] = []
    ended = openmetrics = False
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                line = raw.strip()
                if not line:
                    continue
                if line[:1] == b"#":
                    ended |= line == _EOF
                    openmetrics = openmetrics or _ONLY_OPENMETRICS.match(line) is not None
                    continue
                key, value, time = _parts(line, path, number)
                which.append(keys.setdefault(key, len(keys)))
                values.append(value)
                times.append(time)
    except OSError as error:
        raise MetricsError(f"{path} cannot be read: {error.strerror or error}") from None
    labels = [_labels(key, path) for key in keys]
    at = np.array(_numbers(times, path))
    if not np.isfinite(at).all():
        raise MetricsError(f"{path}: a time is NaN or infinite; write seconds since 1970")
    seconds = ended or openmetrics or bool(len(at) and np.abs(at).max() < _SECONDS_BELOW)
    moments = np.rint(at * 1000 if seconds else at).astype(np.int64)
    found = gathered(labels, np.array(which, np.int64), moments, np.array(_numbers(values, path), np.float64))
    gaps = [f"{path} has no `# EOF` at its end: what came after {moment(int(moments.max(initial=0)))} may be missing"]
    return found, gaps if seconds and not ended else []


def _parts(line: bytes, path: Path, number: int) -> tuple[bytes, bytes, bytes]:
    """Split a line into series, value and time; the usual form without a regular expression."""
    parts = line.rsplit(b" ", _PARTS - 1)
    if len(parts) == _PARTS and b" # " not in line and parts[0][-1:] not in (b",", b" ", b"\t", b'"', b"="):
        key, value, time = parts
        if key[-1:] == b"}" or b"{" not in key:
            return key, value, time
    match = _SPACED.match(line)
    if match is None:
        raise MetricsError(f'{path}:{number}: expected a sample such as up{{job="api"}} 1 1767571200.000')
    key, value, time = match.groups()
    if time is None:
        raise MetricsError(f"{path}:{number}: the sample has no time; history needs one behind each value")
    return key.strip(), value, time


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
