import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from surefoot.domain.oncall.drawing import STYLE, drawing
from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.domain.oncall.simulation import Course, simulate
from tests.rotas import PEOPLE, utc
from tests.workspaces import resolved

pytestmark = pytest.mark.req("ONC-4")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(folder: Path, layers: str) -> tuple[Course, Version]:
    people = PEOPLE.replace("Ana A", "'<Ana> & A'")
    system = resolved(folder, f"{people}\nschedules: {{s: {{timezone: Europe/Berlin, layers: [{layers}]}}}}\n")
    version = version_of(system)
    return simulate(version, numbers_of(system), utc("2026-03-20"), utc("2026-04-10")).courses["s"], version


def parsed(course: Course, version: Version) -> ET.Element:
    return ET.fromstring(drawing(course, version))  # noqa: S314  # our own


def test_a_month_is_a_row_and_a_shift_a_bar_in_each_month_that_it_touches(tmp_path: Path):
    root = parsed(*drawn(tmp_path, "{rotate: [ana, bo], every: 1w, start: 2026-03-30 09:00}"))
    assert root.get("aria-label") == "Who is on call in s"
    labels = [text.text for text in root.iter(f"{SVG}text")]
    assert {"2026-03", "2026-04"} <= set(labels)
    notes = [title.text for rect in root.iter(f"{SVG}rect") for title in rect.iter(f"{SVG}title")]
    assert notes == [
        "2026-03-20 01:00 – 2026-03-23 09:00: <Ana> & A, turn -2 of `1`",
        "2026-03-23 09:00 – 2026-03-30 09:00: Bo B, turn -1 of `1`",
        *["2026-03-30 09:00 – 2026-04-06 09:00: <Ana> & A, turn 0 of `1`"] * 2,
        "2026-04-06 09:00 – 2026-04-10 02:00: Bo B, turn 1 of `1`",
    ]


def test_hours_without_anybody_are_framed(tmp_path: Path):
    text = drawing(*drawn(tmp_path, "{rotate: ana, every: 1w, only: mon-fri}"), style=False)
    assert len(re.findall('class="gap"', text)) == 3
    assert ": nobody</title>" in text
    assert STYLE not in text


def test_two_at_once_share_the_row(tmp_path: Path):
    course, version = drawn(tmp_path, "{rotate: ana, every: 1w, priority: 1}, {rotate: bo, every: 1w, priority: 1}")
    heights = {rect.get("height") for rect in parsed(course, version).iter(f"{SVG}rect")}
    assert heights == {"10"}
    assert "prefers-color-scheme: dark" in drawing(course, version)
