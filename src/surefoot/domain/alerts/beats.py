"""Signs of life: what every source owes, and what Surefoot itself gives (a dead man's switch)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from surefoot.domain.alerts.signal import Signal, Status
from surefoot.spec.model.channel import AlertSource
from surefoot.spec.model.forms import Priority
from surefoot.spec.model.policy_oncall import Beat as Default


@dataclass(frozen=True, slots=True)
class Beat:
    """What a source owes.

    Attributes:
        alert: The alert that always fires; empty if any message is a sign of life.
        priority: Of the alert when it stays away.
    """

    source: str
    every: timedelta
    priority: Priority
    alert: str = ""


def beat_of(name: str, source: AlertSource, default: Default) -> Beat:
    """Read what a source owes; the policy says it for a source that says nothing."""
    own = source.heartbeat
    if own is None:
        return Beat(name, default.every, default.priority)
    return Beat(name, own.every, own.priority or default.priority, own.alert or "")


def is_beat(beat: Beat, signal: Signal) -> bool:
    """Tell whether a signal is a sign of life."""
    if signal.source != beat.source:
        return False
    return not beat.alert or (signal.labels.get("alertname") == beat.alert and signal.status is Status.FIRING)


def is_noise_of(beat: Beat, signal: Signal) -> bool:
    """Tell whether a signal is a sign of life alone, and opens nothing."""
    return bool(beat.alert) and signal.source == beat.source and signal.labels.get("alertname") == beat.alert


def due(beat: Beat, last: datetime | None, since: datetime) -> datetime:
    """Tell when the next sign of life is late.

    Args:
        beat: What is owed.
        last: When one last came.
        since: When it was first waited for, such as the start of the program.
    """
    return max(since, last or since) + beat.every


def missed(beat: Beat, late_since: datetime) -> Signal:
    """Make the alert about a source that is silent; while it fires, nothing of the source resolves by itself."""
    return Signal(
        beat.source,
        "surefoot/heartbeat",
        Status.FIRING,
        late_since,
        group="surefoot/heartbeat",
        starts_at=late_since,
        labels={"alertname": "SourceSilent", "priority": beat.priority, "source": beat.source},
        annotations={"summary": f"`{beat.source}` gives no sign of life: its alerts may not arrive"},
    )


def came_back(beat: Beat, now: datetime) -> Signal:
    """End that alert."""
    return Signal(beat.source, "surefoot/heartbeat", Status.RESOLVED, now, ends_at=now)


def silent_since(last: datetime | None, silent: timedelta, now: datetime) -> datetime | None:
    """Tell since when a source that cannot be asked has said nothing, once that is long enough to flag incidents."""
    return last if last is not None and now - last >= silent else None


def may_beat(oldest_due: datetime | None, late: timedelta, now: datetime) -> bool:
    """Tell whether Surefoot may give its own sign of life: no timer and no page is late.

    Args:
        oldest_due: When the oldest unserved timer or page was due; None if there is none.
        late: From how much on it counts.
        now: Aware.
    """
    return oldest_due is None or now - oldest_due < late
