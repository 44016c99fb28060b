"""When a notification goes out, and with which alerts: grouped, repeated and ended as Alertmanager does it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from surefoot.promql.series import Labels, keep

GROUP_BY = ("service", "sloth_id", "alertname")
_OFFSET = 0xCBF29CE484222325
_PRIME = 0x100000001B3
_MASK = (1 << 64) - 1
_SEPARATOR = b"\xff"


@dataclass(frozen=True, slots=True)
class Known:
    """An alert as it is told; times in milliseconds.

    Attributes:
        ended: When it ended; None while it fires.
    """

    labels: Labels
    annotations: Mapping[str, str]
    started: int
    ended: int | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """What goes out about one group.

    Attributes:
        key: The labels that its alerts share.
    """

    key: Labels
    alerts: tuple[Known, ...]

    @property
    def firing(self) -> bool:
        """Tell whether any of its alerts still fires."""
        return any(alert.ended is None for alert in self.alerts)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a group is told about; milliseconds.

    Attributes:
        wait: Before the first notification, for more alerts to join.
        interval: Between notifications while something changes.
        repeat: Between notifications while nothing does, by priority.
        retry: Before a failed delivery is tried again; doubled each time.
        longest: No pause between tries is longer.
    """

    wait: int
    interval: int
    repeat: Mapping[str, int]
    retry: int
    longest: int


@dataclass(slots=True)
class Group:
    """What is known about one group.

    Attributes:
        alerts: By labels: those that fire, and those that ended and whose end was not told yet.
        due: When it is looked at next.
        told: What the last notification said: labels to whether the alert fired; empty before the first.
        at: When that was.
        failures: Deliveries that failed since then.
    """

    due: int
    alerts: dict[Labels, Known] = field(default_factory=dict)
    told: dict[Labels, bool] = field(default_factory=dict)
    at: int = 0
    failures: int = 0


@dataclass(slots=True)
class Grouping:
    """The groups; its state can be kept and taken over by another process."""

    pace: Pace
    groups: dict[Labels, Group] = field(default_factory=dict)

    def take(self, now: int, firing: Iterable[Known]) -> None:
        """Take every alert that fires now; one that does not come any more has ended."""
        found = {alert.labels: alert for alert in firing}
        for labels, alert in found.items():
            key = keep(labels, GROUP_BY)
            group = self.groups.setdefault(key, Group(now + self.pace.wait))
            group.alerts[labels] = alert
        for group in self.groups.values():
            for labels, alert in group.alerts.items():
                if labels not in found and alert.ended is None:
                    group.alerts[labels] = replace(alert, ended=now)

    def due(self, now: int) -> list[Notification]:
        """List what is to be sent now; a group about which nothing was told and nothing fires is forgotten."""
        result = []
        for key, group in list(self.groups.items()):
            if group.due > now:
                continue
            if not group.told and all(alert.ended is not None for alert in group.alerts.values()):
                del self.groups[key]
            elif group.failures or self._has_news(group, now):
                result.append(Notification(key, tuple(group.alerts[labels] for labels in sorted(group.alerts))))
            else:
                group.due = now + self.pace.interval
        return result

    def sent(self, notification: Notification, now: int) -> None:
        """Note that a notification was delivered."""
        group = self.groups.get(notification.key)
        if group is None:
            return
        for alert in notification.alerts:
            current = group.alerts.get(alert.labels)
            if alert.ended is not None and current is not None and current.ended is not None:
                del group.alerts[alert.labels]
        group.told = {alert.labels: True for alert in notification.alerts if alert.ended is None}
        group.at, group.failures, group.due = now, 0, now + self.pace.interval
        if not group.alerts:
            del self.groups[notification.key]

    def failed(self, notification: Notification, now: int) -> None:
        """Note that a notification was not delivered; it is tried again."""
        group = self.groups.get(notification.key)
        if group is not None:
            pause = min(self.pace.retry << min(group.failures, 16), self.pace.longest)
            group.failures += 1
            group.due = now + pause

    def _has_news(self, group: Group, now: int) -> bool:
        if any((labels in group.told) != (alert.ended is None) for labels, alert in group.alerts.items()):
            return True
        firing = [alert for alert in group.alerts.values() if alert.ended is None]
        repeats = [self.pace.repeat.get(dict(alert.labels).get("priority", ""), 0) for alert in firing]
        pause = min((one for one in repeats if one), default=max(self.pace.repeat.values()))
        return bool(firing) and now - group.at >= pause


def fingerprint(labels: Labels) -> str:
    """Return the id that Alertmanager gives an alert: FNV-1a, 64 bits, over its sorted labels.

    Source: prometheus/common, ``model.LabelSet.Fingerprint``.

    Example:
        >>> fingerprint(())
        'cbf29ce484222325'
    """
    found = _OFFSET
    for name, value in sorted(labels):
        for byte in name.encode() + _SEPARATOR + value.encode() + _SEPARATOR:
            found = ((found ^ byte) * _PRIME) & _MASK
    return f"{found:016x}"
