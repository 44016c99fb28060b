"""Schedules for tests: layers in YAML, a resolved version out."""

from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent, indent

from surefoot.domain.oncall.plan import Plan, Version
from surefoot.domain.oncall.reading import version_of
from surefoot.domain.oncall.timeline import Segment
from tests.workspaces import resolved

PEOPLE = (
    "people: {ana: {name: Ana A, email: a@x.y}, bo: {name: Bo B, email: b@x.y}, chen: {name: Chen C, email: c@x.y}}"
)


def utc(text: str) -> datetime:
    """Read an instant; one without an offset is in UTC."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def version(folder: Path, text: str) -> Version:
    """Read a workspace of three people and whatever else is given."""
    more = "" if "people:" in text else f"{PEOPLE}\n"
    return version_of(resolved(folder, more + text))


def plan(folder: Path, schedule: str, zone: str = "Europe/Berlin") -> Plan:
    """Read one schedule, of which the fields are given."""
    written = indent(dedent(schedule).strip("\n"), "    ")
    return version(folder, f"schedules:\n  s:\n    timezone: {zone}\n{written}\n").plans["s"]


def said(segments: tuple[Segment, ...]) -> list[tuple[str, str]]:
    """Write segments short: when they begin, and who is on call."""
    return [
        (f"{segment.start:%m-%d %H:%M}", "+".join(holder.person for holder in segment.holders)) for segment in segments
    ]
