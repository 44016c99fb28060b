"""The stories once more on coarse grids, cheap enough for ``promtool test rules``: what is sure at which step.

promtool evaluates every group at one interval from time 0 on, so days of history cost minutes. Here the
interval is a fraction of an alert's shortest window. A window that a coarse grid divides holds the same
share of bad events as at any other interval; only the times are coarser. Longer windows than the one under
test are kept quiet by a burst of good traffic within the first step, in place of their history.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, gcd

from surefoot.domain.rules.burning import Burning
from surefoot.domain.rules.driving import Drive
from surefoot.domain.rules.outages import BELOW, burn_legs
from surefoot.domain.rules.story import Leg, Story, count
from surefoot.promql.duration import format_duration
from surefoot.spec.system import Slo

_MS = timedelta(milliseconds=1)
_FINE, _COARSE, _SOON = timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=2)
_NOW = timedelta()
_LONG, _SHORT, _MOST = 24, 3, 400  # steps in the long window, in the short one, and in all the history
_SPARE = 3
_SAFE = 0.98


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One story on a grid.

    Attributes:
        story: Its times are whole steps.
        step: Between samples and between evaluations.
        burst: See `surefoot.domain.rules.story.notation`.
        silent: Times at which the alert surely does not fire.
        firing: Times at which it surely does.
        fires: Since the outage's start: not yet at the first, surely at the second; None where it never does.
    """

    story: Story
    step: timedelta
    burst: timedelta
    silent: tuple[timedelta, ...]
    firing: tuple[timedelta, ...]
    fires: tuple[timedelta, timedelta] | None


def rehearse(story: Story) -> Rehearsal | None:
    """Put a story of a standard or an absent alert on a grid."""
    windows = [window.length for leg in story.legs for window in leg if window.length]
    soon = min((*windows, story.lasting)) <= _SOON
    step = _FINE if soon else _COARSE
    if not story.recovers:
        start = story.start // step
    else:
        history = max((*windows, story.start if _waits(story) else _NOW))
        start = ceil(history / step) + 2
    if start > _MOST or any(window < _SHORT * step for window in windows):
        return None
    return _rehearsed(story, step, start, _NOW)


def _waits(story: Story) -> bool:
    """Tell whether the history matters although no window needs it: grouped series that must have been there."""
    return any(signal.bad is None for signal in story.signals)


def rehearse_burn(slo: Slo, alert: Burning, found: Drive) -> Iterator[Rehearsal]:
    """Put a burn alert on grids: each leg just above its threshold and at twice it, all bad, and too few errors."""
    signals = found.recorded or found.signals
    of = "samples" if found.recorded else found.of
    legs = burn_legs(slo, alert, of)
    longest = max(window.length for leg in legs for window in leg)
    plain = of == "samples" and found.slice is not None
    for index, leg in enumerate(legs):
        step = grid(leg[0].length, leg[-1].length)
        if (longest if of == "samples" else leg[0].length) > _MOST * step:
            continue
        quicker = [other[0].theta for other in legs if other[0].length < leg[0].length]
        behind = longest if any(other[0].length > leg[0].length for other in legs) else _NOW
        history = longest if of == "samples" else leg[0].length
        for name, e in _points(leg, step, quicker, total=plain or index == 0, partial=not plain):
            burst = behind if of == "flow" else _NOW
            story = Story(name, signals(e), e, _NOW, _NOW, _NOW, legs, alert.lasting or _NOW)
            told = _rehearsed(story, step, ceil(history / step) + 2, burst)
            if told is not None:
                yield told
    lowest = min(legs, key=lambda leg: leg[0].theta)
    if not plain:
        e = BELOW * lowest[0].theta
        story = Story("below", signals(e), e, _NOW, _NOW, _NOW, legs, alert.lasting or _NOW)
        told = _rehearsed(story, grid(lowest[0].length, lowest[-1].length), 2, _NOW)
        if told is not None:
            yield told


def grid(long: timedelta, short: timedelta) -> timedelta:
    """Choose a step that divides both windows."""
    common = gcd(long // _MS, short // _MS) * _MS
    parts = max(ceil(_LONG * common / long), ceil(_SHORT * common / short))
    while common % (parts * _MS):
        parts += 1
    return common / parts


def _points(
    leg: Leg, step: timedelta, quicker: Sequence[float], *, total: bool, partial: bool
) -> Iterator[tuple[str, float]]:
    """Choose error ratios that cross the threshold between two steps, whichever way ranges are closed."""
    window = leg[0]
    text = format_duration(window.length)
    steps = window.length / step
    for word, part in (("above", 0.9), ("twice", 0.5)) if partial else ():
        at = round(part * steps)
        e = window.theta * steps / (at - (1 - at / steps) / (2 - 1 / steps))
        if e < 1 and all(e < _SAFE * theta for theta in quicker):
            yield f"{word} {text}", e
    if total and window.theta < 1:
        yield f"total {text}", 1.0


def _rehearsed(story: Story, step: timedelta, start: int, burst: timedelta) -> Rehearsal | None:
    """Let the outage last a little longer than until the alert surely fires, then see it stop."""
    longest = max((*(window.length for leg in story.legs for window in leg), _NOW))
    shortest = max((min(window.length for window in leg) for leg in story.legs), default=_NOW)
    fullest = start + ceil((longest + story.lasting) / step) + _SPARE
    told = replace(story, start=start * step, end=fullest * step, length=fullest * step)
    outlook = count(told, step, burst)
    if not any(outlook.firing[start:]):
        silent = tuple(at * step for at in range(start, fullest + 1) if outlook.silent[at])
        return Rehearsal(told, step, burst, (silent[0], silent[-1]), (), None) if story.theory is None else None
    fires = outlook.firing.index(True, start)
    last = fires + 2
    length = last + ceil(shortest / step) + _SPARE
    told = replace(told, end=last * step, length=length * step)
    outlook = count(told, step, burst)
    quiet = [at for at in range(start - 1, fires) if outlook.silent[at]]
    if not quiet:
        return None
    off, on = {quiet[0], quiet[-1]}, {fires, last - 1}
    if story.recovers and not all(window.theta >= 1 for leg in story.legs for window in leg):
        on |= {max((at for at in range(last, length) if outlook.firing[at]), default=fires)}
        over = next((at for at in range(last, length + 1) if all(outlook.silent[at : length + 1])), None)
        off |= {over} if over is not None else set()
    fires_between = ((quiet[-1] - start) * step, (fires - start) * step)
    return Rehearsal(
        told,
        step,
        burst,
        tuple(at * step for at in sorted(off)),
        tuple(at * step for at in sorted(on)),
        fires_between,
    )
