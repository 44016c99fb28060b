"""A standard alert before it gets its name, labels and links; and the numbers it is made of."""

from dataclasses import dataclass
from datetime import timedelta

from surefoot.domain.slo.burn import go_float
from surefoot.promql.duration import format_duration
from surefoot.spec.model.policy import Priority

PERCENTAGE = "{{ $value | humanizePercentage }}"
DURATION = "{{ $value | humanizeDuration }}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one standard alert, for one service.

    Attributes:
        window: Of its rates.
        lasting: Its ``for``.
        limit: Per cent or a time; None where it compares nothing, or nothing fitting was given.
        quantile: Per cent.
        partial: Priority when only some instances are concerned.
        predict: How far ahead a trend is followed.
        history: The past that a trend is taken from.
    """

    priority: Priority
    window: timedelta
    lasting: timedelta | None
    limit: float | timedelta | None
    quantile: float | None
    partial: Priority | None
    predict: timedelta | None
    history: timedelta | None

    @property
    def range(self) -> str:
        """Return the window as text."""
        return format_duration(self.window)

    @property
    def ratio(self) -> float | None:
        """Return a limit in per cent as a ratio."""
        return None if self.limit is None or isinstance(self.limit, timedelta) else self.limit / 100

    @property
    def time(self) -> timedelta | None:
        """Return a limit that is a time."""
        return self.limit if isinstance(self.limit, timedelta) else None


@dataclass(frozen=True, slots=True)
class Draft:
    """One alert in the making.

    Attributes:
        name: Words of its name, such as ``api-down``.
        type: What it is about, the label ``alert_type``.
    """

    name: str
    type: str
    priority: Priority
    expr: str
    lasting: timedelta | None
    summary: str
    description: str


def number(value: float) -> str:
    """Write a number for PromQL, without the dust of floats."""
    return go_float(round(value, 12))


def seconds(length: timedelta) -> str:
    """Write a time in seconds for PromQL, whole ones without an exponent."""
    whole, fraction = divmod(length, timedelta(seconds=1))
    return number(length.total_seconds()) if fraction else str(whole)


def percent(ratio: float) -> str:
    """Write a ratio for people."""
    return f"{round(ratio * 100, 6):g} %"


def joined(parts: list[str]) -> str:
    """Join alternatives of an expression."""
    return "\nor\n".join(parts)
