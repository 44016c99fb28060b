"""Results of the Prometheus API as series and blocks."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from surefoot.edge.metrics.http import Json
from surefoot.errors import MetricsError
from surefoot.promql.series import Block, Labels, Scalar, Series, Text, Times, Values, is_stale

_Pairs = list[Json]


def read_series(data: Mapping[str, Json], where: str) -> tuple[list[Series], list[str]]:
    """Read a matrix of raw samples.

    Args:
        data: Of the answer.
        where: The server, for errors.

    Returns:
        The series, and a sentence for each metric that has samples of a kind that is not read.

    Raises:
        MetricsError: It is no matrix, or a label set comes twice.
    """
    found: dict[Labels, Series] = {}
    gaps: dict[str, None] = {}
    for labels, pairs, others in _rows(data, "matrix", "values", where):
        if others:
            gaps[f"{dict(labels).get('__name__', 'a series')} has native histograms, which are not read"] = None
        if labels in found:
            raise _twice(labels, where)
        times, values = _columns(pairs, where)
        if np.any(np.diff(times) <= 0):
            times, kept = np.unique(times, return_index=True)
            values = values[kept]
        if len(times):
            found[labels] = Series(labels, times, values, is_stale(values))
    return list(found.values()), list(gaps)


def read_value(data: Mapping[str, Json], times: Times, where: str) -> Block | Scalar | Text:
    """Read the result of a query, on the grid of its evaluations.

    Args:
        data: Of the answer, of any kind of result but raw samples.
        times: The evaluations, milliseconds, shape (steps,).
        where: The server, for errors.

    Raises:
        MetricsError: The result is of another kind, or off the grid.
    """
    kind = data.get("resultType")
    if kind in ("scalar", "string"):
        pair = data.get("result")
        if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004  # time and value
            raise _malformed(where)
        return Scalar(np.full(len(times), float(str(pair[1])))) if kind == "scalar" else Text(str(pair[1]))
    several = kind == "matrix"
    rows: dict[Labels, tuple[Times, Values]] = {}
    for labels, pairs, _ in _rows(data, "matrix" if several else "vector", "values" if several else "value", where):
        if labels in rows:
            raise _twice(labels, where)
        at, values = _columns(pairs, where)
        rows[labels] = np.searchsorted(times, at), values
    block = Block(tuple(rows), np.zeros((len(rows), len(times))), np.zeros((len(rows), len(times)), bool), not several)
    for row, (places, values) in enumerate(rows.values()):
        if len(places) and places.max() >= len(times):
            raise MetricsError(f"{where} answered for times that were not asked for")
        block.values[row, places] = values
        block.present[row, places] = True
    return block


def _rows(data: Mapping[str, Json], kind: str, field: str, where: str) -> Iterator[tuple[Labels, _Pairs, bool]]:
    """Go through label sets, their samples, and whether they have native histograms."""
    result = data.get("result")
    if data.get("resultType") != kind or not isinstance(result, list):
        raise MetricsError(f"{where} answered with a {data.get('resultType')}, where a {kind} was asked for")
    for row in result:
        if not isinstance(row, dict) or not isinstance(metric := row.get("metric"), dict):
            raise _malformed(where)
        found = row.get(field, [])
        if not isinstance(found, list):
            raise _malformed(where)
        pairs: _Pairs = [found] if field == "value" and found else found
        labels = tuple(sorted((name, str(value)) for name, value in metric.items() if value))
        yield labels, pairs, "histograms" in row or "histogram" in row


def _columns(pairs: _Pairs, where: str) -> tuple[Times, Values]:
    """Split pairs of seconds and text; orjson has made lists of them, or it is no answer of this API."""
    try:
        times, texts = zip(*pairs, strict=True) if pairs else ((), ())
        seconds = np.array(times, np.float64)
        values = np.fromiter(map(float, texts), np.float64, len(texts))
    except (TypeError, ValueError):
        raise _malformed(where) from None
    return np.rint(seconds * 1000).astype(np.int64), values


def _twice(labels: Labels, where: str) -> MetricsError:
    shown = ", ".join(f"{name}={value}" for name, value in labels)
    return MetricsError(f"{where} answered with the series {{{shown}}} twice; let it drop duplicates of replicas")


def _malformed(where: str) -> MetricsError:
    return MetricsError(f"{where} answered with samples that are none of a Prometheus API")


def joined(parts: Iterable[Block]) -> Block:
    """Put blocks of successive steps side by side."""
    blocks = list(parts)
    order = dict.fromkeys(labels for block in blocks for labels in block.labels)
    rows = {labels: row for row, labels in enumerate(order)}
    steps = sum(block.values.shape[1] for block in blocks)
    values, present = np.zeros((len(rows), steps)), np.zeros((len(rows), steps), bool)
    at = 0
    for block in blocks:
        width = block.values.shape[1]
        for row, labels in enumerate(block.labels):
            values[rows[labels], at : at + width] = block.values[row]
            present[rows[labels], at : at + width] = block.present[row]
        at += width
    return Block(tuple(rows), values, present)
