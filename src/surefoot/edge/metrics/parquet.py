"""Parquet: long tables of others (``timestamp``, ``value``, labels in columns), and a compact layout of our own.

Our own has ``series`` (index of the label set in the schema's metadata), ``timestamp``, and the value
either as ``integer`` or as ``value``. Whole numbers and times are stored as deltas, other floats cut into
bytes of equal weight, all compressed with zstd: about a byte a sample for counters.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surefoot.edge.metrics.columns import gathered, milliseconds, named
from surefoot.edge.metrics.csv import TIME_COLUMNS, column, label_names
from surefoot.errors import MetricsError
from surefoot.promql.series import Labels, Series, Times

if TYPE_CHECKING:
    import pyarrow as pa

_OURS = b"surefoot.series"
_GROUP = 1 << 20  # samples
_EXACT = 2.0**53
_ENCODINGS = {
    "series": "DELTA_BINARY_PACKED",
    "timestamp": "DELTA_BINARY_PACKED",
    "integer": "DELTA_BINARY_PACKED",
    "value": "BYTE_STREAM_SPLIT",
}


def read_parquet(path: Path) -> Iterator[list[Series]]:
    """Read a table, row group by row group; a series may come in several pieces.

    Raises:
        MetricsError: pyarrow is not installed, the file cannot be read, or a column is missing.
    """
    arrow, parquet = _libraries()
    try:
        with parquet.ParquetFile(path) as file:
            ours = (file.schema_arrow.metadata or {}).get(_OURS)
            labels = [tuple((name, value) for name, value in one) for one in json.loads(ours)] if ours else []
            for number in range(file.num_row_groups):
                table = file.read_row_group(number)
                yield _own(table, labels) if ours else _long(table, path)
    except (OSError, arrow.ArrowException) as error:
        raise MetricsError(f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}") from None


def write_parquet(path: Path, series: Iterable[Series]) -> None:
    """Write a table in our own layout, in row groups of about a million samples.

    Raises:
        MetricsError: pyarrow is not installed, or the file cannot be written.
    """
    arrow, parquet = _libraries()
    wanted = list(series)
    types = {"series": arrow.int32(), "timestamp": arrow.int64(), "integer": arrow.int64(), "value": arrow.float64()}
    told = {_OURS: json.dumps([one.labels for one in wanted], ensure_ascii=False).encode()}
    schema = arrow.schema(list(types.items()), metadata=told)
    try:
        with parquet.ParquetWriter(
            path, schema, compression="zstd", use_dictionary=False, column_encoding=_ENCODINGS
        ) as writer:
            for columns in _row_groups(wanted):
                count = len(columns["timestamp"])
                arrays = [
                    arrow.array(columns[name], kind) if name in columns else arrow.nulls(count, kind)
                    for name, kind in types.items()
                ]
                writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
    except (OSError, arrow.ArrowException) as error:
        raise MetricsError(f"{path} cannot be written: {str(error).splitlines()[0]}") from None


def _row_groups(series: Sequence[Series]) -> Iterator[dict[str, NDArray[np.generic]]]:
    """Put series together, whole numbers apart from others."""
    part: list[tuple[int, Series]] = []
    for number, one in enumerate(series):
        if part and (_whole(part[0][1]) != _whole(one) or sum(len(s.times) for _, s in part) >= _GROUP):
            yield _columns(part)
            part = []
        if len(one.times):
            part.append((number, one))
    if part:
        yield _columns(part)


def _columns(part: Sequence[tuple[int, Series]]) -> dict[str, NDArray[np.generic]]:
    values = np.concatenate([one.values for _, one in part])
    whole = _whole(part[0][1])
    return {
        "series": np.concatenate([np.full(len(one.times), number, np.int32) for number, one in part]),
        "timestamp": np.concatenate([one.times for _, one in part]),
        "integer" if whole else "value": values.astype(np.int64) if whole else values,
    }


def _whole(series: Series) -> bool:
    values = series.values
    with np.errstate(invalid="ignore"):
        whole = np.all(np.abs(values) < _EXACT) and np.all(values == np.floor(values))
    return bool(whole) and not np.any((values == 0) & np.signbit(values))


def _own(table: "pa.Table", labels: Sequence[Labels]) -> list[Series]:
    which = table.column("series").to_numpy().astype(np.int64)
    integers, floats = table.column("integer"), table.column("value")
    values = floats.to_numpy() if integers.null_count else integers.to_numpy().astype(np.float64)
    return gathered(labels, which, table.column("timestamp").to_numpy(), values)


def _long(table: "pa.Table", path: Path) -> list[Series]:
    header = table.column_names
    time_at, value_at = column(header, TIME_COLUMNS, path), column(header, ("value",), path)
    others = [place for place in range(len(header)) if place not in (time_at, value_at)]
    names = label_names([header[place] for place in others])
    numbers = np.zeros(table.num_rows, np.int64)
    texts: list[list[str]] = []
    for place in others:
        codes, known = _coded(table.column(place))
        texts.append(known)
        numbers = numbers * len(known) + codes
    kinds, which = np.unique(numbers, return_inverse=True)
    labels = [_decoded(int(kind), names, texts) for kind in kinds]
    for place in (time_at, value_at):
        if table.column(place).null_count:
            raise MetricsError(f"{path}: a cell of `{header[place]}` is empty; leave out such rows")
    try:
        values = table.column(value_at).cast("float64").to_numpy()
        times = _times(table.column(time_at))
    except ValueError as error:
        raise MetricsError(f"{path}: {error}: `timestamp` and `value` hold numbers") from None
    return gathered(labels, which.astype(np.int64), times, values)


def _times(column: "pa.ChunkedArray") -> Times:
    if str(column.type).startswith("timestamp"):
        moments: Times = column.to_numpy().astype("datetime64[ms]").astype(np.int64)
        return moments
    return milliseconds(column.cast("float64").to_numpy())


def _coded(column: "pa.ChunkedArray") -> tuple[Times, list[str]]:
    """Number the texts of a label's column; a missing one is empty."""
    found = column.cast("string").fill_null("").combine_chunks().dictionary_encode()
    return found.indices.to_numpy().astype(np.int64), found.dictionary.to_pylist() or [""]


def _decoded(number: int, names: Sequence[str], texts: Sequence[Sequence[str]]) -> Labels:
    found = {}
    for name, known in zip(reversed(names), reversed(texts), strict=True):
        number, code = divmod(number, len(known))
        found[name] = known[code]
    return named(found)


def _libraries() -> "tuple[ModuleType, ModuleType]":
    try:
        import pyarrow as pa  # noqa: PLC0415  # an extra
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise MetricsError("Parquet needs pyarrow: pip install 'surefoot[parquet]'") from None
    return pa, pyarrow.parquet
