"""Compensated sums, one a step (Neumaier's form, as in Prometheus)."""

import numpy as np

from surefoot.promql.series import Mask, Values


class Kahan:
    """Sums that remember what rounding lost."""

    def __init__(self, steps: int) -> None:
        self._sum = np.zeros(steps)
        self._lost = np.zeros(steps)

    @staticmethod
    def step(total: Values, lost: Values, increment: Values, here: Mask) -> tuple[Values, Values]:
        """Add an increment where there is one; return the new sums and what they lost so far."""
        grown = total + increment
        error = np.where(np.abs(total) >= np.abs(increment), (total - grown) + increment, (increment - grown) + total)
        return np.where(here, grown, total), np.where(here, lost + error, lost)

    def add(self, here: Mask, increment: Values) -> None:
        """Add where there is something to add."""
        self._sum, self._lost = self.step(self._sum, self._lost, increment, here)

    @property
    def value(self) -> Values:
        """Return the sums; an infinite one stays infinite."""
        return np.where(np.isinf(self._sum), self._sum, self._sum + self._lost)
