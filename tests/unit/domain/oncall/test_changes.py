from pathlib import Path

import pytest

from surefoot.domain.oncall.changes import Moved, moved
from tests.rotas import utc, version

pytestmark = pytest.mark.req("ONC-4")
SPEC = "schedules: {{s: {{layers: [{{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}}]{more}}}{other}}}\n"
START, END = utc("2026-01-05 09:00"), utc("2026-02-02 09:00")


def changed(folder: Path, more: str, other: str = "") -> list[Moved]:
    old = version(folder, SPEC.format(more="", other=""))
    return list(moved(old, version(folder, SPEC.format(more=more, other=other)), START, END))


def test_who_gains_and_who_loses_is_told(tmp_path: Path):
    override = ", overrides: [{from: 2026-01-10, until: 2026-01-14, cover: chen}]"
    assert changed(tmp_path, override) == [
        Moved("s", utc("2026-01-10"), utc("2026-01-12 09:00"), ("chen",), ("ana",)),
        Moved("s", utc("2026-01-12 09:00"), utc("2026-01-14"), ("chen",), ("bo",)),
    ]


def test_neighbours_with_the_same_people_are_one(tmp_path: Path):
    days = (("06", "07"), ("07", "08"))
    overrides = ", ".join(f"{{from: 2026-01-{start}, until: 2026-01-{end}, add: chen}}" for start, end in days)
    override = f", overrides: [{overrides}]"
    assert changed(tmp_path, override) == [Moved("s", utc("2026-01-06"), utc("2026-01-08"), ("chen",), ())]


def test_what_changes_nothing_is_not_told_nor_are_new_schedules(tmp_path: Path):
    assert changed(tmp_path, ", overrides: [{from: 2026-01-06, until: 2026-01-07, remove: bo}]") == []
    assert changed(tmp_path, "", ", t: {layers: [{rotate: ana}]}") == []
