"""What the verbs of ``surefoot oncall`` share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.calendar.moments import local
from surefoot.cli import _times
from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.spec.model.policy_oncall import OncallNumbers

at = click.option(
    "--at",
    metavar="TIME",
    default="now",
    show_default=True,
    help="Such as 2026-12-24T18:00:00+01:00; UTC if it says no more.",
)
schedules = click.option("--schedule", "only", metavar="NAME", multiple=True, help="Only this one (may be repeated).")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a verb works on.

    Attributes:
        version: With the schedules that were asked for alone.
        now: The instant that was asked for, in whole seconds.
        team: Names of all teams.
    """

    version: Version
    numbers: OncallNumbers
    now: datetime
    teams: frozenset[str]


def asked(paths: Sequence[Path], moment: str, only: Sequence[str] = ()) -> Asked:
    """Read the workspace, the instant and the wanted schedules.

    Raises:
        UsageError: There is no such schedule, or none at all.
        SpecError: The workspace is blocked.
    """
    now = datetime.fromtimestamp(_times.instant(moment, wiring.now()) // 1000, UTC)
    system = api.load(tuple(paths) or (Path(),), today=wiring.today())
    version = version_of(system)
    if not version.plans:
        raise click.UsageError("the workspace has no schedules: write a section `schedules`")
    unknown = [name for name in only if name not in version.plans]
    if unknown:
        raise click.UsageError(f"there is no schedule `{unknown[0]}`; there are: {', '.join(version.plans)}")
    plans = {name: plan for name, plan in version.plans.items() if not only or name in only}
    return Asked(replace(version, plans=plans), numbers_of(system), now, frozenset(system.teams))


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Align rows in columns, those named to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def shown(instant: datetime, zone: str) -> str:
    """Write an instant as the zone's clocks show it, with the offset: ``2026-12-24 18:00+01:00``."""
    return local(instant, zone).isoformat(" ", "minutes")


def iso(instant: datetime) -> str:
    """Write an instant for programs, in UTC."""
    return instant.isoformat().replace("+00:00", "Z")


def days(wanted: int | None, usual: timedelta) -> timedelta:
    """Return a length in days, or the policy's where none was asked for."""
    return usual if wanted is None else timedelta(days=wanted)
