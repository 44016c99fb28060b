"""What the Alertmanagers of a source say is active, against what is known: they keep alerts in memory alone.

An alert that they have opens. One that they have not ends late and carefully: after several readings, all peers
answering, none of them just started.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from surefoot.domain.alerts.episodes import Alert, Change, Track, Tracks, fold, taken
from surefoot.domain.alerts.signal import Signal, Status
from surefoot.spec.model.policy_oncall import Reconcile


@dataclass(frozen=True, slots=True)
class Listing:
    """What one peer answered.

    Attributes:
        signals: Its alerts; None if it did not answer, or not all of it could be read.
        up_since: When it started; None if it does not say.
        settling: Whether its cluster still settles.
    """

    peer: str
    signals: tuple[Signal, ...] | None
    up_since: datetime | None = None
    settling: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """All peers, asked once."""

    at: datetime
    listings: tuple[Listing, ...]

    def complete(self, peer_up: timedelta) -> bool:
        """Tell whether what is missing here is really gone: all answered, and none starts."""
        return bool(self.listings) and all(
            listing.signals is not None
            and not listing.settling
            and listing.up_since is not None
            and self.at - listing.up_since > peer_up
            for listing in self.listings
        )

    def alerts(self) -> frozenset[Alert]:
        """Name what any peer has."""
        return frozenset((signal.source, signal.key) for signal in self.signals())

    def signals(self) -> Iterator[Signal]:
        """Give what the peers have, one after the other."""
        for listing in self.listings:
            yield from listing.signals or ()


def is_due(last: datetime | None, truncated: int, every: timedelta, now: datetime) -> bool:
    """Tell whether the peers are asked: at the start, every so often, and when a notification left alerts out."""
    return last is None or truncated > 0 or now - last >= every


def reconcile(
    tracks: Tracks, source: str, readings: Sequence[Reading], numbers: Reconcile
) -> tuple[Tracks, tuple[Change, ...]]:
    """Take the latest reading in.

    Args:
        tracks: What was known; not changed.
        source: Whose alerts may end by it.
        readings: The last ones, ascending; at least as many as may be needed for an end, if there were so many.
        numbers: How many readings without an alert, how far apart, and how long peers have to be up.

    Returns:
        What is known now, and the changes. An alert that is silenced at its source does not open; one that fires
        already stays open, and is marked.
    """
    if not readings:
        return tracks, ()
    opened, changes = _present(tracks, readings[-1])
    after, ended = fold(opened, _gone(opened, source, readings, numbers))
    return after, (*changes, *ended)


def _present(tracks: Tracks, reading: Reading) -> tuple[Tracks, tuple[Change, ...]]:
    after = dict(tracks)
    changes: list[Change] = []
    for signal in reading.signals():
        alert = (signal.source, signal.key)
        known = after.get(alert, Track())
        if not signal.suppressed or known.open is not None:
            after[alert], told = taken(known, signal, listed=True)
            changes += told
    return after, tuple(changes)


def _gone(tracks: Tracks, source: str, readings: Sequence[Reading], numbers: Reconcile) -> Iterator[Signal]:
    """End what all of the last readings lack."""
    last = _spaced(readings, numbers)
    if not last or not all(reading.complete(numbers.peer_up) for reading in last):
        return
    first = last[0].at
    present = frozenset().union(*(reading.alerts() for reading in last))
    for alert, track in sorted(tracks.items()):
        episode = track.open
        if alert[0] == source and alert not in present and episode is not None and episode.start < first:
            yield Signal(*alert, Status.RESOLVED, first, ends_at=first)


def _spaced(readings: Sequence[Reading], numbers: Reconcile) -> tuple[Reading, ...]:
    """Choose the newest readings that lie far enough apart, as many as an end needs, and all between them."""
    count, oldest = 1, len(readings) - 1
    at = readings[-1].at
    while count < numbers.absent_reads:
        oldest = next((i for i in range(oldest - 1, -1, -1) if at - readings[i].at >= numbers.every), -1)
        if oldest < 0:
            return ()
        at, count = readings[oldest].at, count + 1
    return tuple(readings[oldest:])
