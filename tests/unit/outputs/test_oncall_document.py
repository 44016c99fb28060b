from pathlib import Path

import pytest

from surefoot.outputs.oncall_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("ONC-1")
PEOPLE = """
    people:
      ana: {name: Ana Example, phone: "+49 30 000001", timezone: Asia/Tokyo}
      bo: {name: Bo Example, email: bo@shop.example, reach: [push, "channel:ops"]}
      eva: {name: Eva Example}
    channels: {ops: {slack: env:SLACK}}
"""
SCHEDULES = """
    timezone: Europe/Berlin
    schedules:
      web-primary:
        layers:
          - {rotate: [ana, bo], every: 2w, handover: tue 10:00}
          - name: nights
            rotate: [bo, ana]
            every: 1 month
            handover: 31 08:00
            only: [mon-fri 20:00-08:00, sat-sun]
            zone: Asia/Tokyo
          - {rotate: bo, every: 12h, handover: 08:00, length: elapsed, only: "18:00-24:00"}
    escalations: {web: {primary: web-primary, secondary: web-primary, lead: ana, executive: bo, repeats: 1}}
    last_resort: {people: [ana], channels: [ops]}
    teams: {web: {members: [ana], chat: "slack:#web", escalation: web}}
    services: {shop: {owner: web}, other: {}}
"""


def page(folder: Path, text: str) -> list[str]:
    (artifact,) = written(OUTPUT, resolved(folder, text), folder)
    assert artifact.path == "docs/operations/on-call.md"
    return [" ".join(line.split()) for line in artifact.text.splitlines()]


def test_rotations_escalation_services_and_people(tmp_path: Path):
    lines = page(tmp_path, PEOPLE + SCHEDULES)
    role = "| `web-primary` | primary and secondary"
    days, tokyo = "mon,tue,wed,thu,fri", "Asia/Tokyo"
    assert [line for line in lines if line.startswith("| `web-primary`")] == [
        f"{role} | 1 | Ana Example, Bo Example | 2 weeks | tue 10:00 | always | Europe/Berlin |",
        f"{role} | nights | Bo Example, Ana Example | month | day 31, 08:00 | {days} 20:00-08:00, sat,sun | {tokyo} |",
        f"{role} | 3 | Bo Example | 12 hours, elapsed | 08:00 | {days},sat,sun 18:00-24:00 | Europe/Berlin |",
    ]
    assert "| 5m | secondary (web-primary) | all |" in lines
    assert "The steps are gone through once; then the last one is paged every 30m as unanswered." in lines
    assert "Where a step names nobody, the last resort is paged: Ana Example, `ops`." in lines
    assert "| `shop` | web, slack #web | [web](#web) |" in lines
    assert "| `other` | **nobody** | **none** |" in lines


def test_no_number_or_address_of_a_person_is_written(tmp_path: Path):
    lines = page(tmp_path, PEOPLE + SCHEDULES)
    assert "| Ana Example | phone | Asia/Tokyo |" in lines
    assert "| Bo Example | push, channel ops | Europe/Berlin |" in lines
    assert "| Eva Example | **nothing** | Europe/Berlin |" in lines
    assert not any("bo@shop.example" in line or "000001" in line for line in lines)


def test_without_schedules_and_escalations_nothing_is_written(tmp_path: Path):
    assert written(OUTPUT, resolved(tmp_path, PEOPLE), tmp_path) == []
