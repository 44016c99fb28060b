"""What an objective allows to go wrong, what of it is spent, and what follows.

What people write (objectives, thresholds) is percent; what is computed from it is a ratio.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Generic, TypeVar

Amount = TypeVar("Amount", float, timedelta)
Other = TypeVar("Other", float, timedelta)

# Budgets carry the last bits of (100 - objective) / 100: one bad event in 10,000 at 99.99 % leaves
# 5e-13 of an event. Shares are compared at nine digits, so that such dust decides nothing.
_DIGITS = 9


def budget_ratio(objective: float) -> float:
    """Compute the share of events that may be bad, unrounded and in Sloth's order of operations.

    Example:
        >>> budget_ratio(99.9)
        0.0009999999999999432

    Raises:
        ValueError: The objective is no percentage between 0 and 100, both excluded.
    """
    _check(objective)
    return (100 - objective) / 100


def objective_ratio(objective: float) -> float:
    """Compute the share of events that must be good, unrounded.

    Example:
        >>> objective_ratio(99.9)
        0.9990000000000001

    Raises:
        ValueError: The objective is no percentage between 0 and 100, both excluded.
    """
    _check(objective)
    return objective / 100


@dataclass(frozen=True, slots=True)
class Budget(Generic[Amount]):
    """An error budget in one unit: requests, percent of the budget, or time.

    Attributes:
        allowed: What may go wrong in the window.
        spent: What went wrong.
        remaining: ``allowed - spent``; negative once more went wrong than allowed.
    """

    allowed: Amount
    spent: Amount
    remaining: Amount


def event_budget(objective: float, total: float, bad: float) -> Budget[float] | None:
    """Count a budget in events.

    Args:
        objective: Percent.
        total: Events in the window, as far as it has gone.
        bad: Those of them that were bad. More than ``total`` is counted as it is, not clamped.

    Returns:
        The budget, or None without events: silence is no verdict.

    Raises:
        ValueError: The objective is out of range, or a count is negative or not a number.
    """
    allowed_ratio = budget_ratio(objective)
    if not (total >= 0 and bad >= 0):
        raise ValueError(f"{bad} bad of {total} events: counts cannot be negative; look at the SLI's queries")
    if total == 0:
        return None
    allowed = allowed_ratio * total
    return Budget(allowed, bad, allowed - bad)


def time_budget(objective: float, length: timedelta, bad: timedelta = timedelta(0)) -> Budget[timedelta] | None:
    """Count a budget in time.

    Args:
        objective: Percent.
        length: Length of the window.
        bad: The part of it that was bad.

    Returns:
        The budget to the microsecond (99.9 % over 30 days allow 43.2 minutes), or None for a window
        too short to allow any.

    Raises:
        ValueError: The objective is out of range, or a time is negative.
    """
    allowed_ratio = budget_ratio(objective)
    if length < timedelta(0) or bad < timedelta(0):
        raise ValueError(f"{bad} bad of {length}: times cannot be negative; look at the window's bounds")
    allowed = length * allowed_ratio
    return Budget(allowed, bad, allowed - bad) if allowed else None


def slice_budget(objective: float, recorded: int, bad: int, step: timedelta) -> Budget[timedelta] | None:
    """Count the budget of a time-slice SLI, whose slices are good or bad as a whole.

    Args:
        objective: Percent of slices that must be good.
        recorded: Slices with data; one without is neither good nor bad.
        bad: Those of them that were bad.
        step: Length of a slice.

    Returns:
        The budget as time, or None without slices.

    Raises:
        ValueError: The objective is out of range, or a count is negative.
    """
    return time_budget(objective, recorded * step, bad * step)


def spent_ratio(budget: Budget[Amount]) -> float:
    """Compute the share of the budget that is spent: 1 is exhausted, above it overdrawn."""
    return budget.spent / budget.allowed


def rescaled(budget: Budget[Amount], allowed: Other) -> Budget[Other]:
    """Express a budget's shares of another allowance: 100.0 gives percent, a timedelta gives time.

    Example:
        >>> rescaled(Budget(10.0, 4.0, 6.0), 100.0)
        Budget(allowed=100.0, spent=40.0, remaining=60.0)
    """
    spent = allowed * spent_ratio(budget)
    return Budget(allowed, spent, allowed - spent)


class State(StrEnum):
    """What the remaining budget asks for (SLO-5), best first."""

    CONTINUE = "continue"
    PRIORITISE = "prioritise reliability"
    FREEZE = "freeze features"
    EXHAUSTED = "incident review"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the states part, in percent of the budget that remains.

    Attributes:
        prioritise: More than this continues.
        freeze: Less than this freezes.

    Raises:
        ValueError: Not 0 <= freeze <= prioritise <= 100.
    """

    prioritise: float
    freeze: float

    def __post_init__(self) -> None:
        if not 0 <= self.freeze <= self.prioritise <= 100:  # noqa: PLR2004  # percent end at 100
            raise ValueError(
                f"freeze below {self.freeze} %, prioritise up to {self.prioritise} %: "
                "use 0 <= freeze <= prioritise <= 100, such as 25 and 50"
            )


def state(remaining: float, thresholds: Thresholds) -> State:
    """Tell what a budget asks for.

    Args:
        remaining: Ratio of the budget that remains, as ``1 - spent_ratio(budget)``.
        thresholds: On a threshold itself, reliability is prioritised.
    """
    remaining = round(remaining, _DIGITS)
    if remaining <= 0:
        return State.EXHAUSTED
    if remaining < thresholds.freeze / 100:
        return State.FREEZE
    if remaining <= thresholds.prioritise / 100:
        return State.PRIORITISE
    return State.CONTINUE


class Consequence(StrEnum):
    """What an exhaustion leads to, by its number in the period (SLO-5)."""

    REVIEW = "review and fix"
    FREEZE = "feature freeze"
    SPRINT = "reliability-focused sprint"


def consequence(exhaustions: int, ladder: Sequence[Consequence]) -> Consequence | None:
    """Choose what follows the latest exhaustion.

    Args:
        exhaustions: How often the budget ran out in the period.
        ladder: Consequence of the first, the second and so on; the last one stands for all later.

    Returns:
        The consequence, or None where the budget never ran out or the ladder is empty.

    Raises:
        ValueError: The count is negative.
    """
    if exhaustions < 0:
        raise ValueError(f"{exhaustions} exhaustions: a count starts at 0")
    return ladder[min(exhaustions, len(ladder)) - 1] if exhaustions and ladder else None


def _check(objective: float) -> None:
    if not 0 < objective < 100:  # noqa: PLR2004  # percent end at 100
        raise ValueError(
            f"objective {objective}: write percent above 0 and below 100, such as 99.9; "
            "a ratio such as 0.999 would be read as 0.999 %"
        )
