"""A backtest for people and programs: one file = one form, each a pure function."""

from dataclasses import dataclass

from surefoot.prove.against import Comparison
from surefoot.prove.backtest import Backtest


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What is shown.

    Attributes:
        title: Of what was replayed.
        target: Version of Prometheus whose semantics were used.
        comparison: With the rules that were replayed beside it, if any were.
        against: What those were.
        version: Of Surefoot.
    """

    backtest: Backtest
    title: str
    target: str
    version: str
    comparison: Comparison | None = None
    against: str = ""
