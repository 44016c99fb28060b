"""When each alert fired: what sources said, ordered by time and not by arrival.

What is kept of an alert are the moments at which it began, ended and was seen alive. Two such sets are joined by union,
so that signals may come twice, late and in any order: the episodes that follow from them are the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from surefoot.domain.alerts.signal import Signal, Status

Alert: TypeAlias = tuple[str, str]
"""A source and the key of an alert there."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch in which an alert fired.

    Attributes:
        began: The earliest start that touches it.
        start: The latest start: a later one supersedes, though it may be the same outage.
        ended: None while it fires.
    """

    began: datetime
    start: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The words of the latest signal about an alert; of equally late ones, the greater."""

    at: datetime
    group: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    route: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """All that is known about one alert.

    Attributes:
        starts: Moments at which its source says it began, ascending.
        joins: Moments at which a source without starts said that it fires, ascending.
        ends: Moments at which it ended, ascending.
        alive: When a listing last had it.
        suppressed: Whether the source silenced it then.
        said: Its labels and texts.
    """

    starts: tuple[datetime, ...] = ()
    joins: tuple[datetime, ...] = ()
    ends: tuple[datetime, ...] = ()
    alive: datetime | None = None
    suppressed: bool = False
    said: Said | None = None

    @property
    def episodes(self) -> tuple[Episode, ...]:
        """Compute the stretches in which it fired, in order."""
        return tuple(_episodes(self))

    @property
    def open(self) -> Episode | None:
        """Return the stretch that lasts, if it fires."""
        last = next(reversed(self.episodes), None)
        return last if last is not None and last.ended is None else None


Tracks: TypeAlias = Mapping[Alert, Track]


@dataclass(frozen=True, slots=True)
class Began:
    """An alert fires that did not."""

    alert: Alert
    episode: Episode


@dataclass(frozen=True, slots=True)
class Ended:
    """An alert fires no more; also one of which the beginning was never heard."""

    alert: Alert
    episode: Episode


@dataclass(frozen=True, slots=True)
class Superseded:
    """An alert that fires began again: no new page while its incident is open."""

    alert: Alert
    episode: Episode


@dataclass(frozen=True, slots=True)
class Widened:
    """An alert that fires began earlier than was known."""

    alert: Alert
    episode: Episode


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody acknowledged, or wrote a note, where the alert comes from."""

    alert: Alert
    signal: Signal


Change: TypeAlias = Began | Ended | Superseded | Widened | Asked


def fold(tracks: Tracks, signals: Iterable[Signal]) -> tuple[Tracks, tuple[Change, ...]]:
    """Take signals in.

    Args:
        tracks: What was known; not changed.
        signals: In any order.

    Returns:
        What is known now, the same for any order and any repetition; and the changes, which are those of this order.
        A signal that says nothing new changes nothing.
    """
    after = dict(tracks)
    changes: list[Change] = []
    for signal in signals:
        alert = (signal.source, signal.key)
        if signal.status in {Status.ACKNOWLEDGED, Status.NOTED}:
            changes.append(Asked(alert, signal))
            continue
        after[alert], told = taken(after.get(alert, Track()), signal)
        changes += told
    return after, tuple(changes)


def taken(before: Track, signal: Signal, *, listed: bool = False) -> tuple[Track, tuple[Change, ...]]:
    """Take in what a signal says about its alert.

    Args:
        before: What was known about it.
        signal: That it fires or ended.
        listed: Whether it comes from a listing: then whatever ended the alert before has not.

    Returns:
        What is known now, and the change.
    """
    after = joined(before, _track(signal, listed=listed))
    return after, () if after == before else tuple(_changes((signal.source, signal.key), before, after))


def joined(one: Track, other: Track) -> Track:
    """Join what is known from two places; the order of the arguments does not matter."""
    return Track(
        _union(one.starts, other.starts),
        _union(one.joins, other.joins),
        _union(one.ends, other.ends),
        max((at for at in (one.alive, other.alive) if at is not None), default=None),
        max(one, other, key=_seen).suppressed,
        max((said for said in (one.said, other.said) if said is not None), key=_weight, default=None),
    )


def forget(tracks: Tracks, before: datetime) -> Tracks:
    """Drop the past: episodes that ended before a moment; signals about them must not come any more."""
    return {alert: kept for alert, track in tracks.items() if (kept := _kept(track, before)) is not None}


def _kept(track: Track, before: datetime) -> Track | None:
    episodes = track.episodes
    lasting = [episode for episode in episodes if episode.ended is None or episode.ended >= before]
    if not lasting:
        return None
    first = lasting[0].began
    return replace(
        track,
        starts=tuple(at for at in track.starts if at >= first),
        joins=tuple(at for at in track.joins if at >= first),
        ends=tuple(at for at in track.ends if at > first),
    )


def _track(signal: Signal, *, listed: bool) -> Track:
    """See a single signal as all that is known."""
    start = signal.starts_at
    firing = signal.status is Status.FIRING
    said = Said(start or signal.at, signal.group, signal.labels, signal.annotations, signal.route, signal.url)
    return Track(
        () if start is None else (start,),
        (signal.at,) if firing and start is None and not listed else (),
        () if firing else (_end(signal),),
        alive=signal.at if listed else None,
        suppressed=listed and signal.suppressed,
        said=said if signal.labels or signal.annotations else None,
    )


def _end(signal: Signal) -> datetime:
    """Find when it ended: an end that is not after its own start would leave open what is over."""
    end = signal.ends_at or signal.at
    return end if signal.starts_at is None else max(end, signal.starts_at + timedelta.resolution)


def _union(one: tuple[datetime, ...], other: tuple[datetime, ...]) -> tuple[datetime, ...]:
    return one if one == other or not other else tuple(sorted({*one, *other}))


def _seen(track: Track) -> tuple[bool, float, bool]:
    return track.alive is not None, track.alive.timestamp() if track.alive else 0.0, track.suppressed


def _weight(said: Said) -> tuple[datetime, str, str]:
    words = sorted({**said.annotations, "group": said.group, "url": said.url}.items())
    return said.at, str(words), str((sorted(said.labels.items()), sorted(said.route.items())))


_END, _START, _JOIN, _ALIVE = range(4)  # of what happens at once, an end comes first: it is of an earlier episode


def _episodes(track: Track) -> Iterator[Episode]:
    """Go through the moments in their order.

    An end closes what began before it. A later start supersedes, and the episode stays one; an end that comes before
    the latest start closes nothing of it. A listing opens again what ended too early.
    """
    moments = [
        *((at, _END) for at in track.ends),
        *((at, _START) for at in track.starts),
        *((at, _JOIN) for at in track.joins),
        *([(track.alive, _ALIVE)] if track.alive is not None else []),
    ]
    current: Episode | None = None
    for at, kind in sorted(moments):
        if kind == _END:
            if current is not None:
                yield replace(current, ended=at)
            current = None
        elif current is None:
            current = Episode(at, at)
        elif kind == _START:
            current = replace(current, start=at)
    if current is not None:
        yield current


def _changes(alert: Alert, before: Track, after: Track) -> Iterator[Change]:
    """Tell what the latest episode did; what is added to older ones changes nothing that is open."""
    then = next(reversed(before.episodes), None)
    now = next(reversed(after.episodes), None)
    if now is None or now == then:
        return
    was_open = then is not None and then.ended is None
    if now.ended is not None:
        if was_open or then is None or now.began > then.began:
            yield Ended(alert, now)
    elif not was_open:
        yield Began(alert, now)
    elif then is not None and now.start > then.start:
        yield Superseded(alert, now)
    elif then is not None and now.began < then.began:
        yield Widened(alert, now)
