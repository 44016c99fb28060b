"""What the documents of the audit log share: when they are written, and how periods and rules read."""

from datetime import timedelta

from surefoot.domain.audit.regimes import in_force
from surefoot.domain.audit.retention import Plan
from surefoot.promql.duration import format_duration
from surefoot.spec.model.recovery import DataClass
from surefoot.spec.system import System

COMPLIANCE = "docs/compliance"
OPERATIONS = "docs/operations"

# What a regime's text says about audit logs, in honest words; where it names no number, none is claimed.
TEXTS = {
    "pci-dss": "12 months, the latest 3 at hand",
    "hipaa": "6 years for *documentation*; that it covers audit logs is a common reading, not the text",
    "soc2": "no number; A1.3 asks for tested recovery",
    "gdpr": "no number; a justified maximum, and tested restores",
    "dora": "no number; backups kept separate, restores tested",
    "sox": "no number for logs; it names the papers of the audit of accounts",
}


def concerned(system: System) -> bool:
    """Tell whether the workspace needs the documents of an audit log.

    It does if it has the section ``audit``, if a regime is in force, or if some of its data are personal.
    """
    if "audit" in system.spec.single or in_force(system):
        return True
    return any(entry.model.personal for entry in system.spec.all("data", DataClass).values())


def period(length: timedelta | None, otherwise: str = "none") -> str:
    """Write a length of time; zero and None are said in words."""
    return format_duration(length) if length else otherwise


def most(plan: Plan) -> str:
    """Write how long records may stay."""
    return "suspended by a legal hold" if plan.hold else period(plan.max)


def deciding(plan: Plan) -> str:
    """Name who decides how long records are kept: the rules that bind, else the choice."""
    binding = [rule.name for rule in plan.rules if plan.keep in {rule.floor, rule.most}]
    return ", ".join(dict.fromkeys(binding or plan.kept.by))


def size(length: int) -> str:
    """Write a number of bytes with the largest binary unit that leaves it whole."""
    for exponent, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if length % (1 << exponent) == 0:
            return f"{length >> exponent} {unit}"
    return f"{length} bytes"
