"""How noisy alerts are: pages per shift, the share acted upon, how often they flap (ALR-5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Paged:
    """A page that went out because of an alert.

    Attributes:
        alert: Its name.
        acted: Whether somebody did more than acknowledge: the incident has a note, a step or a change of status.
        flapping: Whether the alert flapped.
    """

    alert: str
    at: datetime
    acted: bool
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Noise:
    """How noisy an alert is.

    Attributes:
        pages: How many.
        acted: Of them, how many led to something.
        flapping: How many came while it flapped.
        per_shift: Pages by shifts.
    """

    alert: str
    pages: int
    acted: int
    flapping: int
    per_shift: float

    @property
    def share(self) -> float:
        """Return the ratio of pages that led to something."""
        return self.acted / self.pages


def noise(pages: Iterable[Paged], shifts: int) -> tuple[Noise, ...]:
    """Measure each alert, the one with most pages for nothing first.

    Args:
        pages: Of the time that is looked at.
        shifts: How many that time had; 0 is read as one.
    """
    by_alert: dict[str, list[Paged]] = {}
    for page in pages:
        by_alert.setdefault(page.alert, []).append(page)
    measured = (
        Noise(
            alert,
            len(all_),
            sum(page.acted for page in all_),
            sum(page.flapping for page in all_),
            len(all_) / max(shifts, 1),
        )
        for alert, all_ in by_alert.items()
    )
    return tuple(sorted(measured, key=lambda one: (one.acted - one.pages, one.alert)))
