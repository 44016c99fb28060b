"""What the workspace says about keeping the log."""

from dataclasses import dataclass

from surefoot.domain.audit.regimes import audit_numbers, plans
from surefoot.domain.audit.retention import Plans
from surefoot.spec.model.audit import Audit
from surefoot.spec.system import System


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept.

    Attributes:
        segment: Usual length of a sealed run, in records.
        tables: Whether a Parquet table is written beside each sealed file.
    """

    plans: Plans
    segment: int
    tables: bool


def retention(system: System) -> Retention:
    """Solve the retention of a workspace; ``audit.segment`` goes before the policy's number."""
    audit = system.spec.one("audit", Audit) or Audit()
    return Retention(plans(system), audit.segment or audit_numbers(system).segment, audit.parquet)
