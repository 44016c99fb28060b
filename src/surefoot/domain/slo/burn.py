"""Burn alerts in closed form: how fast a budget burns, when an alert on that fires and when it ends.

Throughout, b is the error budget as a ratio (`surefoot.domain.slo.budget.budget_ratio`), F a burn
factor, theta = F * b the error ratio above which a leg is true, and e the error ratio of an outage.
Constant traffic is assumed. The formulas are those of the SRE workbook, chapter 5.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from math import isfinite, isnan

_FIXED = range(-4, 6)  # decimal exponents that Go prints without an exponent

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Leg:
    """A pair of windows: true while both show an error ratio above F * b.

    Attributes:
        long: Window that makes the leg precise.
        short: Window that makes it end soon. An alert on one window has ``short == long``.
        factor: F, how many times too fast the budget burns.
        share: What that spends within ``long``, in percent of the period's budget.

    Raises:
        ValueError: Not 0 < short <= long, or the factor is not positive.
    """

    long: timedelta
    short: timedelta
    factor: float
    share: float

    def __post_init__(self) -> None:
        if not timedelta(0) < self.short <= self.long:
            raise ValueError(f"windows {self.long} and {self.short}: the short one, second, must not be longer")
        if not self.factor > 0:
            raise ValueError(f"burn factor {self.factor}: use one above 0, such as 14.4")


def factor(share: float, period: timedelta, long: timedelta) -> float:
    """Compute the burn factor that spends a share of the period's budget within a window.

    The operations run in Sloth's order (percent times hours, over 100, over hours), so that the
    floats agree to the last bit.

    Args:
        share: Percent of the budget.
        period: The SLO's period.
        long: The window.

    Example:
        >>> factor(2, timedelta(days=30), timedelta(hours=1))
        14.4
        >>> factor(5, timedelta(days=28), timedelta(hours=6))
        5.6000000000000005
    """
    return share * _hours(period) / 100 / _hours(long)


def daily_burn(share: float, period: timedelta) -> float:
    """Compute the burn factor that spends a share of the period's budget a day (SLO-4).

    Args:
        share: Percent of the budget; 10 a day are 3 times too fast over 30 days.
        period: The SLO's period.
    """
    return factor(share, period, _DAY)


def threshold(leg: Leg, b: float) -> float:
    """Compute theta, as the rule's ``F * b`` does."""
    return leg.factor * b


def reachable(leg: Leg, b: float) -> bool:
    """Tell whether a total outage makes the leg true; an error ratio never exceeds 1."""
    return threshold(leg, b) < 1


def dead_below(factor: float) -> float:
    """Compute the objective, in percent, at or below which a leg of this factor never fires.

    Example:
        >>> round(dead_below(14.4), 2)
        93.06

    Returns:
        100 - 100 / F, from theta >= 1; 0.0 where the factor is at most 1 and fits every objective.
    """
    return max(0.0, 100 - 100 / factor)


def detection(leg: Leg, b: float, e: float) -> timedelta | None:
    """Compute how long after an outage's start the leg becomes true: long * theta / e.

    By then the long window holds enough of the outage; the short one has been true since
    short * theta / e. A clean history is assumed.

    Returns:
        The time, or None where the outage never lifts the window above theta (theta >= e).
    """
    theta = threshold(leg, b)
    return None if theta >= e else leg.long * (theta / e)


def reset(leg: Leg, b: float, e: float) -> timedelta | None:
    """Compute how long after an outage's end the leg stays true: short * (1 - theta / e).

    The outage is taken to have filled the short window.

    Returns:
        The time, or None where the leg was never true.
    """
    theta = threshold(leg, b)
    return None if theta >= e else leg.short * (1 - theta / e)


def spent(leg: Leg, period: timedelta) -> float:
    """Compute the ratio of the period's budget that burning at the factor spends in ``long``."""
    return leg.factor * (leg.long / period)


def first_detection(legs: Iterable[Leg], b: float, e: float) -> timedelta | None:
    """Compute when an alert of several legs fires: with its first leg; None if none does."""
    return min((at for leg in legs if (at := detection(leg, b, e)) is not None), default=None)


def last_reset(legs: Iterable[Leg], b: float, e: float) -> timedelta | None:
    """Compute when an alert of several legs ends: with its last leg, had all that can been true."""
    return max((at for leg in legs if (at := reset(leg, b, e)) is not None), default=None)


@dataclass(frozen=True, slots=True)
class Capped:
    """A leg that could never fire, and what stands in its place.

    Attributes:
        leg: The leg as it was.
        instead: The same windows with a lower factor, or None where no factor was low enough.
    """

    leg: Leg
    instead: Leg | None


def cap(
    legs: Sequence[Leg], b: float, factors: Iterable[float] | None = None
) -> tuple[tuple[Leg, ...], tuple[Capped, ...]]:
    """Give each leg that can never fire the next lower factor that can, or drop it.

    Args:
        legs: Legs of one alert or of all.
        b: Error budget as a ratio.
        factors: Where to look for lower factors; those of ``legs`` when not given.

    Returns:
        The legs in their order, without those dropped, and what was done to which.

    Example:
        At 90 % a total outage burns 10 times too fast. The leg of 14.4 then takes the factor 6.
    """
    usable = [f for f in (factors if factors is not None else (leg.factor for leg in legs)) if f * b < 1]
    kept: list[Leg] = []
    notes: list[Capped] = []
    for leg in legs:
        if reachable(leg, b):
            kept.append(leg)
            continue
        # Every usable factor is below that of an unreachable leg: f * b < 1 <= factor * b.
        lower = max(usable, default=None)
        if lower is None:
            notes.append(Capped(leg, None))
            continue
        instead = replace(leg, factor=lower, share=leg.share * lower / leg.factor)
        notes.append(Capped(leg, instead))
        kept.append(instead)
    return tuple(kept), tuple(notes)


def go_float(x: float) -> str:
    """Print a float as Go's ``%v`` does, and with it Sloth and Prometheus.

    That is the shortest text that reads back as the same float, without ``.0`` behind whole numbers,
    and with an exponent of at least two digits below 1e-4 and from 1e6 on (strconv's shortest ``g``).

    Example:
        >>> go_float(14.4), go_float(6.0), go_float(0.00001), go_float(1234567.0)
        ('14.4', '6', '1e-05', '1.234567e+06')
    """
    if not isfinite(x):
        return "NaN" if isnan(x) else "+Inf" if x > 0 else "-Inf"
    # repr finds the same shortest digits as Go; only the choice of notation differs.
    decimal = Decimal(repr(x))
    exponent = decimal.adjusted()
    if exponent in _FIXED:
        return repr(x).removesuffix(".0")
    digits = "".join(map(str, decimal.as_tuple().digits)).rstrip("0")
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{'-' if decimal.is_signed() else ''}{digits[0]}{fraction}e{exponent:+03d}"


def _hours(duration: timedelta) -> float:
    """Count hours as Go's ``Duration.Hours`` does: the whole ones, plus the rest as a fraction."""
    whole, rest = divmod(duration, _HOUR)
    return whole + rest / _HOUR
