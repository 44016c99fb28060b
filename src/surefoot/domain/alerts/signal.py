"""What comes in at any door, in one form: an alert that fires or ended, an acknowledgement, a note."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """What a signal says."""

    FIRING = "firing"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that a source said about one alert.

    Attributes:
        source: Name of the source in the spec.
        key: What makes the alert the same one; a fingerprint, an alias, a mapped key.
        group: What the source groups it by; empty if it does not.
        at: When it was said, as far as is known: not later than it was received.
        starts_at: When the alert began; None from doors that do not say it.
        ends_at: When it ended, of a resolved one.
        route: Labels of the route that an Alertmanager took.
        url: Where it comes from.
        by: Who acknowledged or wrote, in the source's words.
        text: The note.
        suppressed: Whether the source silences it.
    """

    source: str
    key: str
    status: Status
    at: datetime
    group: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    route: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    by: str = ""
    text: str = ""
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A part of a body that cannot be used, or a field that was read as missing.

    Attributes:
        where: Such as ``alerts[3].startsAt``.
        alert: Whether an alert was lost by it; else only the field was.
    """

    where: str
    reason: str
    alert: bool = True


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a body holds.

    Attributes:
        truncated: How many alerts the sender left out; it is asked for them.
        why: The sender's own reason for writing; shown, never acted on.
    """

    signals: tuple[Signal, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    truncated: int = 0
    why: str = ""

    @property
    def usable(self) -> bool:
        """Tell whether the door answers that it took something, or that there was nothing to take."""
        return bool(self.signals) or not any(part.alert for part in self.rejected)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a body is taken.

    Attributes:
        alerts: Of one body; the rest is rejected, and counts as truncated.
        labels: Of one alert, and as many annotations; the rest is left out.
        text: Characters of a value; the rest is cut off.
    """

    alerts: int
    labels: int
    text: int


@dataclass(frozen=True, slots=True)
class Door:
    """Where a body comes in: the source's name, when, and how much is taken."""

    source: str
    now: datetime
    bounds: Bounds


def unusable(door: Door, decoded: Decoded) -> Signal:
    """Make an alert of a body that nothing could be taken from: its sender does not repeat what gets a 4xx.

    The labels name the priority, which no body can lower.
    """
    reasons = "; ".join(f"{part.where}: {part.reason}" for part in decoded.rejected[: door.bounds.labels])
    return Signal(
        door.source,
        "surefoot/unusable-body",
        Status.FIRING,
        door.now,
        group="surefoot/unusable-body",
        labels={"alertname": "UnusableBody", "priority": "P3", "source": door.source},
        annotations={"summary": f"`{door.source}` sends what cannot be read: {reasons}"[: door.bounds.text]},
    )
