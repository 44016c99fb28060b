"""By which measures a backtest judges firings; the policy says how much is how much."""

from dataclasses import dataclass
from datetime import timedelta

from surefoot.spec.model.policy import BacktestPolicy

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The measures, milliseconds.

    Attributes:
        short: A firing that ended sooner woke somebody for nothing.
        flap: An alert that came back sooner never really went.
        grace: A page so long after an incident's end still belongs to it.
    """

    short: int
    flap: int
    grace: int

    @classmethod
    def of(cls, policy: BacktestPolicy, grace: int | None = None) -> "Judgement":
        """Take the policy's; one run may have its own grace."""
        own = policy.grace // _MILLISECOND if grace is None else grace
        return cls(policy.short // _MILLISECOND, policy.flap // _MILLISECOND, own)
