"""What the policy says about recovery, and what a kind of data promises with it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from surefoot.spec import policy
from surefoot.spec.model.policy_recovery import RecoveryNumbers
from surefoot.spec.model.recovery import DataClass, Method
from surefoot.spec.source import Value
from surefoot.spec.system import System

if TYPE_CHECKING:
    from surefoot.spec.model.policy_operations import OperationsPolicy


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for one kind of data, its preset filled in.

    Attributes:
        method: Empty where neither the data nor its preset names one.
        frequency: Interval of the backups, as far as it was said.
    """

    rpo: timedelta | None
    rto: timedelta | None
    method: tuple[Method, ...]
    frequency: timedelta | None


def promised(data: DataClass, numbers: RecoveryNumbers) -> Promise:
    """Fill what a kind of data leaves open with its preset of the policy."""
    preset = numbers.data.get(data.preset or "")
    if preset is None:
        return Promise(data.rpo, data.rto, data.method, data.frequency)
    return Promise(
        rpo=preset.rpo if data.rpo is None else data.rpo,
        rto=data.rto or preset.rto,
        method=data.method or preset.method,
        frequency=data.frequency or preset.frequency,
    )


def recovery_numbers(system: System) -> RecoveryNumbers:
    """Return the policy's numbers of backup, verification and fail-over, with the spec's changes."""
    return _operations(system).recovery


def _operations(system: System) -> "OperationsPolicy":
    from surefoot.spec.model.policy_operations import OperationsPolicy  # noqa: PLC0415  # few specs need it

    written = system.spec.single.get("policy")
    changes = cast("dict[str, Value]", written.model) if written else {}
    return policy.area("operations", OperationsPolicy, changes, written.origin if written else None)[0]
