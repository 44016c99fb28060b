from datetime import timedelta

import pytest

from surefoot.checks._oncall import length, times
from tests.rotas import utc


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47, minutes=30), "47.5 hours"),
        (timedelta(days=200, hours=6), "200.2 days"),
    ],
)
def test_a_length_is_told_in_a_unit_that_fits(duration: timedelta, text: str):
    assert length(duration) == text


def test_the_first_stretch_is_named_and_the_others_are_counted():
    stretch = (utc("2026-01-01"), utc("2026-01-02"))
    first = "2026-01-01 01:00 to 2026-01-02 01:00"
    assert times([stretch], "Europe/Berlin") == first
    assert times([stretch] * 2, "Europe/Berlin") == f"{first} and once more"
    assert times([stretch] * 3, "Europe/Berlin") == f"{first} and 2 more times"
