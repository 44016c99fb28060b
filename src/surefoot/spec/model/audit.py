"""The sections ``audit`` and ``access``: what is recorded, how long it is kept, who may read it."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from surefoot.spec.model.forms import TIME, Count, only_one, short
from surefoot.spec.model.record import ChannelRef, PersonRef, Record, ServiceRef, TeamRef
from surefoot.spec.model.scalars import Name, OneOrMore, PositiveTime, Seq, Size, Text, bad
from surefoot.spec.model.workspace import Secret

Fields = Seq[Annotated[Text, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")]]
Unavailable = Literal["spool", "block", "drop+count"]

_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\Z")
_LENGTH = re.compile(TIME)


def _event_type(value: object) -> object:
    if not isinstance(value, str) or not _TYPE.match(value):
        raise bad(f"`{value}` is not an event type", "write entity and action in lower case, such as `order.refund`")
    return value


def _retention(text: str) -> dict[str, object]:
    if text == "strictest":
        return {"rule": "strictest"}
    if _LENGTH.fullmatch(text):
        return {"all": {"min": text}}
    raise bad(f"`{text}` is not a retention", "write `strictest`, or a length such as `7y`")


def _period(text: str) -> dict[str, str]:
    if _LENGTH.fullmatch(text):
        return {"min": text}
    raise bad(f"`{text}` is not a length of time", "write it such as `7y`, or `{min: 1y, max: 3y}`")


class Period(Record):
    """How long records are kept; a legal hold suspends the maximum."""

    min: PositiveTime | None = None
    max: PositiveTime | None = None
    hot: PositiveTime | None = None
    basis: Text = ""
    legal_hold: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.hot and self.max and self.hot > self.max:
            raise bad("`hot` is longer than `max`", "keep at hand at most as long as at all")
        return self


PeriodForm = Annotated[Period, short(Period, _period, "7y")]


class Retention(Record):
    """The strictest of all regimes, changed for all records, a category, or a field.

    A minimum above a maximum is no error here: the check names the conflict, for legal to answer.
    """

    rule: Literal["strictest"] = "strictest"
    all: PeriodForm | None = None
    categories: dict[Name, PeriodForm] = {}
    fields: dict[Text, PeriodForm] = {}


class EventType(Record):
    """One type of event: what it must capture; `personal` fields can be erased later."""

    category: Name
    priority: Literal["critical", "high", "medium", "low"] | None = None
    capture: Fields = ()
    personal: Fields = ()
    description: Text = ""


class CategoryRule(Record):
    """What a category of events does while the log cannot be written, and how long it is kept."""

    unavailable: Unavailable | None = None
    description: Text = ""


class Witness(Record):
    """A C2SP witness that cosigns checkpoints."""

    url: Text
    key: Text


class Anchor(Record):
    """A place off this machine where checkpoints are pinned; the key names its kind."""

    bucket: Text | None = None
    email: ChannelRef | None = None
    git: Text | None = None
    timestamp: Annotated[Text | None, Field(description="Address of an RFC 3161 service.")] = None
    witness: Witness | None = None
    every: PositiveTime | None = None
    credentials: Secret | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = ("bucket", "email", "git", "timestamp", "witness")
        only_one(self, kinds, noun="the kind of anchor", example="git: git@backup.example:log.git")
        return self


class Spool(Record):
    """Where events wait while the log is away; a full spool blocks."""

    directory: Text
    size: Size | None = None


class Signing(Record):
    """The key that signs checkpoints."""

    key: Secret
    type: Literal["ed25519", "ml-dsa-44"] = "ed25519"
    name: Text | None = None


class Intake(Record):
    """Who may send events over HTTP."""

    key: Secret
    service: ServiceRef | None = None
    tenant: Name | None = None


class Audit(Record):
    """The audit log.

    ``events`` extends the built-in catalogue (AUD-1), or changes a type of it. ``store`` is the address
    of the database, the workspace's own when absent. ``subjects`` holds the keys of data subjects.
    """

    retention: Annotated[Retention, short(Retention, _retention, "strictest", "7y")] = Retention()
    events: dict[Annotated[Text, BeforeValidator(_event_type)], EventType] = {}
    categories: dict[Name, CategoryRule] = {}
    regimes: OneOrMore[Name] = ()
    tenants: OneOrMore[Name] = ()
    store: Secret | None = None
    subjects: Secret | None = None
    signing: Signing | None = None
    anchors: Seq[Anchor] = ()
    spool: Annotated[Spool, short(Spool, lambda text: {"directory": text}, "/var/spool/surefoot")] | None = None
    intake: dict[Name, Intake] = {}
    segment: Count | None = None
    parquet: bool = False


class Access(Record):
    """A grant to read the log; every read is itself recorded."""

    role: Literal["operator", "auditor", "privacy-officer"]
    people: OneOrMore[PersonRef] = ()
    teams: OneOrMore[TeamRef] = ()
    services: OneOrMore[ServiceRef] = ()
    categories: OneOrMore[Name] = ()
    tenants: OneOrMore[Name] = ()
    purpose: Text | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.people and not self.teams:
            raise bad("the grant names nobody", "write `people: [ana]` or `teams: [payments]`")
        if self.role == "privacy-officer" and not self.purpose:
            raise bad("opening personal values needs a purpose", "write `purpose: requests of data subjects`")
        return self
