"""The sections ``data`` and ``stores``: what may be lost, how long it may take, and how it is kept."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from surefoot.spec.model.forms import Clock, Command, Count, Criticality, counted, short, taken
from surefoot.spec.model.record import Record, RegionRef, ServiceRef, StoreRef, TeamRef
from surefoot.spec.model.rotation import Weekday
from surefoot.spec.model.scalars import Name, OneOrMore, PositiveTime, Seq, Size, Text, Time, bad
from surefoot.spec.model.workspace import Secret, Zone

Method = Literal["synchronous", "streaming", "archive", "incremental", "dump", "snapshot"]
Tool = Literal[
    "pgbackrest",
    "restic",
    "pg_basebackup",
    "pg_dump",
    "pg_receivewal",
    "mysqldump",
    "xtrabackup",
    "snapshot",
    "other",
]
Engine = Literal[
    "postgresql",
    "mysql",
    "mariadb",
    "mongodb",
    "redis",
    "elasticsearch",
    "kafka",
    "files",
    "objects",
    "other",
]

_TIMETABLE = re.compile(
    r"(?P<every>daily|weekly|monthly)(?: (?P<day>mon|tue|wed|thu|fri|sat|sun))?(?: (?P<date>[0-9]{1,2}))?"
    r" (?P<at>[0-9]{1,2}:[0-9]{2})"
)
_SUBSET = re.compile(r"1/(?P<parts>[0-9]+)")


def _timetable(text: str) -> dict[str, object]:
    return counted(taken(_TIMETABLE, text, "a timetable", "daily 02:00", "weekly sun 02:00", "monthly 1 02:00"), "date")


def _subset(text: str) -> dict[str, object]:
    return counted(taken(_SUBSET, text, "a part of a repository", "1/7"), "parts")


def _step(value: object) -> object:
    """Let the words of a command stand for a step that runs it."""
    return {"run": value} if isinstance(value, str | list | tuple) else value


def _check(word: str) -> BeforeValidator:
    """Let `true` and `off` stand for the one check that there is."""

    def read(value: object) -> object:
        return value != "off" if value in (word, "on", "off") else value

    return BeforeValidator(read, json_schema_input_type=bool | Literal["on", "off"] | Text)


class DataClass(Record):
    """A kind of data: how bad its loss is, what is promised, how sensitive it is.

    ``preset`` names defaults of the policy (``accounts``, ``transactions``, ``content``, ``logs``).
    ``rpo`` is the time of changes that may be lost, ``rto`` the time until the data serves again.
    """

    description: Text = ""
    preset: Text | None = None
    criticality: Annotated[Criticality | None, Field(alias="class")] = None
    store: StoreRef | None = None
    services: OneOrMore[ServiceRef] = ()
    owner: TeamRef | None = None
    rpo: Time | None = None
    rto: PositiveTime | None = None
    method: OneOrMore[Method] = ()
    frequency: PositiveTime | None = None
    personal: bool = False
    sensitive: Seq[Text] = ()
    classification: Literal["public", "internal", "confidential", "restricted"] | None = None
    purpose: Text | None = None
    regimes: OneOrMore[Name] = ()
    keep: PositiveTime | None = None


class Timetable(Record):
    """When a job starts, by the wall clock."""

    every: Literal["daily", "weekly", "monthly"]
    at: Clock
    day: Weekday | None = None
    date: Annotated[int, Field(ge=1, le=28)] | None = None

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        if (self.every == "weekly") != (self.day is not None):
            raise bad(f"`{self.every}` and the weekday do not fit", "write `weekly sun 02:00` or `daily 02:00`")
        if (self.every == "monthly") != (self.date is not None):
            raise bad(f"`{self.every}` and the day of the month do not fit", "write `monthly 1 02:00`")
        return self


class Keep(Record):
    """How long each kind of backup is kept."""

    full: PositiveTime | None = None
    incremental: PositiveTime | None = None
    wal: PositiveTime | None = None
    fulls: Count | None = None


class Subset(Record):
    """The part of a repository that each daily check reads: one of so many, in turn."""

    parts: Count


TimetableForm = Annotated[Timetable, short(Timetable, _timetable, "daily 02:00", "weekly sun 02:00")]
SubsetForm = Annotated[Subset, short(Subset, _subset, "1/7")]


class Backup(Record):
    """How a store is backed up; one repository for each place in `to`."""

    tool: Tool
    full: TimetableForm | None = None
    incremental: PositiveTime | None = None
    wal: Literal["continuous", "synchronous", "off"] | None = None
    archive_timeout: PositiveTime | None = None
    keep: Keep = Keep()
    to: OneOrMore[Text]
    stanza: Name | None = None
    paths: OneOrMore[Text] = ()
    exclude: OneOrMore[Text] = ()
    password: Secret | None = None
    credentials: dict[Text, Secret] = {}
    read: SubsetForm | None = None
    size: Size | None = None

    @model_validator(mode="after")
    def _has_work(self) -> Self:
        if self.full is None and self.incremental is None and self.wal in (None, "off"):
            raise bad("the backup never runs", "write `full: daily 02:00`, `incremental: 6h` or `wal: continuous`")
        if not self.to:
            raise bad("the backup goes nowhere", "write `to: [s3://backups-eu]`")
        return self


class Replica(Record):
    """A second copy that follows the first."""

    region: RegionRef | None = None
    standby: bool = True
    dsn: Secret | None = None
    slot: Name | None = None
    synchronous: bool = False
    lag: PositiveTime | None = None


class Action(Record):
    """A command of a fail-over: its check says whether it is done, its undo takes it back."""

    run: Command
    check: Command | None = None
    undo: Command | None = None
    timeout: PositiveTime | None = None
    confirm: bool | None = None


ActionForm = Annotated[Action, BeforeValidator(_step, json_schema_input_type=Action | list[Text])]


class Failover(Record):
    """What takes over when the primary is lost; fencing is never optional."""

    fence: ActionForm
    fence_check: Command | None = None
    dns: ActionForm | None = None
    promote: ActionForm | None = None
    scale: ActionForm | None = None
    verify: ActionForm | None = None
    notify: ActionForm | None = None
    transient_wait: Time | None = None
    dns_ttl: Time | None = None
    to: RegionRef | None = None


class Verify(Record):
    """How the backups are proven: read daily, restored weekly, drilled quarterly (REC-3)."""

    daily: Annotated[bool, _check("check")] | None = None
    weekly: Annotated[bool, _check("restore")] | None = None
    quarterly: Annotated[bool, _check("drill")] | None = None
    at: Clock | None = None
    invariants: OneOrMore[Text] = ()
    http: OneOrMore[Text] = ()
    heartbeat: Text | None = None
    scratch: Text | None = None


class Store(Record):
    """A database or a place of files."""

    description: Text = ""
    engine: Engine
    version: Text | None = None
    owner: TeamRef | None = None
    dsn: Secret | None = None
    region: RegionRef | None = None
    timezone: Zone | None = None
    size: Size | None = None
    backup: Backup | None = None
    replicas: Annotated[OneOrMore[Replica], Field(alias="replica")] = ()
    failover: Failover | None = None
    verify: Verify | None = None
