"""Exports as CSV: a column ``timestamp``, a column ``value``, and labels in the other columns."""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from surefoot.edge.metrics.columns import gathered, milliseconds, named
from surefoot.errors import MetricsError
from surefoot.promql.series import NAME, Series

TIME_COLUMNS = ("timestamp", "time")
NAME_COLUMNS = (NAME, "metric", "name")
_FORM = "write a header such as `timestamp,value,metric,job` with a row for each sample"


def read_csv(path: Path) -> list[Series]:
    """Read an export; times are seconds, milliseconds, or ISO 8601 (UTC where no zone is named).

    Raises:
        MetricsError: It cannot be read, a column is missing, or a cell is no number or time.
    """
    keys: dict[tuple[str, ...], int] = {}
    which, times, values = [], [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            header = [name.strip() for name in next(rows, [])]
            time_at, value_at = column(header, TIME_COLUMNS, path), column(header, ("value",), path)
            others = [place for place in range(len(header)) if place not in (time_at, value_at)]
            for number, row in _filled(rows):
                if len(row) != len(header):
                    raise MetricsError(f"{path}:{number}: {len(row)} cells under {len(header)} columns")
                which.append(keys.setdefault(tuple(row[place] for place in others), len(keys)))
                times.append(_time(row[time_at], path, number))
                values.append(_number(row[value_at], path, number))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MetricsError(f"{path} cannot be read as CSV: {error}; {_FORM}") from None
    names = label_names([header[place] for place in others])
    labels = [named(dict(zip(names, key, strict=True))) for key in keys]
    try:
        moments = milliseconds(np.array(times, np.float64))
    except ValueError as error:
        raise MetricsError(f"{path}: {error}; {_FORM}") from None
    return gathered(labels, np.array(which, np.int64), moments, np.array(values, np.float64))


def column(header: Sequence[str], names: Sequence[str], path: Path) -> int:
    """Find a column by the first of its names.

    Raises:
        MetricsError: There is none.
    """
    for name in names:
        if name in header:
            return list(header).index(name)
    raise MetricsError(f"{path} has no column `{names[0]}`; {_FORM}")


def label_names(header: Sequence[str]) -> list[str]:
    """Name the labels that columns hold; the first of the usual columns holds the metric's name."""
    name = next((one for one in NAME_COLUMNS if one in header), None)
    return [NAME if one == name else one for one in header]


def _filled(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=2):
        if row:
            yield number, row


def _time(text: str, path: Path, number: int) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise MetricsError(
            f"{path}:{number}: `{text}` is no time: write seconds, milliseconds or 2026-01-05T12:00:00Z"
        ) from None
    zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
    return round(zoned.timestamp() * 1000)


def _number(text: str, path: Path, number: int) -> float:
    try:
        return float(text)
    except ValueError:
        raise MetricsError(f"{path}:{number}: `{text}` is no value: write a number, NaN or +Inf") from None
