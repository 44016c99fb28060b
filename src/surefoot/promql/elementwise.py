"""Functions of one sample at a time: arithmetic, trigonometry, rounding, dates."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from surefoot.promql.series import Mask, Values

Moments = NDArray[np.datetime64]
Unary = Callable[[Values], Values]

_FURTHEST = 1e15  # seconds; 31 million years


def at_least(x: Values, low: Values) -> Values:
    """Raise values to a bound; NaN stays, and a NaN bound gives NaN, but infinity wins over NaN (Go's ``math.Max``)."""
    return np.where(np.isposinf(x) | np.isposinf(low), np.inf, np.maximum(low, x))


def at_most(x: Values, high: Values) -> Values:
    """Lower values to a bound, as `at_least` does."""
    return np.where(np.isneginf(x) | np.isneginf(high), -np.inf, np.minimum(high, x))


def round_to(x: Values, nearest: Values) -> Values:
    """Round to a multiple, halves up; the inverse of the multiple is used, as it is often whole."""
    inverse = 1.0 / nearest
    rounded: Values = np.floor(x * inverse + 0.5) / inverse
    return rounded


def _sign(x: Values) -> Values:
    return np.where(x < 0, -1.0, np.where(x > 0, 1.0, x))


def _is_date(x: Values) -> Mask:
    """Tell what is a time; for the rest Prometheus' answer depends on the processor, and is NaN here."""
    return np.abs(x) < _FURTHEST


def _dates(x: Values) -> Moments:
    seconds = np.where(_is_date(x), x, 0.0).astype(np.int64)
    return seconds.astype("datetime64[s]")


def _dated(pick: Callable[[Moments], Values]) -> Unary:
    def apply(x: Values) -> Values:
        return np.where(_is_date(x), pick(_dates(x)), np.nan)

    return apply


def _since(unit: str, of: str) -> Unary:
    """Count units since the start of a larger unit."""

    def pick(at: Moments) -> Values:
        start = at.astype(f"datetime64[{of}]").astype(f"datetime64[{unit}]")
        return np.asarray((at.astype(f"datetime64[{unit}]") - start).astype(np.int64), np.float64)

    return _dated(pick)


def _plus_one(inner: Unary) -> Unary:
    return lambda x: inner(x) + 1.0


def _year(at: Moments) -> Values:
    return np.asarray(at.astype("datetime64[Y]").astype(np.int64) + 1970, np.float64)


def _weekday(at: Moments) -> Values:
    weekday = (at.astype("datetime64[D]").astype(np.int64) + 4) % 7  # 1970-01-01 was a Thursday; Sunday is 0
    return np.asarray(weekday, np.float64)


def _month_length(at: Moments) -> Values:
    month = at.astype("datetime64[M]")
    days = (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")
    return np.asarray(days.astype(np.int64), np.float64)


MATH: Mapping[str, Unary] = MappingProxyType(
    {
        "abs": np.abs,
        "ceil": np.ceil,
        "floor": np.floor,
        "exp": np.exp,
        "sqrt": np.sqrt,
        "ln": np.log,
        "log2": np.log2,
        "log10": np.log10,
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "asin": np.arcsin,
        "acos": np.arccos,
        "atan": np.arctan,
        "sinh": np.sinh,
        "cosh": np.cosh,
        "tanh": np.tanh,
        "asinh": np.arcsinh,
        "acosh": np.arccosh,
        "atanh": np.arctanh,
        "deg": lambda x: x * 180 / np.pi,
        "rad": lambda x: x * np.pi / 180,
        "sgn": _sign,
    }
)
DATES: Mapping[str, Unary] = MappingProxyType(
    {
        "minute": _since("m", "h"),
        "hour": _since("h", "D"),
        "day_of_month": _plus_one(_since("D", "M")),
        "day_of_year": _plus_one(_since("D", "Y")),
        "month": _plus_one(_since("M", "Y")),
        "day_of_week": _dated(_weekday),
        "days_in_month": _dated(_month_length),
        "year": _dated(_year),
    }
)
