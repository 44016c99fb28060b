"""Two versions of the rules on the same history: which firings appear, and which disappear."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from surefoot.prove.past import AlertPast, Interval


@dataclass(frozen=True, slots=True)
class Fired:
    """One firing and its alert."""

    alert: AlertPast
    interval: Interval


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the firings of new rules differ from those of old ones.

    Attributes:
        appeared: Firings of the new that overlap none of the same alert's old ones.
        disappeared: Firings of the old that overlap none of the new ones.
        moved: Firings of the new that overlap old ones and begin or end at another time.
        same: Firings that are the same.
    """

    appeared: tuple[Fired, ...]
    disappeared: tuple[Fired, ...]
    moved: tuple[Fired, ...]
    same: int


def against(old: Iterable[AlertPast], new: Iterable[AlertPast], end: int) -> Comparison:
    """Compare alerts of the same subject, name, tier and group.

    Args:
        old: What the old rules did.
        new: What the new ones did.
        end: Of the range, milliseconds.
    """
    before, after = _by_key(old), _by_key(new)
    appeared, moved, same = [], [], 0
    for key, alert in after.items():
        known = before[key].intervals if key in before else ()
        for one in alert.intervals:
            if any((one.start, one.end) == (other.start, other.end) for other in known):
                same += 1
            elif any(_overlap(one, other, end) for other in known):
                moved.append(Fired(alert, one))
            else:
                appeared.append(Fired(alert, one))
    return Comparison(_sorted(appeared), _sorted(_gone(before, after, end)), _sorted(moved), same)


def _gone(
    before: dict[tuple[object, ...], AlertPast], after: dict[tuple[object, ...], AlertPast], end: int
) -> Iterator[Fired]:
    for key, alert in before.items():
        known = after[key].intervals if key in after else ()
        for one in alert.intervals:
            if not any(_overlap(one, other, end) for other in known):
                yield Fired(alert, one)


def _overlap(one: Interval, other: Interval, end: int) -> bool:
    return one.start < other.until(end + 1) and other.start < one.until(end + 1)


def _by_key(alerts: Iterable[AlertPast]) -> dict[tuple[object, ...], AlertPast]:
    return {alert.key: alert for alert in alerts if alert.intervals}


def _sorted(fired: Iterable[Fired]) -> tuple[Fired, ...]:
    return tuple(sorted(fired, key=lambda one: (one.interval.start, one.alert.subject, one.alert.tier)))
