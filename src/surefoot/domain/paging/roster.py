"""Who stands behind the targets of a ladder, from the timelines of schedules."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from surefoot.domain.oncall.timeline import Segment
from surefoot.domain.paging.ladder import Target


@dataclass(frozen=True, slots=True)
class Roster:
    """Schedules and teams; `who` is what an escalation asks.

    Attributes:
        timelines: Segments by schedule, in order and without gap; outside them nobody is on call.
        teams: Members, or the channel that is paged for all of them.
    """

    timelines: Mapping[str, tuple[Segment, ...]]
    teams: Mapping[str, tuple[Target, ...]]

    def who(self, target: Target, at: datetime) -> tuple[Target, ...]:
        """Say whom a target means at an instant."""
        match target.kind:
            case "person" | "channel":
                return (target,)
            case "team":
                return self.teams.get(target.name, ())
            case "schedule":
                return self._oncall(target.name, at)

    @property
    def changes(self) -> tuple[datetime, ...]:
        """List every instant at which somebody comes or goes."""
        return tuple(sorted({segment.start for segments in self.timelines.values() for segment in segments}))

    def _oncall(self, schedule: str, at: datetime) -> tuple[Target, ...]:
        segments = self.timelines.get(schedule, ())
        index = bisect_right(segments, at, key=lambda segment: segment.start) - 1
        if index < 0 or at >= segments[index].end:
            return ()
        return tuple(Target("person", holder.person) for holder in segments[index].holders)
