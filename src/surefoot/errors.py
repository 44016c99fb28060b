"""The exceptions that callers of the library may meet.

::

    SurefootError
    ├── SpecError      the spec cannot be used; carries every finding
    ├── PortError      something outside did not do what was asked
    │   ├── ArchiveError   a file of sealed records is missing, damaged, or cannot be written
    │   ├── MetricsError   a source of metrics did not answer, or with what is no metrics
    │   ├── SpoolError     records cannot wait on this machine
    │   └── StoreError     the database did not do what was asked
    │       └── StaleEpochError   another sequencer has taken the log over
    ├── ProofError     a proof cannot be carried out
    ├── RecordRefused  an event does not fit the audit log; names the field
    └── NoteError      a signed statement of the audit log (key, note, checkpoint, proof) does not hold
"""

from collections.abc import Sequence

from surefoot.finding import Finding


class SurefootError(Exception):
    """Base of everything that Surefoot raises on purpose."""


class SpecError(SurefootError):
    """The spec cannot be used.

    Attributes:
        findings: Every finding, not only the first.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(f"{f.span or '-'}: {f.severity}[{f.rule}] {f.message}" for f in findings))


class PortError(SurefootError):
    """Something outside (a program, a file system) did not do what was asked."""


class ProofError(SurefootError):
    """A proof cannot be carried out: what it needs is missing or malformed; says where and what to write."""


class MetricsError(PortError):
    """A source of metrics did not answer, refused, or answered with what is no metrics."""


class StoreError(PortError):
    """The database did not do what was asked; says what it is and what to do. Nothing of the work was kept."""


class ArchiveError(PortError):
    """A file of sealed records is missing, damaged, or cannot be written; says which and what to do."""


class SpoolError(PortError):
    """Records cannot wait on this machine; says why and what to do. None of them was kept."""


class StaleEpochError(StoreError):
    """Another sequencer has taken the log over; this one has to stop."""


class RecordRefused(SurefootError):  # noqa: N818  # named by what happened to the record; nothing is broken
    """An event does not fit the audit log.

    Attributes:
        field: Path of the field, such as ``changes[0].new_value``; empty for the whole record.
        message: What is wrong with it and what to send instead.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(f"{field or 'record'}: {message}")


class NoteError(SurefootError):
    """A signed statement of the audit log does not hold: a key, a note, a checkpoint or a proof; says which part."""
