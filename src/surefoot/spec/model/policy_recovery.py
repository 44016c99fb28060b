"""The default numbers of backup, verification, fail-over and the audit log."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from surefoot.spec.model.audit import EventType, Unavailable
from surefoot.spec.model.forms import Count, Criticality
from surefoot.spec.model.record import Record
from surefoot.spec.model.recovery import Keep, Method, SubsetForm, TimetableForm
from surefoot.spec.model.scalars import Name, OneOrMore, Percent, PositiveTime, Size, Text, Time, bad


class DataPreset(Record):
    """What is promised for a kind of data (REC-1)."""

    criticality: Annotated[Criticality, Field(alias="class")]
    rpo: Time
    rto: PositiveTime
    method: OneOrMore[Method]
    frequency: PositiveTime | None = None


class BackupNumbers(Record):
    """The strategy of a database (REC-2)."""

    full: TimetableForm
    incremental: PositiveTime
    wal: Literal["continuous", "synchronous", "off"]
    keep: Keep
    regions: Count
    archive_timeout: PositiveTime
    read: SubsetForm


class Recurring(Record):
    """How often a verification runs, and how late it may be before its proof is stale."""

    every: PositiveTime
    late: Time


class VerifyNumbers(Record):
    """The verifications (REC-3)."""

    daily: Recurring
    weekly: Recurring
    quarterly: Recurring
    size_runs: Count
    size_band: Percent


class Replication(Record):
    """Lag that is alerted (REC-4), and how much a dead receiver may hold back."""

    lag: PositiveTime
    wal_keep: Size


class FailoverNumbers(Record):
    """Waits of a fail-over (REC-5)."""

    transient_wait: Time
    step_timeout: PositiveTime
    dns_ttl: Time


class RecoveryNumbers(Record):
    """Backup, verification and fail-over."""

    data: dict[Name, DataPreset]
    backup: BackupNumbers
    bounds: dict[Method, Time]
    verify: VerifyNumbers
    replication: Replication
    failover: FailoverNumbers


class AuditRegime(Record):
    """What a regime demands of audit logs, and what is kept under it (AUD-4)."""

    demanded: PositiveTime | None = None
    demanded_hot: PositiveTime | None = None
    hot: PositiveTime | None = None
    archive: PositiveTime | None = None
    basis: Text
    purpose: bool = False
    tested_restore: bool = False
    separate_backup: bool = False

    @model_validator(mode="after")
    def _keeps_what_is_demanded(self) -> Self:
        if self.demanded and self.hot and self.archive and self.hot + self.archive < self.demanded:
            raise bad("less is kept than the regime demands", "raise `hot` or `archive`")
        return self


class Kept(Record):
    """How long records stay at hand, and how much longer in the archive."""

    hot: PositiveTime
    archive: Time


class AuditNumbers(Record):
    """The audit log: what it keeps, how it writes, and the catalogue (AUD-1)."""

    regimes: dict[Name, AuditRegime]
    default: Kept
    unavailable: dict[Name, Unavailable]
    spool: Size
    batch: Count
    segment: Count
    entry: Size
    checkpoint: PositiveTime
    anchor: PositiveTime
    proof_age: PositiveTime
    events: dict[Text, EventType]
