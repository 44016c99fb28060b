"""What went into a log."""

from dataclasses import dataclass

from surefoot.domain.audit.record import Event


@dataclass(frozen=True)
class Seen:
    events: list[Event]

    @property
    def last(self) -> Event:
        return self.events[-1]

    @property
    def actor(self) -> tuple[str, str, str | None]:
        """Return kind, id and address of the last actor."""
        actor = self.last.actor
        return actor.type.value, actor.id, actor.ip_address
