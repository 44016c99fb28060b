"""Whether the people of a schedule carry about the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from surefoot.domain.oncall.simulation import Course, Share

KINDS = ("hours", "nights", "weekends", "holidays")
_LUCK = 2  # stretches


@dataclass(frozen=True, slots=True)
class Unfair:
    """Two people of one schedule, the one with the most and the one with the least of a kind.

    Attributes:
        kind: One of `KINDS`.
    """

    kind: str
    most: str
    least: str
    more: timedelta
    less: timedelta


def unfair(course: Course, ratio: float) -> Iterator[Unfair]:
    """Find the kinds of time of which somebody has more than ``ratio`` times what somebody else has.

    Compared are people who share a layer, or share one with those who do: regions of a schedule that
    follows the sun are of different size. A difference of two stretches is nobody's fault: whole turns
    rarely add up, and holidays fall as they fall.
    """
    for group in _groups(course):
        shares = [course.shares[person] for person in group if person in course.shares]
        for kind in KINDS:
            found = _spread(shares, kind, ratio)
            if found is not None:
                yield found


def _groups(course: Course) -> list[list[str]]:
    groups: list[list[str]] = []
    for layer in course.plan.layers:
        joint = list(dict.fromkeys(layer.people))
        apart = []
        for group in groups:
            if set(group) & set(joint):
                joint = list(dict.fromkeys((*group, *joint)))
            else:
                apart.append(group)
        groups = [*apart, joint]
    return groups


def _spread(shares: list[Share], kind: str, ratio: float) -> Unfair | None:
    if len(shares) <= 1:
        return None
    ranked = sorted(shares, key=lambda share: (_of(share, kind), share.person))
    least, most = ranked[0], ranked[-1]
    less, more = _of(least, kind), _of(most, kind)
    grain: timedelta = max(getattr(share.grain, kind) for share in shares)
    if more <= less * ratio or more - less <= _LUCK * grain:
        return None
    return Unfair(kind, most.person, least.person, more, less)


def _of(share: Share, kind: str) -> timedelta:
    amount: timedelta = getattr(share.amount, kind)
    return amount
