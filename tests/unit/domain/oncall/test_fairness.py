from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.domain.oncall.fairness import Unfair, unfair
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.domain.oncall.simulation import simulate
from tests.rotas import PEOPLE, utc
from tests.workspaces import resolved

pytestmark = pytest.mark.req("ONC-4")


def judged(folder: Path, *layers: str) -> list[Unfair]:
    rows = "".join(f"      - {layer}\n" for layer in layers)
    system = resolved(folder, f"{PEOPLE}\nschedules:\n  s:\n    layers:\n{rows}")
    start = utc("2026-01-05")
    found = simulate(version_of(system), numbers_of(system), start, start + timedelta(days=400))
    return list(unfair(found.courses["s"], 1.25))


def test_whole_turns_that_do_not_add_up_are_fair(tmp_path: Path):
    assert judged(tmp_path, "{rotate: [ana, bo, chen], every: 1w}") == []
    assert judged(tmp_path, "{rotate: [ana, bo, chen], every: 3 months}") == []


def test_who_always_has_the_nights_is_named(tmp_path: Path):
    (found,) = judged(tmp_path, "{rotate: [ana, bo], every: 12h, handover: 08:00, start: 2026-01-05 08:00}")
    assert (found.kind, found.most, found.least, found.less) == ("nights", "bo", "ana", timedelta())
    assert found.more == timedelta(hours=400 * 8)


def test_who_is_left_out_of_the_weekends_is_named(tmp_path: Path):
    found = judged(tmp_path, "{rotate: [ana, bo, chen], every: 1w}", "{rotate: [bo, chen], every: 1w, only: sat-sun}")
    assert {each.kind for each in found} == {"hours", "nights", "weekends"}
    assert {each.least for each in found} == {"ana"}


def test_people_who_share_no_layer_are_not_compared(tmp_path: Path):
    assert (
        judged(
            tmp_path,
            "{rotate: ana, every: 1w, only: '08:00-20:00'}",
            "{rotate: [bo, chen], every: 1d, handover: 08:00, only: '20:00-08:00'}",
        )
        == []
    )
