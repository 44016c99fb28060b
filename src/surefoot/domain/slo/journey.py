"""What steps and dependencies promise together, whether they fail together or apart.

Objectives are percent where people write them (`step`, `feasible`); an `Interval` holds ratios.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, prod

from surefoot.domain.slo.budget import objective_ratio

_ROUNDING = 1e-12  # products of ratios carry the last bits of floats; nobody promises twelve nines


@dataclass(frozen=True, slots=True)
class Interval:
    """The share of good events of a composition, over all ways in which its parts may fail.

    Attributes:
        low: Guaranteed, whatever the parts have in common.
        product: Where they fail independently.
        high: Never exceeded.
    """

    low: float
    product: float
    high: float


def step(objective: float) -> Interval:
    """Take one part at its word.

    Args:
        objective: Percent.

    Raises:
        ValueError: The objective is no percentage between 0 and 100, both excluded.
    """
    ratio = objective_ratio(objective)
    return Interval(ratio, ratio, ratio)


def series(parts: Iterable[Interval]) -> Interval:
    """Compose parts that must all work: the steps of a journey, hard dependencies.

    Failures that never coincide add up (Boole's inequality), which gives the low end; failures
    that coincide as far as they can leave the worst part, the high end.

    Returns:
        max(0, 1 - sum(1 - low)), the product, and min(high); ones without parts.

    Example:
        Three steps of 99.9 % each: between 99.7 % and 99.9 %, independently 99.7003 %.
    """
    parts = tuple(parts)
    return Interval(
        low=max(0.0, 1 - fsum(1 - part.low for part in parts)),
        product=prod(part.product for part in parts),
        high=min((part.high for part in parts), default=1.0),
    )


def redundant(parts: Iterable[Interval]) -> Interval:
    """Compose parts of which one is enough: replicas, fallbacks; switching over costs nothing here.

    Returns:
        max(low) (all fail together), 1 - product of (1 - product), and min(1, sum(high)).

    Raises:
        ValueError: There are no parts, hence nothing that could work.
    """
    parts = tuple(parts)
    if not parts:
        raise ValueError("redundancy of no parts: name at least one")
    return Interval(
        low=max(part.low for part in parts),
        product=1 - prod(1 - part.product for part in parts),
        high=min(1.0, fsum(part.high for part in parts)),
    )


class Verdict(StrEnum):
    """How an objective stands to what it depends on, best first."""

    GUARANTEED = "holds however the dependencies fail"
    INDEPENDENT = "holds while the dependencies fail independently"
    TIGHTER = "tighter than the product of the dependencies' objectives"
    IMPOSSIBLE = "tighter than the weakest dependency"


@dataclass(frozen=True, slots=True)
class Feasibility:
    """An objective beside what its hard dependencies allow.

    Attributes:
        verdict: See `Verdict`.
        objective: The objective as a ratio.
        allowed: What the dependencies allow, as ratios.
    """

    verdict: Verdict
    objective: float
    allowed: Interval

    @property
    def contradiction(self) -> bool:
        """Whether the objective is tighter than the product of its dependencies' (INT-6)."""
        return self.verdict in {Verdict.TIGHTER, Verdict.IMPOSSIBLE}


def feasible(objective: float, dependencies: Sequence[Interval]) -> Feasibility:
    """Judge an objective by its hard dependencies.

    The service's own failures come on top; a feasible objective is not yet a kept one.

    Args:
        objective: Percent.
        dependencies: Each as a `step`, or composed of several.

    Raises:
        ValueError: The objective is no percentage between 0 and 100, both excluded.
    """
    ratio = objective_ratio(objective)
    allowed = series(dependencies)
    if ratio > allowed.high + _ROUNDING:
        verdict = Verdict.IMPOSSIBLE
    elif ratio > allowed.product + _ROUNDING:
        verdict = Verdict.TIGHTER
    elif ratio > allowed.low + _ROUNDING:
        verdict = Verdict.INDEPENDENT
    else:
        verdict = Verdict.GUARANTEED
    return Feasibility(verdict, ratio, allowed)
