"""Series as Prometheus' own tests write them: ``requests_total{code="500"} 0+3x10 _x5 stale``."""

import re
from collections.abc import Sequence

import numpy as np

from surefoot.promql.error import PromqlError
from surefoot.promql.quote import unquote
from surefoot.promql.series import NAME, Labels, Series, is_stale, stale_marker

_NUMBER = r"(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]+)?"
_STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`]*`"
_METRIC = re.compile(rf"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{{((?:[^\"'`{{}}]|{_STRING})*)\}})?")
_PAIR = re.compile(rf"\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*({_STRING})\s*(,|$)")
_ITEM = re.compile(
    rf"""
      _(?:x(?P<gaps>[0-9]+))?
    | (?: (?P<word>stale|[+-]?(?i:inf|nan)) | (?P<number>[+-]?{_NUMBER}) )
      (?: (?P<increment>[+-]{_NUMBER}) x(?P<steps>[0-9]+) | (?(number) x(?P<repeats>[0-9]+) | (?!) ) )?
    """,
    re.VERBOSE,
)
_SPACE = re.compile(r"\s+")
_MOST_VALUES = 10_000_000


class UnsupportedNotationError(PromqlError):
    """The text uses a notation that is known and not supported, such as native histograms."""


def read_labels(text: str) -> Labels:
    """Read the labels of one series: ``name{label="value"}``, either part alone, or ``{}``.

    Raises:
        PromqlError: The text is anything else; says where.
    """
    match = _METRIC.match(text)
    assert match is not None
    if text[match.end() :].strip():
        raise PromqlError('expected the labels of a series, such as up{job="api"}', match.end(), len(text))
    return _labels(match)


def read_values(text: str) -> list[float | None]:
    """Expand values: None for a gap, the stale marker for ``stale``.

    ``5x3`` is four fives, ``1+2x3`` is 1 3 5 7 (each the one before it plus the increment, as Prometheus
    adds them), ``_x3`` is three gaps.

    Raises:
        PromqlError: A text that is no such item; says where.
        UnsupportedNotationError: A native histogram, ``{{...}}``.
    """
    return _values(text, 0)


def read_series(text: str, interval: int, start: int = 0) -> Series:
    """Read a line with labels and values.

    Args:
        text: Such as ``up{job="api"} 1 1 0 _ 1x5``.
        interval: Between values, milliseconds.
        start: Time of the first value, milliseconds.

    Raises:
        PromqlError: See `read_labels` and `read_values`.
    """
    labels, values = read_line(text)
    return timed(labels, values, interval, start)


def read_line(text: str) -> tuple[Labels, list[float | None]]:
    """Read a line with labels and values that have no times yet.

    Raises:
        PromqlError: See `read_labels` and `read_values`.
    """
    match = _METRIC.match(text)
    assert match is not None
    return _labels(match), _values(text, match.end())


def timed(labels: Labels, values: Sequence[float | None], interval: int, start: int = 0) -> Series:
    """Give values their times, one every `interval` milliseconds; gaps are left out."""
    kept = [(start + index * interval, value) for index, value in enumerate(values) if value is not None]
    times = np.array([time for time, _ in kept], np.int64)
    found = np.array([value for _, value in kept], np.float64)
    return Series(labels, times, found, is_stale(found))


def _labels(match: re.Match[str]) -> Labels:
    name, inner = match.groups()
    found = {NAME: name} if name else {}
    body = inner or ""
    position = 0
    while body[position:].strip():
        pair = _PAIR.match(body, position)
        if pair is None:
            place = match.start(2) + position
            raise PromqlError('expected label="value" pairs, with commas between them', place, match.end(2))
        try:
            value = unquote(pair[2])
        except ValueError as error:
            raise PromqlError(str(error), match.start(2) + pair.start(2), match.start(2) + pair.end(2)) from None
        found[pair[1]] = value
        position = pair.end()
    return tuple(sorted((label, value) for label, value in found.items() if value))


def _values(text: str, position: int) -> list[float | None]:
    values: list[float | None] = []
    while position < len(text):
        space = _SPACE.match(text, position)
        if space is None and values:  # an item ended here without a space
            raise _refused(text, position)
        position = space.end() if space else position
        if position == len(text):
            break
        item = _ITEM.match(text, position)
        if item is None:
            raise _refused(text, position)
        position = item.end()
        _expand(item, values)
    return values


def _expand(item: re.Match[str], values: list[float | None]) -> None:
    count = int(item["gaps"] or item["steps"] or item["repeats"] or 0)
    if len(values) + count > _MOST_VALUES:
        raise PromqlError(f"more than {_MOST_VALUES} values in one series", item.start(), item.end())
    text = item["word"] or item["number"]
    if text is None:
        values.extend([None] * (count if item["gaps"] else 1))
        return
    value = stale_marker() if text == "stale" else float(text)
    values.append(value)
    increment = float(item["increment"]) if item["increment"] else None
    for _ in range(count):
        if increment is not None:
            value += increment
        values.append(value)


def _refused(text: str, position: int) -> PromqlError:
    stop = _SPACE.search(text, position)
    end = stop.start() if stop else len(text)
    found = text[position:end]
    if "{{" in found:
        message = "native histograms ({{...}}) are not supported: write the classic buckets as series of their own"
        return UnsupportedNotationError(message, position, end)
    return PromqlError(f"{found!r} is no value: write 1, 5x3, 1+2x3, _, _x3 or stale", position, end)
