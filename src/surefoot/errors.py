"""The exceptions that callers of the library may meet.

::

    SurefootError
    ├── SpecError      the spec cannot be used; carries every finding
    ├── PortError      something outside did not do what was asked
    │   └── MetricsError   a source of metrics did not answer, or with what is no metrics
    └── ProofError     a proof cannot be carried out
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
