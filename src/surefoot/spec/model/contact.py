"""How somebody or something is reached: ways of a person, targets of a page, rooms of a chat."""

import re
from typing import Annotated, Literal, Self

from pydantic import model_validator

from surefoot.spec.model.forms import Priority, Weekly, keyed, only_one, short, taken
from surefoot.spec.model.record import ChannelRef, PersonRef, Record, ScheduleRef, TeamRef
from surefoot.spec.model.scalars import PositiveTime, Seq, Text, bad

Way = Literal["push", "phone", "sms", "email", "chat", "channel"]
Role = Literal["primary", "secondary", "lead", "management", "executive"]

_WAYS = ("push", "phone", "sms", "email", "chat")
_ROLES = ("primary", "secondary", "lead", "management", "executive")
_CHAT = re.compile(r"(?P<kind>slack|teams|telegram|ntfy|channel):(?P<room>\S.*)")
_TARGET = re.compile(r"(?P<kind>schedule|person|team|channel):(?P<name>\S+)")


def _reach(text: str) -> dict[str, str]:
    if text.startswith("channel:"):
        return {"by": "channel", "channel": text.removeprefix("channel:")}
    if text not in _WAYS:
        raise bad(f"`{text}` is no way to reach somebody", f"write one of {', '.join(_WAYS)}, or `channel:NAME`")
    return {"by": text}


def _chat(text: str) -> dict[str, str]:
    return taken(_CHAT, text, "a chat room", "slack:#payments", "channel:ops-chat")


def _target(text: str) -> dict[str, str]:
    if text in _ROLES:
        return {"role": text}
    found = _TARGET.fullmatch(text)
    if found is None:
        kinds = "`person:NAME`, `schedule:NAME`, `team:NAME` or `channel:NAME`"
        cure = f"write {kinds}, or one of {', '.join(_ROLES)}"
        raise bad(f"`{text}` does not say whom to page", cure)
    return {found["kind"]: found["name"]}


class Reach(Record):
    """One way to reach a person, and how long to wait before it."""

    by: Way
    channel: ChannelRef | None = None
    after: PositiveTime | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.by == "channel") != (self.channel is not None):
            raise bad("`by: channel` and the channel's name belong together", "write `channel:NAME`")
        return self


class Quiet(Record):
    """Hours, on the person's wall clock, in which only some priorities reach the person (policy if unnamed)."""

    hours: Weekly
    wake: Seq[Priority] = ()


class Chat(Record):
    """A room of a chat, or of a declared channel (`kind: channel`)."""

    kind: Literal["slack", "teams", "telegram", "ntfy", "channel"]
    room: Text


class Target(Record):
    """Whom or what a step pages; exactly one is given."""

    role: Role | None = None
    schedule: ScheduleRef | None = None
    person: PersonRef | None = None
    team: TeamRef | None = None
    channel: ChannelRef | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        names = ("role", "schedule", "person", "team", "channel")
        only_one(self, names, noun="whom to page", example="person:ana")
        return self


ReachForm = Annotated[Reach, short(Reach, _reach, "push", "phone", "channel:ops")]
ChatForm = Annotated[Chat, short(Chat, _chat, "slack:#payments")]
QuietForm = Annotated[Quiet, short(Quiet, keyed("hours"), "22:00-07:00", "sat-sun")]
TargetForm = Annotated[Target, short(Target, _target, "primary", "person:ana", "schedule:payments-primary")]
