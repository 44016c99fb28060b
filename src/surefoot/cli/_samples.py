"""Values of PromQL expressions for people and programs."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import orjson

from surefoot.cli import _times
from surefoot.promql.quote import quote
from surefoot.promql.series import NAME, Block, Labels, Mask, Scalar, Text, Times, Values

Value = Block | Scalar | Text


def as_text(value: Value, times: Times) -> str:
    """Write a table: labels and value at an instant; over a range each series with its times below it."""
    if isinstance(value, Text):
        return value.value
    block = _block(value)
    if len(times) == 1:
        rows = [(_series(labels), number(float(values[0]))) for labels, values, there in _rows(block) if there[0]]
        width = max((len(labels) for labels, _ in rows), default=0)
        return "\n".join(f"{labels:<{width}}  {shown}" if labels else shown for labels, shown in rows)
    return "\n".join(
        line for labels, values, there in _rows(block) for line in _over_time(labels, values, there, times)
    )


def as_json(value: Value, times: Times, gaps: Sequence[str]) -> str:
    """Write ``{"resultType", "result", "partial", "gaps"}``; the first two are as in Prometheus' API."""
    if isinstance(value, Text):
        return _dumped("string", [float(times[0]) / 1000, value.value], gaps)
    if isinstance(value, Scalar) and len(times) == 1:
        return _dumped("scalar", [float(times[0]) / 1000, number(float(value.values[0]))], gaps)
    block = _block(value)
    if len(times) == 1:
        vector = [
            {"metric": dict(labels), "value": [float(times[0]) / 1000, number(float(values[0]))]}
            for labels, values, there in _rows(block)
            if there[0]
        ]
        return _dumped("vector", vector, gaps)
    matrix = [
        {
            "metric": dict(labels),
            "values": [
                [time / 1000, number(one)]
                for time, one, here in zip(times.tolist(), values.tolist(), there.tolist(), strict=True)
                if here
            ],
        }
        for labels, values, there in _rows(block)
    ]
    return _dumped("matrix", matrix, gaps)


def number(value: float) -> str:
    """Write a float so that it reads back the same."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value).removesuffix(".0")


def _block(value: Block | Scalar) -> Block:
    if isinstance(value, Block):
        return value
    return Block(((),), value.values[np.newaxis], np.ones((1, len(value.values)), bool))


def _rows(block: Block) -> Iterator[tuple[Labels, Values, Mask]]:
    """Go through the rows by their labels, unless the expression asked for an order."""
    places = range(len(block.labels))
    for place in places if block.ordered else sorted(places, key=lambda one: block.labels[one]):
        if block.present[place].any():
            yield block.labels[place], block.values[place], block.present[place]


def _over_time(labels: Labels, values: Values, there: Mask, times: Times) -> Iterator[str]:
    yield _series(labels) or "{}"
    for time, value, here in zip(times.tolist(), values.tolist(), there.tolist(), strict=True):
        if here:
            yield f"  {_times.shown(time)}  {number(value)}"


def _series(labels: Labels) -> str:
    others = ", ".join(f"{name}={quote(value)}" for name, value in labels if name != NAME)
    return dict(labels).get(NAME, "") + (f"{{{others}}}" if others else "")


def _dumped(kind: str, result: object, gaps: Sequence[str]) -> str:
    content = {"resultType": kind, "result": result, "partial": bool(gaps), "gaps": list(gaps)}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
