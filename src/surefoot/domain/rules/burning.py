"""The burn legs of an objective: factors computed for its period, dead ones capped, quiet ones guarded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import Capped, Leg, cap, daily_burn, factor
from surefoot.domain.slo.traffic import least_failures
from surefoot.spec.model.policy import BurnLeg, BurnTier, Policy
from surefoot.spec.system import EventSli, LatencySli, RawSli, Slo


@dataclass(frozen=True, slots=True)
class Burning:
    """One alert on burning: its tier, its legs, and for each the failures that it needs at least (0: none).

    Attributes:
        lasting: The alert's ``for``; none with pairs of windows.
        capped: Legs that could never fire, and what was done.
    """

    tier: BurnTier
    legs: tuple[Leg, ...]
    failures: tuple[int, ...]
    lasting: timedelta | None
    capped: tuple[Capped, ...]


def burning(slo: Slo, policy: Policy, *, exact: bool = True) -> list[Burning]:
    """Compute the burn alerts of an objective, in the order of its policy.

    Args:
        slo: The objective.
        policy: Whose guard against quiet services is used.
        exact: False leaves dead legs and quiet services as they are, as Sloth does.
    """
    b = budget_ratio(slo.objective)
    tiers: dict[BurnTier, list[BurnLeg]] = {}
    for leg in slo.burn:
        tiers.setdefault(leg.tier, []).append(leg)
    every = [_leg(leg, slo.period) for leg in slo.burn]
    result = []
    for tier, written in tiers.items():
        legs = tuple(_leg(leg, slo.period) for leg in written)
        capped: tuple[Capped, ...] = ()
        if exact:
            legs, capped = cap(legs, b, [leg.factor for leg in every])
            legs = _distinct(legs)
        failures = tuple(_failures(slo, leg, policy) if exact else 0 for leg in legs)
        lasting = max((leg.lasting for leg in written if leg.lasting), default=None)
        result.append(Burning(tier, legs, failures, lasting, capped))
    return result


def windows(slo: Slo, policy: Policy) -> list[timedelta]:
    """List the windows whose error ratios the alerts read, and the base window, shortest first."""
    legs = [_leg(leg, slo.period) for leg in slo.burn]
    return sorted({policy.slo.base, *(leg.short for leg in legs), *(leg.long for leg in legs)})


def countable(slo: Slo) -> bool:
    """Tell whether the indicator counts events, so that failures can be counted too."""
    sli = slo.sli
    return isinstance(sli, EventSli | LatencySli) or (isinstance(sli, RawSli) and sli.weight is not None)


def _leg(leg: BurnLeg, period: timedelta) -> Leg:
    if leg.factor is not None:
        speed, share = leg.factor, leg.factor * (leg.long / period) * 100
    elif leg.per_day is not None:
        speed, share = daily_burn(leg.per_day, period), leg.per_day * (leg.long / timedelta(days=1))
    else:
        share = leg.share or 0.0
        speed = factor(share, period, leg.long)
    return Leg(leg.long, leg.short or leg.long, speed, share)


def _distinct(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Drop a leg that another, with the same windows or longer ones and the same factor, makes redundant."""
    kept: list[Leg] = []
    for leg in legs:
        if not any(leg == replace(other, share=leg.share) for other in kept):
            kept.append(leg)
    return tuple(kept)


def _failures(slo: Slo, leg: Leg, policy: Policy) -> int:
    guard = policy.slo.min_failures
    if not guard.enabled or not countable(slo) or leg.factor < guard.exempt_below:
        return 0
    return least_failures(leg.factor, budget_ratio(slo.objective), guard.alpha)
